//! Reads and caches the settings of an owner. All settings of one owner are in one item.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{
    OwnerStore,
    fault::Fault,
    item::{self, Item},
};
use crate::domain::settings::Settings;

/// The sort key of the settings item.
pub(super) const SETTINGS: &str = "settings";
/// The maximum number of owners whose settings are in the cache.
const OWNERS: usize = 1_000;

/// The cache of settings. For each owner, the cache contains the settings that this instance of the program has read or
/// written most recently. The settings in the table may be newer than the cached settings. So if a write uses cached
/// settings, the transaction compares the version of these settings with the version in the table. If the versions
/// differ, the transaction fails.
#[derive(Debug, Clone, Default)]
pub(super) struct Remembered(Arc<Mutex<HashMap<String, Settings>>>);

impl OwnerStore {
    /// Reads the owner's settings with one call, with strong consistency.
    pub async fn settings(&self) -> Result<Settings, Fault> {
        let item = self.item(SETTINGS.to_owned()).await?;
        self.read_and_remember(item)
    }

    /// The cached settings of the owner. Usually the table contains the same settings. If the cache contains no
    /// settings of the owner, this function returns the default settings.
    pub(super) fn last_seen_settings(&self) -> Settings {
        self.remembered.with(|all| all.get(&self.partition).cloned()).unwrap_or_default()
    }

    /// Reads the settings from this item, and caches the settings. If there is no item, the owner has the default
    /// settings.
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
