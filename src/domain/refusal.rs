//! The reasons why a well-formed write is refused. A refused write has changed nothing.

use super::{
    id::{ChangeId, TodoId},
    todo::Todo,
};

/// The reason why a write is refused.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// The owner has no todos with some of the ids.
    NotFound(Vec<ItemViolation>),
    /// Some values break a rule that concerns several fields, several items or the stored todo.
    Invalid(Vec<ItemViolation>),
    /// Some of the todos are not in the state that the caller expected. `current` has their present states.
    Conflict { violations: Vec<ItemViolation>, current: Vec<Todo> },
    /// This write was planned several times, and each time other requests changed the todos before it was committed.
    Contended { current: Vec<Todo> },
    /// No change has this id, or the change is older than 30 days.
    NoSuchChange,
    /// The owner has no change that could be undone.
    NothingToUndo,
    /// The change is already undone. `by` is the change that undid it.
    AlreadyUndone { by: ChangeId },
    /// Later changes changed todos of this change. An undo would lose them.
    ChangedSince { ids: Vec<TodoId>, current: Vec<Todo> },
    /// A later change changed the settings. An undo would lose it.
    SettingsChangedSince,
    /// Another request has already used the idempotency key.
    KeyReused,
    /// The todos and their earlier states together are larger than DynamoDB allows in one transaction (4 MB).
    TooLarge,
    /// The write takes more actions than DynamoDB allows in one transaction. Each todo, each todo that follows a
    /// repeating todo, and each new list takes an action.
    TooMany,
}

/// A rule that one item of a write breaks.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemViolation {
    /// The position of the item in the call, from 0.
    pub item: usize,
    /// The field that breaks the rule. Empty if the whole item breaks it.
    pub field: &'static str,
    /// The error, and what the caller can do.
    pub message: String,
}

impl ItemViolation {
    /// The item, its field, and a message about the rule that it breaks.
    pub fn new(item: usize, field: &'static str, message: impl Into<String>) -> Self {
        Self { item, field, message: message.into() }
    }
}
