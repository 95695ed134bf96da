//! API keys, in a partition of their own (`keys`, sort key `key#<sha256>`), so that they can be listed without a scan.
//! docs/adr/0013-api-keys.md says why.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use jiff::{SignedDuration, Timestamp};

use super::{
    Store,
    fault::{Fault, Kind},
    item::{self, Item},
    usage::Usage,
};
use crate::domain::api_key::{KeyHash, KeyRecord};

/// The partition of all keys. No owner's partition is called so.
const PARTITION: &str = "keys";
/// The attribute that says to whom the requests with the key belong.
const KEY_OWNER: &str = "key_owner";
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
        let record = self.read_key(hash, usage).await?;
        self.seen_keys.put(hash.clone(), record.clone(), now);
        Ok(record)
    }

    async fn read_key(&self, hash: &KeyHash, usage: &Usage) -> Result<Option<KeyRecord>, Fault> {
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
        answer.item.map(read_key).transpose()
    }

    /// Keeps the record of a new key.
    pub async fn add_key(&self, record: &KeyRecord) -> Result<(), Fault> {
        let put = self
            .client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(key_item(record)?))
            .condition_expression("attribute_not_exists(#sk)")
            .expression_attribute_names("#sk", item::SK);
        put.send().await.map(drop).map_err(|error| Fault::of("PutItem", &error))
    }

    /// All keys there ever were, in no order.
    pub async fn keys(&self) -> Result<Vec<KeyRecord>, Fault> {
        let mut records = Vec::new();
        let mut start: Option<Item> = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&*self.table)
                .consistent_read(true)
                .key_condition_expression("#owner = :keys")
                .expression_attribute_names("#owner", item::OWNER)
                .expression_attribute_values(":keys", item::text(PARTITION))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| Fault::of("Query", &error))?;
            for found in answer.items.unwrap_or_default() {
                records.push(read_key(found)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(records);
            }
        }
    }

    /// Ends the validity of a key. One that was revoked before keeps the time at which it was.
    pub async fn revoke_key(&self, hash: &KeyHash, now: Timestamp) -> Result<(), Fault> {
        let now = serde_dynamo::to_attribute_value::<_, AttributeValue>(now);
        let now = now.map_err(|error| Fault::named(Kind::Broken, error.to_string()))?;
        let update = self
            .client
            .update_item()
            .table_name(&*self.table)
            .set_key(Some(key(hash)))
            .condition_expression("attribute_exists(#sk)")
            .update_expression("SET #revoked = if_not_exists(#revoked, :now)")
            .expression_attribute_names("#sk", item::SK)
            .expression_attribute_names("#revoked", "revoked_at")
            .expression_attribute_values(":now", now);
        update.send().await.map(drop).map_err(|error| Fault::of("UpdateItem", &error))
    }
}

/// A record as an item. Its owner is another than that of the item, which is the partition.
fn key_item(record: &KeyRecord) -> Result<Item, Fault> {
    let mut new = item::to_item(record)?;
    let owner = new.remove(item::OWNER);
    new.extend(key(&record.hash));
    new.extend(owner.map(|owner| (KEY_OWNER.to_owned(), owner)));
    Ok(new)
}

fn read_key(mut found: Item) -> Result<KeyRecord, Fault> {
    let owner = found.remove(KEY_OWNER);
    found.extend(owner.map(|owner| (item::OWNER.to_owned(), owner)));
    item::from_item(found)
}

fn key(hash: &KeyHash) -> Item {
    item::key(PARTITION, format!("key#{}", hash.as_str()))
}
