//! Looks up API keys. All API keys are in one partition (`keys`). The sort key of an API key is `key#<sha256>`. The
//! file docs/adr/0013-api-keys.md says why API keys have their own partition.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{
    Store,
    fault::Fault,
    item::{self, Item},
    usage::Usage,
};
use crate::domain::{
    api_key::{KeyHash, KeyRecord},
    moment::is_within,
};

/// The partition with all API keys. No owner has a partition with this name, because the name of an owner's partition
/// begins with `user#`.
pub(super) const PARTITION: &str = "keys";
/// The attribute with the owner of the key.
pub(super) const KEY_OWNER: &str = "key_owner";
/// The attribute with the time of a key's last use.
pub(super) const LAST_USED_AT: &str = "last_used_at";
/// How long the program caches the result of a look-up. During this time, the program may still accept a revoked key,
/// or still refuse a new key.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(60);
/// A request waits at most this time for the note of its key's use.
const NOTE_TIMEOUT: Duration = Duration::from_secs(1);
/// The maximum number of keys in the cache. The cache also remembers which keys are not in the table.
const KEYS: usize = 10_000;

/// A cache of API keys. If the key of a request is in the cache, the program checks the key without a call to DynamoDB.
#[derive(Debug, Clone, Default)]
pub(super) struct SeenKeys(Arc<Mutex<HashMap<KeyHash, Seen>>>);

/// For each key, the last day on which this instance has noted the use of the key. The days are in UTC.
#[derive(Debug, Clone, Default)]
pub(super) struct StampedKeys(Arc<Mutex<HashMap<KeyHash, Date>>>);

/// The result and the time of a look-up. The result of a look-up is the record of the key, or `None` if the table has
/// no such key.
type Seen = (Option<KeyRecord>, Timestamp);

impl SeenKeys {
    fn get(&self, hash: &KeyHash, now: Timestamp) -> Option<Option<KeyRecord>> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(hash).filter(|(_, at)| is_within(REMEMBERED, *at, now)).map(|(record, _)| record.clone())
    }

    fn put(&self, hash: KeyHash, record: Option<KeyRecord>, now: Timestamp) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= KEYS {
            keys.clear();
        }
        keys.insert(hash, (record, now));
    }
}

impl Store {
    /// The record of a key. `None` if the table has no such key. If the key is not in the cache, this function makes
    /// one call to DynamoDB.
    pub async fn key(&self, hash: &KeyHash, now: Timestamp, usage: &Usage) -> Result<Option<KeyRecord>, Fault> {
        if let Some(seen) = self.seen_keys.get(hash, now) {
            return Ok(seen);
        }
        let record = self.look_up(hash, usage).await?;
        self.seen_keys.put(hash.clone(), record.clone(), now);
        Ok(record)
    }

    /// Notes in the table that somebody has used this key today. Each instance notes the use of a key only once a day,
    /// because each note costs a write unit. The note is in the partition of the key's owner: the function may not
    /// write in the partition of the keys. If the note fails or takes longer than a second, the request goes on.
    pub async fn stamp_use(&self, record: &KeyRecord, now: Timestamp, usage: &Usage) {
        let today = now.to_zoned(TimeZone::UTC).date();
        if !self.stamped_keys.is_due(&record.hash, today) {
            return;
        }
        let update = self
            .client
            .update_item()
            .table_name(&*self.table)
            .set_key(Some(use_key(record)))
            .update_expression("SET #used = :now")
            .expression_attribute_names("#used", LAST_USED_AT)
            .expression_attribute_values(":now", item::text(&now.to_string()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = tokio::time::timeout(NOTE_TIMEOUT, update.send()).await;
        usage.called();
        let cause = match answer {
            Ok(Ok(answer)) => return usage.wrote(answer.consumed_capacity().map(std::slice::from_ref)),
            Ok(Err(error)) => Fault::of("UpdateItem", &error).to_string(),
            Err(_) => "UpdateItem: no answer in time".to_owned(),
        };
        tracing::warn!(request_id = usage.request_id(), cause, "the use of a key was not noted");
    }

    async fn look_up(&self, hash: &KeyHash, usage: &Usage) -> Result<Option<KeyRecord>, Fault> {
        let answer = self
            .client
            .get_item()
            .table_name(&*self.table)
            .set_key(Some(key(hash)))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        usage.called();
        let answer = answer.map_err(|error| Fault::of("GetItem", &error))?;
        usage.read(answer.consumed_capacity().map(std::slice::from_ref));
        answer.item.map(from_item).transpose()
    }
}

impl StampedKeys {
    /// Whether this instance must still note the use of the key today. The next call with the same key and the same day
    /// returns `false`.
    fn is_due(&self, hash: &KeyHash, today: Date) -> bool {
        let mut days = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if days.get(hash) == Some(&today) {
            return false;
        }
        if days.len() >= KEYS {
            days.clear();
        }
        days.insert(hash.clone(), today);
        true
    }
}

/// The primary key of the item that says when somebody last used this API key.
pub(super) fn use_key(record: &KeyRecord) -> Item {
    item::primary_key(&item::partition(&record.owner), format!("key#{}", record.hash.id()))
}

/// Reads the record of a key from an item. In the item, the attribute `owner` contains the partition key, and the
/// attribute `key_owner` contains the owner of the key.
pub(super) fn from_item(mut found: Item) -> Result<KeyRecord, Fault> {
    let owner = found.remove(KEY_OWNER);
    found.extend(owner.map(|owner| (item::OWNER.to_owned(), owner)));
    item::from_item(found)
}

pub(super) fn key(hash: &KeyHash) -> Item {
    item::primary_key(PARTITION, format!("key#{}", hash.as_str()))
}
