//! Scenarios: what a person says, and the calls that an assistant makes for it. An assistant should need at most two
//! calls for each wish. Each test compares the state after the calls with the state that the person expects.

// The tests in tests/api use the rest of these files.
#[expect(dead_code, reason = "the tests in tests/api use the rest")]
#[path = "../api/answer.rs"]
mod answer;
#[expect(dead_code, reason = "the tests in tests/api use the rest")]
#[path = "../api/harness.rs"]
mod harness;
#[path = "../kept/mod.rs"]
mod kept;
#[expect(dead_code, reason = "the tests in tests/api use the rest")]
#[path = "../api/transport.rs"]
mod transport;

mod assistant;
mod budgets;
mod lists;
mod many;
mod mistakes;
mod play;
mod scenarios;
mod series;
mod state;
mod steps;
mod table;
mod tokens;
mod undo;
mod who;
mod wish;
