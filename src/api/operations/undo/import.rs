//! Undoes an import, which can have several changes.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{
    ATTEMPTS, UndoChange,
    find::{Found, find, mark},
    undo_found,
};
use crate::{
    api::{
        access::caller::Caller,
        answer::error::{ApiError, ErrorPath},
    },
    app::App,
    domain::{change::OperationName, id::ChangeId, limits, refusal::Refusal, undo::Undo},
    store::{Needs, Recognition, WriteError, WriteRequest},
};

/// Undoes a change, but leaves alone the todos that somebody has changed since. Returns how many todos the undo has
/// changed, and how many it has left alone. `None` if there is no such change, or if the change is already undone.
pub async fn undo_what_is_unchanged(
    app: &App,
    caller: &Caller,
    change: &ChangeId,
) -> Result<Option<(usize, usize)>, ApiError> {
    let failed = || ApiError::of_write(ErrorPath::Change);
    let body = UndoChange { change_id: Some(change.as_str().to_owned()), since: None, by: None, idempotency_key: None };
    let mut left = HashSet::new();
    for _ in 0..ATTEMPTS {
        let mut found = match find(app, caller, &body, app.clock.now(), true).await {
            Err(ApiError::Refused { refusal: Refusal::NoSuchChange | Refusal::AlreadyUndone { .. }, .. }) => {
                return Ok(None);
            }
            found => found?,
        };
        found.undo.leave(&left);
        let request = WriteRequest {
            operation: OperationName::of("undoChange"),
            change_id: app.ids.change(),
            recognition: Recognition::Never,
            needs: Needs::Nothing,
            anchors: Vec::new(),
            reopens: false,
            undo: Undo::default(),
            newest: None,
            import: None,
        };
        match undo_found(app, caller, &request, &found).await {
            Ok(result) => return Ok(Some((result.differences.len(), left.len()))),
            Err(WriteError::Refused(Refusal::ChangedSince { conflicts, .. })) => {
                left.extend(conflicts.iter().map(|conflict| conflict.todo().cloned()));
            }
            // Another request has undone the change in the meantime.
            Err(WriteError::Refused(Refusal::AlreadyUndone { .. })) => return Ok(None),
            Err(error) => return Err(failed()(error)),
        }
    }
    Err(failed()(Refusal::Contended { current: Vec::new() }.into()))
}

/// If the found change is a part of an import, this function adds the other changes of the import. If the import has
/// too many todos for one undo, the error says how the person can undo the import.
pub async fn whole_import(caller: &Caller, found: Found, now: Timestamp) -> Result<Found, ApiError> {
    let import = match &found.undo.changes[..] {
        [(change, _)] => change.import.clone(),
        _ => None,
    };
    let Some(import) = import else { return Ok(found) };
    let Some(record) = caller.store.import(&import, now).await? else { return Ok(found) };
    let steps = record.progress.as_ref().map_or(0, |progress| progress.changes);
    if steps < 2 {
        return Ok(found);
    }
    let ids: Vec<_> = (0..steps).rev().map(|number| record.change_id(number)).collect();
    let mut changes = caller.store.changes_with_differences(&ids, now).await?;
    changes.retain(|(change, _)| change.undone_by.is_none());
    let todos: usize = changes.iter().map(|(_, differences)| differences.len()).sum();
    if todos > limits::TODOS_PER_CALL {
        return Err(ApiError::ImportTooLarge { import, todos });
    }
    let mut undo = Undo::of(changes);
    mark(caller, &mut undo, now).await.map_err(ApiError::of_write(ErrorPath::Change))?;
    Ok(Found { undo, ..found })
}
