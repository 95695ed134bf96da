//! The content of one transaction. The file `actions.rs` turns this content into actions of DynamoDB, and the file
//! `commit.rs` sends these actions.

use super::{
    lists::ListCheck,
    write_request::{Recognition, WriteRequest},
};
use crate::domain::{
    change::{Change, Image},
    id::ChangeId,
};

/// The content of one transaction, and its conditions.
pub(super) struct Transaction<'a> {
    pub change: &'a Change,
    pub images: &'a [Image],
    pub lists: &'a [ListCheck],
    /// Only an undo uses this field. Before the transaction, the store reads the record of the undone change, and
    /// copies `undone_by` from this record into this field. If `undone_by` changes in the table before the transaction,
    /// the transaction fails.
    pub undone_before: Option<&'a ChangeId>,
    /// The version that the settings in the table must have. `None` if the todos do not depend on cached settings, or
    /// if the transaction writes the settings.
    pub settings: Option<u64>,
    /// The hash of the request, in hexadecimal digits. The store recognises a repetition of the request by this hash,
    /// for two minutes.
    pub recent: Option<String>,
}

impl<'a> Transaction<'a> {
    /// The transaction that makes `change` for `request`.
    pub(super) fn of(
        request: &'a WriteRequest,
        change: &'a Change,
        images: &'a [Image],
        lists: &'a [ListCheck],
        settings: Option<u64>,
    ) -> Self {
        let undone_before = request.undoes.as_ref().and_then(|change| change.undone_by.as_ref());
        let recent = match &request.recognition {
            Recognition::ByIntent(intent) => Some(intent.digits()),
            Recognition::ByKey(_) | Recognition::Never => None,
        };
        Self { change, images, lists, undone_before, settings, recent }
    }
}
