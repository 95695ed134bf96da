//! Reads items by their keys, with strong consistency.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};
use jiff::Timestamp;

use super::{
    OwnerStore,
    fault::{Fault, FaultKind},
    head::SETTINGS,
    item::{self, Item},
};
use crate::domain::{id::TodoId, todo::Todo};

/// DynamoDB reads at most this number of items in one call.
pub(super) const BATCH_KEYS: usize = 100;
/// The maximum number of calls for one batch of keys. If DynamoDB leaves some keys unprocessed, the program asks for
/// these keys again.
const BATCH_ROUNDS: u32 = 5;

impl OwnerStore {
    /// Reads one open, completed or deleted todo. `None` if this owner has no todo with this id. Usually this function
    /// makes one call. The call also reads the head, because only the head says whether a list has another name now.
    pub async fn todo(&self, id: &TodoId, now: Timestamp) -> Result<Option<Todo>, Fault> {
        let sk = item::todo_sk(id);
        loop {
            let mut items = self.items(vec![sk.clone(), SETTINGS.to_owned()]).await?;
            let Some(head) = self.read_head(items.remove(SETTINGS), now).await? else { continue };
            let mut todo: Option<Todo> = items.remove(&sk).map_or(Ok(None), |item| item::read_unexpired(item, now))?;
            todo.iter_mut().for_each(|todo| head.lists.name_list(&mut todo.list));
            return Ok(todo);
        }
    }

    /// Reads the item with this sort key, with one call.
    pub(super) async fn item(&self, sort_key: String) -> Result<Option<Item>, Fault> {
        let answer = self
            .client
            .get_item()
            .table_name(&*self.table)
            .set_key(Some(item::primary_key(&self.partition, sort_key)))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        self.usage.called();
        let answer = answer.map_err(|error| Fault::of("GetItem", &error))?;
        self.usage.read(answer.consumed_capacity().map(std::slice::from_ref));
        Ok(answer.item)
    }

    /// Reads the items with these sort keys. Returns a map of the existing items. The keys of the map are the sort
    /// keys. This function makes one call for every 100 keys. If DynamoDB leaves keys unprocessed, this function makes
    /// further calls. `sort_keys` may contain each key only once.
    pub(super) async fn items(&self, sort_keys: Vec<String>) -> Result<HashMap<String, Item>, Fault> {
        let mut found = HashMap::new();
        for keys in sort_keys.chunks(BATCH_KEYS) {
            self.add_items(keys, &mut found).await?;
        }
        Ok(found)
    }

    /// Reads the items with these sort keys, and adds them to the map.
    async fn add_items(&self, sort_keys: &[String], found: &mut HashMap<String, Item>) -> Result<(), Fault> {
        let mut keys: Vec<Item> = sort_keys.iter().map(|sk| item::primary_key(&self.partition, sk.clone())).collect();
        for round in 0..BATCH_ROUNDS {
            if keys.is_empty() {
                return Ok(());
            }
            if round > 0 {
                tokio::time::sleep(Duration::from_millis(20 << round)).await;
            }
            let (items, left) = self.batch(keys).await?;
            found.extend(items.into_iter().filter_map(|item| Some((item.get(item::SK)?.as_s().ok()?.clone(), item))));
            keys = left;
        }
        if keys.is_empty() {
            Ok(())
        } else {
            Err(Fault::new(FaultKind::Throttled, "BatchGetItem: keys stayed unprocessed"))
        }
    }

    async fn batch(&self, keys: Vec<Item>) -> Result<(Vec<Item>, Vec<Item>), Fault> {
        let request = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
        let request = request.map_err(|error| Fault::new(FaultKind::Broken, format!("BatchGetItem: {error}")))?;
        let answer = self
            .client
            .batch_get_item()
            .request_items(&*self.table, request)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        self.usage.called();
        let answer = answer.map_err(|error| Fault::of("BatchGetItem", &error))?;
        self.usage.read(answer.consumed_capacity.as_deref());
        let items = answer.responses.unwrap_or_default().into_values().flatten().collect();
        let left = answer.unprocessed_keys.unwrap_or_default().into_values().flat_map(|left| left.keys).collect();
        Ok((items, left))
    }
}
