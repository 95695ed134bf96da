//! Stores the addresses from which a person can download an export (`addresses.rs`). Each address works once.

use jiff::Timestamp;

use super::{
    OwnerStore, Store,
    addresses::{self, NewAddress},
    fault::Fault,
    item::{self, Item, PRESENT},
    usage::Usage,
};
use crate::domain::{
    address::{AddressKind, AddressSecret},
    download::Download,
};

const DOWNLOAD: AddressKind = AddressKind::Download;
/// One transaction stores at most this number of addresses.
const AT_ONCE: usize = 45;

impl Store {
    /// Stores new addresses for the data of this owner. Returns an error if somebody is erasing the data, or if the
    /// credential of the request has ended in the meantime.
    pub async fn add_downloads(&self, of: &OwnerStore, downloads: &[Download]) -> Result<(), Fault> {
        for some in downloads.chunks(AT_ONCE) {
            let mut actions = of.may_add()?;
            for download in some {
                actions.extend(of.put_address(NewAddress {
                    kind: DOWNLOAD,
                    owner: &download.owner,
                    hash: &download.hash,
                    item: item::to_item(download)?,
                    entry: Item::new(),
                    until: Some(download.valid_until),
                })?);
            }
            if !self.transact(actions, of.usage()).await? {
                return Err(of.why_not().await?);
            }
        }
        Ok(())
    }

    /// The part of an export that a person gets at the address with this secret. `None` if no address has this secret,
    /// if somebody has already used the address, or if the address has expired.
    pub async fn download(
        &self,
        secret: &AddressSecret,
        now: Timestamp,
        usage: &Usage,
    ) -> Result<Option<Download>, Fault> {
        let found = self.item(addresses::key(DOWNLOAD, &secret.hash()), usage).await?;
        let found = found.map(item::from_item::<Download>).transpose()?;
        Ok(found.filter(|download| now < download.valid_until))
    }

    /// Deletes an address, so that nobody can use it again. `false` if somebody has used the address in the meantime.
    /// Then the caller must not send the export.
    pub async fn use_download(&self, download: &Download, usage: &Usage) -> Result<bool, Fault> {
        let actions = self.delete_address(DOWNLOAD, (&download.owner, &download.hash), Some(PRESENT))?;
        self.transact(actions.to_vec(), usage).await
    }
}
