//! Undoes a change, but leaves alone what somebody has changed since.

use std::collections::HashSet;

use super::{ATTEMPTS, UndoChange, find::find, undo_found};
use crate::{
    api::{
        access::caller::Caller,
        answer::error::{ApiError, ErrorPath},
    },
    app::App,
    domain::{change::OperationName, id::ChangeId, refusal::Refusal, undo::Undo},
    store::{Needs, Recognition, WriteError, WriteRequest},
};

/// Undoes a change as far as nobody has changed its todos since. Returns how many todos the undo has changed, and how
/// many it has left alone. `None` if there is no such change, or if it is already undone.
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
