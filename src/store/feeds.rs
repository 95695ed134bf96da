//! Stores calendar feeds (`addresses.rs`). A feed lives until somebody ends it.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    OwnerStore, Store,
    addresses::{self, NewAddress},
    fault::Fault,
    item::{self, PRESENT},
    items::TABLE,
    usage::Usage,
};
use crate::domain::{
    address::{AddressKind, AddressSecret},
    feed::Feed,
    lists::Lists,
    owner::Owner,
    secret::SecretHash,
    settings::Settings,
};

const FEED: AddressKind = AddressKind::Feed;

/// The data on which the file of a feed depends, in addition to the todos and the day.
#[derive(Debug)]
pub struct FeedHead {
    pub settings: Settings,
    pub lists: Arc<Lists>,
    /// The number of the latest change of the owner. Each change has a higher number than all earlier changes.
    pub latest: i64,
}

impl OwnerStore {
    /// Reads this data from the head, with strong consistency.
    pub async fn feed_head(&self, now: Timestamp) -> Result<FeedHead, Fault> {
        let head = self.head(now).await?;
        Ok(FeedHead { settings: head.settings, lists: head.lists, latest: head.sequence.number() })
    }
}

impl Store {
    /// Stores a new feed. Returns an error if somebody is erasing the data, or if the credential of the request has
    /// ended in the meantime.
    pub async fn add_feed(&self, of: &OwnerStore, feed: &Feed) -> Result<(), Fault> {
        let mut actions = of.may_add()?;
        actions.extend(of.put_address(self.new_address(feed)?)?);
        if self.transact(actions, of.usage()).await? { Ok(()) } else { Err(of.why_not().await?) }
    }

    /// The feeds of this owner, from the oldest to the newest. The list does not contain feeds that the program cannot
    /// read.
    pub async fn feeds(&self, owner: &Owner, usage: &Usage) -> Result<Vec<Feed>, Fault> {
        let mut feeds = Vec::new();
        for entry in self.items(&item::partition(owner), &addresses::prefix(FEED), usage).await? {
            if !self.made_here(&entry) {
                continue;
            }
            match item::from_item::<Feed>(entry) {
                Ok(feed) => feeds.push(feed),
                // One unreadable entry must not hide the other feeds.
                Err(fault) => {
                    tracing::error!(request_id = usage.request_id(), %fault, "an entry of a feed cannot be read")
                }
            }
        }
        feeds.sort_by_key(|feed| feed.created_at);
        Ok(feeds)
    }

    /// Gives a feed the secret with this hash. The old address ends at the same moment. `false` if the feed has ended.
    pub async fn renew_feed(&self, of: &OwnerStore, old: &Feed, hash: SecretHash) -> Result<bool, Fault> {
        let mut actions = of.may_add()?;
        actions.extend(self.delete_address(FEED, (&old.owner, &old.hash), Some(PRESENT))?);
        actions.extend(of.put_address(self.new_address(&old.renewed(hash))?)?);
        if self.transact(actions, of.usage()).await? {
            return Ok(true);
        }
        match self.item(addresses::key(FEED, &old.hash), of.usage()).await? {
            None => Ok(false),
            Some(_) => Err(of.why_not().await?),
        }
    }

    /// Ends a feed. `false` if the feed has already ended.
    pub async fn end_feed(&self, feed: &Feed, usage: &Usage) -> Result<bool, Fault> {
        let actions = self.delete_address(FEED, (&feed.owner, &feed.hash), Some(PRESENT))?;
        self.transact(actions.to_vec(), usage).await
    }

    /// The feed with this secret. `None` if no feed has this secret, or if the feed has ended.
    pub async fn feed(&self, secret: &AddressSecret, usage: &Usage) -> Result<Option<Feed>, Fault> {
        let found = self.item(addresses::key(FEED, &secret.hash()), usage).await?;
        found.filter(|item| self.made_here(item)).map(item::from_item).transpose()
    }

    /// Writes a note into the table: a calendar has read the feed today.
    pub async fn stamp_feed(&self, feed: &Feed, now: Timestamp, usage: &Usage) {
        let entry = addresses::entry_key(FEED, &feed.owner, &feed.hash);
        self.stamp((feed.hash.as_str(), entry.clone()), now, usage, self.note(entry, now, usage)).await;
    }

    /// The item and the entry of a feed have the same attributes. Both contain the name of the table, so that a
    /// restored backup does not bring back a feed that somebody has ended.
    fn new_address<'a>(&self, feed: &'a Feed) -> Result<NewAddress<'a>, Fault> {
        let mut item = item::to_item(feed)?;
        item.insert(TABLE.to_owned(), item::text(&self.table));
        let entry = item.clone();
        Ok(NewAddress { kind: FEED, owner: &feed.owner, hash: &feed.hash, item, entry, until: None })
    }
}
