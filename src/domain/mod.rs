//! What a todo is and what may become of it. Pure: no clock, no chance, no storage, no HTTP.

pub mod change;
pub mod due;
pub mod id;
pub mod invalid;
pub mod key;
pub mod limits;
pub mod listed;
pub mod owner;
pub mod patch;
pub mod plan;
pub mod refusal;
pub mod text;
pub mod todo;
mod words;
