//! What a todo is and what may become of it. Pure: no clock, no chance, no storage, no HTTP.

pub mod api_key;
pub mod change;
pub mod due;
pub mod due_input;
pub mod id;
pub mod invalid;
pub mod key;
pub mod limits;
pub mod listed;
pub mod moment;
pub mod owner;
pub mod patch;
pub mod plan;
pub(crate) mod read;
pub mod refusal;
pub mod repeat;
mod repeat_input;
pub mod settings;
pub mod steps;
pub mod text;
pub mod todo;
pub(crate) mod words;
