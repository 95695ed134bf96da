//! The reasons why the program refuses a write. A refused write changes nothing.

use super::{
    change::Change,
    found::Found,
    id::{ChangeId, TodoId},
    list_change::ListConflict,
    text::ListName,
    todo::Todo,
};

/// The reason why the program refuses a write.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// At least one id in the request is not the id of a todo of this owner.
    NotFound(Vec<ItemViolation>),
    /// A value in the request does not fit another field, another item, or the stored todo.
    Invalid(Vec<ItemViolation>),
    /// At least one todo is deleted, or has a version that the caller did not expect. `current` contains these todos as
    /// they are now.
    Conflict { violations: Vec<ItemViolation>, current: Vec<Todo> },
    /// The program tried to make this write several times, but each time, another request changed the same data.
    Contended { current: Vec<Todo> },
    /// No change has this id, or the change is older than 30 days.
    NoSuchChange,
    /// The caller has no change that can be undone. If somebody else has such a change, `newest` is the newest one.
    NothingToUndo { newest: Option<Box<Change>> },
    /// The change is already undone. `by` is the id of the undo.
    AlreadyUndone { by: ChangeId },
    /// Later changes have altered the same fields. The requested undo would overwrite these later changes.
    ChangedSince { conflicts: Vec<UndoConflict>, current: Vec<Todo> },
    /// The filters match another number of todos than the caller expected.
    OtherNumber { expected: usize, found: Found },
    /// The filters match so many todos that one call cannot change all of them. `number` is the number of todos that
    /// would change.
    TooManyFound { number: usize },
    /// The todos that the filters match are together too large for one call. `number` is the number of todos that would
    /// change.
    TooLargeFound { number: usize },
    /// The request names a list that does not exist.
    NoSuchList(ListName),
    /// The list has so many todos that one transaction cannot delete all of them.
    ListTooFull { list: ListName, todos: usize },
    /// The todos of the list are so large that one transaction cannot delete all of them.
    ListTooLarge(ListName),
    /// The request cannot change this list. The text says why.
    ListRefused { field: &'static str, message: String },
    /// A different request has already used the idempotency key.
    KeyReused,
    /// The write would take more write units than one change may take, or is larger than DynamoDB allows.
    TooLarge,
    /// The todos and the history of the owner have reached the size that DynamoDB allows for one owner.
    Full,
    /// The write needs more actions than DynamoDB allows in one transaction. DynamoDB needs one action for each new or
    /// changed todo, and one action for each new list.
    TooMany,
}

/// The reason why a change cannot be undone.
#[derive(Debug, Clone, PartialEq)]
pub struct UndoConflict {
    /// What was changed again.
    pub subject: Subject,
    /// The change that cannot be undone.
    pub change: ChangeId,
    /// The fields that were changed again. Empty if the todo no longer exists.
    pub fields: Vec<&'static str>,
    /// Whether the change that cannot be undone added the todo.
    pub added: bool,
    /// The latest change of these fields. `None` if the program has not found this change.
    pub later: Option<Box<Change>>,
}

/// What a later change altered, so that an undo is not possible.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    Todo(TodoId),
    Settings,
    /// The ids of lists.
    Lists(ListConflict, Vec<ListName>),
}

impl UndoConflict {
    /// A conflict that concerns these lists.
    pub fn of_list(change: &Change, conflict: ListConflict, ids: Vec<ListName>) -> Self {
        let subject = Subject::Lists(conflict, ids);
        Self { subject, change: change.id.clone(), fields: Vec::new(), added: false, later: None }
    }

    /// Whether another list has the name that a list would get back.
    pub fn is_name_taken(&self) -> bool {
        matches!(self.subject, Subject::Lists(ListConflict::NameTaken(_), _))
    }

    /// The todo that the conflict concerns. `None` if the conflict concerns settings or lists.
    pub fn todo(&self) -> Option<&TodoId> {
        match &self.subject {
            Subject::Todo(id) => Some(id),
            Subject::Settings | Subject::Lists(..) => None,
        }
    }
}

/// An item of a write, and the rule that this item breaks.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemViolation {
    /// The position of the item in the call. The first item has position 0.
    pub item: usize,
    /// The name of the wrong field. The name is empty if the whole item is wrong.
    pub field: &'static str,
    /// The error, with advice for the caller.
    pub message: String,
}

impl ItemViolation {
    /// Makes a violation from the position of the item, the name of the field, and a message.
    pub fn new(item: usize, field: &'static str, message: impl Into<String>) -> Self {
        Self { item, field, message: message.into() }
    }
}
