//! Reads the secret that the OpenID provider has given to this service. The item of the secret is in the partition of
//! the operator. The Lambda function has no permission to write in this partition.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Store, api_keys,
    fault::Fault,
    item::{self, Item},
    usage::Usage,
};
use crate::domain::provider::ProviderSecret;

/// The place of the secret: the partition key, the sort key, and the name of the attribute.
#[cfg(feature = "cli")]
pub const PLACE: [&str; 3] = [api_keys::PARTITION, SK, "secret"];
/// The sort key of the item.
const SK: &str = "provider";

/// The item of the secret.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    pub secret: ProviderSecret,
    pub stored_at: Timestamp,
}

impl Store {
    /// The secret that the operator has stored with `todo provider set-secret`. `None` if the operator has stored no
    /// secret. This function makes one call to DynamoDB.
    pub async fn provider_secret(&self, usage: &Usage) -> Result<Option<ProviderSecret>, Fault> {
        let stored = self.item(key(), usage).await?.map(item::from_item::<Stored>).transpose()?;
        Ok(stored.map(|stored| stored.secret))
    }
}

pub(super) fn key() -> Item {
    item::primary_key(api_keys::PARTITION, SK.to_owned())
}
