//! Undoes changes: `/undo`.

mod find;
mod import;

use axum::{Json as JsonAnswer, extract::State};
use deserr::Deserr;
use jiff::Timestamp;
use utoipa::ToSchema;

use super::{
    write::{self, WithoutKey},
    written::{TodosWritten, Undid},
};
use crate::{
    api::{
        access::caller::Caller,
        answer::error::{ApiError, ErrorPath},
        request::extract::{Conditions, Json, NoQuery, Query},
    },
    app::App,
    domain::{
        by::By,
        change::Change,
        idempotency::IdempotencyKey,
        input::since::Since,
        invalid::Invalid,
        refusal::{Refusal, UndoConflict},
        text::ListName,
        undo_progress::Present,
    },
    store::{Needs, Recognition, Snapshot, WriteError, WriteRequest, WriteResult},
};
use find::{Found, find};
pub use import::undo_what_is_unchanged;
use import::whole_import;

/// The changes to undo.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct UndoChange {
    /// Default: your latest change that is not undone.
    #[deserr(default)]
    #[schema(required = false, nullable = false, example = "8f3kq2m9x7w1z0tb")]
    change_id: Option<String>,
    /// Undo all since then: 2h, 09:30, yesterday.
    #[deserr(default)]
    #[schema(value_type = String, required = false)]
    since: Option<Since>,
    /// Whose: me (default), any, or a name as in getChanges.
    #[deserr(default)]
    #[schema(value_type = String, required = false)]
    by: Option<By>,
    #[deserr(default)]
    #[schema(value_type = IdempotencyKey, inline, required = false)]
    idempotency_key: Option<IdempotencyKey>,
}

/// While a request looks for the changes to undo, another request may make a change or undo the same changes. Then the
/// request looks again. It looks at most this number of times.
const ATTEMPTS: usize = 12;

/// Undo a change
#[utoipa::path(
    post, path = "/undo", operation_id = "undoChange", request_body = UndoChange, extensions(("x-todo-optional-body" = json!(true))),
    summary = "Undo a change",
    description = "Undoes your latest change, a given change, or all your changes since a time: all of it or nothing. Called again, it goes further back. To redo, undo the undo by its id.",
    responses((status = 200, description = "Undone", body = TodosWritten), super::openapi::Errors),
)]
pub async fn undo_change(
    State(app): State<App>,
    caller: Caller,
    conditions: Conditions,
    _: Query<NoQuery>,
    Json { value: body, raw, .. }: Json<UndoChange>,
) -> Result<JsonAnswer<TodosWritten>, ApiError> {
    body.check()?;
    let without_key = WithoutKey::Execute;
    let key = body.idempotency_key.clone();
    let request = write::request(&app, "undoChange", "", &raw, &conditions, key, without_key)?;
    // If the request has no change id and no idempotency key, a second identical request would undo one more change.
    let may_go_further = body.change_id.is_none() && matches!(request.recognition, Recognition::Never);
    let (result, undid) = undo(&app, &caller, request, &body)
        .await
        .map_err(|error| if may_go_further { error.not_repeatable(UNDO_MAY_GO_FURTHER) } else { error })?;
    // The answer shows the times with the UTC offset of the person. These settings may be out of date, but then only
    // the offset is different, and not the moment.
    Ok(TodosWritten::undone(&app, &result, &undid, &caller.store.last_settings()))
}

/// If an `undoChange` request has no change id and no idempotency key, a second identical request undoes one more
/// change. If the answer to such a request is lost, the caller gets this advice.
const UNDO_MAY_GO_FURTHER: &str = "Perhaps the change was undone. Then the same request would undo one more change. First call getChanges. If the first change in the answer is not the undo, send the request again.";

impl UndoChange {
    fn check(&self) -> Result<(), ApiError> {
        let both =
            |name: &str| format!("cannot be sent together with `change_id`; send only `change_id`, or only `{name}`");
        match (&self.change_id, &self.since, &self.by) {
            (Some(_), Some(_), _) => Err(ApiError::invalid("since", both("since"))),
            (Some(_), None, Some(_)) => Err(ApiError::invalid("by", both("by"))),
            _ => Ok(()),
        }
    }
}

