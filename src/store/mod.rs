//! Domain types in one DynamoDB table. The only way to an item is [`Store::of`] an owner.

mod actions;
mod api_keys;
mod changes;
mod client;
mod commit;
mod fault;
mod item;
#[cfg(feature = "cli")]
mod key_admin;
mod listing;
mod lists;
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

pub use client::{Connection, PATIENCE, connect};
pub use fault::{Fault, FaultKind};
pub use listing::{Listing, Reading};
pub use range::{Position, Range};
pub use timeline::OpenTitle;
pub use usage::Usage;
pub use write_request::{Needs, Repetition, Snapshot, WriteRequest};
pub use write_result::{WriteError, WriteResult};

use crate::domain::owner::Owner;

/// The table that holds everything.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    table: Arc<str>,
    remembered: settings::Remembered,
    seen_keys: api_keys::SeenKeys,
}

/// What one owner has in the table. Nothing of another owner can be named through it.
///
/// * [`write`](Self::write) makes a change, the only way to make one. [`recorded`](Self::recorded) gives the result of an
///   earlier request with the same key.
/// * [`todo`](Self::todo), [`settings`](Self::settings) and [`change`](Self::change) read one item,
///   [`latest_change`](Self::latest_change) the newest change.
/// * [`todos`](Self::todos) and [`changes`](Self::changes) list. [`completions`](Self::completions) is for the overview,
///   [`open_titled`](Self::open_titled) for additions.
#[derive(Debug, Clone)]
pub struct OwnerStore {
    client: Client,
    table: Arc<str>,
    /// The partition key: an owner's name cannot collide with another kind of partition.
    partition: String,
    remembered: settings::Remembered,
    usage: Arc<Usage>,
}

impl Store {
    /// A store in `table`, which must have the shape that `infra/template.yaml` gives it.
    pub fn new(client: Client, table: &str) -> Self {
        Self {
            client,
            table: table.into(),
            remembered: settings::Remembered::default(),
            seen_keys: api_keys::SeenKeys::default(),
        }
    }

    /// The part of the table that belongs to `owner`. What it costs is added to `usage`.
    pub fn of(&self, owner: &Owner, usage: Arc<Usage>) -> OwnerStore {
        OwnerStore {
            client: self.client.clone(),
            table: self.table.clone(),
            partition: item::partition(owner),
            remembered: self.remembered.clone(),
            usage,
        }
    }

    /// Asks for an item that does not exist: proves that the table answers, and opens the connection. Half a read unit.
    pub async fn ping(&self, usage: &Usage) -> Result<(), Fault> {
        let key = item::key("health", "health".to_owned());
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
