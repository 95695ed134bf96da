//! What one transaction writes. `actions.rs` makes DynamoDB's actions of it, `commit.rs` sends them.

use super::{
    lists::ListCheck,
    write_request::{Repetition, WriteRequest},
};
use crate::domain::{
    change::{Change, Image},
    id::ChangeId,
};

/// What one transaction writes, and what has to hold for it.
pub(super) struct Transaction<'a> {
    pub change: &'a Change,
    pub images: &'a [Image],
    pub lists: &'a [ListCheck],
    /// The change that had undone the change to be undone, when that was read: `undone_by` must still say so.
    pub undone_before: Option<&'a ChangeId>,
    /// The version that the settings are assumed to have, where the todos depend on them and they have not been read.
    pub settings: Option<u64>,
    /// The digits by which the same request is recognised for two minutes.
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
        let recent = match &request.repetition {
            Repetition::ByIntent(intent) => Some(intent.digits()),
            Repetition::ByKey(_) | Repetition::Unrecognised => None,
        };
        Self { change, images, lists, undone_before, settings, recent }
    }
}
