//! What all writes have in common: how a call is made of a request, and how its outcome is answered.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    api::{
        access::caller::Caller,
        answer::{
            error::ApiError,
            settings::SettingsView,
            view::{ChangeRef, TodoView, fit},
        },
        request::extract::Conditions,
    },
    app::App,
    domain::{
        change::{Image, Operation},
        edit::TodoEdit,
        id::ChangeId,
        idempotency::{Fingerprint, IdempotencyKey},
        moment::Moment,
        plan::{self, Named},
        todo::Todo,
    },
    store::{Call, Needs, SettingsNeed, Snapshot, WriteError, Written},
};

/// The todos as they are after the call.
#[derive(Debug, Serialize, ToSchema)]
pub struct TodosWritten {
    /// In the order of the call.
    pub todos: Vec<TodoView>,
    /// Todos that follow completed repeating ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub next: Vec<TodoView>,
    // Present when the call changed them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = SettingsView, required = false)]
    pub settings: Option<SettingsView>,
    /// Ids of open todos with the same title in the same list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub possible_duplicates: Vec<String>,
    /// Lists that are new.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub new_lists: Vec<String>,
    #[serde(flatten)]
    #[schema(inline)]
    pub outcome: WriteOutcome,
}

/// The todo as it is after the call.
#[derive(Debug, Serialize, ToSchema)]
pub struct TodoWritten {
    pub todo: TodoView,
    /// The todo that follows a completed repeating one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TodoView, required = false)]
    pub next: Option<TodoView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub new_lists: Vec<String>,
    #[serde(flatten)]
    #[schema(inline)]
    pub outcome: WriteOutcome,
}

/// What every answer to a write says beside the todos or settings: which change it was.
#[derive(Debug, Serialize, ToSchema)]
pub struct WriteOutcome {
    // Absent when nothing changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub change: Option<ChangeRef>,
    /// An earlier, identical request did this; nothing was done now.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub replayed: bool,
    /// Everything already was as asked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub unchanged: bool,
}

/// The moment of a plan as the owner's clock shows it.
pub fn moment(app: &App, snapshot: &Snapshot) -> Moment {
    snapshot.settings.moment(snapshot.now, &app.config.time_zone)
}

/// The write that a request asks for. `target` is what the path and the query name, `raw` the body; the key may come in
/// the header or in the request, but not as two different ones. `If-Match` is for one todo and refused elsewhere.
pub fn call(
    app: &App,
    operation: Operation,
    target: &str,
    raw: &Value,
    conditions: &Conditions,
    body_key: Option<IdempotencyKey>,
) -> Result<Call, ApiError> {
    let key = match (&conditions.idempotency_key, body_key) {
        (Some(header), Some(body)) if *header != body => {
            return Err(ApiError::invalid(
                "idempotency_key",
                "differs from the header Idempotency-Key; send one of them",
            ));
        }
        (header, body) => body.or_else(|| header.clone()),
    };
    let on_item = matches!(operation, Operation::UpdateTodo | Operation::DeleteTodo);
    if conditions.if_match.is_some() && !on_item {
        let detail =
            "If-Match is for operations on one todo. Leave it out; updateTodos takes expected_version with each todo.";
        return Err(ApiError::Malformed(detail.to_owned()));
    }
    let target = format!("{target} {:?}", conditions.if_match);
    Ok(Call {
        operation,
        change_id: key.as_ref().map_or_else(|| app.ids.change(), ChangeId::from_key),
        request: key.map(|_| Fingerprint::new(operation.word(), &target, raw)),
        once: None,
        undoes: None,
    })
}

