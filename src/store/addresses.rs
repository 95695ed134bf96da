//! Stores secret addresses: of downloads (`downloads.rs`) and of calendar feeds (`feeds.rs`). The item of an address is
//! in its own partition, so that the program finds it by the hash of the secret. In the partition of the person, each
//! address has an entry, so that the program finds the addresses of a person.

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem};
use jiff::Timestamp;

use super::{
    OwnerStore, Store,
    fault::Fault,
    head::{Pending, SETTINGS},
    item::{self, ABSENT, EXPIRES_AT, Item, broken},
};
use crate::domain::{address::AddressKind, owner::Owner, secret::SecretHash};

/// The item of a new address, and the entry in the partition of the person.
pub(super) struct NewAddress<'a> {
    pub kind: AddressKind,
    pub owner: &'a Owner,
    pub hash: &'a SecretHash,
    /// The attributes of the item, without its key.
    pub item: Item,
    /// The attributes of the entry, without its key.
    pub entry: Item,
    /// DynamoDB may remove the address after this time. `None` if the address lives until somebody ends it.
    pub until: Option<Timestamp>,
}

impl OwnerStore {
    /// The first actions of a transaction that stores addresses. With these actions, the transaction fails if a change
    /// is pending, if somebody is erasing the data of the person, or if the credential of the request has ended.
    pub(super) fn may_add(&self) -> Result<Vec<TransactWriteItem>, Fault> {
        let head = item::primary_key(&self.partition, SETTINGS.to_owned());
        let check = ConditionCheck::builder().table_name(&*self.table).set_key(Some(head));
        let check = check.condition_expression(format!("attribute_not_exists({})", item::PENDING));
        let checks = [Some(check.build().map_err(broken)?), self.credential_check()?].into_iter().flatten();
        Ok(checks.map(|check| TransactWriteItem::builder().condition_check(check).build()).collect())
    }

    /// Finds out why a transaction with the actions of [`OwnerStore::may_add`] has failed.
    pub(super) async fn why_not(&self) -> Result<Fault, Fault> {
        let head = self.item(SETTINGS.to_owned()).await?;
        let is_pending = head.as_ref().and_then(Pending::of).is_some();
        Ok(if is_pending { Fault::busy() } else { Fault::ended() })
    }

    /// The actions that store a new address.
    pub(super) fn put_address(&self, new: NewAddress<'_>) -> Result<[TransactWriteItem; 2], Fault> {
        let NewAddress { kind, owner, hash, mut item, mut entry, until } = new;
        item.extend(key(kind, hash));
        entry.extend(entry_key(kind, owner, hash));
        let put = |mut new: Item| {
            new.extend(until.map(|until| (EXPIRES_AT.to_owned(), item::number(until.as_second()))));
            let put = Put::builder().table_name(&*self.table).set_item(Some(new)).condition_expression(ABSENT);
            Ok(TransactWriteItem::builder().put(put.build().map_err(broken)?).build())
        };
        Ok([put(item)?, put(entry)?])
    }
}

impl Store {
    /// The actions that delete an address and its entry. The transaction fails if the address does not fulfil the
    /// condition.
    pub(super) fn delete_address(
        &self,
        kind: AddressKind,
        (owner, hash): (&Owner, &SecretHash),
        condition: Option<&str>,
    ) -> Result<[TransactWriteItem; 2], Fault> {
        let delete = |key: Item, condition: Option<&str>| {
            let delete = Delete::builder().table_name(&*self.table).set_key(Some(key));
            let delete = delete.set_condition_expression(condition.map(str::to_owned)).build().map_err(broken)?;
            Ok(TransactWriteItem::builder().delete(delete).build())
        };
        Ok([delete(key(kind, hash), condition)?, delete(entry_key(kind, owner, hash), None)?])
    }
}

/// The partition of an address and the sort key of its entry begin with this text. The hash follows.
pub(super) fn prefix(kind: AddressKind) -> String {
    format!("{}#", kind.word())
}

/// The primary key of the item of an address.
pub(super) fn key(kind: AddressKind, hash: &SecretHash) -> Item {
    item::primary_key(&format!("{}{}", prefix(kind), hash.as_str()), kind.word().to_owned())
}

/// The primary key of the entry of an address.
pub(super) fn entry_key(kind: AddressKind, owner: &Owner, hash: &SecretHash) -> Item {
    item::primary_key(&item::partition(owner), format!("{}{}", prefix(kind), hash.as_str()))
}

/// The kind and the hash of the address to which this entry belongs. `None` if the item is not the entry of an address.
pub(super) fn of_entry(entry: &Item) -> Option<(AddressKind, SecretHash)> {
    let sk = entry.get(item::SK)?.as_s().ok()?;
    let hash = |kind: AddressKind| Some((kind, SecretHash::stored(sk.strip_prefix(&prefix(kind))?)));
    AddressKind::ALL.into_iter().find_map(hash)
}
