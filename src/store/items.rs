//! Reads one item, or reads items of one partition in the order of their sort keys. All reads have strong consistency.

use aws_sdk_dynamodb::{Client, types::ReturnConsumedCapacity};

use super::{
    Store,
    fault::Fault,
    item::{self, Item},
    usage::Usage,
};

/// The attribute with the name of the table in which an item was made.
pub(super) const TABLE: &str = "table";

impl Store {
    /// Whether the item was made in this table. A restored backup is a new table with another name. Somebody may have
    /// ended an access or a feed after the backup was made. So the accesses and the feeds of a backup are not valid in
    /// the new table.
    pub(super) fn made_here(&self, item: &Item) -> bool {
        item.get(TABLE).and_then(|table| table.as_s().ok()).is_some_and(|table| **table == *self.table)
    }

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
    let (mut items, mut after) = (Vec::new(), None);
    loop {
        let part = Part { partition, prefix: Some(prefix), after, attributes: &[] };
        let (page, more) = part.read(client, table, usage).await?;
        items.extend(page);
        after = more;
        if after.is_none() {
            return Ok(items);
        }
    }
}

/// A part of a partition.
pub(super) struct Part<'a> {
    pub partition: &'a str,
    /// The sort keys of the items begin with this text. `None` if the sort keys can be any text.
    pub prefix: Option<&'a str>,
    /// The primary key after which the part begins.
    pub after: Option<Item>,
    /// The attributes to read. If this list is empty, the program reads all attributes.
    pub attributes: &'a [&'a str],
}

impl Part<'_> {
    /// Reads at most 1 MB of items, in the order of their sort keys. The second value is the primary key after which
    /// there are more items.
    pub async fn read(self, client: &Client, table: &str, usage: &Usage) -> Result<(Vec<Item>, Option<Item>), Fault> {
        let mut query = client
            .query()
            .table_name(table)
            .consistent_read(true)
            .expression_attribute_names("#owner", item::OWNER)
            .expression_attribute_values(":owner", item::text(self.partition))
            .set_exclusive_start_key(self.after)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        query = match self.prefix {
            None => query.key_condition_expression("#owner = :owner"),
            Some(prefix) => query
                .key_condition_expression("#owner = :owner AND begins_with(sk, :prefix)")
                .expression_attribute_values(":prefix", item::text(prefix)),
        };
        if !self.attributes.is_empty() {
            // Hundreds of names are reserved words in DynamoDB, for example `grant`. So each attribute gets a
            // substitute name.
            let names: Vec<_> = self.attributes.iter().map(|name| format!("#{name}")).collect();
            query = query.projection_expression(names.join(", "));
            for (name, attribute) in names.into_iter().zip(self.attributes) {
                query = query.expression_attribute_names(name, *attribute);
            }
        }
        let answer = query.send().await;
        usage.called();
        let answer = answer.map_err(|error| Fault::of("Query", &error))?;
        usage.read(answer.consumed_capacity().map(std::slice::from_ref));
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
    }
}
