//! Reads the bodies, queries and headers of requests. Values may have several forms, but a value with an unclear
//! meaning is refused.

pub mod cursor;
pub mod extract;
pub mod validation;
