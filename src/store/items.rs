//! Reads one item, or reads from one partition all items whose sort keys begin with a given text. All reads have strong
//! consistency.

use aws_sdk_dynamodb::{Client, types::ReturnConsumedCapacity};

use super::{
    Store,
    fault::Fault,
    item::{self, Item},
    usage::Usage,
};

impl Store {
    /// Reads one item.
    pub(super) async fn item(&self, key: Item, usage: &Usage) -> Result<Option<Item>, Fault> {
        let answer = self
            .client
            .get_item()
            .table_name(&*self.table)
            .set_key(Some(key))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        usage.called();
        let answer = answer.map_err(|error| Fault::of("GetItem", &error))?;
        usage.read(answer.consumed_capacity().map(std::slice::from_ref));
        Ok(answer.item)
    }

    /// All items of this partition with a sort key that begins with `prefix`.
    pub(super) async fn items(&self, partition: &str, prefix: &str, usage: &Usage) -> Result<Vec<Item>, Fault> {
        items(&self.client, &self.table, (partition, prefix), usage).await
    }
}

/// All items of this partition with a sort key that begins with `prefix`. The items are in the order of their sort
/// keys.
pub(super) async fn items(
    client: &Client,
    table: &str,
    (partition, prefix): (&str, &str),
    usage: &Usage,
) -> Result<Vec<Item>, Fault> {
    let mut items = Vec::new();
    let mut start: Option<Item> = None;
    loop {
        let answer = client
            .query()
            .table_name(table)
            .consistent_read(true)
            .key_condition_expression("#owner = :owner AND begins_with(sk, :prefix)")
            .expression_attribute_names("#owner", item::OWNER)
            .expression_attribute_values(":owner", item::text(partition))
            .expression_attribute_values(":prefix", item::text(prefix))
            .set_exclusive_start_key(start)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        usage.called();
        let answer = answer.map_err(|error| Fault::of("Query", &error))?;
        usage.read(answer.consumed_capacity().map(std::slice::from_ref));
        items.extend(answer.items.unwrap_or_default());
        start = answer.last_evaluated_key;
        if start.is_none() {
            return Ok(items);
        }
    }
}
