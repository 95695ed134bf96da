//! Stores the records of imports, and their files until the imports are finished. Both are in the partition of the
//! person, so an erasure finds them. The sort keys of the files begin with another text than the sort keys of the
//! records. So to list all imports, the program does not read the files.

use aws_sdk_dynamodb::{
    primitives::Blob,
    types::{AttributeValue, Put, TransactWriteItem},
};
use jiff::Timestamp;

use super::{
    OwnerStore,
    fault::{Fault, FaultKind},
    item::{self, EXPIRES_AT, Item, broken},
    items,
    transact::transact,
};
use crate::domain::{id::ImportId, import_record::ImportRecord};

const RECORD: &str = "import#";
const FILE: &str = "import-file#";
const DATA: &str = "data";
/// The maximum number of bytes of a file in one item. DynamoDB allows 400 KB for an item.
const ITEM_BYTES: usize = 380 * 1024;
/// The maximum number of items that one transaction writes or deletes. These items have less than 4 MB in total, which
/// is the limit of DynamoDB.
const AT_ONCE: usize = 9;

impl OwnerStore {
    /// Stores the next part of a file, and the record. The version of `record` must be one higher than the version in
    /// the table. A new record has version 1. `false` if another request has changed the record.
    pub async fn add_import_part(&self, record: &ImportRecord, part: &[u8]) -> Result<bool, Fault> {
        let chunks: Vec<_> = part.chunks(ITEM_BYTES).enumerate().collect();
        for some in chunks.chunks(AT_ONCE) {
            let mut actions = self.may_add()?;
            for (number, chunk) in some {
                let sk = format!("{FILE}{}#{:04}#{number:04}", record.id.as_str(), record.parts);
                let mut new = item::primary_key(&self.partition, sk);
                new.insert(DATA.to_owned(), AttributeValue::B(Blob::new(*chunk)));
                actions.push(self.put_import(new, record.file_until(), None)?);
            }
            self.send_import(actions).await?;
        }
        self.update_import(record).await
    }

    /// Stores the record. For its version, see [`add_import_part`](Self::add_import_part).
    pub async fn update_import(&self, record: &ImportRecord) -> Result<bool, Fault> {
        let mut new = item::to_item(record)?;
        new.extend(item::primary_key(&self.partition, record_sk(&record.id)));
        let mut actions = self.may_add()?;
        actions.push(self.put_import(new, record.until(), Some(record.version - 1))?);
        match self.send_import(actions).await {
            Err(fault) if fault.kind == FaultKind::Ended && self.import(&record.id, record.at).await?.is_some() => {
                Ok(false)
            }
            sent => sent.map(|()| true),
        }
    }

    /// The import with this id. `None` if there is no such import, or if it has expired.
    pub async fn import(&self, id: &ImportId, now: Timestamp) -> Result<Option<ImportRecord>, Fault> {
        let found = self.item(record_sk(id)).await?;
        found.map(|item| item::read_unexpired(item, now)).transpose().map(Option::flatten)
    }

    /// All imports of the person, the newest first.
    pub async fn imports(&self, now: Timestamp) -> Result<Vec<ImportRecord>, Fault> {
        let found = items::items(&self.client, &self.table, (&self.partition, RECORD), &self.usage).await?;
        let read = found.into_iter().filter_map(|item| item::read_unexpired::<ImportRecord>(item, now).transpose());
        let mut imports: Vec<ImportRecord> = read.collect::<Result<_, _>>()?;
        imports.sort_by_key(|import| std::cmp::Reverse(import.at));
        Ok(imports)
    }

    /// The file of this import. `None` if the table does not contain the whole file any more.
    pub async fn import_file(&self, record: &ImportRecord) -> Result<Option<Vec<u8>>, Fault> {
        let mut file = Vec::with_capacity(record.bytes);
        for item in self.file_items(&record.id).await? {
            if let Some(AttributeValue::B(data)) = item.get(DATA) {
                file.extend_from_slice(data.as_ref());
            }
        }
        Ok((file.len() == record.bytes).then_some(file))
    }

    /// Deletes the file of this import. If this fails, the file expires later.
    pub async fn forget_import_file(&self, id: &ImportId) -> Result<(), Fault> {
        let keys = self.file_items(id).await?.into_iter().map(key);
        let deletions: Vec<_> = keys.map(|key| self.deletion(key)).collect::<Result<_, _>>()?;
        for some in deletions.chunks(AT_ONCE) {
            transact(&self.client, some.to_vec(), &self.usage).await?;
        }
        Ok(())
    }

    /// Deletes the record and the file of this import.
    pub async fn forget_import(&self, id: &ImportId) -> Result<(), Fault> {
        self.forget_import_file(id).await?;
        let deletion = self.deletion(item::primary_key(&self.partition, record_sk(id)))?;
        transact(&self.client, vec![deletion], &self.usage).await?;
        Ok(())
    }

    async fn file_items(&self, id: &ImportId) -> Result<Vec<Item>, Fault> {
        let prefix = format!("{FILE}{}#", id.as_str());
        items::items(&self.client, &self.table, (&self.partition, &prefix), &self.usage).await
    }

    /// Puts an item that expires. If `version` is given, the item in the table must have this version. If `version` is
    /// 0, the table must not contain the item yet.
    fn put_import(&self, mut new: Item, until: Timestamp, version: Option<u64>) -> Result<TransactWriteItem, Fault> {
        new.insert(EXPIRES_AT.to_owned(), item::number(until.as_second()));
        let mut put = Put::builder().table_name(&*self.table).set_item(Some(new));
        put = match version {
            None => put,
            Some(0) => put.condition_expression(item::ABSENT),
            Some(version) => put
                .condition_expression("#version = :version")
                .expression_attribute_names("#version", item::VERSION)
                .expression_attribute_values(":version", item::number(version)),
        };
        Ok(TransactWriteItem::builder().put(put.build().map_err(broken)?).build())
    }

    async fn send_import(&self, actions: Vec<TransactWriteItem>) -> Result<(), Fault> {
        if transact(&self.client, actions, &self.usage).await? {
            return Ok(());
        }
        Err(self.why_not().await?)
    }
}

fn record_sk(id: &ImportId) -> String {
    format!("{RECORD}{}", id.as_str())
}

/// The primary key of this item.
fn key(mut item: Item) -> Item {
    [item::OWNER, item::SK].into_iter().filter_map(|name| item.remove_entry(name)).collect()
}
