//! The shipped executable behind all that AWS puts in front of a function: events in, answers and log lines out.

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
