//! The errors that operations return, and the problem document (RFC 9457) for each error. The statuses and texts of the
//! problem documents are in `problem.rs`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    fitting::{characters, fit_problem as fit},
    problem::{FieldError, Problem, ProblemKind, problems},
    suggestion::{short, unknown},
};
use crate::{
    domain::{
        change::Change,
        found::Found,
        id::ChangeId,
        invalid::Invalid,
        limits,
        list_change::ListConflict,
        refusal::{ItemViolation, Refusal, Subject, UndoConflict},
    },
    store::{Fault, FaultKind, WriteError},
};

/// The media type of problem documents (RFC 9457, section 3).
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
/// The maximum total length of all errors in one answer, in characters. The answer to a conflict contains errors and
/// todos, and must stay below OpenAI's limit of 100,000 characters.
const ERRORS_CHARACTERS: usize = 15_000;

/// The error that an operation returns instead of its result.
#[derive(Debug)]
pub enum ApiError {
    /// The server cannot read the request. For example, the body is not valid JSON, or a header has a wrong value.
    Malformed(String),
    /// The cursor was changed, or the cursor belongs to another listing or to another owner.
    BadCursor,
    /// The invalid values in the request, each with its path.
    Invalid(Vec<FieldError>),
    /// The request has no credential.
    NoCredential,
    /// The API key or the access token of the request is not valid.
    BadCredential,
    /// The access token does not have the scope that this service requires.
    InsufficientScope,
    /// A web page of another site sent the request.
    ForeignOrigin,
    /// There is no program with the id in the path, or the access of this program has ended.
    NoSuchProgram,
    /// There is no todo with the id in the path.
    NoSuchTodo,
    /// The request names a list that does not exist. The text names the list, and the most similar list.
    NoSuchList(String),
    /// There is no operation at the path of the request.
    NoSuchPath,
    MethodNotAllowed,
    BodyTooLarge,
    NotJson,
    /// The header `Content-Encoding` says that the body is compressed.
    Compressed,
    /// The program refuses the write. For example, the version of a todo is not the version in `If-Match` or
    /// `expected_version`.
    Refused {
        refusal: Refusal,
        path: ErrorPath,
    },
    /// The answer needs the public address of the deployment, but the program does not know this address.
    NoPublicUrl,
    Failed(Fault),
    /// The write may have succeeded, but its answer was lost. If the client sends the same request again, the store
    /// does not recognise the repetition. So the answer contains this advice.
    NotRepeatable(Fault, &'static str),
}

/// Says how the `path` of each error begins. A path begins with `todos` or `ids` if the request has a list with this
/// name.
#[derive(Debug, Clone, Copy)]
pub enum ErrorPath {
    /// `todos[3].due`
    Todos,
    /// `ids[3]`
    Ids,
    /// `set.due`, or the ids that a change by filter leaves out. The text is the path of the filters.
    Filter(&'static str),
    /// The path is only the name of a field, such as `due`, because the URL already names the todo or the settings.
    Item,
    /// The request contains the id of a change, but no todos.
    Change,
}

impl ApiError {
    /// The error for one invalid value.
    pub fn invalid(path: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(path, Invalid::new(message))])
    }

