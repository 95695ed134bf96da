//! Writes and reads change records. For each changed todo, a change record contains a
//! [difference](crate::domain::difference), which says what the change did to the todo.
//!
//! If the differences are small, the change record contains the differences. So an ordinary change needs only one item.
//! If the differences are large, most of them are in separate items. The index contains a copy of each change record,
//! but no copy of the separate items. So large differences cost less in separate items. An item with some of the
//! differences is called a part, and has the sort key `change#<id>#<n>`.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    OwnerStore,
    fault::Fault,
    format::{FORMAT, FORMAT_OF_SERIES},
    item::{self, Item},
    items,
    listing::Listing,
    query::Reading,
    range::{Position, Range},
    size, view,
};
use crate::domain::{
    change::{Change, Image, days_after},
    difference::Difference,
    id::ChangeId,
    limits,
};

/// Two attributes of an undone change: the id of the undo ([`Change::undone_by`]), and the time of the undo
/// ([`Change::undone_at`]).
pub(super) const UNDONE_BY: &str = "undone_by";
pub(super) const UNDONE_AT: &str = "undone_at";
/// The attribute with the differences.
const DIFFERENCES: &str = "differences";
/// The maximum size of the differences in a change record. If the differences are larger, most of them are in parts.
const INLINE_BYTES: usize = 2 * 1024;
/// If a change has parts, this is the maximum size of the differences in its change record.
const FIRST_BYTES: usize = 512;
/// The maximum size of a part. The difference of one todo always fits into one part. DynamoDB allows 400 KB for an
/// item.
const PART_BYTES: usize = 300 * 1024;
/// Code of version 0.1.0 reads the states of the todos from the attribute `images`. The old code cannot read the value
/// that new change records have in this attribute, so the old code refuses to undo or repeat the change. Without this
/// value, the old code would find no todos in the record. The old code would then report a successful undo, but would
/// undo nothing.
const IMAGES: &str = "images";
const NO_IMAGES: &str = "see differences";

/// The attribute with the stage of a change that is larger than one transaction: `draft` or `pending`. Absent if the
/// change is complete.
pub(super) const STAGE: &str = "stage";
pub(super) const DRAFT_STAGE: &str = "draft";
pub(super) const PENDING_STAGE: &str = "pending";
/// The attribute with the id of a draft. If a request writes several drafts, each draft has a different id.
pub(super) const ATTEMPT: &str = "attempt";
/// The attribute with the time from which another request may overwrite a draft, in seconds since 1970.
pub(super) const DRAFT_UNTIL: &str = "draft_until";

/// The differences in a change record or in a part.
#[derive(Deserialize)]
struct Differences {
    differences: Vec<Difference>,
    /// The number of parts, or 0 if the change record itself contains all differences.
    #[serde(default)]
    parts: usize,
}

/// The states of the todos in a change record or in a part of version 0.1.0.
#[derive(Deserialize)]
struct Images {
    #[serde(default)]
    images: Vec<Image>,
    #[serde(default)]
    parts: usize,
}

/// The items of a change: first the change record, then the parts. A change without effect is not in the index
/// `timeline`, because such a change has nothing to show and nothing to undo. The only purpose of its record is to
/// remember the idempotency key. The argument `order` is the sequence number of the change, in the format of a
/// timestamp.
pub(super) fn change_items(
    partition: &str,
    change: &Change,
    differences: &[Difference],
    order: Timestamp,
) -> Result<Vec<Item>, Fault> {
    let mut record = item::to_item(change)?;
    record.extend(item::primary_key(partition, item::change_sk(&change.id)));
    if !change.has_no_effect() {
        record.insert(item::VIEW.to_owned(), AttributeValue::S(view::change_view(change, order)));
    }
    if differences.iter().any(Difference::has_new_ways_to_repeat) {
        record.insert(FORMAT.to_owned(), item::number(FORMAT_OF_SERIES));
    }
    let differences: Vec<_> = differences.iter().map(item::to_value).collect::<Result<_, _>>()?;
    let (first, parts) = split(differences);
    record.insert("parts".to_owned(), item::number(parts.len()));
    record.insert(IMAGES.to_owned(), item::text(NO_IMAGES));
    record.insert(DIFFERENCES.to_owned(), AttributeValue::L(first));
    let mut items = vec![record];
    for (number, differences) in parts.into_iter().enumerate() {
        let mut part = item::primary_key(partition, format!("{}#{number:02}", item::change_sk(&change.id)));
        part.insert(DIFFERENCES.to_owned(), AttributeValue::L(differences));
        items.push(part);
    }
    for item in &mut items {
        item.insert(item::EXPIRES_AT.to_owned(), item::number(days_after(order, limits::UNDO_DAYS).as_second()));
    }
    Ok(items)
}

