//! Reads a part of a partition for the commands of the operator. The Lambda function does not contain this code.

use super::{
    Store,
    fault::Fault,
    item::{self, Item},
};

impl Store {
    /// All items of a partition whose sort key begins with `prefix`.
    pub(super) async fn items(&self, partition: &str, prefix: &str) -> Result<Vec<Item>, Fault> {
        let mut items = Vec::new();
        let mut start: Option<Item> = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&*self.table)
                .consistent_read(true)
                .key_condition_expression("#owner = :owner AND begins_with(sk, :prefix)")
                .expression_attribute_names("#owner", item::OWNER)
                .expression_attribute_values(":owner", item::text(partition))
                .expression_attribute_values(":prefix", item::text(prefix))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| Fault::of("Query", &error))?;
            items.extend(answer.items.unwrap_or_default());
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(items);
            }
        }
    }
}
