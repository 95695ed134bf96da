//! Reads and changes items directly in DynamoDB, so the service does not notice.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use todo_action::config::Auth;

use super::harness::Api;

/// The attributes of an item.
pub type Item = HashMap<String, AttributeValue>;

impl Api {
    /// The partition key of the owner.
    fn partition(&self) -> AttributeValue {
        let Auth::None(owner) = &self.app.config.auth else { panic!("an API without keys") };
        AttributeValue::S(format!("user#{}", owner.as_str()))
    }

    /// Creates the table. Call this function only for an API that uses a new data file.
    pub async fn create_table(&self) {
        todo_action::local::create_table(&self.client, self.table).await.unwrap();
    }

    /// Reads one attribute of an item directly from DynamoDB.
    pub async fn stored(&self, sk: &str, attribute: &str) -> Option<AttributeValue> {
        let get = self.client.get_item().table_name(self.table).key("owner", self.partition());
        let item = get.key("sk", AttributeValue::S(sk.to_owned())).consistent_read(true).send().await.unwrap().item;
        item.and_then(|mut item| item.remove(attribute))
    }

    /// Reads all items of the owner directly from DynamoDB. The key of the map is the sort key.
    pub async fn items(&self) -> BTreeMap<String, Item> {
        let (mut items, mut start) = (BTreeMap::new(), None);
        loop {
            let query = self.client.query().table_name(self.table).key_condition_expression("#owner = :owner");
            let query = query.expression_attribute_names("#owner", "owner").set_exclusive_start_key(start);
            let query = query.expression_attribute_values(":owner", self.partition()).consistent_read(true);
            let page = query.send().await.unwrap();
            items.extend(page.items().iter().map(|item| (item["sk"].as_s().unwrap().clone(), item.clone())));
            start = page.last_evaluated_key;
            if start.is_none() {
                return items;
            }
        }
    }

    /// Deletes an item directly in DynamoDB, as DynamoDB does with an expired item.
    pub async fn remove(&self, sk: &str) {
        let delete = self.client.delete_item().table_name(self.table).key("owner", self.partition());
        delete.key("sk", AttributeValue::S(sk.to_owned())).send().await.unwrap();
    }

    /// Changes or removes one attribute of an item directly in DynamoDB, so the service does not notice the change.
    pub async fn spoil(&self, sk: &str, attribute: &str, value: Option<AttributeValue>) {
        let update = self.client.update_item().table_name(self.table).key("owner", self.partition());
        let update = update.key("sk", AttributeValue::S(sk.to_owned())).expression_attribute_names("#name", attribute);
        let update = match value {
            Some(value) => update.update_expression("SET #name = :value").expression_attribute_values(":value", value),
            None => update.update_expression("REMOVE #name"),
        };
        update.send().await.unwrap();
    }
}
