//! Recognises repeated requests that have no idempotency key. If a request has no idempotency key, the program stores a
//! small item for this request. The item expires after two minutes. The sort key of this item is `recent#<digits>`. If
//! the same request comes again before the item expires, the transaction of the second request fails, because the item
//! already exists. So the second request changes nothing. The file docs/adr/0008-repetitions-without-a-key.md says why
//! each request has its own item.

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

/// The request made a change. This attribute contains the id of the change.
const CHANGE: &str = "change";

pub(super) fn recent_item(partition: &str, digits: &str, change: &Change) -> Item {
    let mut item = item::primary_key(partition, format!("recent#{}", digits));
    item.insert(CHANGE.to_owned(), item::text(change.id.as_str()));
    let until = change.at.as_second() + limits::REPETITION_SECONDS;
    item.insert(item::EXPIRES_AT.to_owned(), item::number(until));
    item
}

impl OwnerStore {
    /// The result for a repeated request. The result contains the change that the first request made, and the present
    /// states of the todos in this change. If somebody deleted a todo after the first request, the answer shows the
    /// todo as deleted. So the caller sees that the repeated request added nothing.
    pub(super) async fn repetition(&self, recent: &Item, now: Timestamp) -> Result<WriteResult, Fault> {
        let vanished = || Fault::new(FaultKind::Unavailable, "a change record was deleted while the program read it");
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
