//! How far an import has come, for people and programs.

use serde::Serialize;

use crate::domain::{
    id::ImportId,
    import_record::{ImportRecord, Progress, UndoProgress},
};

/// All imports of the last 30 days, the newest first.
#[derive(Debug, Serialize)]
pub struct Imports {
    pub imports: Vec<ProgressView>,
}

/// The state of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A part of the file is missing.
    Receiving,
    /// Nothing is imported yet.
    Previewed,
    Importing,
    Imported,
    Undoing,
    Undone,
    /// The import had not begun, and its file is deleted.
    Forgotten,
}

/// How far an import has come.
#[derive(Debug, Serialize)]
pub struct ProgressView {
    pub import: ImportId,
    pub file: String,
    /// The size of the file as it was sent.
    bytes: usize,
    /// A hash of the file as it was sent.
    digest: String,
    pub state: State,
    /// Whether nothing is left to do. If something is left, the caller sends the same request again.
    pub finished: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
}

#[derive(Debug, Serialize)]
struct Counts {
    /// The number of todos in the file, without those of the lists that the person leaves out.
    todos: usize,
    /// How many of these todos the import has processed.
    done: usize,
    added: usize,
    updated: usize,
    /// How many of these todos the import has left as they were.
    left: usize,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    undo: Option<UndoCounts>,
}

#[derive(Debug, Serialize)]
struct UndoCounts {
    /// How many todos the undo has changed.
    undone: usize,
    /// How many todos the undo has left alone, because somebody has changed them since the import.
    kept: usize,
}

impl ProgressView {
    /// How far this import has come.
    pub fn of(record: &ImportRecord) -> Self {
        let state = state(record);
        let counts = record.progress.as_ref().map(|progress| Counts {
            todos: progress.todos,
            done: progress.done,
            added: progress.added,
            updated: progress.updated,
            left: progress.left,
            undo: progress.undo.as_ref().map(|undo| UndoCounts { undone: undo.undone, kept: undo.kept }),
        });
        let finished = matches!(state, State::Imported | State::Undone | State::Forgotten);
        Self {
            import: record.id.clone(),
            file: record.file_name.clone(),
            bytes: record.bytes,
            digest: record.digest.clone(),
            state,
            finished,
            counts,
        }
    }

    /// The answer after the deletion of the file of an import that had not begun.
    pub fn forgotten(record: &ImportRecord) -> Self {
        Self { state: State::Forgotten, finished: true, ..Self::of(record) }
    }
}

fn state(record: &ImportRecord) -> State {
    match &record.progress {
        None if !record.is_complete => State::Receiving,
        None => State::Previewed,
        Some(Progress { undo: Some(UndoProgress { changes, .. }), changes: all, .. }) => {
            if changes < all {
                State::Undoing
            } else {
                State::Undone
            }
        }
        Some(progress) => {
            if progress.is_finished {
                State::Imported
            } else {
                State::Importing
            }
        }
    }
}
