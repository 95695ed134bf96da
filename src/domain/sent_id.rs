//! A text that a caller sent as the id of a todo.

use std::collections::HashMap;

use super::{id::TodoId, refusal::ItemViolation, todo::Todo};

/// A text that a caller sent as the id of a todo. `text` contains at most the first 60 characters of the sent text.
/// `id` is `None` if the sent text cannot be an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentId {
    pub text: String,
    pub id: Option<TodoId>,
}

impl SentId {
    /// Reads a text that a caller sent as the id of a todo.
    pub fn new(sent: &str) -> Self {
        Self { id: TodoId::parse(sent), text: sent.chars().take(60).collect() }
    }

    /// The todo with this id among `todos`. `item` is the number of the item in the request.
    pub(super) fn find<'a>(&self, item: usize, todos: &'a HashMap<TodoId, Todo>) -> Result<&'a Todo, ItemViolation> {
        let found = self.id.as_ref().and_then(|id| todos.get(id));
        found.ok_or_else(|| ItemViolation::new(item, "id", format!("no todo has the id \"{}\"", self.text)))
    }
}
