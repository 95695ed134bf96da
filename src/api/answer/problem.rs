//! Defines how answers show errors, in the format of problem details (RFC 9457).

use std::collections::{HashMap, hash_map::Entry};

use serde::Serialize;
use utoipa::ToSchema;

use super::{fitting::characters, view::TodoView};
use crate::domain::invalid::Invalid;

/// The maximum total length of all errors in one answer, in characters. The answer to a conflict contains errors and
/// todos, and must stay below OpenAI's limit of 100,000 characters.
const ERRORS_CHARACTERS: usize = 15_000;

/// An invalid value in a request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FieldError {
    /// Such as `todos[2].due`.
    // Empty if the whole request is at fault.
    pub path: String,
    /// Other paths with the same fault.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    pub also: Vec<String>,
    pub message: String,
    // Accepted values.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(value_type = Vec<String>, required = false)]
    pub allowed: Vec<String>,
}

/// A problem document (RFC 9457): what went wrong, and what the client can do next.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: &'static str,
    #[schema(value_type = i32)]
    pub status: u16,
    /// What to do next.
    pub detail: String,
    // A stable word for this kind of error.
    pub code: &'static str,
    // Every value at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
    /// The todos now, after a conflict.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub current: Vec<TodoView>,
}

impl FieldError {
    /// The error for an invalid value at `path`.
    pub fn new(path: impl Into<String>, invalid: Invalid) -> Self {
        let allowed = invalid.allowed.iter().map(|word| (*word).to_owned()).collect();
        Self { path: path.into(), also: Vec::new(), message: invalid.message, allowed }
    }

    /// Puts errors with the same message together, so that an answer contains each message only once. The first path of
    /// each message decides the order.
    pub fn together(errors: Vec<Self>) -> Vec<Self> {
        /// An error names at most this number of other paths.
        const OTHERS: usize = 50;
        let mut places: HashMap<(String, Vec<String>), usize> = HashMap::new();
        let mut together: Vec<Self> = Vec::new();
        for error in errors {
            match places.entry((error.message.clone(), error.allowed.clone())) {
                Entry::Occupied(place) => together[*place.get()].also.push(error.path),
                Entry::Vacant(place) => {
                    place.insert(together.len());
                    together.push(error);
                }
            }
        }
        for error in &mut together {
            let others = error.also.len();
            if others > OTHERS {
                error.also.truncate(OTHERS);
                error.also.push(format!("and {} more", others - OTHERS));
            }
        }
        together
    }
}

/// Puts errors with the same message together, and keeps only as many errors as an answer has room for. If this function
/// leaves out errors, it adds one error that says how many errors it left out.
pub fn bounded(errors: Vec<FieldError>) -> Vec<FieldError> {
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

/// A kind of problem document: its status, its code, its title, and its usual `detail`.
pub struct ProblemKind {
    status: u16,
    code: &'static str,
    title: &'static str,
    detail: &'static str,
}

impl ProblemKind {
    const fn new(status: u16, code: &'static str, title: &'static str, detail: &'static str) -> Self {
        Self { status, code, title, detail }
    }

    /// Makes a problem document of this kind with a different `detail`.
    pub fn with_detail(self, detail: String) -> Problem {
        Problem { detail, ..self.into() }
    }
}

impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Self {
        Self {
            kind: format!("urn:todo-action:problem:{}", kind.code),
            title: kind.title,
            status: kind.status,
            detail: kind.detail.to_owned(),
            code: kind.code,
            errors: Vec::new(),
            current: Vec::new(),
        }
    }
}

/// All kinds of problem documents. A language model reads `detail`, so `detail` says what to do next.
#[rustfmt::skip]
pub mod problems {
    use super::ProblemKind;

