//! Makes, lists and revokes API keys. Only the command `todo` uses this code. The command has its own AWS credentials.
//! The Lambda function does not contain this code.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::{
    Store, api_keys,
    fault::{Fault, FaultKind},
    item::{self, Item},
    usage::Usage,
};
use crate::domain::{api_key::KeyRecord, owner::Owner, secret::SecretHash};

impl Store {
    /// Stores the record of a new key.
    pub async fn add_key(&self, record: &KeyRecord) -> Result<(), Fault> {
        let put = self
            .client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(key_item(record)?))
            .condition_expression(item::ABSENT);
        put.send().await.map(drop).map_err(|error| Fault::of("PutItem", &error))
    }

    /// The records of all keys, including revoked and expired keys, and the number of records that the program cannot
    /// read. The records are in no particular order.
    pub async fn keys(&self) -> Result<(Vec<KeyRecord>, usize), Fault> {
        let found = self.items(api_keys::PARTITION, "key#", &Usage::default()).await?;
        let all = found.len();
        let records: Vec<KeyRecord> = found.into_iter().filter_map(|found| api_keys::from_item(found).ok()).collect();
        let unreadable = all - records.len();
        Ok((records, unreadable))
    }

    /// When somebody last used the key. The real last use may be up to a day later, because the Lambda function notes a
    /// use only once a day. `None` if nobody has used the key yet.
    pub async fn last_used(&self, record: &KeyRecord) -> Result<Option<Timestamp>, Fault> {
        self.last_use(api_keys::use_key(record), &Usage::default()).await
    }

    /// Whether the table contains any item of this owner, such as a todo or a change.
    pub async fn knows(&self, owner: &Owner) -> Result<bool, Fault> {
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .consistent_read(true)
            .key_condition_expression("#owner = :owner")
            .expression_attribute_names("#owner", item::OWNER)
            .expression_attribute_values(":owner", item::text(&item::partition(owner)))
            .limit(1)
            .send()
            .await
            .map_err(|error| Fault::of("Query", &error))?;
        Ok(answer.count > 0)
    }

    /// Deletes the record of a key. The note of the key's last use stays in the partition of the owner until an
    /// erasure.
    pub async fn delete_key(&self, hash: &SecretHash) -> Result<(), Fault> {
        let delete = self.client.delete_item().table_name(&*self.table).set_key(Some(api_keys::key(hash)));
        delete.send().await.map(drop).map_err(|error| Fault::of("DeleteItem", &error))
    }

    /// Revokes a key. If the key is already revoked, the record keeps the time of the first revocation.
    pub async fn revoke_key(&self, hash: &SecretHash, now: Timestamp) -> Result<(), Fault> {
        let now = serde_dynamo::to_attribute_value::<_, AttributeValue>(now);
        let now = now.map_err(|error| Fault::new(FaultKind::Broken, error.to_string()))?;
        let update = self
            .client
            .update_item()
            .table_name(&*self.table)
            .set_key(Some(api_keys::key(hash)))
            .condition_expression(item::PRESENT)
            .update_expression("SET #revoked = if_not_exists(#revoked, :now)")
            .expression_attribute_names("#revoked", "revoked_at")
            .expression_attribute_values(":now", now);
        update.send().await.map(drop).map_err(|error| Fault::of("UpdateItem", &error))
    }
}

/// Turns the record of a key into an item. The attribute `owner` of an item contains the partition key, so this
/// function writes the owner of the API key into `key_owner`.
fn key_item(record: &KeyRecord) -> Result<Item, Fault> {
    let mut new = item::to_item(record)?;
    let owner = new.remove(item::OWNER);
    new.extend(api_keys::key(&record.hash));
    new.extend(owner.map(|owner| (api_keys::KEY_OWNER.to_owned(), owner)));
    Ok(new)
}
