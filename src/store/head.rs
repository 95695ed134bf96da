//! The head of an owner's items. Every write of the owner updates the head. So the head decides the order of all
//! writes, and contains the conditions that all writes share. The head is the settings item: one item contains the
//! settings and the attributes of this file. The file docs/adr/0018-the-head.md gives the reasons.

use std::{fmt::Write as _, time::Duration};

use aws_sdk_dynamodb::types::{
    ReturnValuesOnConditionCheckFailure, Update,
    builders::{ConditionCheckBuilder, UpdateBuilder},
};
use jiff::Timestamp;

use super::{
    began,
    fault::Fault,
    format::{FORMAT, FORMAT_NUMBER, check_format},
    item::{self, Item},
    view,
};
use crate::domain::{
    id::ChangeId,
    settings::{Settings, SettingsImage},
};

/// The sort key of the head.
pub(super) const SETTINGS: &str = "settings";
/// The attribute with the sequence number of the owner's latest change.
pub const SEQUENCE: &str = "sequence";
/// The format of the head if nobody has changed the lists and no change is pending. Old code may write the items of
/// this owner.
const FORMAT_OF_OLD: u32 = 2;
/// The format of the head if somebody has changed the lists.
const FORMAT_WITH_LISTS: u32 = 3;
/// The format of the head while a change is pending.
const FORMAT_WITH_PENDING: u32 = 4;

/// The end of a condition: the owner has a head.
const EXISTS: &str = " AND attribute_exists(sk)";

/// While somebody is erasing everything of the owner, the head has this value in place of the id of a pending change.
pub(super) const ERASURE: &str = "erasure";

/// The settings attributes. An owner without these attributes has the default settings.
const CHOICES: [&str; 3] = ["time_zone", "week_start", "default_list"];

/// The position of a change in the order in which the owner's changes were committed. Each change has a higher number
/// than all earlier changes of the same owner. The number is usually the time of the commit, in microseconds since
/// 1970. But if the clock is behind the latest change, the number is one more than the number of the latest change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Sequence(i64);

/// The condition that the settings must fulfil for a write.
#[derive(Debug, Clone, Copy)]
pub(super) enum SettingsCondition<'a> {
    /// The write does not depend on cached settings.
    None,
    /// The settings in the table must be these settings.
    Are(&'a Settings),
    /// The write changes the settings. The settings in the table must still have the version that they had before this
    /// change.
    Change(&'a SettingsImage),
}

/// The changes that a write makes in the head, and the conditions that the head must fulfil.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeadUpdate<'a> {
    pub settings: SettingsCondition<'a>,
    /// The version of the lists that the write has assumed.
    pub lists: u64,
    /// The version of the lists after the write.
    pub lists_after: u64,
    /// The latest change that the write has seen. If another change has been committed since then, the transaction
    /// fails. `None` if the write does not depend on all earlier changes.
    pub latest: Option<Sequence>,
    /// The change that is pending after this transaction. `None` if the transaction makes the whole change.
    pub pending: Option<&'a ChangeId>,
    /// Whether the transaction fails if the owner has no head.
    pub must_exist: bool,
    /// The latest change that the instance knew before the write. If the head began after this change, the transaction
    /// fails. If the number is 0, the instance knew no change.
    pub known: Sequence,
}

/// A large change or an erasure that is not finished yet. Until it is finished, every other write of the owner fails.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pending {
    /// The change that is too large for one transaction. `None` if somebody is erasing everything of the owner
    /// (`erase.rs`).
    pub change: Option<ChangeId>,
    pub since: Timestamp,
}

impl Pending {
    /// What is pending in this head. `None` if nothing is pending.
    pub fn of(head: &Item) -> Option<Self> {
        let change = head.get(item::PENDING)?.as_s().ok()?;
        let change = if change == ERASURE { None } else { Some(ChangeId::parse(change)?) };
        let since = head.get(item::PENDING_SINCE).and_then(|since| since.as_n().ok()?.parse().ok()).unwrap_or_default();
        Some(Self { change, since: Timestamp::from_microsecond(since).unwrap_or(Timestamp::MIN) })
    }
}

impl HeadUpdate<'_> {
    /// Whether the write has assumed the version of the lists in this head.
    pub fn has_lists(&self, head: Option<&Item>) -> bool {
        self.lists == head.map_or(0, lists_version) && !head.is_some_and(|head| self.known.is_before(head))
    }
}

impl Sequence {
    /// The sequence number for a new change. `at` is the time of the plan, and `since` is the duration from the plan to
    /// the commit. The result is higher than `self`.
    pub fn next(self, at: Timestamp, since: Duration) -> Self {
        let since = i64::try_from(since.as_micros()).unwrap_or_default();
        Self(at.as_microsecond().max(self.0.saturating_add(1)).saturating_add(since))
    }

