//! Reads the whole table, so that a test sees the items of a person in all partitions.

use std::collections::BTreeMap;

use todo_action::{config::Auth, domain::owner::Owner};

use super::{harness::Api, table::Item};

/// All items of a table. The key of the map is the primary key of the item.
pub type Items = BTreeMap<(String, String), Item>;

impl Api {
    /// Reads all items of all owners directly from DynamoDB.
    pub async fn scan(&self) -> Items {
        let (mut items, mut start) = (Items::new(), None);
        loop {
            let scan = self.client.scan().table_name(self.table).consistent_read(true).set_exclusive_start_key(start);
            let page = scan.send().await.unwrap();
            for item in page.items() {
                let [owner, sk] = ["owner", "sk"].map(|name| item[name].as_s().unwrap().clone());
                items.insert((owner, sk), item.clone());
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return items;
            }
        }
    }

    /// An instance of the service for this owner. The table is the same.
    pub fn of_owner(&self, owner: &str) -> Self {
        self.beside(|config| config.auth = Auth::None(Owner::parse(owner).unwrap()))
    }
}

/// The items that contain this text in any key or attribute.
pub fn about(items: &Items, text: &str) -> Items {
    let is_about = |key: &(String, String), item: &Item| format!("{key:?} {item:?}").contains(text);
    items.iter().filter(|(key, item)| is_about(key, item)).map(|(key, item)| (key.clone(), item.clone())).collect()
}
