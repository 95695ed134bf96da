//! The order in which a listing returns todos.

use crate::domain::words::words;

words! {
    /// The order that a caller can choose.
    Sort { Due = "due", Priority = "priority", Added = "added", List = "list" }
}

/// The order of a listing that reads all todos of its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The order of the index.
    Index,
    /// The best matches of the search first.
    Best,
    /// The most urgent first.
    Priority,
    /// The oldest first.
    Added,
    /// By the order of the lists, and in a list by the places of the todos.
    List,
}
