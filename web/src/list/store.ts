// Replaced by the real store; see the contract.
export {};