    /// The number as a time. The views of changes contain this time, so the changes in the index are in the order of
    /// their sequence numbers.
    pub fn as_time(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::MAX)
    }

    /// The number.
    pub fn number(self) -> i64 {
        self.0
    }

    /// The number as text, in the same form as in the view of a change. `None` if no change of the owner has a sequence
    /// number yet.
    pub fn order(self) -> Option<String> {
        (self.0 > 0).then(|| view::moment(self.as_time()))
    }

    /// The sequence number in this head. The number is 0 if the head has no number yet.
    pub fn of(head: &Item) -> Self {
        let number = head.get(SEQUENCE).and_then(|number| number.as_n().ok()).and_then(|number| number.parse().ok());
        Self(number.unwrap_or_default())
    }

    /// The sequence number of the change with which this head began. The number is 0 if the head does not contain it.
    pub fn began(head: &Item) -> Self {
        Self(began::began(head))
    }

    /// Whether this head began after the change with this number. Then somebody has erased the owner's data in between.
    pub fn is_before(self, head: &Item) -> bool {
        self > Self::default() && Self::began(head) > self
    }
}

impl SettingsCondition<'_> {
    /// Whether the settings in this head fulfil the condition. `None` as the head means that the owner has no head yet.
    pub fn holds(self, head: Option<&Item>) -> Result<bool, Fault> {
        let (present, _) = head.map_or_else(|| Ok((Settings::default(), true)), settings_of)?;
        Ok(match self {
            Self::None => true,
            // The condition in `update` makes the same comparison. Equal versions are not required for the default
            // settings: after a change and its undo, the settings have the same content as before, but a higher
            // version.
            Self::Are(settings) => {
                let default = Settings::default();
                present.version == settings.version
                    || (present.same_content(&default) && settings.same_content(&default))
            }
            Self::Change(image) => present.version == image.before.version,
        })
    }
}