    /// The error for the unknown fields in `names`, or `None` if `names` is empty.
    pub fn unknown_fields<'a>(names: impl Iterator<Item = &'a str>, accepted: &[&str]) -> Option<Self> {
        let errors: Vec<_> = names.map(|name| FieldError::new(short(name), unknown(name, accepted))).collect();
        (!errors.is_empty()).then_some(Self::Invalid(errors))
    }

    /// Returns a function that makes an `ApiError` from a failed write. The argument `path` says how the paths in this
    /// `ApiError` begin.
    pub fn of_write(path: ErrorPath) -> impl FnOnce(WriteError) -> Self {
        move |error| match error {
            WriteError::Refused(refusal) => Self::Refused { refusal, path },
            WriteError::Failed(fault) => Self::Failed(fault),
        }
    }

    /// If the write may have succeeded in spite of this error, the answer contains `advice` instead of the usual
    /// `detail`. The usual `detail` says that the client can send the same request again.
    pub fn not_repeatable(self, advice: &'static str) -> Self {
        match self {
            Self::Failed(fault) if fault.kind != FaultKind::Broken => Self::NotRepeatable(fault, advice),
            error => error,
        }
    }

    /// The value of the header `WWW-Authenticate` in an answer with status 401 or 403 (RFC 6750, section 3).
    fn challenge(&self) -> Option<&'static str> {
        match self {
            Self::NoCredential => Some("Bearer realm=\"todo-action\""),
            Self::BadCredential => Some("Bearer realm=\"todo-action\", error=\"invalid_token\""),
            Self::InsufficientScope => Some("Bearer realm=\"todo-action\", error=\"insufficient_scope\""),
            _ => None,
        }
    }

    fn problem(self) -> Problem {
        match self {
            Self::Malformed(detail) => problems::MALFORMED.with_detail(detail),
            Self::BadCursor => problems::BAD_CURSOR.into(),
            Self::Invalid(errors) => Problem { errors: bounded(errors), ..problems::INVALID.into() },
            Self::NoCredential => problems::NO_CREDENTIAL.into(),
            Self::BadCredential => problems::BAD_CREDENTIAL.into(),
            Self::InsufficientScope => problems::INSUFFICIENT_SCOPE.into(),
            Self::ForeignOrigin => problems::FOREIGN_ORIGIN.into(),
            Self::NoSuchProgram => problems::NO_SUCH_PROGRAM.into(),
            Self::NoSuchTodo => problems::NO_SUCH_TODO.into(),
            Self::NoSuchList(detail) => problems::NO_SUCH_LIST.with_detail(detail),
            Self::NoSuchPath => problems::NO_SUCH_PATH.into(),
            Self::MethodNotAllowed => problems::METHOD_NOT_ALLOWED.into(),
            Self::BodyTooLarge => problems::BODY_TOO_LARGE.into(),
            Self::NotJson => problems::NOT_JSON.into(),
            Self::Compressed => problems::COMPRESSED.into(),
            Self::Refused { refusal, path } => refused(refusal, path),
            Self::NoPublicUrl => problems::NO_PUBLIC_URL.into(),
            Self::Failed(fault) => failed(fault.kind).into(),
            Self::NotRepeatable(fault, advice) => failed(fault.kind).with_detail(advice.to_owned()),
        }
    }
}

fn failed(kind: FaultKind) -> ProblemKind {
    match kind {
        FaultKind::Throttled => problems::THROTTLED,
        FaultKind::Busy => problems::BUSY,
        FaultKind::Unavailable | FaultKind::Newer => problems::UNAVAILABLE,
        FaultKind::Broken => problems::INTERNAL,
    }
}

