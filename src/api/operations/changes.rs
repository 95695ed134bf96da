//! Lists changes (`/changes`), and undoes a change (`/undo`).

use axum::{
    Json as JsonAnswer,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use deserr::Deserr;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::{
    filter::Limit,
    write::{self, WithoutKey},
    written::TodosWritten,
};
use crate::{
    api::{
        access::caller::Caller,
        answer::{
            error::{ApiError, ErrorPath},
            fitting::{Page, is_zero},
            view::{ChangeView, Now},
        },
        request::{
            cursor::ListingId,
            extract::{Conditions, Json, NoBody, NoQuery, Query},
            if_none_match::IfNoneMatch,
        },
    },
    app::App,
    domain::{
        change::Change, difference::Difference, id::ChangeId, idempotency::IdempotencyKey, invalid::Invalid,
        refusal::Refusal,
    },
    store::{Needs, Range, Reading, Recognition, Snapshot, WriteError, WriteRequest, WriteResult},
};

/// The parameters of `getChanges`: how many changes to return, and the cursor of the page.
#[derive(Debug, Deserr, IntoParams)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// How many at most; 50 when left out.
    #[deserr(default)]
    #[param(value_type = Limit, inline, required = false)]
    limit: Option<Limit>,
    /// next_cursor of the previous answer, to continue it.
    #[deserr(default)]
    #[param(required = false, nullable = false)]
    cursor: Option<String>,
}

/// A page of changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangesPage {
    /// Newest first.
    #[schema(value_type = Vec<ChangeView>)]
    changes: Vec<Box<RawValue>>,
    /// Present if there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    next_cursor: Option<String>,
    now: Now,
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(value_type = i64, required = false)]
    unreadable: usize,
}

/// The change to undo.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct UndoChange {
    /// Id of the change; the latest change when left out.
    #[deserr(default)]
    #[schema(required = false, nullable = false, example = "8f3kq2m9x7w1z0tb")]
    change_id: Option<String>,
    #[deserr(default)]
    #[schema(value_type = IdempotencyKey, inline, required = false)]
    idempotency_key: Option<IdempotencyKey>,
}

/// List changes
#[utoipa::path(
    get, path = "/changes", operation_id = "getChanges", params(ChangesQuery),
    summary = "List changes",
    description = "Returns the changes of the last 30 days, newest first, with the ids that undoChange accepts.",
    responses((status = 200, description = "A page of changes", body = ChangesPage), super::openapi::Errors),
)]
pub async fn get_changes(
    State(app): State<App>,
    caller: Caller,
    if_none_match: IfNoneMatch,
    Query(query): Query<ChangesQuery>,
    _: NoBody,
) -> Result<Response, ApiError> {
    let of_form_1 = || "getChanges".to_owned();
    let listing = ListingId { owner: &caller.owner, of: "2 getChanges".to_owned(), of_form_1: &of_form_1 };
    let after = query.cursor.as_deref().map(|cursor| listing.position(cursor, &Range::changes())).transpose()?;
    let is_first = after.is_none();
    let limit = query.limit.unwrap_or_default().0;
    let mut page = Page::new(limit);
    let now = app.clock.now();
    let reading = Reading { after, at_most: Some(limit + 1), ..Reading::of(Range::changes()) };
    let (settings, mut changes) = if is_first && if_none_match.is_present() {
        let (settings, latest) = caller.store.settings_and_order(now).await?;
        if let Some(tag) = latest.as_deref().map(tag).filter(|tag| if_none_match.contains(tag)) {
            return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
        }
        (settings, caller.store.changes(reading, now).await?)
    } else {
        tokio::try_join!(caller.store.settings(), caller.store.changes(reading, now))?
    };
    let mut newest = None;
    let next = loop {
        let Some(change) = changes.next().await? else { break changes.rest() };
        newest = newest.or_else(|| changes.last()?.order().map(tag));
        if !page.take(&ChangeView::from(&change)) {
            break changes.before_last();
        }
    };
    let unreadable = changes.unreadable;
    let next_cursor = next.map(|position| listing.cursor(&position));
    let now = Now::of(&settings, now, &app.config.time_zone);
    let tag = newest.filter(|_| is_first).map(|tag| [(header::ETAG, tag)]);
    Ok((tag, JsonAnswer(ChangesPage { changes: page.items, next_cursor, now, unreadable })).into_response())
}

