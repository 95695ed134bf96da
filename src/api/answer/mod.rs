//! The content of answers: todos, settings and problems, and the headers of all answers.

pub mod error;
pub mod fitting;
pub mod headers;
pub mod problem;
pub mod settings;
pub mod suggestion;
pub mod view;
