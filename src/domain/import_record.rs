//! What the program remembers about an import. An import of thousands of todos takes several requests. Each request
//! adds a part of the todos, as one change. After each change, the record says how far the import has come.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    id::{ChangeId, ImportId},
    import::Existing,
    text::ListName,
};

/// The record of an import stays for this time, as long as its changes can be undone.
pub const IMPORT_LASTS: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The file of an import stays for this time, or until the import is finished.
pub const FILE_LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An import, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRecord {
    pub id: ImportId,
    /// The name of the file, as the caller has sent it.
    pub file_name: String,
    /// Whether the file is compressed with gzip.
    #[serde(default)]
    pub is_compressed: bool,
    /// The moment of the first request. All requests read the file as of this moment.
    pub at: Timestamp,
    /// Each change of this record increases the version by 1.
    pub version: u64,
    /// The number of parts of the file that have arrived.
    pub parts: usize,
    /// The size of the file in bytes.
    pub bytes: usize,
    /// A hash of the parts of the file. Two imports with the same hash have the same file.
    #[serde(default)]
    pub digest: String,
    /// Whether all parts of the file have arrived.
    #[serde(default)]
    pub is_complete: bool,
    /// `None` until the import begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
}

/// How far an import has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub existing: Existing,
    /// The person's choices for the lists of the file. A list that is missing here keeps its name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListChoice>,
    /// The number of todos in the file, and how many of them the import has already processed.
    pub todos: usize,
    pub done: usize,
    /// The number of changes. Changes that had nothing to do count too.
    pub changes: usize,
    /// How many todos were added or brought back, how many were changed, and how many stayed as they were.
    pub added: usize,
    pub updated: usize,
    pub left: usize,
    pub is_finished: bool,
    /// Present if somebody undoes the import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<UndoProgress>,
}

/// How far the undo of an import has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoProgress {
    /// The number of changes that are already undone. The undo begins with the newest change.
    pub changes: usize,
    /// How many todos the undo has changed.
    pub undone: usize,
    /// How many todos stayed, because somebody has changed them since the import.
    pub kept: usize,
}

/// What happens with the todos of a list of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListChoice {
    pub list: ListName,
    /// The list that gets the todos. `None` leaves the todos out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<ListName>,
}

impl ImportRecord {
    /// The id of the change with this number. The same request always makes the same change, so a repetition does
    /// nothing twice.
    pub fn change_id(&self, number: usize) -> ChangeId {
        ChangeId::of_import(&self.id, number)
    }

    /// The moment at which the record expires.
    pub fn until(&self) -> Timestamp {
        self.at.checked_add(IMPORT_LASTS).unwrap_or(Timestamp::MAX)
    }

    /// The moment at which the file expires.
    pub fn file_until(&self) -> Timestamp {
        self.at.checked_add(FILE_LASTS).unwrap_or(Timestamp::MAX)
    }
}
