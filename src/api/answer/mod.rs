//! What goes out: todos and settings as answers have them, every problem, and the headers of all answers.

pub mod error;
pub mod headers;
pub mod problem;
pub mod settings;
pub mod suggestion;
pub mod view;
