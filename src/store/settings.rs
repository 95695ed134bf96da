//! Reads the settings of an owner, and remembers these settings. All settings of one owner are in one item, which is
//! also the [head](super::head) of the owner.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    OwnerStore,
    fault::Fault,
    format::check_format,
    head::{Pending, SETTINGS, Sequence, lists_version, settings_of},
    item::{self, Item},
    lists::LISTS,
    remembered::OwnerMemory,
};
use crate::domain::{change::days_after, limits, lists::Lists, settings::Settings};

/// The content of the head.
pub(super) struct Head {
    pub settings: Settings,
    pub lists: Arc<Lists>,
    pub sequence: Sequence,
    /// The sequence number of the first change with this head. After an erasure, the owner gets a new head.
    pub began: Sequence,
}

impl OwnerStore {
    /// Reads two values with one call and with strong consistency: the owner's settings, and the
    /// [`Position::order`](super::Position::order) of the owner's latest change in the listing of changes. The second
    /// value is `None` if the owner's settings item has no sequence number yet, or if the latest change is too old for
    /// this listing.
    pub async fn settings_and_order(&self, now: Timestamp) -> Result<(Settings, Option<String>), Fault> {
        let item = self.item(SETTINGS.to_owned()).await?;
        let sequence = item.as_ref().map(Sequence::of).unwrap_or_default();
        let is_listed = days_after(sequence.as_time(), limits::UNDO_DAYS) > now;
        let order = sequence.order().filter(|_| is_listed);
        match self.read_head(item, now).await? {
            Some(head) => Ok((head.settings, order)),
            None => Ok((self.head(now).await?.settings, None)),
        }
    }

    /// Reads the owner's settings with one call, with strong consistency.
    pub async fn settings(&self, now: Timestamp) -> Result<Settings, Fault> {
        Ok(self.head(now).await?.settings)
    }

    /// Reads the head. If a change or an erasure has been pending for some time, this function first finishes it. If it
    /// became pending only a moment ago, the result is an error.
    pub(super) async fn head(&self, now: Timestamp) -> Result<Head, Fault> {
        loop {
            if let Some(head) = self.read_head(self.item(SETTINGS.to_owned()).await?, now).await? {
                return Ok(head);
            }
        }
    }

    /// Reads the settings and the lists from this head, and remembers them. If there is no item, the owner has the
    /// default settings. If another instance has changed the lists, this function needs one call to DynamoDB to read
    /// the lists.
    ///
    /// If a change or an erasure has been pending for some time, this function finishes it, and returns `None`. Then
    /// the other data that the caller has read together with the head may be out of date, so the caller must read
    /// everything again.
    pub(super) async fn read_head(&self, item: Option<Item>, now: Timestamp) -> Result<Option<Head>, Fault> {
        item.as_ref().map_or(Ok(()), check_format)?;
        if let Some(pending) = item.as_ref().and_then(Pending::of) {
            // A boxed future keeps the futures of all other requests small.
            Box::pin(self.meet(&pending, now)).await?;
            return Ok(None);
        }
        let known = self.remembered.sequence(&self.partition);
        if item.as_ref().is_some_and(|head| known.is_before(head)) {
            self.remembered.update(&self.partition, OwnerMemory::learn_no_head);
        }
        let [sequence, began] = [Sequence::of, Sequence::began].map(|of| item.as_ref().map(of).unwrap_or_default());
        let lists = self.present_lists(item.as_ref().map_or(0, lists_version)).await?;
        let (mut settings, complete) = item.as_ref().map_or_else(|| Ok((Settings::default(), true)), settings_of)?;
        if !complete {
            let request_id = self.request_id();
            let message = "the stored value of a setting cannot be read, so the setting has its default";
            tracing::error!(request_id, at = SETTINGS, "{message}");
        }
        settings.default_list.iter_mut().for_each(|list| lists.name_list(list));
        self.remembered.update(&self.partition, |owner| match &item {
            None => owner.learn_no_head(),
            Some(_) => {
                owner.settings = settings.clone();
                owner.learn_sequence(sequence);
                owner.learn_lists(&lists);
            }
        });
        Ok(Some(Head { settings, lists, sequence, began }))
    }

    /// The present exceptions among the lists. `version` is the version of the exceptions in the head. If the instance
    /// does not remember this version, this function makes a call to DynamoDB.
    async fn present_lists(&self, version: u64) -> Result<Arc<Lists>, Fault> {
        let remembered = self.remembered.of(&self.partition).lists;
        if remembered.version == version {
            return Ok(remembered);
        }
        // If somebody has changed the lists since the program read the head, this item has a newer version than the
        // head said.
        let item = if version == 0 { None } else { self.item(LISTS.to_owned()).await? };
        Ok(Arc::new(item.map(item::from_item).transpose()?.unwrap_or_default()))
    }
}
