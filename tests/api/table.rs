//! Reads and changes items directly in DynamoDB, so the service does not notice.

use aws_sdk_dynamodb::types::AttributeValue;
use todo_action::config::Auth;

use super::harness::Api;

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