/// The entity tag of the history. `order` is the position of the newest change among all changes. The tag is weak,
/// because the same history can have different answers: each answer contains the present time (RFC 9110, section
/// 8.8.1).
fn tag(order: &str) -> String {
    format!("W/\"{order}\"")
}

/// Undo a change
#[utoipa::path(
    post, path = "/undo", operation_id = "undoChange", request_body = UndoChange, extensions(("x-todo-optional-body" = json!(true))),
    summary = "Undo a change",
    description = "Undoes all parts of a change, or changes nothing. Undoing an undo restores the change; to go further back, send the id of an earlier change.",
    responses((status = 200, description = "Undone", body = TodosWritten), super::openapi::Errors),
)]
pub async fn undo_change(
    State(app): State<App>,
    caller: Caller,
    conditions: Conditions,
    _: Query<NoQuery>,
    Json { value: body, raw }: Json<UndoChange>,
) -> Result<JsonAnswer<TodosWritten>, ApiError> {
    let without_key = WithoutKey::Execute;
    let request = write::request(&app, "undoChange", "", &raw, &conditions, body.idempotency_key, without_key)?;
    // If the request has no change id and no idempotency key, a second identical request would undo the undo.
    let may_turn_around = body.change_id.is_none() && matches!(request.recognition, Recognition::Never);
    let result = undo(&app, &caller, request, body.change_id.as_deref()).await.map_err(|error| {
        let error = ApiError::of_write(ErrorPath::Change)(error);
        if may_turn_around { error.not_repeatable(UNDO_MAY_TURN_AROUND) } else { error }
    })?;
    Ok(TodosWritten::changed(&app, &result))
}

/// If an `undoChange` request has no change id and no idempotency key, a second identical request could undo the undo.
/// If the answer to such a request is lost, the caller gets this advice.
const UNDO_MAY_TURN_AROUND: &str = "Perhaps the change was undone, and the same request would undo the undo. First call getChanges. If the first change in the answer is not the undo, call undoChange with the change_id of the change that you want to undo.";

async fn undo(
    app: &App,
    caller: &Caller,
    request: WriteRequest,
    change_id: Option<&str>,
) -> Result<WriteResult, WriteError> {
    let now = app.clock.now();
    // If this request repeats an earlier request, the caller gets the result of the earlier request. A second attempt
    // to undo the change could fail, because the earlier request has already undone the change.
    if let Some(result) = caller.store.recorded(&request, now).await? {
        return Ok(result);
    }
    let (change, differences) = find(caller, change_id, now).await?;
    let result = undo_found(app, caller, &request, change.clone(), differences).await;
    let changed_since = |error: &WriteError| {
        matches!(error, WriteError::Refused(Refusal::ChangedSince { .. } | Refusal::SettingsChangedSince))
    };
    match result {
        // Another request may have undone the change after this request read the change record. So this request reads
        // the record again, and makes a second attempt. The error of the second attempt then contains the id of the
        // other request's undo.
        Err(error) if changed_since(&error) && change_id.is_some() => {
            let (again, differences) = find(caller, change_id, now).await?;
            if again.undone_by == change.undone_by {
                return Err(error);
            }
            undo_found(app, caller, &request, again, differences).await
        }
        result => result,
    }
}

async fn undo_found(
    app: &App,
    caller: &Caller,
    request: &WriteRequest,
    change: Change,
    mut differences: Vec<Difference>,
) -> Result<WriteResult, WriteError> {
    // A change record also contains the ids of todos that the change did not alter. The undo ignores these todos.
    differences.retain(Difference::is_change);
    let needs = Needs::Read {
        todos: differences.iter().map(|difference| difference.id.clone()).collect(),
        lists: Vec::new(),
        settings: change.settings.is_some(),
    };
    let request = WriteRequest { needs, undoes: Some(change.clone()), ..request.clone() };
    let plan = |snapshot: &Snapshot| change.undo(&differences, &snapshot.todos, &snapshot.settings, snapshot.now);
    write::perform(app, caller, &request, plan).await
}

async fn find(
    caller: &Caller,
    change_id: Option<&str>,
    now: Timestamp,
) -> Result<(Change, Vec<Difference>), WriteError> {
    match change_id {
        Some(text) => {
            let id = ChangeId::parse(text).ok_or(Refusal::NoSuchChange)?;
            Ok(caller.store.change(&id, now).await?.ok_or(Refusal::NoSuchChange)?)
        }
        None => Ok(caller.store.latest_change(now).await?.ok_or(Refusal::NothingToUndo)?),
    }
}