fn refused(refusal: Refusal, begins: ErrorPath) -> Problem {
    match refusal {
        Refusal::NotFound(_) if matches!(begins, ErrorPath::Item) => problems::NO_SUCH_TODO.into(),
        Refusal::NotFound(violations) => {
            Problem { errors: with_paths(violations, begins), ..problems::NO_SUCH_TODOS.into() }
        }
        Refusal::Invalid(violations) => Problem { errors: with_paths(violations, begins), ..problems::INVALID.into() },
        Refusal::Conflict { violations, current } => {
            Problem { errors: with_paths(violations, begins), current: fit(&current), ..problems::CONFLICT.into() }
        }
        Refusal::ChangedSince { conflicts, current } => {
            let errors = bounded(conflicts.iter().map(conflict).collect());
            Problem { errors, current: fit(&current), ..problems::CHANGED_SINCE.into() }
        }
        Refusal::Contended { current } => Problem { current: fit(&current), ..problems::CONTENDED.into() },
        Refusal::AlreadyUndone { by } => problems::ALREADY_UNDONE.with_detail(format!(
            "Nothing was changed, because an undo has already reversed this change. To restore this change, undo the change {}.",
            by.as_str()
        )),
        Refusal::NoSuchChange => problems::NO_SUCH_CHANGE.into(),
        Refusal::NothingToUndo { newest: None } => problems::NOTHING_TO_UNDO.into(),
        Refusal::NothingToUndo { newest: Some(newest) } => problems::NOTHING_TO_UNDO.with_detail(format!(
            "No change of the wanted program was found that can be undone. The newest other change is {}. To undo this change, send its id as `change_id`.",
            described(&newest)
        )),
        Refusal::NoSuchList(name) => {
            problems::NO_SUCH_LIST.with_detail(format!("There is no list \"{}\".", name.as_str()))
        }
        Refusal::ListRefused { field, message } => {
            Problem { errors: vec![FieldError::new(field, Invalid::new(message))], ..problems::INVALID.into() }
        }
        Refusal::ListTooFull { list, todos } => problems::TODOS_TOO_MANY.with_detail(format!(
            "The list \"{}\" has {todos} todos, but at most {} todos can be deleted together with their list. Nothing was changed. First delete or move some of its todos, also completed ones. Or keep the todos, and put them into another list with merge_into.",
            list.as_str(),
            limits::TODOS_PER_CALL
        )),
        Refusal::ListTooLarge(list) => problems::TODOS_TOO_LARGE.with_detail(format!(
            "The todos of the list \"{}\" are too large to be deleted together with their list. Nothing was changed. First delete or move some of its todos, also completed ones. Or keep the todos, and put them into another list with merge_into.",
            list.as_str()
        )),
        Refusal::OtherNumber { expected, found } => problems::OTHER_NUMBER.with_detail(other_number(expected, found)),
        Refusal::TooLargeFound { number } => {
            problems::TODOS_TOO_LARGE.with_detail(format!(
                "The {number} todos that match are together too large for one change. Nothing was changed. Narrow the filters, for example to one list, a period (due_from and due_to) or a priority, and make several calls."
            ))
        }
        Refusal::TooManyFound { number } => problems::TODOS_TOO_MANY.with_detail(format!(
            "{number} todos that match would change, but one call can change at most {}. A completed repeating todo counts twice. Nothing was changed. Narrow the filters, for example to one list, a period (due_from and due_to) or a priority, and make several calls.",
            limits::TODOS_PER_CALL
        )),
        Refusal::KeyReused => problems::KEY_REUSED.into(),
        Refusal::TooLarge => problems::TODOS_TOO_LARGE.into(),
        Refusal::Full => problems::STORAGE_FULL.into(),
        Refusal::TooMany if matches!(begins, ErrorPath::Change) => problems::UNDO_TOO_LARGE.into(),
        Refusal::TooMany => problems::TODOS_TOO_MANY.into(),
    }
}

/// The error for a todo, or for the settings, that a later change altered.
fn conflict(conflict: &UndoConflict) -> FieldError {
    let UndoConflict { subject, change, fields, added, later } = conflict;
    let what = match subject {
        Subject::Todo(todo) => format!("the todo {} was", todo.as_str()),
        Subject::Settings => "the settings were".to_owned(),
        Subject::Lists(conflict, _) => return list_conflict(conflict, change, later.as_deref()),
    };
    let fields = if fields.is_empty() { "it no longer exists".to_owned() } else { fields.join(", ") };
    let by = later.as_ref().map(|later| format!("; the last such change is {}", described(later))).unwrap_or_default();
    let advice = if *added { ". To remove the todo, use deleteTodos" } else { "" };
    let message = format!("after the change {}, {what} changed again ({fields}){by}{advice}", change.as_str());
    FieldError::new("change_id", Invalid::new(message))
}

