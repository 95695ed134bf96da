//! Tests the real executable of the Lambda with events of all AWS services that can be in front of it, and checks its
//! answers and log lines.

mod access;
mod addresses;
mod events;
#[path = "../kept/mod.rs"]
mod kept;
mod log;
mod mcp;
mod misplaced;
mod odd_events;
mod problems;
mod runtime_api;
mod sessions;
mod start;
