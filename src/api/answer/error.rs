//! Every way in which an operation can fail, and which problem (RFC 9457) each becomes. The problems' statuses and texts are in
//! `problem.rs`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    problem::{FieldError, Problem, kind},
    suggestion::{short, unknown},
    view::{characters, fit_problem as fit},
};
use crate::{
    domain::{
        id::TodoId,
        invalid::Invalid,
        refusal::{ItemViolation, Refusal},
    },
    oidc::Outage,
    store::{Fault, FaultKind, WriteError},
};

/// The media type of RFC 9457, section 3.
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
/// Characters of the errors in one answer. Together with the todos of a conflict they stay below OpenAI's 100,000.
const ERRORS_CHARACTERS: usize = 15_000;

/// What an operation answers instead of its result.
#[derive(Debug)]
pub enum ApiError {
    /// The request cannot be read: JSON that is none, a header that is none.
    Malformed(String),
    /// The cursor was changed, or belongs to another listing or owner.
    BadCursor,
    /// Values that break rules, each with its path.
    Invalid(Vec<FieldError>),
    /// The request says not whose it is.
    NoCredential,
    /// The key that the request carries is none, or not valid (any more).
    BadCredential,
    /// The access token does not allow todos.
    InsufficientScope,
    /// The OpenID provider does not answer, without which nobody can say who is asking.
    NoProvider(Outage),
    /// A web page of somebody else made the request.
    ForeignOrigin,
    /// No todo has the id of the path.
    NoSuchTodo,
    /// No operation has this path.
    NoSuchPath,
    MethodNotAllowed,
    BodyTooLarge,
    NotJson,
    /// `If-Match` and `expected_version` and the like, which did not hold; and all else the domain refuses.
    Refused {
        refusal: Refusal,
        path: ErrorPath,
    },
    /// A request that only a configured deployment can answer.
    NoPublicUrl,
    Failed(Fault),
}

/// How the paths of errors begin: where the items of the call stand in the request.
#[derive(Debug, Clone, Copy)]
pub enum ErrorPath {
    /// `todos[3].due`
    Todos,
    /// `ids[3]`
    Ids,
    /// `due`: the call has one item, that of the path.
    Item,
    /// The call names a change.
    Change,
}

impl ApiError {
    /// One value that breaks a rule.
    pub fn invalid(path: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(path, Invalid::new(message))])
    }

    /// Fields that are none of the accepted ones; `None` when there are no such.
    pub fn unknown_fields<'a>(names: impl Iterator<Item = &'a str>, accepted: &[&str]) -> Option<Self> {
        let errors: Vec<_> = names.map(|name| FieldError::new(short(name), unknown(name, accepted))).collect();
        (!errors.is_empty()).then_some(Self::Invalid(errors))
    }

    /// Turns what a write answered into an error; `path` says how the paths of its errors begin.
    pub fn of_write(path: ErrorPath) -> impl FnOnce(WriteError) -> Self {
        move |error| match error {
            WriteError::Refused(refusal) => Self::Refused { refusal, path },
            WriteError::Failed(fault) => Self::Failed(fault),
        }
    }

    /// What a 401 has to say besides (RFC 6750, section 3).
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
            Self::Malformed(detail) => kind::MALFORMED.saying(detail),
            Self::BadCursor => kind::BAD_CURSOR.into(),
            Self::Invalid(errors) => Problem { errors: bounded(errors), ..kind::INVALID.into() },
            Self::NoCredential => kind::NO_CREDENTIAL.into(),
            Self::BadCredential => kind::BAD_CREDENTIAL.into(),
            Self::InsufficientScope => kind::INSUFFICIENT_SCOPE.into(),
            Self::NoProvider(_) => kind::NO_PROVIDER.into(),
            Self::ForeignOrigin => kind::FOREIGN_ORIGIN.into(),
            Self::NoSuchTodo => kind::NO_SUCH_TODO.into(),
            Self::NoSuchPath => kind::NO_SUCH_PATH.into(),
            Self::MethodNotAllowed => kind::METHOD_NOT_ALLOWED.into(),
            Self::BodyTooLarge => kind::BODY_TOO_LARGE.into(),
            Self::NotJson => kind::NOT_JSON.into(),
            Self::Refused { refusal, path } => refused(refusal, path),
            Self::NoPublicUrl => kind::NO_PUBLIC_URL.into(),
            Self::Failed(fault) => match fault.kind {
                FaultKind::Throttled => kind::THROTTLED.into(),
                FaultKind::Unavailable => kind::UNAVAILABLE.into(),
                FaultKind::Broken => kind::INTERNAL.into(),
            },
        }
    }
}

