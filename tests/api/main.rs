//! The operations from outside: real requests to the real router, over a real DynamoDB protocol.

mod bad_addresses;
mod bad_bodies;
mod cost;
mod faults;
mod harness;
mod idempotency;
mod isolation;
mod listing;
mod pages;
mod session;
mod simultaneous;
mod target;
mod transport;
mod undo;
mod updating;
