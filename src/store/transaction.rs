//! The content of one transaction. The file `actions.rs` turns this content into actions of DynamoDB, and the file
//! `commit.rs` sends these actions.

use super::{
    head::{HeadUpdate, Sequence, SettingsCondition},
    lists::{ListAction, Placed},
    write_request::{Recognition, Snapshot, WriteRequest},
};
use crate::domain::{
    change::{Change, Image},
    difference::Difference,
    id::ChangeId,
    lists::Lists,
    undo::Mark,
};

/// The content of one transaction, and its conditions.
pub(super) struct Transaction<'a> {
    pub change: &'a Change,
    pub images: &'a [Image],
    /// What the change does to each todo of `images`.
    pub differences: Vec<Difference>,
    pub list_actions: &'a [ListAction],
    /// The exceptions among the lists after the write. `None` if the write does not change the exceptions.
    pub lists: Option<&'a Lists>,
    /// The changes of `undone_by` in the records of other changes. Empty if the write is not an undo. If `undone_by` of
    /// such a record changes in the table before the transaction, the transaction fails.
    pub marks: &'a [Mark],
    /// The change of the head, and its conditions.
    pub head: HeadUpdate<'a>,
    /// The latest change at the time when the store read the todos. `None` if the store has read no data for the plan.
    pub read_at: Option<Sequence>,
    /// The hash of the request, in hexadecimal digits. The store recognises a repetition of the request by this hash,
    /// for two minutes.
    pub recent: Option<String>,
    /// The id of the change that an earlier, identical request made. The effect of this change is no longer present, so
    /// this request is not a repetition.
    pub outdated: Option<ChangeId>,
}

impl<'a> Transaction<'a> {
    /// The transaction that makes `change` for `request`.
    pub(super) fn of(
        request: &'a WriteRequest,
        change: &'a Change,
        images: &'a [Image],
        placed: &'a Placed,
        snapshot: &'a Snapshot,
    ) -> Self {
        let recent = match &request.recognition {
            Recognition::ByIntent(intent) => Some(intent.digits()),
            Recognition::ByKey(_) | Recognition::Never => None,
        };
        let settings = match &change.settings {
            Some(image) => SettingsCondition::Change(image),
            None => snapshot.assumed_settings(&request.needs).map_or(SettingsCondition::None, SettingsCondition::Are),
        };
        let differences = images.iter().map(Difference::of).collect();
        let lists = placed.lists.as_ref();
        let head = HeadUpdate {
            settings,
            lists: snapshot.lists.version,
            lists_after: lists.map_or(snapshot.lists.version, |lists| lists.version),
            latest: snapshot.latest.filter(|_| request.depends_on_all()),
            pending: None,
            must_exist: false,
            known: snapshot.known,
        };
        let read_at = snapshot.latest.filter(|_| request.needs.reads());
        let (list_actions, marks) = (&placed.actions[..], &request.undo.marks[..]);
        Self { change, images, differences, list_actions, lists, marks, head, read_at, recent, outdated: None }
    }
}