/// The error for a list that a later change altered.
fn list_conflict(conflict: &ListConflict, change: &ChangeId, later: Option<&Change>) -> FieldError {
    let by = later.map(|later| format!("; the last such change is {}", described(later))).unwrap_or_default();
    let what = match conflict {
        ListConflict::Changed => format!("the list was changed again{by}"),
        ListConflict::OtherGone => format!("the list into which it would be merged was merged or deleted{by}"),
        ListConflict::Ordered => format!("the order of the lists was changed again{by}"),
        ListConflict::NameTaken(name) => format!(
            "another list got the name \"{}\"{by}. First give this other list another name with updateLists",
            name.as_str()
        ),
        ListConflict::HasTodos => {
            "other todos were put into the list. To delete them too, delete the list with updateLists".to_owned()
        }
    };
    FieldError::new("change_id", Invalid::new(format!("after the change {}, {what}", change.as_str())))
}

/// Says how many todos match the filters of a change.
fn other_number(expected: usize, found: Found) -> String {
    let Found { open, completed, deleted, already, .. } = found;
    let parts = [(open, "open"), (completed, "completed"), (deleted, "deleted")];
    let parts: Vec<_> = parts.iter().filter(|(number, _)| *number > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let parts = if parts.is_empty() { "none".to_owned() } else { parts.join(" and ") };
    format!(
        "Nothing was changed, because {} todos match, not {expected}. Would change: {parts}. Already as asked: {already}. Send the right number as expected_count, or other filters.",
        found.total()
    )
}

/// A change in a few words, such as `8f3kq2m9x7w1z0tb (updateTodos by Ann's laptop (key 1a2b3c4d5e6f))`.
fn described(change: &Change) -> String {
    let by = change.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    format!("{} ({}{by})", change.id.as_str(), change.operation.as_str())
}

fn with_paths(violations: Vec<ItemViolation>, begins: ErrorPath) -> Vec<FieldError> {
    let path = |violation: &ItemViolation| match (begins, violation.field) {
        (ErrorPath::Todos, "") => format!("todos[{}]", violation.item),
        (ErrorPath::Todos, field) => format!("todos[{}].{field}", violation.item),
        (ErrorPath::Ids, _) => format!("ids[{}]", violation.item),
        (ErrorPath::Filter(""), "id") => format!("except_ids[{}]", violation.item),
        (ErrorPath::Filter(place), "id") => format!("{place}.except_ids[{}]", violation.item),
        (ErrorPath::Filter(_), field) => format!("set.{field}"),
        (ErrorPath::Item | ErrorPath::Change, field) => field.to_owned(),
    };
    bounded(
        violations
            .into_iter()
            .map(|violation| FieldError::new(path(&violation), Invalid::new(violation.message)))
            .collect(),
    )
}

/// Puts errors with the same message together, and keeps only as many errors as an answer has room for. If this function
/// leaves out errors, it adds one error that says how many errors it left out.
fn bounded(errors: Vec<FieldError>) -> Vec<FieldError> {
    let errors = FieldError::together(errors);
    let total = errors.len();
    let mut room = ERRORS_CHARACTERS;
    let fits = |error: &FieldError| {
        room = room.saturating_sub(characters(error));
        room > 0
    };
    let mut kept: Vec<_> = errors.into_iter().take_while(fits).collect();
    if kept.len() < total {
        kept.push(FieldError::new("", Invalid::new(format!("and {} more", total - kept.len()))));
    }
    kept
}

/// The reason why a request failed, for the log line. The client does not see this reason.
#[derive(Debug, Clone)]
pub struct Cause(pub String);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (cause, wait) = match &self {
            Self::Failed(fault) | Self::NotRepeatable(fault, _) => {
                (Some(Cause(fault.cause.clone())), if fault.kind == FaultKind::Busy { 1 } else { 2 })
            }
            _ => (None, 2),
        };
        let challenge = self.challenge();
        let problem = self.problem();
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(problem)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, PROBLEM_JSON);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        }
        if let Some(challenge) = challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(cause) = cause {
            response.extensions_mut().insert(cause);
        }
        response
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}
