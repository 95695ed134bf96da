//! Stores the domain types in one DynamoDB table. [`Store::of`] opens the items of one owner, and only `Caller` calls it.
//! The command `todo keys` looks at items without it (`key_admin.rs`).

mod actions;
mod api_keys;
mod backoff;
mod changes;
mod client;
mod commit;
mod fault;
mod item;
#[cfg(feature = "cli")]
mod key_admin;
mod listing;
mod lists;
mod query;
mod range;
mod read;
mod recent;
mod settings;
mod timeline;
mod transaction;
mod transport;
mod usage;
mod write;
mod write_request;
mod write_result;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;

pub use client::{Connection, TIMEOUT, connect};
pub use fault::{Fault, FaultKind};
pub use listing::Listing;
pub use query::Reading;
pub use range::{Position, Range};
pub use timeline::OpenTitle;
pub use usage::Usage;
pub use write_request::{Needs, Recognition, Snapshot, WriteRequest};
pub use write_result::{WriteError, WriteResult};

use crate::domain::owner::Owner;

/// The table with all data.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    table: Arc<str>,
    remembered: settings::Remembered,
    seen_keys: api_keys::SeenKeys,
}

/// The items of one owner. Items of other owners cannot be reached through it.
///
/// * [`write`](Self::write) makes a change. No other method changes anything. [`recorded`](Self::recorded) returns the
///   result of an earlier request with the same idempotency key.
/// * [`todo`](Self::todo), [`settings`](Self::settings) and [`change`](Self::change) read a single todo, the settings,
///   or a single change. [`latest_change`](Self::latest_change) reads the newest change.
/// * [`todos`](Self::todos) and [`changes`](Self::changes) make listings. [`completions`](Self::completions) serves the
///   overview. [`open_titled`](Self::open_titled) looks for duplicates of new todos.
#[derive(Debug, Clone)]
pub struct OwnerStore {
    client: Client,
    table: Arc<str>,
    /// The partition key. Its prefix keeps an owner's name apart from other kinds of partitions.
    partition: String,
    remembered: settings::Remembered,
    usage: Arc<Usage>,
}

impl OwnerStore {
    /// The id of the request that this store works for.
    pub fn request_id(&self) -> &str {
        self.usage.request_id()
    }
}

impl Store {
    /// A store in `table`. The table must have the keys and the index that `infra/template.yaml` defines.
    pub fn new(client: Client, table: &str) -> Self {
        Self {
            client,
            table: table.into(),
            remembered: settings::Remembered::default(),
            seen_keys: api_keys::SeenKeys::default(),
        }
    }

    /// The part of the table that belongs to `owner`. Its calls add their cost to `usage`.
    pub fn of(&self, owner: &Owner, usage: Arc<Usage>) -> OwnerStore {
        OwnerStore {
            client: self.client.clone(),
            table: self.table.clone(),
            partition: item::partition(owner),
            remembered: self.remembered.clone(),
            usage,
        }
    }

    /// Reads an item that does not exist. This opens the connection, and proves that the table answers. It costs half a
    /// read unit.
    pub async fn ping(&self, usage: &Usage) -> Result<(), Fault> {
        let key = item::primary_key("health", "health".to_owned());
        let answer = self
            .client
            .get_item()
            .table_name(&*self.table)
            .set_key(Some(key))
            .return_consumed_capacity(aws_sdk_dynamodb::types::ReturnConsumedCapacity::Total)
            .send()
            .await;
        usage.called();
        let answer = answer.map_err(|error| Fault::of("GetItem", &error))?;
        usage.read(answer.consumed_capacity().map(std::slice::from_ref));
        Ok(())
    }
}
