//! Reads files with todos of other programs, and our own JSON. The program recognises the format of a file by its
//! content, and not by its name. A reader makes [`SourceTodo`](source::SourceTodo)s from a file. `nest.rs` puts
//! sub-tasks into their parents, and `fit.rs` makes todos that keep the limits of this service. The preview names what
//! an import cannot keep. The program never sends a request to an address that a file contains. `steps.rs` adds the
//! todos, in several requests.

pub mod archive;
pub mod bytes;
mod fit;
pub mod formats;
mod http;
mod incoming;
mod nest;
mod preview;
mod progress;
pub mod rrule;
pub mod source;
mod steps;
pub mod table;
mod undo;
pub mod words;

pub use http::routes;
