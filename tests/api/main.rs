//! The operations from outside: real requests to the real router, over a real DynamoDB protocol.

mod bad_input;
mod harness;
mod idempotency;
mod listing;
mod session;
mod transport;
mod undo;
mod updating;
