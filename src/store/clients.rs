//! Looks up the OAuth clients that the operator has made. The items of these clients are in the partition of the
//! operator. The Lambda function has no permission to write in this partition.

use super::{
    Store, api_keys,
    fault::Fault,
    item::{self, Item},
    usage::Usage,
};
use crate::domain::client::Client;

/// The sort key of a client begins with this text.
pub(super) const PREFIX: &str = "client#";

impl Store {
    /// The client with this id. `None` if the operator has made no such client. This function makes one call to
    /// DynamoDB.
    pub async fn client(&self, id: &str, usage: &Usage) -> Result<Option<Client>, Fault> {
        self.item(key(id), usage).await?.map(item::from_item).transpose()
    }
}

pub(super) fn key(id: &str) -> Item {
    item::primary_key(api_keys::PARTITION, format!("{PREFIX}{id}"))
}
