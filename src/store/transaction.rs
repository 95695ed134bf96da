//! The content of one transaction. The file `actions.rs` turns this content into actions of DynamoDB, and the file
//! `commit.rs` sends these actions.

use super::{
    head::SettingsCondition,
    lists::ListCheck,
    write_request::{Recognition, WriteRequest},
};
use crate::domain::{
    change::{Change, Image},
    difference::Difference,
    id::ChangeId,
    settings::Settings,
    undo::Mark,
};

/// The content of one transaction, and its conditions.
pub(super) struct Transaction<'a> {
    pub change: &'a Change,
    pub images: &'a [Image],
    /// What the change does to each todo of `images`.
    pub differences: Vec<Difference>,
    pub lists: &'a [ListCheck],
    /// The changes of `undone_by` in the records of other changes. Empty if the write is not an undo. If `undone_by` of
    /// such a record changes in the table before the transaction, the transaction fails.
    pub marks: &'a [Mark],
    /// The condition that the settings must fulfil. Otherwise the transaction fails.
    pub settings: SettingsCondition<'a>,
    /// The hash of the request, in hexadecimal digits. The store recognises a repetition of the request by this hash,
    /// for two minutes.
    pub recent: Option<String>,
    /// The id of the change that an earlier, identical request made. The effect of this change is no longer present, so
    /// this request is not a repetition.
    pub outdated: Option<ChangeId>,
}

impl<'a> Transaction<'a> {
    /// The transaction that makes `change` for `request`. `assumed` contains the cached settings, if the plan used
    /// them.
    pub(super) fn of(
        request: &'a WriteRequest,
        change: &'a Change,
        images: &'a [Image],
        lists: &'a [ListCheck],
        assumed: Option<&'a Settings>,
    ) -> Self {
        let recent = match &request.recognition {
            Recognition::ByIntent(intent) => Some(intent.digits()),
            Recognition::ByKey(_) | Recognition::Never => None,
        };
        let settings = match &change.settings {
            Some(image) => SettingsCondition::Change(image),
            None => assumed.map_or(SettingsCondition::None, SettingsCondition::Are),
        };
        let differences = images.iter().map(Difference::of).collect();
        Self { change, images, differences, lists, marks: &request.undo.marks, settings, recent, outdated: None }
    }
}
