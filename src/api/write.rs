//! What all writes have in common: how a call is made of a request, and how its outcome is answered.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    caller::Caller,
    error::ApiError,
    extract::Conditions,
    view::{ChangeRef, TodoView, fit},
};
use crate::{
    app::App,
    domain::{
        change::Operation,
        id::ChangeId,
        key::{Fingerprint, IdempotencyKey},
        patch::TodoEdit,
        plan::{self, Moment, Named},
        todo::Todo,
    },
    store::{Call, Needs, Snapshot, WriteError, Written},
};

/// The todos as they are after the call.
#[derive(Debug, Serialize, ToSchema)]
pub struct TodosWritten {
    /// In the order of the call.
    pub todos: Vec<TodoView>,
    #[serde(flatten)]
    #[schema(inline)]
    pub outcome: WriteOutcome,
}

/// The todo as it is after the call.
#[derive(Debug, Serialize, ToSchema)]
pub struct TodoWritten {
    pub todo: TodoView,
    #[serde(flatten)]
    #[schema(inline)]
    pub outcome: WriteOutcome,
}

/// What a write did besides.
#[derive(Debug, Serialize, ToSchema)]
pub struct WriteOutcome {
    /// Left out when nothing changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub change: Option<ChangeRef>,
    /// Lists that did not exist before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub new_lists: Vec<String>,
    /// True when this is the result of an earlier, identical request.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub replayed: bool,
    /// True when the todos already were as asked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub unchanged: bool,
}

/// The moment of a plan in the owner's time zone.
pub fn moment(app: &App, snapshot: &Snapshot) -> Moment {
    Moment { now: snapshot.now, zone: app.config.time_zone.clone() }
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
        let detail = "If-Match is for operations on one todo; send expected_version with each todo instead.";
        return Err(ApiError::Malformed(detail.to_owned()));
    }
    let target = format!("{target} {:?}", conditions.if_match);
    Ok(Call {
        operation,
        change_id: key.as_ref().map_or_else(|| app.ids.change(), ChangeId::from_key),
        request: key.map(|_| Fingerprint::new(operation.word(), &target, raw)),
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
        guess: Vec::new(),
    };
    let plan = |snapshot: &Snapshot| plan::update(edits, &snapshot.todos, &moment(app, snapshot));
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
    pub fn of(written: &Written) -> Json<Self> {
        Json(Self { todos: fit(after(written)), outcome: WriteOutcome::of(written) })
    }
}

impl TodoWritten {
    /// The answer of an operation on one todo, with its entity tag.
    pub fn of(written: &Written) -> Response {
        let Some(todo) = after(written).next() else {
            return ApiError::NoSuchTodo.into_response();
        };
        with_etag(todo, Json(Self { todo: TodoView::from(todo), outcome: WriteOutcome::of(written) }))
    }
}

/// An answer about one todo with its `ETag`: the version in quotes.
pub fn with_etag(todo: &Todo, answer: impl IntoResponse) -> Response {
    let tag = HeaderValue::from_str(&format!("\"{}\"", todo.version));
    (StatusCode::OK, tag.map(|tag| [(header::ETAG, tag)]).ok(), answer).into_response()
}

/// The todos as the write left them. One that it did not change keeps the version it has.
fn after(written: &Written) -> impl Iterator<Item = &Todo> {
    written.images.iter().map(|image| match &image.before {
        Some(before) if !image.is_change() => before,
        _ => &image.after,
    })
}

impl WriteOutcome {
    fn of(written: &Written) -> Self {
        let change = &written.change;
        let unchanged = change.todos.is_empty();
        Self {
            change: (!unchanged).then(|| ChangeRef::from(change)),
            new_lists: change.new_lists.iter().map(|list| list.as_str().to_owned()).collect(),
            replayed: written.replayed,
            unchanged,
        }
    }
}
