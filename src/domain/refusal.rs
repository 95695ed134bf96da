//! Why a write that was well formed did not happen. Nothing has changed when one of these is returned.

use super::{
    id::{ChangeId, TodoId},
    todo::Todo,
};

/// The outcome of a write that was refused.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// Some of the todos named do not exist (for this owner).
    NotFound(Vec<ItemViolation>),
    /// Some values break a rule that needs the todo to be checked.
    Invalid(Vec<ItemViolation>),
    /// Some of the todos are not in the state the caller expected; their current states are given.
    Conflict { violations: Vec<ItemViolation>, current: Vec<Todo> },
    /// Others kept changing these todos while this write was planned, again and again.
    Contended { current: Vec<Todo> },
    /// No change has this id, or it is older than 30 days.
    NoSuchChange,
    /// The owner has no change that could be undone.
    NothingToUndo,
    /// The change has been undone before, by `by`.
    AlreadyUndone { by: ChangeId },
    /// Todos of the change were changed since; an undo would lose that.
    ChangedSince { ids: Vec<TodoId>, current: Vec<Todo> },
    /// The settings were changed since; an undo would lose that.
    SettingsChangedSince,
    /// The idempotency key was used before for another request.
    KeyReused,
    /// The todos and their prior states are together larger than DynamoDB takes in one transaction (4 MB).
    TooLarge,
    /// Todos, those that follow repeating ones and new lists are together more than DynamoDB takes in one transaction.
    TooMany,
}

/// What is wrong with one item of a write.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemViolation {
    /// The item's place in the call, from 0.
    pub item: usize,
    /// The field at fault; empty when the whole item is.
    pub field: &'static str,
    /// What is wrong and what to do, as a clause or sentence.
    pub message: String,
}

impl ItemViolation {
    /// A rule that one item breaks.
    pub fn new(item: usize, field: &'static str, message: impl Into<String>) -> Self {
        Self { item, field, message: message.into() }
    }
}
