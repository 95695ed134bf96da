//! Looking up API keys, which lie in a partition of their own (`keys`, sort key `key#<sha256>`).
//! docs/adr/0013-api-keys.md says why.

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

/// The partition of all keys. No owner's partition is called so.
pub(super) const PARTITION: &str = "keys";
/// The attribute that says to whom the requests with the key belong.
pub(super) const KEY_OWNER: &str = "key_owner";
/// How long what is known of a key is taken for true: so long may a revoked key still be answered, and a new one not yet.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(60);
/// Keys that are remembered at a time, those that do not exist included.
const KEYS: usize = 10_000;

/// What was last seen of keys, so that a warm request asks DynamoDB nothing about its key.
#[derive(Debug, Clone, Default)]
pub(super) struct SeenKeys(Arc<Mutex<HashMap<KeyHash, Seen>>>);

/// What there was, and when it was looked up.
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
    /// What is known of a key; `None` when it was never made. One call, unless the key was looked up within a minute.
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

/// A record from its item, whose own owner is the partition.
pub(super) fn from_item(mut found: Item) -> Result<KeyRecord, Fault> {
    let owner = found.remove(KEY_OWNER);
    found.extend(owner.map(|owner| (item::OWNER.to_owned(), owner)));
    item::from_item(found)
}

pub(super) fn key(hash: &KeyHash) -> Item {
    item::key(PARTITION, format!("key#{}", hash.as_str()))
}
