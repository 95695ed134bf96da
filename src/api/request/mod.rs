//! Reads the bodies, queries and headers of requests. A caller may write a value in several ways, but the program
//! refuses a value that could have several meanings.

pub mod cursor;
pub mod extract;
pub mod if_none_match;
pub mod json;
mod normal;
pub mod validation;
