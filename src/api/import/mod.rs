//! Reads files with todos of other programs, and our own JSON. The content of a file says which format it has, and not
//! its name. A reader makes [`SourceTodo`]s from a file. `nest.rs` puts sub-tasks into their parents, and `fit.rs` makes
//! todos that keep the limits of this service. Whatever cannot be kept is reported, and nothing that a file contains is
//! ever asked for over the network.

pub mod archive;
pub mod bytes;
pub mod formats;
pub mod rrule;
pub mod source;
pub mod table;
