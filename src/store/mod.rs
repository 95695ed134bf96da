//! Stores todos, changes and settings in one DynamoDB table. Only `Caller` calls [`Store::of`], which opens the items
//! of one owner. The commands `todo keys`, `todo clients`, `todo people` and `todo provider` read
//! items without [`Store::of`] (the files `…_admin.rs`).

mod actions;
mod addresses;
mod api_keys;
mod backoff;
mod began;
mod changes;
mod client;
#[cfg(feature = "cli")]
mod client_admin;
mod clients;
mod commit;
mod credential_check;
mod downloads;
mod erase;
mod export;
mod fault;
mod feeds;
mod finish;
mod followers;
mod format;
mod grants;
mod head;
mod imports;
mod item;
mod items;
#[cfg(feature = "cli")]
mod key_admin;
mod listing;
mod lists;
mod nexts;
mod pending;
mod people;
#[cfg(feature = "cli")]
mod people_admin;
mod planned;
mod programs;
mod provider;
#[cfg(feature = "cli")]
mod provider_admin;
mod query;
mod range;
mod read;
mod recent;
mod remembered;
mod seen;
mod selection;
mod settings;
mod sign_ins;
mod size;
mod timeline;
mod transact;
mod transaction;
mod transport;
mod usage;
mod view;
mod write;
mod write_request;
mod write_result;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;

/// Attributes that the code outside the store needs.
#[cfg(feature = "cli")]
pub mod attributes {
    pub use super::{
        format::{FORMAT, FORMAT_NUMBER},
        head::SEQUENCE,
        item::{EXPIRES_AT, OWNER, SK},
        provider::PLACE as PROVIDER_SECRET,
    };
}

pub use client::{Connection, TIMEOUT, connect};
pub use erase::Erasure;
pub use export::AllTodos;
pub use fault::{Fault, FaultKind};
pub use feeds::FeedHead;
pub use grants::Taken;
pub use listing::Listing;
#[cfg(feature = "cli")]
pub use people::Removed;
#[cfg(feature = "cli")]
pub use people_admin::ListedPerson;
pub use programs::Connected;
pub use query::Reading;
pub use range::{Position, Range};
pub use sign_ins::Decision;
pub use timeline::OpenTitle;
pub use usage::Usage;
pub use write_request::{Accepts, Needs, Recognition, Selection, Snapshot, WriteRequest};
pub use write_result::{WriteError, WriteResult};

use crate::domain::{
    api_key::KeyRecord,
    credential::{CredentialId, StoredCredential},
    grant::Access,
    lists::Lists,
    owner::Owner,
    settings::Settings,
};

/// The DynamoDB table that contains all data.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    table: Arc<str>,
    remembered: remembered::Remembered,
    seen_keys: seen::Seen<KeyRecord>,
    seen_access: seen::Seen<Access>,
    stamped: seen::Stamped,
}

/// The items of one owner. This type cannot read or write the items of other owners.
///
/// * [`write`](Self::write) makes a change of todos, lists or settings. No other method begins such a change, but
///   [`erase`](Self::erase) erases everything of the owner.
/// * [`recorded`](Self::recorded) returns the result of an earlier request with the same idempotency key.
/// * [`todo`](Self::todo) reads one todo, [`settings`](Self::settings) reads the settings, and [`change`](Self::change)
///   reads one change.
/// * [`latest_change`](Self::latest_change) reads the newest change, and [`change_records`](Self::change_records) reads
///   several changes.
/// * [`todos`](Self::todos) lists todos, [`changes`](Self::changes) lists changes, and [`history`](Self::history) lists
///   changes with the values of the changed fields.
/// * [`all_todos`](Self::all_todos) and [`all_changes`](Self::all_changes) read everything for an export.
/// * [`lists`](Self::lists) returns the names of all lists.
/// * [`completions`](Self::completions) returns the times when todos were completed. The overview uses these times.
/// * [`open_titled`](Self::open_titled) looks for duplicates of new todos.
#[derive(Debug, Clone)]
pub struct OwnerStore {
    client: Client,
    table: Arc<str>,
    /// The partition key of the owner. This key begins with `user#`, so it is never `keys`, the partition key of the
    /// operator.
    partition: String,
    /// The primary key of the item that stores the request's credential. `None` if the server needs no credential.
    credential: Option<item::Item>,
    remembered: remembered::Remembered,
    usage: Arc<Usage>,
}

impl OwnerStore {
    /// The id of the request that uses this store.
    pub fn request_id(&self) -> &str {
        self.usage.request_id()
    }

    /// The credential of the request. `None` if the server needs no credential.
    pub fn credential(&self) -> Option<&CredentialId> {
        self.usage.credential()
    }

    /// The owner's settings as this instance has read them most recently. Another instance may have changed them.
    pub fn last_settings(&self) -> Settings {
        self.remembered.of(&self.partition).settings
    }

    /// The exceptions among the owner's lists, as this instance has read them most recently.
    pub fn last_lists(&self) -> Arc<Lists> {
        self.remembered.of(&self.partition).lists
    }

    /// The counter of the request's costs.
    pub fn usage(&self) -> &Usage {
        &self.usage
    }
}

impl Store {
    /// A store that uses the DynamoDB table with this name. The table must have the keys and the index that
    /// `infra/template.yaml` defines.
    pub fn new(client: Client, table: &str) -> Self {
        Self {
            client,
            table: table.into(),
            remembered: remembered::Remembered::default(),
            seen_keys: seen::Seen::default(),
            seen_access: seen::Seen::default(),
            stamped: seen::Stamped::default(),
        }
    }

    /// Opens the items of `owner`. Each call to DynamoDB adds its cost to `usage`. `credential` is the credential of
    /// the request, or `None` if the server needs no credential.
    pub fn of(&self, owner: &Owner, credential: Option<&StoredCredential>, usage: Arc<Usage>) -> OwnerStore {
        OwnerStore {
            client: self.client.clone(),
            table: self.table.clone(),
            partition: item::partition(owner),
            credential: credential.map(credential_check::key),
            remembered: self.remembered.clone(),
            usage,
        }
    }

    /// Asks DynamoDB for an item that does not exist. The call opens the connection to DynamoDB, and shows that the
    /// table answers. The call costs half a read unit.
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
