//! Tests the operations from outside. Real requests go through the real router. The store uses the real protocol of
//! DynamoDB.

mod access;
mod bad_addresses;
mod bad_bodies;
mod clocks;
mod cost;
mod credentials;
mod duplicates;
mod encodings;
mod faults;
#[path = "../folder/mod.rs"]
mod folder;
mod foreign;
mod formats;
mod harness;
mod head;
mod idempotency;
mod intents;
mod isolation;
#[path = "../kept/mod.rs"]
mod kept;
mod listing;
mod lost_answers;
mod mcp;
mod mcp_tools;
mod model_values;
mod oauth;
mod overview;
mod pages;
mod privacy;
mod repeating;
mod samples;
mod session;
mod settings;
mod simultaneous;
mod steps;
mod stored;
mod table;
mod target;
mod time;
mod transport;
mod undo;
mod undo_all;
mod unreadable;
mod updating;
mod warnings;
