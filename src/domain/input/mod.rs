//! How callers may write values: leniently in form, strictly in meaning.

pub mod due;
pub mod list;
mod repeat;
pub(crate) mod value;
