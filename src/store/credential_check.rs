//! Checks in a transaction that the credential of the request still exists. An instance remembers a credential for a
//! minute (`seen.rs`). So without this check, a program could still write for a moment after an erasure of all data of
//! the person. Nobody would erase this new data.

use aws_sdk_dynamodb::types::ConditionCheck;

use super::{
    OwnerStore, Store, api_keys,
    fault::Fault,
    grants,
    item::{Item, broken},
};
use crate::domain::credential::StoredCredential;

/// The condition that a credential exists, and that nobody has revoked it.
const IS_VALID: &str = "attribute_exists(sk) AND attribute_not_exists(revoked_at)";

impl OwnerStore {
    /// A part of a transaction. With this part, the transaction fails if the credential of the request has ended.
    /// `None` if the server needs no credential.
    pub(super) fn credential_check(&self) -> Result<Option<ConditionCheck>, Fault> {
        self.credential.clone().map(|key| is_valid(&self.table, key)).transpose()
    }
}

impl Store {
    /// A part of a transaction. With this part, the transaction fails if the credential with this key has ended.
    pub(super) fn credential_is_valid(&self, key: Item) -> Result<ConditionCheck, Fault> {
        is_valid(&self.table, key)
    }
}

fn is_valid(table: &str, key: Item) -> Result<ConditionCheck, Fault> {
    let check = ConditionCheck::builder().table_name(table).set_key(Some(key));
    check.condition_expression(IS_VALID).build().map_err(broken)
}

/// The primary key of the item of this credential.
pub(super) fn key(credential: &StoredCredential) -> Item {
    match credential {
        StoredCredential::Key(hash) => api_keys::key(hash),
        StoredCredential::Grant(id) => grants::key(id),
    }
}
