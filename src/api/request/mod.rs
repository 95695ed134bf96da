//! What comes in: bodies, queries and headers, read leniently in form and strictly in meaning.

pub mod cursor;
pub mod extract;
pub mod validation;
