//! The forms in which callers may write values. Several forms are accepted, but a value with an unclear meaning is
//! refused.

pub mod due;
pub mod list;
mod repeat;
pub(crate) mod value;
