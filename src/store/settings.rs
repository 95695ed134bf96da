//! The settings of an owner: one item, and a copy that is remembered between requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{
    OwnerStore,
    fault::Fault,
    item::{self, Item},
};
use crate::domain::settings::Settings;

/// The sort key of the settings.
pub(super) const SETTINGS: &str = "settings";
/// The maximum number of owners whose settings are remembered.
const OWNERS: usize = 1_000;

/// The settings that were last seen, by partition. They may have changed since then. So a write that depends on them
/// has the condition that they have not changed.
#[derive(Debug, Clone, Default)]
pub(super) struct Remembered(Arc<Mutex<HashMap<String, Settings>>>);

impl OwnerStore {
    /// Reads the owner's settings, in one call and with strong consistency.
    pub async fn settings(&self) -> Result<Settings, Fault> {
        let item = self.item(SETTINGS.to_owned()).await?;
        self.read_and_remember(item)
    }

    /// The settings that the owner probably has: the settings that were last seen. If none were seen, they are the
    /// defaults.
    pub(super) fn last_seen_settings(&self) -> Settings {
        self.remembered.with(|all| all.get(&self.partition).cloned()).unwrap_or_default()
    }

    /// Reads and remembers the settings in this item. Without an item, they are the defaults.
    pub(super) fn read_and_remember(&self, item: Option<Item>) -> Result<Settings, Fault> {
        let settings: Settings = item.map_or_else(|| Ok(Settings::default()), item::from_item)?;
        self.remember_settings(settings.clone());
        Ok(settings)
    }

    pub(super) fn remember_settings(&self, settings: Settings) {
        self.remembered.with(|all| {
            if all.len() >= OWNERS {
                all.clear();
            }
            all.insert(self.partition.clone(), settings)
        });
    }
}

impl Remembered {
    fn with<T>(&self, look: impl FnOnce(&mut HashMap<String, Settings>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(super) fn settings_item(partition: &str, settings: &Settings) -> Result<Item, Fault> {
    let mut item = item::to_item(settings)?;
    item.extend(item::primary_key(partition, SETTINGS.to_owned()));
    item.insert(item::VIEW.to_owned(), item::text(item::SETTINGS_VIEW));
    Ok(item)
}