/// Makes the edits of several todos, or of one.
pub async fn update(
    app: &App,
    caller: &Caller,
    call: &Call,
    edits: &[(Named, TodoEdit)],
) -> Result<Written, WriteError> {
    plan::check_edits(edits)?;
    let needs = Needs {
        todos: edits.iter().filter_map(|(named, _)| named.id.clone()).collect(),
        lists: edits.iter().filter_map(|(_, edit)| edit.list.clone()).collect(),
        settings: if edits.iter().any(|(_, edit)| edit.needs_clock()) {
            SettingsNeed::Read
        } else {
            SettingsNeed::Nothing
        },
        guess: None,
    };
    let plan = |snapshot: &Snapshot| plan::update(edits, &snapshot.todos, || app.ids.todo(), &moment(app, snapshot));
    caller.store.write(call, &needs, || app.clock.now(), plan).await
}

/// Deletes several todos, or one.
pub async fn delete(
    app: &App,
    caller: &Caller,
    call: &Call,
    named: &[Named],
    expected_version: Option<u64>,
) -> Result<Written, WriteError> {
    let needs = Needs { todos: named.iter().filter_map(|named| named.id.clone()).collect(), ..Needs::default() };
    let plan = |snapshot: &Snapshot| plan::delete(named, expected_version, &snapshot.todos, &moment(app, snapshot));
    caller.store.write(call, &needs, || app.clock.now(), plan).await
}

impl TodosWritten {
    /// The answer of an operation on several todos.
    pub fn of(app: &App, written: &Written) -> Json<Self> {
        Json(Self::answer(app, written, Vec::new()))
    }

    /// The same with the ids of todos that may be duplicates of new ones.
    pub fn answer(app: &App, written: &Written, possible_duplicates: Vec<String>) -> Self {
        let (asked, next): (Vec<_>, Vec<_>) = written.images.iter().partition(|image| !is_next(written, image));
        let mut todos = fit(asked.iter().chain(&next).map(|image| after(image)));
        let next = todos.split_off(asked.len());
        let settings = written.change.settings.as_ref();
        let settings = settings.map(|image| SettingsView::of(&image.after, &app.config.time_zone));
        let (new_lists, outcome) = (new_lists(written), WriteOutcome::of(written));
        Self { todos, next, settings, possible_duplicates, new_lists, outcome }
    }
}

impl TodoWritten {
    /// The answer of an operation on one todo, with its entity tag.
    pub fn of(written: &Written) -> Response {
        let view = |wanted: bool| written.images.iter().find(|image| is_next(written, image) == wanted).map(after);
        let Some(todo) = view(false) else {
            return ApiError::NoSuchTodo.into_response();
        };
        let next = view(true).map(TodoView::from);
        let (new_lists, outcome) = (new_lists(written), WriteOutcome::of(written));
        with_etag(todo, Json(Self { todo: TodoView::from(todo), next, new_lists, outcome }))
    }
}

/// An answer about one todo with its `ETag`: the version in quotes.
pub fn with_etag(todo: &Todo, answer: impl IntoResponse) -> Response {
    let tag = HeaderValue::from_str(&format!("\"{}\"", todo.version));
    (StatusCode::OK, tag.map(|tag| [(header::ETAG, tag)]).ok(), answer).into_response()
}

fn new_lists(written: &Written) -> Vec<String> {
    // What a repetition without a key answers is how things are now.
    if written.replayed && written.change.request.is_none() {
        return Vec::new();
    }
    written.change.new_lists.iter().map(|list| list.as_str().to_owned()).collect()
}

/// Whether the todo came into being because another was completed.
fn is_next(written: &Written, image: &Image) -> bool {
    let updates = matches!(written.change.operation, Operation::UpdateTodo | Operation::UpdateTodos);
    updates && image.before.is_none()
}

/// The todo as the write left it. One that it did not change keeps the version it has.
fn after(image: &Image) -> &Todo {
    match &image.before {
        Some(before) if !image.is_change() => before,
        _ => &image.after,
    }
}

impl WriteOutcome {
    /// What the write did besides.
    pub fn of(written: &Written) -> Self {
        let change = &written.change;
        let unchanged = change.is_nothing();
        Self { change: (!unchanged).then(|| ChangeRef::from(change)), replayed: written.replayed, unchanged }
    }
}
