//! The requests of the histories, and the answers as the model knows them.

use serde_json::{Value, json};

/// The number of a request. The reads at the end of a history have the number 0.
pub type OpId = u32;
/// A todo has the number of the request that added it.
pub type Handle = OpId;

/// The numbers and the priorities of the first todos.
pub const FIRST: [(Handle, u8); 3] = [(1, 1), (2, 2), (3, 0)];
pub const PRIORITIES: [&str; 3] = ["low", "normal", "high"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Open,
    Completed,
    Deleted,
}

/// A request with its number.
#[derive(Debug, Clone)]
pub struct Call {
    pub id: OpId,
    pub op: Op,
}

#[derive(Debug, Clone)]
pub enum Op {
    Add {
        priority: u8,
    },
    Edit(Vec<(Handle, Edit)>),
    Delete(Vec<Handle>),
    Filter(Filter),
    /// Undoes the change that this request has made.
    Undo(OpId),
    UndoLatest,
    UndoAll,
    /// Reads one todo. The record contains a listing as one such read for each todo in the answer.
    Read(Handle),
    /// Reads the history of all changes.
    History,
}

/// An edit of one todo. With `title`, the title becomes the number of the request.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    pub title: bool,
    pub priority: Option<u8>,
    pub status: Option<Status>,
    /// The version that the caller expects.
    pub version: Option<u64>,
}

/// A change of all todos that match filters.
#[derive(Debug, Clone, Copy)]
pub enum Filter {
    LowerHigh,
    CompleteOpen,
    RaiseCompleted,
    RenameNormal,
    RestoreDeleted,
    DeleteHigh,
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq)]
pub enum Ret {
    /// The todos in the answer, sorted by number.
    Todos(Vec<Seen>),
    Undone {
        todos: Vec<Seen>,
        undid: Vec<OpId>,
    },
    Found {
        altered: usize,
        already: usize,
    },
    /// The SDK has repeated a change by filter, because an answer of DynamoDB was lost.
    Repeated {
        altered: usize,
    },
    /// These todos are deleted, or have another version than the caller expected.
    Conflict(Vec<Seen>),
    /// The code of the problem.
    Refused(String),
    /// The program gave up after several attempts.
    Contended,
    /// All changes, the oldest first, and whether they are undone.
    History(Vec<(OpId, bool)>),
}

/// A todo in an answer.
#[derive(Debug, Clone)]
pub struct Seen {
    pub handle: Handle,
    /// Answers about several todos do not contain the versions.
    pub version: Option<u64>,
    pub title: OpId,
    pub priority: u8,
    pub status: Status,
}

/// Compares the versions only if both are known.
impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        let versions = self.version.zip(other.version);
        versions.is_none_or(|(one, other)| one == other)
            && (self.handle, self.title, self.priority, self.status)
                == (other.handle, other.title, other.priority, other.status)
    }
}

impl Status {
    pub fn parse(word: &str) -> Self {
        match word {
            "open" => Self::Open,
            "completed" => Self::Completed,
            "deleted" => Self::Deleted,
            other => panic!("unknown status {other}"),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Completed => "completed",
            Self::Deleted => "deleted",
        }
    }
}

impl Edit {
    /// The edit as JSON, without the id of the todo.
    fn body(&self, op: OpId) -> Value {
        let mut body = json!({});
        if self.title {
            body["title"] = json!(format!("t{op}"));
        }
        if let Some(priority) = self.priority {
            body["priority"] = json!(PRIORITIES[usize::from(priority)]);
        }
        if let Some(status) = self.status {
            body["status"] = json!(status.word());
        }
        if let Some(version) = self.version {
            body["expected_version"] = json!(version);
        }
        body
    }
}

impl Filter {
    pub const ALL: [Self; 6] = [
        Self::LowerHigh,
        Self::CompleteOpen,
        Self::RaiseCompleted,
        Self::RenameNormal,
        Self::RestoreDeleted,
        Self::DeleteHigh,
    ];

    /// What happens to the found todos. `None` if they are deleted.
    pub fn edit(self) -> Option<Edit> {
        Some(match self {
            Self::LowerHigh => Edit { priority: Some(0), ..Edit::default() },
            Self::CompleteOpen => Edit { status: Some(Status::Completed), ..Edit::default() },
            Self::RaiseCompleted => Edit { priority: Some(2), ..Edit::default() },
            Self::RenameNormal => Edit { title: true, ..Edit::default() },
            Self::RestoreDeleted => Edit { status: Some(Status::Open), ..Edit::default() },
            Self::DeleteHigh => return None,
        })
    }

    fn filters(self) -> Value {
        match self {
            Self::LowerHigh | Self::DeleteHigh => json!({"priority": ["high"]}),
            Self::CompleteOpen => json!({"status": ["open"]}),
            Self::RaiseCompleted => json!({"status": ["completed"]}),
            Self::RenameNormal => json!({"priority": ["normal"]}),
            Self::RestoreDeleted => json!({"status": ["deleted"]}),
        }
    }
}

impl Call {
    /// The method, the path and the body of the request. `todo` and `change` give the ids of todos and changes.
    pub fn request(
        &self,
        todo: impl Fn(Handle) -> String,
        change: impl Fn(OpId) -> String,
    ) -> (&'static str, String, Value) {
        let (id, todos) = (self.id, "/todos".to_owned());
        match &self.op {
            Op::Add { priority } => {
                let todo = json!({"title": format!("t{id}"), "priority": PRIORITIES[usize::from(*priority)]});
                ("POST", todos, json!({"todos": [todo], "allow_duplicate": true}))
            }
            Op::Edit(edits) => match &edits[..] {
                [(handle, edit)] => ("PATCH", format!("/todos/{}", todo(*handle)), edit.body(id)),
                edits => {
                    let with_id = |(handle, edit): &(Handle, Edit)| {
                        let mut body = edit.body(id);
                        body["id"] = json!(todo(*handle));
                        body
                    };
                    ("PATCH", todos, json!({"todos": edits.iter().map(with_id).collect::<Vec<_>>()}))
                }
            },
            Op::Delete(handles) => match handles[..] {
                [handle] => ("DELETE", format!("/todos/{}", todo(handle)), Value::Null),
                _ => {
                    let ids: Vec<_> = handles.iter().map(|handle| todo(*handle)).collect();
                    ("DELETE", format!("/todos?ids={}", ids.join(",")), Value::Null)
                }
            },
            // Without a key, an identical request of another instance would be a repetition.
            Op::Filter(filter) => match filter.edit() {
                Some(edit) => {
                    let body = json!({"where": filter.filters(), "set": edit.body(id), "idempotency_key": key(id)});
                    ("PATCH", todos, body)
                }
                None => ("DELETE", format!("/todos?priority=high&idempotency_key={}", key(id)), Value::Null),
            },
            Op::Undo(target) => ("POST", "/undo".to_owned(), json!({"change_id": change(*target)})),
            Op::UndoLatest => ("POST", "/undo".to_owned(), json!({})),
            Op::UndoAll => ("POST", "/undo".to_owned(), json!({"since": "30 minutes"})),
            Op::Read(handle) => ("GET", format!("/todos/{}", todo(*handle)), Value::Null),
            Op::History => ("GET", "/changes?limit=100".to_owned(), Value::Null),
        }
    }
}

/// The idempotency key of a change by filter.
pub fn key(op: OpId) -> String {
    format!("k{op}")
}