/// The version of the lists in this head.
pub(super) fn lists_version(head: &Item) -> u64 {
    let number = head.get(item::LISTS_VERSION).and_then(|number| number.as_n().ok());
    number.and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// The settings in this head, and whether the program could read all settings. If the program cannot read a setting,
/// the result contains the default of this setting. So if a setting is damaged, the owner can still read and change
/// todos, and can give the setting a new value.
pub(super) fn settings_of(head: &Item) -> Result<(Settings, bool), Fault> {
    check_format(head)?;
    if let Ok(settings) = item::from_item(head.clone()) {
        return Ok((settings, true));
    }
    let part = |names: &[&str]| -> Item {
        names.iter().filter_map(|name| Some(((*name).to_owned(), head.get(*name)?.clone()))).collect()
    };
    let mut kept = vec![item::VERSION];
    for choice in CHOICES {
        let mut alone = part(&[choice]);
        alone.insert(item::VERSION.to_owned(), item::number(0));
        if item::from_item::<Settings>(alone).is_ok() {
            kept.push(choice);
        }
    }
    Ok((item::from_item(part(&kept))?, false))
}

/// The action that gives the head its next sequence number. The transaction fails if the head already has this number
/// or a higher number, if newer code has written the head in a newer format, if a change or an erasure is pending, or
/// if the head does not fulfil a condition in `change`.
///
/// If the owner has no head yet, and `must_exist` is false, the action creates the head with the settings version 1,
/// because older code needs a settings item with a version.
pub(super) fn update(
    table: &str,
    partition: &str,
    sequence: Sequence,
    change: HeadUpdate<'_>,
) -> Result<UpdateBuilder, Fault> {
    let format = if change.pending.is_some() { FORMAT_WITH_PENDING } else { format_with(change.lists_after) };
    let mut update = Update::builder()
        .table_name(table)
        .set_key(Some(item::primary_key(partition, SETTINGS.to_owned())))
        .expression_attribute_names("#sequence", SEQUENCE)
        .expression_attribute_values(":sequence", item::number(sequence.0))
        .expression_attribute_names("#format", FORMAT)
        .expression_attribute_values(":format", item::number(format))
        .expression_attribute_values(":newest", item::number(FORMAT_NUMBER))
        .expression_attribute_names("#view", item::VIEW)
        .expression_attribute_values(":view", item::text(item::SETTINGS_VIEW))
        .expression_attribute_names("#version", item::VERSION)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    let mut set = "SET #sequence = :sequence, #format = :format, #view = :view".to_owned();
    let mut required = "(attribute_not_exists(#sequence) OR #sequence < :sequence) \
        AND (attribute_not_exists(#format) OR #format <= :newest) AND attribute_not_exists(pending_change)"
        .to_owned();
    if change.must_exist {
        required.push_str(EXISTS);
    } else {
        began::begin(&mut set);
    }
    update = began::require(update, &mut required, change.known.0);
    if let Some(pending) = change.pending {
        set.push_str(", pending_change = :pending, pending_since = :sequence");
        update = update.expression_attribute_values(":pending", item::text(pending.as_str()));
    }
    let mut update = with_lists(update, &mut set, &mut required, change);
    if let Some(latest) = change.latest {
        required.push_str(" AND (attribute_not_exists(#sequence) OR #sequence = :latest)");
        update = update.expression_attribute_values(":latest", item::number(latest.0));
    }
    if let SettingsCondition::Change(image) = change.settings {
        return change_settings(update, set, &required, image);
    }
    set.push_str(", #version = if_not_exists(#version, :one)");
    let update = update.expression_attribute_values(":one", item::number(1)).update_expression(set);
    Ok(match change.settings {
        SettingsCondition::Are(settings) if settings.same_content(&Settings::default()) => {
            let absent = CHOICES.map(|choice| format!("attribute_not_exists({choice})")).join(" AND ");
            // If the program cannot read a setting in the head, the assumed settings contain the default of this
            // setting. But the attribute of this setting exists, so the condition also accepts a head with the assumed
            // version.
            update
                .condition_expression(format!("{required} AND (({absent}) OR #version = :version)"))
                .expression_attribute_values(":version", item::number(settings.version))
        }
        SettingsCondition::Are(settings) => update
            .condition_expression(required + " AND #version = :version")
            .expression_attribute_values(":version", item::number(settings.version)),
        SettingsCondition::None | SettingsCondition::Change(_) => update.condition_expression(required),
    })
}

/// The format of the head if no change is pending. `lists` is the version of the lists.
fn format_with(lists: u64) -> u32 {
    if lists > 0 { FORMAT_WITH_LISTS } else { FORMAT_OF_OLD }
}

/// The action that removes the pending change from the head. The transaction fails if this change is no longer pending.
/// `head` is the present head.
pub(super) fn settle(table: &str, partition: &str, head: &Item, change: &ChangeId) -> UpdateBuilder {
    Update::builder()
        .table_name(table)
        .set_key(Some(item::primary_key(partition, SETTINGS.to_owned())))
        .update_expression(format!("SET #format = :format REMOVE {}, {}", item::PENDING, item::PENDING_SINCE))
        .condition_expression(format!("{} = :pending", item::PENDING))
        .expression_attribute_names("#format", FORMAT)
        .expression_attribute_values(":format", item::number(format_with(lists_version(head))))
        .expression_attribute_values(":pending", item::text(change.as_str()))
}

/// The action of a write without effect. Such a write only remembers its idempotency key, so it gets no sequence
/// number. The transaction fails if newer code has written the items of this owner in a newer format. If `must_exist`
/// is true, the transaction also fails if the owner has no head.
pub(super) fn check(check: ConditionCheckBuilder, must_exist: bool) -> ConditionCheckBuilder {
    let exists = if must_exist { EXISTS } else { "" };
    check
        .condition_expression(format!("(attribute_not_exists(#format) OR #format <= :format){exists}"))
        .expression_attribute_names("#format", FORMAT)
        .expression_attribute_values(":format", item::number(FORMAT_NUMBER))
}

/// Adds the condition on the version of the lists. If the write changes the lists, also adds their new version.
fn with_lists(
    mut update: UpdateBuilder,
    set: &mut String,
    required: &mut String,
    change: HeadUpdate<'_>,
) -> UpdateBuilder {
    // `lists_version` and `pending_change` are not reserved words of DynamoDB, so they need no substitute names.
    if change.lists == 0 {
        required.push_str(" AND attribute_not_exists(lists_version)");
    } else {
        required.push_str(" AND lists_version = :lists");
        update = update.expression_attribute_values(":lists", item::number(change.lists));
    }
    if change.lists_after != change.lists {
        set.push_str(", lists_version = :lists_after");
        update = update.expression_attribute_values(":lists_after", item::number(change.lists_after));
    }
    update
}

/// Adds the change of the settings to the action.
fn change_settings(
    mut update: UpdateBuilder,
    mut set: String,
    required: &str,
    SettingsImage { before, after }: &SettingsImage,
) -> Result<UpdateBuilder, Fault> {
    let mut remove = String::new();
    let mut item = item::to_item(after)?;
    for choice in CHOICES {
        match item.remove(choice) {
            Some(value) => {
                let _ = write!(set, ", {choice} = :{choice}");
                update = update.expression_attribute_values(format!(":{choice}"), value);
            }
            None => {
                let _ = write!(remove, "{}{choice}", if remove.is_empty() { " REMOVE " } else { ", " });
            }
        }
    }
    set.push_str(", #version = :version");
    let update =
        update.expression_attribute_values(":version", item::number(after.version)).update_expression(set + &remove);
    Ok(if before.version == 0 {
        update.condition_expression(required.to_owned() + " AND attribute_not_exists(#version)")
    } else {
        update
            .condition_expression(required.to_owned() + " AND #version = :before")
            .expression_attribute_values(":before", item::number(before.version))
    })
}