/// The stage of a change that is larger than one transaction. `None` if the change is complete.
pub(super) fn stage(record: &Item) -> Option<&str> {
    record.get(STAGE).and_then(|stage| stage.as_s().ok()).map(String::as_str)
}

/// Whether this record is an old draft, which another request may overwrite.
pub(super) fn is_old_draft(record: &Item, now: Timestamp) -> bool {
    let until = record.get(DRAFT_UNTIL).and_then(|until| until.as_n().ok()).and_then(|until| until.parse::<i64>().ok());
    until.is_some_and(|until| until <= now.as_second())
}

/// The sort keys of the parts of a change record.
pub(super) fn part_sks(record: &Item, id: &ChangeId) -> Vec<String> {
    let parts = record.get("parts").and_then(|parts| parts.as_n().ok()).and_then(|parts| parts.parse().ok());
    (0..parts.unwrap_or(0usize)).map(|number| format!("{}#{number:02}", item::change_sk(id))).collect()
}

/// Decides which differences are in the change record, and which are in parts. Returns the differences of the change
/// record, and the differences of each part. The order of the differences does not change.
fn split(differences: Vec<AttributeValue>) -> (Vec<AttributeValue>, Vec<Vec<AttributeValue>>) {
    if differences.iter().map(size::of_value).sum::<usize>() <= INLINE_BYTES {
        return (differences, Vec::new());
    }
    // The history shows the first todos of a change, so the change record contains their differences if they are small.
    let mut left = FIRST_BYTES;
    let is_first = |difference: &&AttributeValue| {
        let fits = size::of_value(difference) <= left;
        left = left.saturating_sub(size::of_value(difference));
        fits
    };
    let first = differences.iter().take_while(is_first).count();
    let mut differences = differences.into_iter();
    let first: Vec<_> = differences.by_ref().take(first).collect();
    let (mut parts, mut room) = (Vec::<Vec<_>>::new(), 0);
    for difference in differences {
        let size = size::of_value(&difference);
        match parts.last_mut().filter(|_| size <= room) {
            Some(part) => part.push(difference),
            None => {
                parts.push(vec![difference]);
                room = PART_BYTES;
            }
        }
        room = room.saturating_sub(size);
    }
    (first, parts)
}

/// Reads a change record, and the differences in it. If the record has parts, this function does not read the parts.
fn read_record(item: Item, now: Timestamp) -> Result<Option<(Change, Vec<Difference>)>, Fault> {
    if item::expired(&item, now) {
        return Ok(None);
    }
    let Differences { differences, .. } = read_differences(item.clone())?;
    Ok(Some((item::from_item(item)?, differences)))
}

