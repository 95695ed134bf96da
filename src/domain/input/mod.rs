//! Reads the values that callers send. A caller may write the same value in several ways, but the program refuses a
//! value that could have several meanings.

pub mod list;
mod repeat;
pub mod scalar;
pub mod since;
pub(crate) mod value;
