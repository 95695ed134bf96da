//! Tests the real executable of the Lambda. The tests send events of all AWS services that can be in front of the
//! Lambda, and check the answers and the log lines.

mod access;
mod addresses;
mod events;
#[path = "../kept/mod.rs"]
mod kept;
mod log;
mod mcp;
mod misplaced;
mod mutations;
#[path = "../mutator/mod.rs"]
mod mutator;
mod odd_events;
mod problems;
mod runtime_api;
mod sessions;
mod sign_in;
mod start;
