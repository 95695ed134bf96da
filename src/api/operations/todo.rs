//! One todo: `/todos/{id}`.

use axum::{Json as JsonAnswer, extract::State, response::Response};
use deserr::{DeserializeError, Deserr, IntoValue, Map, MergeWithError, Value, ValuePointerRef};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ignored,
    write::{self, WithoutKey},
    written::{TodoWritten, with_etag},
};
use crate::{
    api::{
        access::caller::Caller,
        answer::{
            error::{ApiError, ErrorPath},
            view::TodoView,
        },
        request::extract::{ItemConditions, ItemId, Json, NoBody, NoQuery, Query},
    },
    app::App,
    domain::{
        edit::TodoEdit, id::TodoId, idempotency::IdempotencyKey, invalid::Invalid, plan::SentId, sent_edit::SentEdit,
        version::Version,
    },
};

/// One todo.
#[derive(Debug, Serialize, ToSchema)]
pub struct TodoFound {
    todo: TodoView,
}

/// The parameters of `deleteTodo`, except the id. GPTs do not send the headers `If-Match` and `Idempotency-Key`, and a
/// `DELETE` request has no body. So these parameters are in the query.
#[derive(Debug, Deserr)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct DeleteTodoQuery {
    #[deserr(default)]
    expected_version: Option<Version>,
    #[deserr(default)]
    idempotency_key: Option<IdempotencyKey>,
}

/// The body of `updateTodo`: the fields of a [`TodoEdit`], and an idempotency key. The id of the todo is in the path.
#[derive(Debug)]
pub struct UpdateTodo {
    edit: TodoEdit,
    idempotency_key: Option<IdempotencyKey>,
}

/// Get a todo
#[utoipa::path(
    get, path = "/todos/{id}", operation_id = "getTodo",
    params(("id" = String, Path, example = "k7m2x9qa4t")),
    summary = "Get one todo",
    description = "Returns one todo with all its fields, in any status.",
    responses((status = 200, description = "The todo", body = TodoFound), super::openapi::Errors),
)]
pub async fn get_todo(
    State(app): State<App>,
    caller: Caller,
    ItemId(id): ItemId,
    _: Query<NoQuery>,
    _: NoBody,
) -> Result<Response, ApiError> {
    let todo = caller.store.todo(&id, app.clock.now()).await?.ok_or(ApiError::NoSuchTodo)?;
    Ok(with_etag(&todo, JsonAnswer(TodoFound { todo: TodoView::whole(&todo, &caller.zone(&app)) })))
}

/// Update a todo
#[utoipa::path(patch, path = "/todos/{id}", operation_id = "updateTodo", request_body = TodoEdit)]
pub async fn update_todo(
    State(app): State<App>,
    caller: Caller,
    ItemId(id): ItemId,
    ItemConditions(conditions): ItemConditions,
    _: Query<NoQuery>,
    Json { value: body, raw, empty }: Json<UpdateTodo>,
) -> Result<Response, ApiError> {
    let mut edit = body.edit;
    if edit.id.as_deref().is_some_and(|other| TodoId::parse(other).as_ref() != Some(&id)) {
        return Err(ApiError::invalid("id", "is not the id in the path; send no id in the body"));
    }
    edit.expected_version = expected_version(edit.expected_version, conditions.if_match)?.map(Version);
    let request = write::request(
        &app,
        "updateTodo",
        id.as_str(),
        &raw,
        &conditions,
        body.idempotency_key,
        WithoutKey::of([&edit].into_iter()),
    )?;
    let edits = [(SentId::new(id.as_str()), edit)];
    let result = write::update(&app, &caller, request, &edits).await.map_err(ApiError::of_write(ErrorPath::Item))?;
    TodoWritten::of(&result, &caller.zone(&app), ignored::fields(&empty, &result.images))
}

/// Delete a todo
#[utoipa::path(delete, path = "/todos/{id}", operation_id = "deleteTodo")]
pub async fn delete_todo(
    State(app): State<App>,
    caller: Caller,
    ItemId(id): ItemId,
    ItemConditions(conditions): ItemConditions,
    Query(query): Query<DeleteTodoQuery>,
    _: NoBody,
) -> Result<Response, ApiError> {
    let expected = expected_version(query.expected_version, conditions.if_match)?;
    let (no_body, key) = (serde_json::Value::Null, query.idempotency_key);
    let request = write::request(&app, "deleteTodo", id.as_str(), &no_body, &conditions, key, WithoutKey::Execute)?;
    let sent = [SentId::new(id.as_str())];
    let result = write::delete(&app, &caller, request, &sent, expected).await;
    TodoWritten::of(&result.map_err(ApiError::of_write(ErrorPath::Item))?, &caller.zone(&app), Vec::new())
}

/// The version that the caller expects, from the field `expected_version` or from the header `If-Match`.
fn expected_version(sent: Option<Version>, if_match: Option<u64>) -> Result<Option<u64>, ApiError> {
    match (sent, if_match) {
        (Some(Version(sent)), Some(header)) if sent != header => {
            Err(ApiError::invalid("expected_version", "differs from the header If-Match; send only one of the two"))
        }
        (sent, header) => Ok(sent.map(|version| version.0).or(header)),
    }
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for UpdateTodo {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        let Value::Map(mut members) = value else {
            return SentEdit::deserialize_from_value(value, location)
                .map(|SentEdit(edit)| Self { edit, idempotency_key: None });
        };
        let key = members
            .remove("idempotency_key")
            .map(|key| Deserr::deserialize_from_value(key.into_value(), location.push_key("idempotency_key")));
        let edit = SentEdit::deserialize_from_value(Value::<V>::Map(members), location).map(|SentEdit(edit)| edit);
        match (key.transpose(), edit) {
            (Ok(idempotency_key), Ok(edit)) => Ok(Self { edit, idempotency_key }),
            (Err(one), Err(other)) => Err(deserr::take_cf_content(E::merge(Some(one), other, location))),
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        }
    }
}
