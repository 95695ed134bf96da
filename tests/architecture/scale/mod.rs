//! Computes what many people cost, and which limit they reach first, for docs/SCALE.md, docs/OPERATIONS.md and
//! docs/adr/0014-what-protects-the-bill.md. The units come from benches/expected.json and benches/requests.json, which
//! are measured. The prices and quotas come from benches/prices.json, and what people do comes from
//! benches/habits.json.

mod attack;
mod bill;
mod data;
mod day;
mod limits;
mod pages;
mod sums;
mod tables;
mod words;

pub use data::Model;
pub use words::grouped;
