//! Stores the addresses from which a person can download an export. The item of an address is in its own partition, so
//! that the program finds it by the hash of the secret. In the partition of the person, each address has an entry, so
//! that the program finds the addresses of a person.

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem};
use jiff::Timestamp;

use super::{
    OwnerStore, Store,
    fault::Fault,
    head::{Pending, SETTINGS},
    item::{self, ABSENT, EXPIRES_AT, Item, PRESENT, broken},
    usage::Usage,
};
use crate::domain::{
    download::{Download, DownloadSecret},
    owner::Owner,
    secret::SecretHash,
};

/// The sort key of an entry begins with this text. The hash of the secret follows.
pub(super) const PREFIX: &str = "download#";
/// The sort key of the item of an address.
const DOWNLOAD: &str = "download";
/// One transaction stores at most this number of addresses.
const AT_ONCE: usize = 45;

impl OwnerStore {
    /// A part of a transaction. With this part, the transaction fails if a change is pending, or if somebody is erasing
    /// the data of the person.
    pub(super) fn is_not_pending(&self) -> Result<ConditionCheck, Fault> {
        let head = item::primary_key(&self.partition, SETTINGS.to_owned());
        let check = ConditionCheck::builder().table_name(&*self.table).set_key(Some(head));
        check.condition_expression(format!("attribute_not_exists({})", item::PENDING)).build().map_err(broken)
    }

    fn put_until(&self, mut new: Item, until: Timestamp) -> Result<TransactWriteItem, Fault> {
        new.insert(EXPIRES_AT.to_owned(), item::number(until.as_second()));
        let put = Put::builder().table_name(&*self.table).set_item(Some(new)).condition_expression(ABSENT);
        Ok(TransactWriteItem::builder().put(put.build().map_err(broken)?).build())
    }
}

impl Store {
    /// Stores new addresses for the data of this owner. Returns an error if somebody is erasing the data, or if the
    /// credential of the request has ended in the meantime.
    pub async fn add_downloads(&self, of: &OwnerStore, downloads: &[Download]) -> Result<(), Fault> {
        for some in downloads.chunks(AT_ONCE) {
            let checks = [Some(of.is_not_pending()?), of.credential_check()?].into_iter().flatten();
            let mut actions: Vec<_> =
                checks.map(|check| TransactWriteItem::builder().condition_check(check).build()).collect();
            for download in some {
                let mut new = item::to_item(download)?;
                new.extend(key(&download.hash));
                actions.push(of.put_until(new, download.valid_until)?);
                actions.push(of.put_until(entry_key(&download.owner, &download.hash), download.valid_until)?);
            }
            if !self.transact(actions, of.usage()).await? {
                let head = of.item(SETTINGS.to_owned()).await?;
                let is_pending = head.as_ref().and_then(Pending::of).is_some();
                return Err(if is_pending { Fault::busy() } else { Fault::ended() });
            }
        }
        Ok(())
    }

    /// What a person gets at the address with this secret. `None` if there is no such address, if somebody has already
    /// used the address, or if the address has expired.
    pub async fn download(
        &self,
        secret: &DownloadSecret,
        now: Timestamp,
        usage: &Usage,
    ) -> Result<Option<Download>, Fault> {
        let found = self.item(key(&secret.hash()), usage).await?.map(item::from_item::<Download>).transpose()?;
        Ok(found.filter(|download| now < download.valid_until))
    }

    /// Uses an address up. `false` if somebody has used the address in the meantime. Then the caller must not send the
    /// export.
    pub async fn use_download(&self, download: &Download, usage: &Usage) -> Result<bool, Fault> {
        let actions = self.delete_download(&download.owner, &download.hash, Some(PRESENT))?;
        self.transact(actions, usage).await
    }

    /// The actions that delete an address and its entry. The transaction fails if the address does not fulfil the
    /// condition.
    pub(super) fn delete_download(
        &self,
        owner: &Owner,
        hash: &SecretHash,
        condition: Option<&str>,
    ) -> Result<Vec<TransactWriteItem>, Fault> {
        let delete = |key: Item, condition: Option<&str>| {
            let delete = Delete::builder().table_name(&*self.table).set_key(Some(key));
            let delete = delete.set_condition_expression(condition.map(str::to_owned)).build().map_err(broken)?;
            Ok(TransactWriteItem::builder().delete(delete).build())
        };
        Ok(vec![delete(key(hash), condition)?, delete(entry_key(owner, hash), None)?])
    }
}

/// The primary key of the item of an address.
pub(super) fn key(hash: &SecretHash) -> Item {
    item::primary_key(&format!("{PREFIX}{}", hash.as_str()), DOWNLOAD.to_owned())
}

fn entry_key(owner: &Owner, hash: &SecretHash) -> Item {
    item::primary_key(&item::partition(owner), format!("{PREFIX}{}", hash.as_str()))
}