async fn undo(
    app: &App,
    caller: &Caller,
    request: WriteRequest,
    body: &UndoChange,
) -> Result<(WriteResult, Undid), ApiError> {
    let failed = || ApiError::of_write(ErrorPath::Change);
    let now = app.clock.now();
    // If this request repeats an earlier request, the caller gets the result of the earlier request. A second attempt
    // to undo the change could fail, because the earlier request has already undone the change.
    if let Some(result) = caller.store.recorded(&request, now).await.map_err(failed())? {
        return earlier(caller, result, now).await;
    }
    let mut found = look(app, caller, body, now, true).await?;
    let (mut cancel, mut refused) = (true, None);
    for _ in 0..ATTEMPTS {
        let error = match undo_found(app, caller, &request, &found).await {
            Ok(result) if result.replayed => return earlier(caller, result, now).await,
            Ok(result) => return Ok((result, found.undid())),
            Err(WriteError::Refused(refusal)) if may_be_overtaken(&refusal) => refusal,
            Err(error) => return Err(failed()(error)),
        };
        let again = look(app, caller, body, now, cancel).await?;
        if refused.replace(error.clone()).is_none_or(|before| before != error) || !again.is_equal(&found) {
            found = again;
            continue;
        }
        if cancel && body.since.is_some() && matches!(error, Refusal::ChangedSince { .. }) {
            (cancel, refused) = (false, None);
            found = look(app, caller, body, now, cancel).await?;
            continue;
        }
        let error = find::name_later_changes(caller, &found, error, now).await?;
        return Err(failed()(error.into()));
    }
    // Other requests have made or undone changes again and again.
    Err(failed()(Refusal::Contended { current: Vec::new() }.into()))
}

/// Finds the changes to undo. If the request has no `since`, and the found change belongs to an import, this function
/// finds all changes of the import.
async fn look(app: &App, caller: &Caller, body: &UndoChange, now: Timestamp, cancel: bool) -> Result<Found, ApiError> {
    let found = find(app, caller, body, now, cancel).await?;
    if body.since.is_some() { Ok(found) } else { whole_import(caller, found, now).await }
}

/// Whether another request may be the reason for this refusal: for example, the other request has undone a change after
/// this request read its record. Then this request looks again. If it finds the same changes and the same conflicts
/// twice, these existed at the same moment, and the refusal is correct.
///
/// An undo can also change the records of changes that it does not undo. The transaction fails too if another request
/// has undone one of these changes. So only a new search shows whether the wanted change itself is already undone.
fn may_be_overtaken(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::ChangedSince { .. } | Refusal::NoSuchChange | Refusal::AlreadyUndone { .. })
}

/// The result of an earlier request with the same idempotency key, and the changes that the earlier request undid.
async fn earlier(caller: &Caller, result: WriteResult, now: Timestamp) -> Result<(WriteResult, Undid), ApiError> {
    let ids: Vec<_> = result.change.undone_changes().cloned().collect();
    let changes = caller.store.change_records(&ids, now).await?;
    Ok((result, Undid { changes, newer_by_others: None }))
}

/// Undoes the found changes. The undo may give a list its old name back, although another list has this name now. Then
/// the undo is possible only if the other list is empty and was created later. The program looks for such lists only in
/// this case.
///
/// If the request depends on the newest changes, and another change was committed after the search, this function
/// refuses the undo with [`Refusal::NoSuchChange`].
async fn undo_found(
    app: &App,
    caller: &Caller,
    request: &WriteRequest,
    found: &Found,
) -> Result<WriteResult, WriteError> {
    let result = undo_beside(app, caller, request, (found, &[])).await;
    let Err(WriteError::Refused(Refusal::ChangedSince { conflicts, .. })) = &result else { return result };
    if !conflicts.iter().any(UndoConflict::is_name_taken) {
        return result;
    }
    let new_lists = find::lists_created_since(caller, found, app.clock.now()).await?;
    if new_lists.is_empty() { result } else { undo_beside(app, caller, request, (found, &new_lists)).await }
}

/// Undoes the found changes. The argument `new_lists` contains the ids of the lists that were created after these
/// changes, as far as the plan must know them.
async fn undo_beside(
    app: &App,
    caller: &Caller,
    request: &WriteRequest,
    (found, new_lists): (&Found, &[ListName]),
) -> Result<WriteResult, WriteError> {
    let undo = &found.undo;
    let needs = if undo.changes_lists() {
        let (mut lists, mut all_of) = (undo.list_names(), undo.deleted_lists());
        if !new_lists.is_empty() {
            all_of.extend(lists.iter().cloned());
        }
        lists.extend(undo.deleted_lists());
        Needs::ReadLists { todos: undo.todos(), lists, all_of }
    } else {
        Needs::todos(undo.todos())
    };
    let newest = found.newest.clone();
    let request = WriteRequest { needs, undo: undo.clone(), newest, ..request.clone() };
    let plan = |snapshot: &Snapshot| {
        if found.is_overtaken(snapshot) {
            return Err(Refusal::NoSuchChange);
        }
        undo.plan(&Present {
            todos: &snapshot.todos,
            settings: &snapshot.settings,
            lists: &snapshot.lists,
            find: &|name| snapshot.list(name),
            new_lists,
            now: snapshot.now,
        })
    };
    write::perform(app, caller, &request, plan).await
}

impl Found {
    /// What the answer says about the undone changes.
    fn undid(self) -> Undid {
        let changes: Vec<Change> = self.undo.changes.into_iter().map(|(change, _)| change).collect();
        Undid { changes, newer_by_others: self.newer_by_others }
    }
}
