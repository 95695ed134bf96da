//! Requests of the last two minutes, one small item each (`recent#<digits>`), so that one that is sent again without an
//! idempotency key does nothing twice. docs/adr/0008-repetitions-without-a-key.md says why they are items of their own.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    OwnerStore,
    fault::{Fault, FaultKind},
    item::{self, Item},
    write_result::WriteResult,
};
use crate::domain::{
    change::{Change, Image},
    id::ChangeId,
    limits,
    todo::Todo,
};

/// The attribute that names the change which the request made.
const CHANGE: &str = "change";

pub(super) fn recent_item(partition: &str, digits: &str, change: &Change) -> Item {
    let mut item = item::key(partition, format!("recent#{}", digits));
    item.insert(CHANGE.to_owned(), item::text(change.id.as_str()));
    let until = change.at.as_second() + limits::REPETITION_SECONDS;
    item.insert(item::EXPIRES_AT.to_owned(), item::number(until));
    item
}

impl OwnerStore {
    /// What the first of two equal requests made, with the todos as they are now: one that was deleted since is not on the
    /// list any more, and the caller must see that nothing was added.
    pub(super) async fn repetition(&self, recent: &Item, now: Timestamp) -> Result<WriteResult, Fault> {
        let vanished = || Fault::named(FaultKind::Unavailable, "a change record vanished while it was read");
        let id = recent.get(CHANGE).and_then(|id| id.as_s().ok()).and_then(|id| ChangeId::parse(id));
        let (change, images) = self.change(&id.ok_or_else(vanished)?, now).await?.ok_or_else(vanished)?;
        let mut items = self.items(images.iter().map(|image| item::todo_sk(&image.after.id)).collect()).await?;
        let mut present: HashMap<_, Todo> = HashMap::new();
        for image in &images {
            let item = items.remove(&item::todo_sk(&image.after.id));
            if let Some(todo) = item.map(|item| item::read_unexpired(item, now)).transpose()?.flatten() {
                present.insert(image.after.id.clone(), todo);
            }
        }
        let as_now = |image: Image| match present.remove(&image.after.id) {
            Some(after) => Image { after, ..image },
            None => image,
        };
        Ok(WriteResult { images: images.into_iter().map(as_now).collect(), change, replayed: true })
    }
}