    pub const MALFORMED: ProblemKind = ProblemKind::new(400, "malformed", "The request cannot be read",
        "Send the request as the document at /openapi.json describes it.");
    pub const BAD_CURSOR: ProblemKind = ProblemKind::new(400, "bad_cursor", "The cursor cannot be used",
        "To start from the beginning, send no cursor. A cursor works only with the listing that returned it, and only with the same filters.");
    pub const NO_CREDENTIAL: ProblemKind = ProblemKind::new(401, "no_credential", "The request has no API key or access token",
        "Send an API key or an access token in the header Authorization: Bearer. An API key can also be in the header X-Api-Key. Ask the operator of this service which credential it accepts.");
    pub const BAD_CREDENTIAL: ProblemKind = ProblemKind::new(401, "bad_credential", "The API key or access token is not valid",
        "The key or token is mistyped, unknown, expired or revoked. Do not try again. Sign in again, or ask the operator of this service for a new key.");
    pub const OLD_CONSENT: ProblemKind = ProblemKind::new(401, "sign_in_again", "The access was given too long ago",
        "This request has erased nothing. Sign in again, and send the request within 10 minutes.");
    pub const INSUFFICIENT_SCOPE: ProblemKind = ProblemKind::new(403, "insufficient_scope", "The access token does not allow access to the todos",
        "Sign in again, and allow the scope that the WWW-Authenticate header names.");
    pub const FOREIGN_ORIGIN: ProblemKind = ProblemKind::new(403, "foreign_origin", "The request comes from a web page of another site",
        "Send the request from a program, not from a web page. Send the request to the address in PUBLIC_URL, or to the address that the server printed at its start.");
    pub const NO_SUCH_TODO: ProblemKind = ProblemKind::new(404, "not_found", "There is no such todo",
        "Use an id that getTodos returned. Do not guess ids.");
    pub const NO_SUCH_PROGRAM: ProblemKind = ProblemKind::new(404, "not_found", "No program with this id has access",
        "Use an id of GET /account/programs. Perhaps the access has already ended. A program sees and ends only its own \
            access. To end the access of another program, use an API key.");
    pub const NO_SUCH_DOWNLOAD: ProblemKind = ProblemKind::new(404, "not_found", "There is no download at this address",
        "The address of a download works once, and for 15 minutes. Ask your assistant for a new address.");
    pub const NO_SUCH_IMPORT: ProblemKind = ProblemKind::new(404, "not_found", "There is no such import",
        "An import that nobody finishes is there for 7 days. Send the file again with POST /import: what is here already is not added twice.");
    pub const NO_SUCH_CALENDAR: ProblemKind = ProblemKind::new(404, "not_found", "There is no calendar at this address",
        "Somebody has ended this calendar or given it a new address, or the address is mistyped. Make a new address on the page of the list, or with `todo feeds`.");
    pub const NO_SUCH_FEED: ProblemKind = ProblemKind::new(404, "not_found", "There is no calendar feed with this id",
        "Use an id of GET /feeds, or of the command `todo feeds list`. Perhaps the feed has already ended.");
    pub const NO_SUCH_TODOS: ProblemKind = ProblemKind::new(404, "not_found", "Some todos do not exist",
        "Nothing was changed. Leave out the ids that `errors` lists, or find the right ids with getTodos.");
    pub const NO_SUCH_LIST: ProblemKind = ProblemKind::new(404, "not_found", "There is no such list",
        "Use the name of a list in getOverview.");
    pub const NO_SUCH_CHANGE: ProblemKind = ProblemKind::new(404, "not_found", "There is no such change",
        "Use an id that getChanges returned; changes can be undone for 30 days.");
    pub const NOTHING_TO_UNDO: ProblemKind = ProblemKind::new(404, "nothing_to_undo", "There is nothing to undo",
        "No change was found that can be undone. Without `by`, only your own changes count. Undone changes, undos, and changes before `since` do not count. The service keeps changes for 30 days, and searches the latest 1,000 changes. getChanges lists all changes.");
    pub const NO_SUCH_PATH: ProblemKind = ProblemKind::new(404, "no_such_path", "There is nothing at this path",
        "Use a path of the document at /openapi.json.");
    pub const METHOD_NOT_ALLOWED: ProblemKind = ProblemKind::new(405, "method_not_allowed", "The path does not support this method",
        "Use one of the methods in the Allow header.");
    pub const CONFLICT: ProblemKind = ProblemKind::new(409, "conflict", "Some todos are not in the expected state",
        "Nothing was changed. `current` shows the todos as they are now. Decide again. Then send the request with the present versions, or without `expected_version`.");
    pub const OTHER_NUMBER: ProblemKind = ProblemKind::new(409, "conflict", "The filters match another number of todos",
        "Nothing was changed. Send the number that matches as `expected_count`, or other filters.");
    pub const CONTENDED: ProblemKind = ProblemKind::new(409, "conflict", "Other requests are changing the same todos",
        "Nothing was changed. Send the same request again. `current` shows the todos as they are now.");
    pub const CHANGED_SINCE: ProblemKind = ProblemKind::new(409, "changed_since", "Some todos were changed again after the change",
        "Nothing was undone, because the undo would overwrite later changes. First undo the later changes (getChanges lists them), or change the todos with updateTodos.");
    pub const ALREADY_UNDONE: ProblemKind = ProblemKind::new(409, "already_undone", "The change has already been undone",
        "Nothing was changed. An undo is also a change, and getChanges lists it. To restore the change that was undone, undo the undo.");
    pub const EXPORT_OUTDATED: ProblemKind = ProblemKind::new(409, "export_outdated", "The todos have changed since this address was made",
        "The files of this export would not fit together any more. Ask your assistant for new addresses.");
    pub const BODY_TOO_LARGE: ProblemKind = ProblemKind::new(413, "too_large", "The request body is too large",
        "Send at most 128 KiB. Send the todos in several requests, and notes of at most 4,000 characters.");
    pub const FILE_TOO_LARGE: ProblemKind = ProblemKind::new(413, "too_large", "The file is too large",
        "Send at most 4 MB in one request, compressed with gzip or in several parts, and at most 8 MB in all. Divide a larger file.");
    pub const IMPORT_TOO_LARGE: ProblemKind = ProblemKind::new(413, "too_large", "The import has too many todos for one undo",
        "Tell the person to undo the import on the page of this service.");
    pub const TODOS_TOO_LARGE: ProblemKind = ProblemKind::new(413, "too_large", "The todos are too large for one call",
        "Nothing was changed. Send fewer todos in each request.");
    pub const EXPORT_TOO_LARGE: ProblemKind = ProblemKind::new(413, "too_large", "The export is too large for addresses",
        "Tell the person that the export is too large for this way. A program can read it page after page with GET /export, and so can the command todo export.");
    pub const STORAGE_FULL: ProblemKind = ProblemKind::new(413, "too_large", "The storage for the todos is full",
        "Nothing was changed. The todos and their history have reached the limit of 10 GB. The service removes deleted todos and changes after 30 days. Try again after some days.");
    pub const TODOS_TOO_MANY: ProblemKind = ProblemKind::new(413, "too_large", "The call makes too many changes",
        "Nothing was changed. One call can change at most 1,000 todos, and create about 90 lists. Each completed repeating todo counts as two todos, because the service also adds the next todo. Send one half of the todos in a first request, and the other half in a second request.");
    pub const UNDO_TOO_LARGE: ProblemKind = ProblemKind::new(413, "too_large", "The undo makes too many changes",
        "Nothing was undone. With `since`, one call can undo at most 80 changes and 1,000 todos. Send a later time as `since`, or undo the changes one by one by their ids.");
    pub const NOT_JSON: ProblemKind = ProblemKind::new(415, "not_json", "The request body is not JSON",
        "Send the body as JSON with the header Content-Type: application/json.");
    pub const COMPRESSED: ProblemKind = ProblemKind::new(415, "compressed", "The request body is compressed",
        "Send the same body again without compression, and without the header Content-Encoding.");
    pub const INVALID: ProblemKind = ProblemKind::new(422, "invalid", "Some values are not valid",
        "Nothing was changed. Correct the values that `errors` lists, and send the request again.");
    pub const NOT_CONFIRMED: ProblemKind = ProblemKind::new(422, "not_confirmed", "The erasure is not confirmed",
        "This request has erased nothing. DELETE /account erases all todos, lists, settings and changes of the person, and ends the access of all programs. Nobody can undo this. GET /export returns a copy. To erase everything, send DELETE /account?confirm=erase-everything.");
    pub const KEY_REUSED: ProblemKind = ProblemKind::new(422, "idempotency_key_reused", "The idempotency key belongs to another request",
        "Nothing was changed. Use a new idempotency key for a new request; repeat a request only with the same body.");
    pub const INTERNAL: ProblemKind = ProblemKind::new(500, "internal", "The server failed",
        "Trying again will not help; the operator finds the cause in the log.");
    pub const NO_PUBLIC_URL: ProblemKind = ProblemKind::new(500, "no_public_url", "The address of this deployment is not known",
        "The operator of this service must set PUBLIC_URL.");
    pub const NO_DOWNLOADS: ProblemKind = ProblemKind::new(501, "no_downloads", "This server has no address for a download",
        "Tell the person to run the command `todo export` on this computer.");
    pub const THROTTLED: ProblemKind = ProblemKind::new(503, "throttled", "The storage is busy",
        "Send the same request again in a few seconds. If the request has an idempotency key, send the same key again.");
    pub const BUSY: ProblemKind = ProblemKind::new(503, "busy", "A large change or an erasure is not finished yet",
        "Send the same request again in a second. If the request has an idempotency key, send the same key again.");
    pub const UNAVAILABLE: ProblemKind = ProblemKind::new(503, "unavailable", "The storage did not answer",
        "Send the same request again in a few seconds. If the request has an idempotency key, send the same key again.");
}