fn refused(refusal: Refusal, begins: ErrorPath) -> Problem {
    match refusal {
        Refusal::NotFound(_) if matches!(begins, ErrorPath::Item) => kind::NO_SUCH_TODO.into(),
        Refusal::NotFound(violations) => Problem { errors: located(violations, begins), ..kind::NO_SUCH_TODOS.into() },
        Refusal::Invalid(violations) => Problem { errors: located(violations, begins), ..kind::INVALID.into() },
        Refusal::Conflict { violations, current } => {
            Problem { errors: located(violations, begins), current: fit(&current), ..kind::CONFLICT.into() }
        }
        Refusal::ChangedSince { ids, current } => {
            let message = |id: TodoId| format!("the todo {} was changed after this change", id.as_str());
            let later = |id: TodoId| FieldError::new("change_id", Invalid::new(message(id)));
            let errors = ids.into_iter().map(later).collect();
            Problem { errors, current: fit(&current), ..kind::CHANGED_SINCE.into() }
        }
        Refusal::SettingsChangedSince => {
            let message = Invalid::new("the settings were changed after this change");
            Problem { errors: vec![FieldError::new("change_id", message)], ..kind::CHANGED_SINCE.into() }
        }
        Refusal::Contended { current } => Problem { current: fit(&current), ..kind::CONTENDED.into() },
        Refusal::AlreadyUndone { by } => kind::ALREADY_UNDONE
            .saying(format!("Nothing was changed. To bring the change back, undo the change {}.", by.as_str())),
        Refusal::NoSuchChange => kind::NO_SUCH_CHANGE.into(),
        Refusal::NothingToUndo => kind::NOTHING_TO_UNDO.into(),
        Refusal::KeyReused => kind::KEY_REUSED.into(),
        Refusal::TooLarge => kind::TODOS_TOO_LARGE.into(),
        Refusal::TooMany => kind::TODOS_TOO_MANY.into(),
    }
}

fn located(violations: Vec<ItemViolation>, begins: ErrorPath) -> Vec<FieldError> {
    let path = |violation: &ItemViolation| match (begins, violation.field) {
        (ErrorPath::Todos, "") => format!("todos[{}]", violation.item),
        (ErrorPath::Todos, field) => format!("todos[{}].{field}", violation.item),
        (ErrorPath::Ids, _) => format!("ids[{}]", violation.item),
        (ErrorPath::Item | ErrorPath::Change, field) => field.to_owned(),
    };
    bounded(
        violations
            .into_iter()
            .map(|violation| FieldError::new(path(&violation), Invalid::new(violation.message)))
            .collect(),
    )
}

/// As many errors as an answer has room for, and then one that says how many there are besides.
fn bounded(errors: Vec<FieldError>) -> Vec<FieldError> {
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

/// For the log line of the request: why it failed, in words that are not for the client.
#[derive(Debug, Clone)]
pub struct Cause(pub String);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (cause, wait) = match &self {
            Self::Failed(fault) => (Some(Cause(fault.cause.clone())), 2),
            Self::NoProvider(outage) => (Some(Cause(outage.cause.clone())), outage.retry_after),
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
