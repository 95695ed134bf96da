//! The errors that operations return, and the problem document (RFC 9457) for each error. The statuses and texts of the
//! problem documents are in `problem.rs`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

pub use super::refusal::ErrorPath;
use super::{
    problem::{FieldError, Problem, ProblemKind, bounded, problems},
    refusal::refused,
    suggestion::{short, unknown},
};
use crate::{
    domain::{export_format::ExportFormat, id::ImportId, invalid::Invalid, refusal::Refusal},
    store::{Fault, FaultKind, WriteError},
};

/// The media type of problem documents (RFC 9457, section 3).
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
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
    /// The access token does not have the scope that the request needs.
    InsufficientScope,
    /// A web page of another site sent the request.
    ForeignOrigin,
    /// A program wants to erase everything, but the person gave the access too long ago.
    OldConsent,
    /// The request would erase everything, but it does not confirm the erasure.
    NotConfirmed,
    /// There is no program with the id in the path, or the access of this program has ended.
    NoSuchProgram,
    /// There is no export at the address, or the address was used, or the address has expired.
    NoSuchDownload,
    /// There is no calendar feed at the address, or the feed has ended.
    NoSuchCalendar,
    /// The person has no calendar feed with the id in the path.
    NoSuchFeed,
    /// The parts of an export have changed since the addresses were made.
    ExportOutdated,
    /// The export has too many parts for download addresses, because a person opens them one after another.
    ExportTooLarge,
    /// There is no import with this id, or the service no longer has its file.
    NoSuchImport,
    /// A file, or a part of a file, is too large for an import.
    FileTooLarge,
    /// The change is a part of an import that has too many todos for one undo.
    ImportTooLarge {
        import: ImportId,
        todos: usize,
    },
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
    /// The server has no address at which a person can download a file.
    NoDownloads(ExportFormat),
    /// The answer needs the public address of the deployment, but the program does not know this address.
    NoPublicUrl,
    Failed(Fault),
    /// The write may have succeeded, but its answer was lost. If the client sends the same request again, the store
    /// does not recognise the repetition. So the answer contains this advice.
    NotRepeatable(Fault, &'static str),
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
            Self::BadCredential | Self::Failed(Fault { kind: FaultKind::Ended, .. }) => {
                Some("Bearer realm=\"todo-action\", error=\"invalid_token\"")
            }
            Self::InsufficientScope => Some("Bearer realm=\"todo-action\", error=\"insufficient_scope\""),
            // RFC 9470, section 3
            Self::OldConsent => {
                Some("Bearer realm=\"todo-action\", error=\"insufficient_user_authentication\", max_age=\"600\"")
            }
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
            Self::OldConsent => problems::OLD_CONSENT.into(),
            Self::NotConfirmed => problems::NOT_CONFIRMED.into(),
            Self::ForeignOrigin => problems::FOREIGN_ORIGIN.into(),
            Self::NoSuchProgram => problems::NO_SUCH_PROGRAM.into(),
            Self::NoSuchDownload => problems::NO_SUCH_DOWNLOAD.into(),
            Self::NoSuchCalendar => problems::NO_SUCH_CALENDAR.into(),
            Self::NoSuchFeed => problems::NO_SUCH_FEED.into(),
            Self::ExportOutdated => problems::EXPORT_OUTDATED.into(),
            Self::ExportTooLarge => problems::EXPORT_TOO_LARGE.into(),
            Self::NoSuchImport => problems::NO_SUCH_IMPORT.into(),
            Self::FileTooLarge => problems::FILE_TOO_LARGE.into(),
            Self::ImportTooLarge { import, todos } => problems::IMPORT_TOO_LARGE.with_detail(format!(
                "Nothing was undone. The change is a part of an import of {todos} todos. Tell the person to undo the import on the page of this service, or with `todo import --undo {}`. A program sends DELETE /import/{} until the answer has finished.",
                import.as_str(),
                import.as_str()
            )),
            Self::NoSuchTodo => problems::NO_SUCH_TODO.into(),
            Self::NoSuchList(detail) => problems::NO_SUCH_LIST.with_detail(detail),
            Self::NoSuchPath => problems::NO_SUCH_PATH.into(),
            Self::MethodNotAllowed => problems::METHOD_NOT_ALLOWED.into(),
            Self::BodyTooLarge => problems::BODY_TOO_LARGE.into(),
            Self::NotJson => problems::NOT_JSON.into(),
            Self::Compressed => problems::COMPRESSED.into(),
            Self::Refused { refusal, path } => refused(refusal, path),
            Self::NoDownloads(format) => problems::NO_DOWNLOADS.with_detail(format!(
                "Tell the person to run this command on this computer: todo export --format {}. If `todo mcp` has the option --data, `todo export` needs the same option.",
                format.word()
            )),
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
        FaultKind::Ended => problems::BAD_CREDENTIAL,
        FaultKind::Unavailable | FaultKind::Newer => problems::UNAVAILABLE,
        FaultKind::Broken => problems::INTERNAL,
    }
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
