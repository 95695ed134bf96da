//! What one transaction is asked to write. `actions.rs` makes DynamoDB's actions of it, `commit.rs` sends them.

use super::{lists::ListCheck, write_request::Call};
use crate::domain::{
    change::{Change, Image},
    id::ChangeId,
    idempotency::Fingerprint,
};

/// What one transaction writes, and what has to hold for it.
pub(super) struct Transaction<'a> {
    pub change: &'a Change,
    pub images: &'a [Image],
    pub lists: &'a [ListCheck],
    /// What had undone the change that this one undoes, when that was read.
    pub undone_before: Option<&'a ChangeId>,
    /// The version that the settings are thought to have, where the todos depend on them and they have not been read.
    pub settings: Option<u64>,
    /// What is asked for, where the same asked again soon is a repetition.
    pub once: Option<&'a Fingerprint>,
}

impl<'a> Transaction<'a> {
    /// The transaction of a call that makes this change.
    pub(super) fn of(
        call: &'a Call,
        change: &'a Change,
        images: &'a [Image],
        lists: &'a [ListCheck],
        settings: Option<u64>,
    ) -> Self {
        let undone_before = call.undoes.as_ref().and_then(|change| change.undone_by.as_ref());
        Self { change, images, lists, undone_before, settings, once: call.once.as_ref() }
    }
}
