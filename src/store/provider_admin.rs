//! Stores and removes the secret that the OpenID provider has given to this service. Only the command `todo` uses this
//! code. The command has its own AWS credentials. The Lambda function does not contain this code.

use aws_sdk_dynamodb::types::ReturnValue;
use jiff::Timestamp;

use super::{
    Store,
    fault::Fault,
    item,
    provider::{self, Stored},
    usage::Usage,
};
use crate::domain::provider::ProviderSecret;

impl Store {
    /// Stores the secret. `true` if this secret replaces another stored secret.
    pub async fn set_provider_secret(&self, secret: ProviderSecret, now: Timestamp) -> Result<bool, Fault> {
        let mut new = item::to_item(&Stored { secret, stored_at: now })?;
        new.extend(provider::key());
        let put = self.client.put_item().table_name(&*self.table).set_item(Some(new));
        let answer = put.return_values(ReturnValue::AllOld).send().await;
        let answer = answer.map_err(|error| Fault::of("PutItem", &error))?;
        Ok(answer.attributes.is_some_and(|old| !old.is_empty()))
    }

    /// Removes the secret. `false` if no secret is stored.
    pub async fn remove_provider_secret(&self) -> Result<bool, Fault> {
        let delete = self.client.delete_item().table_name(&*self.table).set_key(Some(provider::key()));
        let answer = delete.return_values(ReturnValue::AllOld).send().await;
        let answer = answer.map_err(|error| Fault::of("DeleteItem", &error))?;
        Ok(answer.attributes.is_some_and(|old| !old.is_empty()))
    }

    /// When the operator stored the secret. `None` if no secret is stored.
    pub async fn provider_secret_since(&self) -> Result<Option<Timestamp>, Fault> {
        let found = self.item(provider::key(), &Usage::default()).await?;
        Ok(found.map(item::from_item::<Stored>).transpose()?.map(|stored| stored.stored_at))
    }
}
