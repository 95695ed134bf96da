//! Defines how todos, settings and errors look in answers, and which headers all answers have.

pub mod change_view;
pub mod error;
pub mod fitting;
pub mod headers;
pub mod html;
pub mod kept;
pub mod problem;
mod refusal;
pub mod settings;
pub mod suggestion;
pub mod view;
