//! Reads the values that callers send. A caller may write the same value in several ways, but a value with an unclear
//! meaning is refused.

pub mod due;
pub mod list;
mod repeat;
pub(crate) mod value;
