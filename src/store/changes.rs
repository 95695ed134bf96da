//! Writes and reads change records. A change record contains the state of each todo before the change and after the
//! change. In the code, an image is a pair of states of one todo: the state before a change and the state after the
//! change.
//!
//! If the states of the todos are small, the change record itself contains these states. So an ordinary change needs
//! only one item. Larger states are in separate items, because DynamoDB allows at most 400 KB for an item. Each of
//! these items is called a part. The sort key of a part is `change#<id>#<n>`. The parts of a change are not in the
//! timeline.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    OwnerStore,
    fault::Fault,
    item::{self, Item},
    query::Reading,
    range::Range,
};
use crate::domain::{
    change::{Change, Image},
    id::ChangeId,
};

/// Two attributes of an undone change: the id of the undo ([`Change::undone_by`]), and the time of the undo
/// ([`Change::undone_at`]).
pub(super) const UNDONE_BY: &str = "undone_by";
pub(super) const UNDONE_AT: &str = "undone_at";
/// The maximum size of the todo states in a change record, measured as JSON. The index contains a copy of each record,
/// so DynamoDB would store larger states twice.
const INLINE_BYTES: usize = 8 * 1024;
/// The maximum size of a part, measured as JSON. The states of one todo before and after a change always fit into one
/// part. DynamoDB allows 400 KB for an item. The remaining 100 KB are a reserve, because the size as JSON is only
/// approximately the size in DynamoDB.
const PART_BYTES: usize = 300 * 1024;

/// The states of the todos in a change record or in a part. If the program writes the item, `T` borrows the states. If
/// the program reads the item, `T` owns the states.
#[derive(Serialize, Deserialize)]
struct Images<T = Vec<Image>> {
    #[serde(default)]
    images: T,
    /// The number of parts, or 0 if the change record itself contains the states of the todos.
    #[serde(default)]
    parts: usize,
}

/// The items of a change: first the change record, then the parts. A change without effect is not in the timeline,
/// because there is nothing to show and nothing to undo. If a change has no effect, the only purpose of its record is
/// to remember the idempotency key. `image_bytes` is the approximate size of `images`, in bytes.
pub(super) fn change_items(
    partition: &str,
    change: &Change,
    images: &[Image],
    image_bytes: usize,
) -> Result<Vec<Item>, Fault> {
    let mut record = item::to_item(change)?;
    record.extend(item::primary_key(partition, item::change_sk(&change.id)));
    if !change.has_no_effect() {
        record.insert(item::VIEW.to_owned(), AttributeValue::S(item::change_view(change)));
    }
    let parts = if image_bytes <= INLINE_BYTES { Vec::new() } else { parts(images) };
    let images = if parts.is_empty() { images } else { &[] };
    record.extend(item::to_item(&Images { images, parts: parts.len() })?);
    let mut items = vec![record];
    for (number, images) in parts.into_iter().enumerate() {
        let mut part = item::to_item(&Images { images, parts: 0 })?;
        part.extend(item::primary_key(partition, format!("{}#{number:02}", item::change_sk(&change.id))));
        items.push(part);
    }
    for item in &mut items {
        item.insert(item::EXPIRES_AT.to_owned(), item::number(change.undo_until().as_second()));
    }
    Ok(items)
}

/// Splits `images` into parts. The order of the images does not change.
fn parts(images: &[Image]) -> Vec<&[Image]> {
    let (mut parts, mut start, mut room) = (Vec::new(), 0, PART_BYTES);
    for (at, image) in images.iter().enumerate() {
        let size = size_of(image);
        if size > room && at > start {
            parts.push(&images[start..at]);
            (start, room) = (at, PART_BYTES);
        }
        room = room.saturating_sub(size);
    }
    parts.push(&images[start..]);
    parts
}

/// The length of a value as JSON. This length is approximately the size of the value in DynamoDB.
pub(super) fn size_of<T: Serialize>(value: &T) -> usize {
    serde_json::to_string(value).map_or(usize::MAX / 1024, |json| json.len())
}

impl OwnerStore {
    /// Reads a change and the states of its todos. The states are in their original order. `None` if no change has this
    /// id, or if the change is older than 30 days.
    pub async fn change(&self, id: &ChangeId, now: Timestamp) -> Result<Option<(Change, Vec<Image>)>, Fault> {
        let mut items = Vec::new();
        let mut start: Option<Item> = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&*self.table)
                .consistent_read(true)
                .key_condition_expression("#owner = :owner AND begins_with(sk, :change)")
                .expression_attribute_names("#owner", item::OWNER)
                .expression_attribute_values(":owner", item::text(&self.partition))
                .expression_attribute_values(":change", AttributeValue::S(item::change_sk(id)))
                .set_exclusive_start_key(start)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            self.usage.called();
            let answer = answer.map_err(|error| Fault::of("Query", &error))?;
            self.usage.read(answer.consumed_capacity().map(std::slice::from_ref));
            items.extend(answer.items.unwrap_or_default());
            start = answer.last_evaluated_key;
            if start.is_none() {
                return read_change(items, now);
            }
        }
    }

    /// The latest change of the owner, with the states of its todos. An undo is itself a change. Usually the time of an
    /// undo is later than the time of the undone change. So usually the latest change is not an undone change. But if
    /// the clocks of two instances differ, the time of an undo may be earlier than the time of the undone change.
    pub async fn latest_change(&self, now: Timestamp) -> Result<Option<(Change, Vec<Image>)>, Fault> {
        let reading = Reading { at_most: Some(1), ..Reading::of(Range::changes()) };
        let page = self.page(&reading, None, &[]).await?;
        let read = |record: Item, now| Ok((!item::expired(&record, now)).then_some(record));
        let latest = self.listing(reading, &[], now, page, read).next().await?;
        match latest {
            Some(record) => self.with_images(record, now).await,
            None => Ok(None),
        }
    }

    /// Turns a change record into a change and the states of its todos. If the change record has parts, this function
    /// reads the parts.
    pub(super) async fn with_images(
        &self,
        record: Item,
        now: Timestamp,
    ) -> Result<Option<(Change, Vec<Image>)>, Fault> {
        if item::from_item::<Images>(record.clone())?.parts == 0 {
            return read_change(vec![record], now);
        }
        let change: Change = item::from_item(record)?;
        self.change(&change.id, now).await
    }
}

fn read_change(items: Vec<Item>, now: Timestamp) -> Result<Option<(Change, Vec<Image>)>, Fault> {
    let mut items = items.into_iter();
    let Some(record) = items.next().filter(|record| !item::expired(record, now)) else {
        return Ok(None);
    };
    let Images { mut images, parts } = item::from_item::<Images>(record.clone())?;
    // An older change may have had the same idempotency key and more parts than this change. DynamoDB may keep the
    // parts of an expired change for days. So `items` may end with parts of the older change, and this loop skips these
    // parts.
    for part in items.take(parts) {
        images.extend(item::from_item::<Images>(part)?.images);
    }
    Ok(Some((item::from_item(record)?, images)))
}
