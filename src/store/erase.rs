//! Erases everything of an owner, in four steps:
//!
//! 1. The head gets a mark. From now on, every other write of the owner fails.
//! 2. The erasure deletes all items in the partition of the owner, except the head and the entry of the request's
//!    grant. With each entry, the erasure also deletes the items in other partitions to which the entry leads: a grant,
//!    a sign-in, the address of a download, or a calendar feed.
//! 3. The erasure deletes the person from the list of people. If the operator has blocked the person, only the block
//!    stays.
//! 4. One transaction deletes the head, and the grant of the request with its entry.
//!
//! If the program stops between these steps, the next request of the owner goes on with the erasure. Until the end, the
//! program that asked for the erasure keeps its access, so that this program can send the request again.

use std::time::Duration;

use aws_sdk_dynamodb::types::{
    Delete, TransactWriteItem, Update,
    builders::{DeleteBuilder, UpdateBuilder},
};
use jiff::Timestamp;
use tokio::time::Instant;

use super::{
    OwnerStore,
    actions::{TRANSACTION_ACTIONS, updated},
    addresses,
    fault::{Fault, FaultKind},
    format::FORMAT,
    grants,
    head::{ERASURE, SETTINGS},
    item::{self, Item, broken},
    items::Part,
    programs::{self, GRANT},
    remembered::OwnerMemory,
    sign_ins,
    transact::transact,
};
use crate::domain::{secret::SecretHash, token::GrantId};

/// The format of the head while somebody is erasing everything of the owner. Older code does not know this format, and
/// refuses to write.
const FORMAT_WITH_ERASURE: u32 = 6;
/// A request that meets an unfinished erasure goes on with it for at most this time.
const GO_ON: Duration = Duration::from_secs(8);
/// The erasure reads the partition at most this number of times, because requests that began earlier may still write.
const PASSES: usize = 20;
/// While a large change of another request is pending, the erasure tries to begin again and again, with pauses of this
/// length.
const PAUSE: Duration = Duration::from_millis(10);

/// How far an erasure has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erasure {
    /// Everything is erased.
    Done,
    /// The time was too short. If the caller sends the same request again, the erasure goes on.
    Unfinished,
}

impl OwnerStore {
    /// Erases everything of this owner. The erasure stops after about the duration `at_most`.
    pub async fn erase(&self, now: Timestamp, at_most: Duration) -> Result<Erasure, Fault> {
        let until = Instant::now() + at_most;
        self.begin_erasure(now, until).await?;
        self.erase_items(until).await
    }

    /// Goes on with an erasure that another request has begun.
    pub(super) async fn go_on_erasing(&self) -> Result<(), Fault> {
        tracing::warn!(request_id = self.request_id(), "this request goes on with an erasure");
        match self.erase_items(Instant::now() + GO_ON).await? {
            Erasure::Done => Ok(()),
            Erasure::Unfinished => Err(Fault::busy()),
        }
    }

    /// Marks the head. While a large change is pending, this function waits until the change is finished, or finishes
    /// the change.
    async fn begin_erasure(&self, now: Timestamp, until: Instant) -> Result<(), Fault> {
        loop {
            let actions = vec![updated(begin_erasure(&self.table, &self.partition, now))?];
            if transact(&self.client, actions, &self.usage).await? {
                return Ok(());
            }
            // The function `head` finishes the pending change, or returns an error if another request is still making
            // the change. After this change, further changes may follow, so the pauses are short.
            match self.head(now).await {
                Err(fault) if fault.kind == FaultKind::Busy && Instant::now() < until => {
                    tokio::time::sleep(PAUSE).await;
                }
                read => drop(read?),
            }
        }
    }

    async fn erase_items(&self, until: Instant) -> Result<Erasure, Fault> {
        for _ in 0..PASSES {
            if !self.erase_pass(until).await? {
                return Ok(Erasure::Unfinished);
            }
            self.forget_person().await?;
            let end = end_erasure(&self.table, &self.partition).build().map_err(broken)?;
            let own: Vec<_> = self.own_grant().into_iter().map(|key| self.deletion(key)).collect::<Result<_, _>>()?;
            let end = TransactWriteItem::builder().delete(end).build();
            let has_ended = transact(&self.client, [&[end][..], &own].concat(), &self.usage).await?;
            // If another request has ended the erasure at the same moment, the grant of this request still exists.
            if !has_ended && !own.is_empty() {
                transact(&self.client, own, &self.usage).await?;
            }
            self.remembered.update(&self.partition, OwnerMemory::learn_no_head);
            // A request that began before the erasure may have written an item without a condition on the head, for
            // example the draft of a large change.
            let rest = self.keys_after(None).await?.0;
            if rest.is_empty() || rest.iter().any(|key| sk(key) == SETTINGS) {
                return Ok(Erasure::Done);
            }
        }
        Err(Fault::new(FaultKind::Throttled, "other requests write while everything is erased"))
    }

