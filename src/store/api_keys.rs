//! Looks up API keys. They are in their own partition (`keys`, sort key `key#<sha256>`). docs/adr/0013-api-keys.md says
//! why.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use jiff::{SignedDuration, Timestamp};

use super::{
    Store,
    fault::Fault,
    item::{self, Item},
    usage::Usage,
};
use crate::domain::api_key::{KeyHash, KeyRecord};

/// The partition of all keys. No owner's partition can have this name, because the names of owners' partitions begin
/// with `user#`.
pub(super) const PARTITION: &str = "keys";
/// The attribute with the owner of the key.
pub(super) const KEY_OWNER: &str = "key_owner";
/// How long the result of a look-up is remembered. For this time, a revoked key may still be accepted, and a new key
/// may still be refused.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(60);
/// The maximum number of remembered keys, including keys that do not exist.
const KEYS: usize = 10_000;

/// Remembers the results of look-ups, so that a warm request needs no call to DynamoDB for its key.
#[derive(Debug, Clone, Default)]
pub(super) struct SeenKeys(Arc<Mutex<HashMap<KeyHash, Seen>>>);

/// The record of a key, if the key exists, and the time of the look-up.
type Seen = (Option<KeyRecord>, Timestamp);

impl SeenKeys {
    fn get(&self, hash: &KeyHash, now: Timestamp) -> Option<Option<KeyRecord>> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(hash).filter(|(_, at)| now.duration_since(*at) < REMEMBERED).map(|(record, _)| record.clone())
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
    /// The record of a key. `None` if no such key was ever made. This takes one call, unless the key was looked up
    /// within the last minute.
    pub async fn key(&self, hash: &KeyHash, now: Timestamp, usage: &Usage) -> Result<Option<KeyRecord>, Fault> {
        if let Some(seen) = self.seen_keys.get(hash, now) {
            return Ok(seen);
        }
        let record = self.look_up(hash, usage).await?;
        self.seen_keys.put(hash.clone(), record.clone(), now);
        Ok(record)
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

/// The record in this item. The attribute `owner` of the item is the partition, and `key_owner` is the owner of the
/// key.
pub(super) fn from_item(mut found: Item) -> Result<KeyRecord, Fault> {
    let owner = found.remove(KEY_OWNER);
    found.extend(owner.map(|owner| (item::OWNER.to_owned(), owner)));
    item::from_item(found)
}

pub(super) fn key(hash: &KeyHash) -> Item {
    item::primary_key(PARTITION, format!("key#{}", hash.as_str()))
}