impl OwnerStore {
    /// A listing of changes. Each change comes with the differences in its record. If a change is large, most of its
    /// differences are not in its record. Each page of the listing needs one call to DynamoDB.
    pub async fn history(
        &self,
        reading: Reading,
        now: Timestamp,
    ) -> Result<Listing<'_, (Change, Vec<Difference>)>, Fault> {
        let page = self.page(&reading, reading.after.as_ref(), &[]).await?;
        Ok(self.listing(reading, &[], now, page, Box::new(read_record)))
    }

    /// Reads a change and its differences. The differences are in their original order. `None` if no change has this
    /// id, or if the change is older than 30 days.
    pub async fn change(&self, id: &ChangeId, now: Timestamp) -> Result<Option<(Change, Vec<Difference>)>, Fault> {
        let found =
            items::items(&self.client, &self.table, (&self.partition, &item::change_sk(id)), &self.usage).await?;
        read_change(found, now)
    }

    /// Reads the changes with these ids, and their differences. The result contains no change that is older than 30
    /// days. One call reads all records. For each change whose record has parts, another call reads the parts. There
    /// can be at most 100 ids.
    pub async fn changes_with_differences(
        &self,
        ids: &[ChangeId],
        now: Timestamp,
    ) -> Result<Vec<(Change, Vec<Difference>)>, Fault> {
        let mut records = self.items(ids.iter().map(item::change_sk).collect()).await?;
        let mut changes = Vec::new();
        for record in ids.iter().filter_map(|id| records.remove(&item::change_sk(id))) {
            changes.extend(self.with_differences(record, now).await?);
        }
        Ok(changes)
    }

    /// The records of the changes with these ids, without the differences. The result contains no change that is older
    /// than 30 days. One call reads all records. There can be at most 100 ids.
    pub async fn change_records(&self, ids: &[ChangeId], now: Timestamp) -> Result<Vec<Change>, Fault> {
        let mut items = self.items(ids.iter().map(item::change_sk).collect()).await?;
        let found = ids.iter().filter_map(|id| items.remove(&item::change_sk(id)));
        found.filter_map(|item| item::read_unexpired(item, now).transpose()).collect()
    }

    /// The owner's latest change in the order of the commits, with its differences. An undo is also a change, and comes
    /// later than the undone change. So nobody has undone the latest change yet.
    ///
    /// The second value is the position of the latest change in the history.
    pub async fn latest_change(
        &self,
        now: Timestamp,
    ) -> Result<(Option<(Change, Vec<Difference>)>, Option<Position>), Fault> {
        let reading = Reading { at_most: Some(1), ..Reading::of(Range::changes()) };
        let page = self.page(&reading, None, &[]).await?;
        let read = |record: Item, now| Ok((!item::expired(&record, now)).then_some(record));
        let mut listing = self.listing(reading, &[], now, page, Box::new(read));
        let position = listing.position_of_next();
        match listing.next().await? {
            Some(record) => Ok((self.with_differences(record, now).await?, position)),
            None => Ok((None, position)),
        }
    }

    /// Turns a change record into a change and its differences. If the change record has parts, this function reads the
    /// parts.
    pub(super) async fn with_differences(
        &self,
        record: Item,
        now: Timestamp,
    ) -> Result<Option<(Change, Vec<Difference>)>, Fault> {
        if read_differences(record.clone())?.parts == 0 {
            return read_change(vec![record], now);
        }
        let change: Change = item::from_item(record)?;
        self.change(&change.id, now).await
    }
}

pub(super) fn read_change(items: Vec<Item>, now: Timestamp) -> Result<Option<(Change, Vec<Difference>)>, Fault> {
    let mut items = items.into_iter();
    let is_change = |record: &Item| !item::expired(record, now) && stage(record) != Some(DRAFT_STAGE);
    let Some(record) = items.next().filter(is_change) else {
        return Ok(None);
    };
    let Differences { mut differences, parts } = read_differences(record.clone())?;
    // An expired change may have had the same idempotency key as this change, and more parts. If DynamoDB has not
    // deleted the expired parts yet, they are at the end of `items`, and this loop does not read them.
    for part in items.take(parts) {
        differences.extend(read_differences(part)?.differences);
    }
    Ok(Some((item::from_item(record)?, differences)))
}

/// Reads the differences of a change record or of a part. Version 0.1.0 wrote whole todos: their states before and
/// after the change. From these states, this function computes the differences.
fn read_differences(item: Item) -> Result<Differences, Fault> {
    if item.contains_key(DIFFERENCES) {
        return item::from_item(item);
    }
    let Images { images, parts } = item::from_item(item)?;
    Ok(Differences { differences: images.iter().map(Difference::of).collect(), parts })
}
