//! Undoes an import step by step, the newest change first. Todos that somebody has changed since the import stay as
//! they are.

use super::steps::Importing;
use crate::{
    api::{access::caller::Caller, answer::error::ApiError, operations::undo_what_is_unchanged},
    app::App,
    domain::import_record::{ImportRecord, UndoProgress},
};

impl Importing {
    /// Undoes the next change of the import, and returns the new record of the import.
    pub async fn undo_step(app: &App, caller: &Caller, mut record: ImportRecord) -> Result<ImportRecord, ApiError> {
        let Some(mut progress) = record.progress.clone() else { return Ok(record) };
        let mut undo: UndoProgress = progress.undo.take().unwrap_or_default();
        while undo.changes < progress.changes {
            let change = record.change_id(progress.changes - 1 - undo.changes);
            let undone = undo_what_is_unchanged(app, caller, &change).await?;
            undo.changes += 1;
            // A step that had nothing to do has made no change. Then the loop goes on to the next step.
            if let Some((undone, kept)) = undone {
                undo.undone += undone;
                undo.kept += kept;
                break;
            }
        }
        progress.is_finished = true;
        progress.undo = Some(undo);
        record.version += 1;
        record.progress = Some(progress);
        if !caller.store.update_import(&record).await? {
            record = caller.store.import(&record.id, app.clock.now()).await?.ok_or(ApiError::NoSuchImport)?;
        }
        caller.store.forget_import_file(&record.id).await?;
        Ok(record)
    }
}
