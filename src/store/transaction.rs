//! The content of one transaction. `actions.rs` makes DynamoDB's actions from it, and `commit.rs` sends them.

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
    /// Only for an undo: the value of `undone_by` in the record of the undone change, as it was read. The transaction
    /// fails if `undone_by` has changed since then.
    pub undone_before: Option<&'a ChangeId>,
    /// The version that the settings should have. Present if the todos depend on the settings and the settings were not
    /// read.
    pub settings: Option<u64>,
    /// The digits by which a repetition of the request is recognised for two minutes.
    pub recent: Option<String>,
}

impl<'a> Transaction<'a> {
    /// The transaction that makes this change for this request.
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
