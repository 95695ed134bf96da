//! The settings of an owner: one item, and what is remembered of it between requests.

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
/// Owners whose settings are remembered at a time.
const OWNERS: usize = 1_000;

/// The settings as they were when they were last seen, by partition. They may have changed since, so what depends on them is
/// written on the condition that they have not.
#[derive(Debug, Clone, Default)]
pub(super) struct Remembered(Arc<Mutex<HashMap<String, Settings>>>);

impl OwnerStore {
    /// The owner's settings, in one call, strongly consistent.
    pub async fn settings(&self) -> Result<Settings, Fault> {
        let item = self.item(SETTINGS.to_owned()).await?;
        self.seen(item)
    }

    /// The settings that the owner probably has.
    pub(super) fn probable_settings(&self) -> Settings {
        self.remembered.with(|all| all.get(&self.partition).cloned()).unwrap_or_default()
    }

    /// Reads and remembers what the table holds, or does not hold, for the settings.
    pub(super) fn seen(&self, item: Option<Item>) -> Result<Settings, Fault> {
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
    item.extend(item::key(partition, SETTINGS.to_owned()));
    item.insert(item::VIEW.to_owned(), item::text(item::SETTINGS_VIEW));
    Ok(item)
}
