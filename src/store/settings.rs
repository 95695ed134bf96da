//! Reads the settings of an owner, and remembers these settings. All settings of one owner are in one item, which is
//! also the [head](super::head) of the owner.

use jiff::Timestamp;

use super::{
    OwnerStore,
    fault::Fault,
    head::{SETTINGS, Sequence, settings_of},
    item::Item,
};
use crate::domain::{change::days_after, limits, settings::Settings};

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
        Ok((self.read_and_remember(item)?, order))
    }

    /// Reads the owner's settings with one call, with strong consistency.
    pub async fn settings(&self) -> Result<Settings, Fault> {
        let item = self.item(SETTINGS.to_owned()).await?;
        self.read_and_remember(item)
    }

    /// Reads the settings from this item, and remembers the settings. If there is no item, the owner has the default
    /// settings.
    pub(super) fn read_and_remember(&self, item: Option<Item>) -> Result<Settings, Fault> {
        let sequence = item.as_ref().map(Sequence::of).unwrap_or_default();
        let (settings, complete) = item.as_ref().map_or_else(|| Ok((Settings::default(), true)), settings_of)?;
        if !complete {
            let request_id = self.request_id();
            let message = "the stored value of a setting cannot be read, so the setting has its default";
            tracing::error!(request_id, at = SETTINGS, "{message}");
        }
        self.remembered.update(&self.partition, |owner| {
            owner.settings = settings.clone();
            owner.sequence = owner.sequence.max(sequence);
        });
        Ok(settings)
    }
}