    /// Deletes all items of the owner except the head and the grant of the request. `false` if the time is up.
    async fn erase_pass(&self, until: Instant) -> Result<bool, Fault> {
        let mut after = None;
        loop {
            let (items, more) = self.keys_after(after).await?;
            let own: Vec<Item> = self.own_grant();
            let (mut simple, mut linked) = (Vec::new(), Vec::new());
            for item in items {
                let key = item::primary_key(&self.partition, sk(&item).to_owned());
                if sk(&item) == SETTINGS || own.contains(&key) {
                    continue;
                }
                let mut elsewhere = elsewhere(&item);
                elsewhere.retain(|key| !own.contains(key));
                if elsewhere.is_empty() { simple.push(key) } else { linked.push((key, elsewhere)) }
            }
            for (key, elsewhere) in linked {
                if Instant::now() > until {
                    return Ok(false);
                }
                let actions = elsewhere.into_iter().chain([key]).map(|key| self.deletion(key));
                transact(&self.client, actions.collect::<Result<_, _>>()?, &self.usage).await?;
            }
            // All these items come from one page, so they have less than 4 MB, the limit of a transaction.
            for keys in simple.chunks(TRANSACTION_ACTIONS) {
                if Instant::now() > until {
                    return Ok(false);
                }
                let actions = keys.iter().map(|key| self.deletion(key.clone()));
                transact(&self.client, actions.collect::<Result<_, _>>()?, &self.usage).await?;
            }
            match more {
                None => return Ok(true),
                more => after = more,
            }
        }
    }

    /// The primary keys of the request's grant and of the entry of this grant. Empty if the credential of the request
    /// is not a grant.
    fn own_grant(&self) -> Vec<Item> {
        let id = self.credential.as_ref().and_then(grants::id_of);
        id.map_or_else(Vec::new, |id| {
            let entry = item::primary_key(&self.partition, format!("{}{}", programs::PREFIX, id.public()));
            vec![grants::key(&id), entry]
        })
    }

    /// Reads the keys of the owner's items after the key `after`, for at most 1 MB of items. The result also contains
    /// the attribute with which an entry leads to a grant. The second value is the key after which there are more
    /// items.
    async fn keys_after(&self, after: Option<Item>) -> Result<(Vec<Item>, Option<Item>), Fault> {
        let part = Part { partition: &self.partition, prefix: None, after, attributes: &[item::SK, GRANT] };
        part.read(&self.client, &self.table, &self.usage).await
    }

    /// The action that deletes this item.
    pub(super) fn deletion(&self, key: Item) -> Result<TransactWriteItem, Fault> {
        let delete = Delete::builder().table_name(&*self.table).set_key(Some(key)).build().map_err(broken)?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}

/// The action that begins an erasure. If an erasure has already begun, the action begins it again. The action fails if
/// a change is pending. If the owner has no head, the action creates a head.
fn begin_erasure(table: &str, partition: &str, now: Timestamp) -> UpdateBuilder {
    Update::builder()
        .table_name(table)
        .set_key(Some(item::primary_key(partition, SETTINGS.to_owned())))
        .update_expression(format!(
            "SET {} = :erasure, {} = :now, #format = :format, #view = :view",
            item::PENDING,
            item::PENDING_SINCE
        ))
        .condition_expression(format!("attribute_not_exists({0}) OR {0} = :erasure", item::PENDING))
        .expression_attribute_names("#format", FORMAT)
        .expression_attribute_names("#view", item::VIEW)
        .expression_attribute_values(":erasure", item::text(ERASURE))
        .expression_attribute_values(":now", item::number(now.as_microsecond()))
        .expression_attribute_values(":format", item::number(FORMAT_WITH_ERASURE))
        .expression_attribute_values(":view", item::text(item::SETTINGS_VIEW))
}

/// The action that deletes the head at the end of an erasure. The transaction fails if no erasure is pending.
fn end_erasure(table: &str, partition: &str) -> DeleteBuilder {
    Delete::builder()
        .table_name(table)
        .set_key(Some(item::primary_key(partition, SETTINGS.to_owned())))
        .condition_expression(format!("{} = :erasure", item::PENDING))
        .expression_attribute_values(":erasure", item::text(ERASURE))
}

fn sk(item: &Item) -> &str {
    item.get(item::SK).and_then(|sk| sk.as_s().ok()).map_or("", String::as_str)
}

/// The primary keys of the items in other partitions to which this entry leads. Empty if the item is not an entry.
fn elsewhere(item: &Item) -> Vec<Item> {
    let hash = |prefix: &str| sk(item).strip_prefix(prefix).map(SecretHash::stored);
    let grant = item.get(GRANT).and_then(|id| id.as_s().ok()).map(|id| grants::key(&GrantId::stored(id)));
    let address = addresses::of_entry(item).map(|(kind, hash)| addresses::key(kind, &hash));
    let sign_in = hash(sign_ins::PREFIX).map(|hash| sign_ins::key(&hash));
    [grant, address, sign_in].into_iter().flatten().collect()
}
