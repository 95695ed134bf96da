//! Looks up API keys. All API keys are in the partition of the operator (`keys`). The sort key of an API key is
//! `key#<sha256>`. The file docs/adr/0013-api-keys.md says why the operator has a partition.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::Timestamp;

use super::{
    Store,
    actions::updated,
    fault::Fault,
    item::{self, Item},
    seen::{LAST_USED_AT, NOTE},
    usage::Usage,
};
use crate::domain::{api_key::KeyRecord, secret::SecretHash};

/// The partition of the operator, with all API keys. No owner has a partition with this name, because the name of an
/// owner's partition begins with `user#`. The Lambda function has no permission to write in this partition.
pub(super) const PARTITION: &str = "keys";
/// The attribute with the owner of the key.
pub(super) const KEY_OWNER: &str = "key_owner";

impl Store {
    /// The record of a key. `None` if the table has no such key. If this instance does not remember the key, this
    /// function makes one call to DynamoDB.
    pub async fn key(&self, hash: &SecretHash, now: Timestamp, usage: &Usage) -> Result<Option<KeyRecord>, Fault> {
        if let Some(seen) = self.seen_keys.get(hash, now) {
            return Ok(seen);
        }
        let record = self.item(key(hash), usage).await?.map(from_item).transpose()?;
        self.seen_keys.put(hash.clone(), record.clone(), now);
        Ok(record)
    }

    /// Writes a note into the table: somebody has used this key today. The note is in the partition of the key's owner,
    /// because the Lambda function has no permission to write in the partition of the operator. If the key has ended,
    /// this function writes no note, because the operator may have erased all data of the person.
    pub async fn stamp_use(&self, record: &KeyRecord, now: Timestamp, usage: &Usage) {
        let write = async {
            let note = Update::builder()
                .table_name(&*self.table)
                .set_key(Some(use_key(record)))
                .update_expression(NOTE)
                .expression_attribute_names("#used", LAST_USED_AT)
                .expression_attribute_values(":now", item::text(&now.to_string()));
            let check = self.credential_is_valid(key(&record.hash))?;
            let actions = vec![updated(note)?, TransactWriteItem::builder().condition_check(check).build()];
            self.transact(actions, usage).await.map(drop)
        };
        self.stamp((record.hash.id(), use_key(record)), now, usage, write).await;
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

pub(super) fn key(hash: &SecretHash) -> Item {
    item::primary_key(PARTITION, format!("key#{}", hash.as_str()))
}
