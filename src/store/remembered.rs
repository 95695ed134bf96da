//! What this instance of the program remembers about owners. For each owner, the instance remembers the settings, the
//! lists, and the sequence number of the latest change. The table may already contain newer values. So a write checks
//! the remembered values that it uses. If these values are out of date, the transaction of the write fails, and the
//! program remembers the present values.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::head::Sequence;
use crate::domain::{lists::Lists, settings::Settings, text::ListName};

/// The maximum number of remembered owners.
const OWNERS: usize = 1_000;
/// The maximum number of remembered lists of one owner.
const LISTS: usize = 100;

/// What the program remembers about all owners. The key of the map is the partition of the owner.
#[derive(Debug, Clone, Default)]
pub(super) struct Remembered(Arc<Mutex<HashMap<String, OwnerMemory>>>);

/// What the program remembers about one owner.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnerMemory {
    pub settings: Settings,
    /// The exceptions among the lists.
    pub lists: Arc<Lists>,
    /// The names of some lists. These lists exist if `lists` has the same version as in the table.
    pub names: Vec<ListName>,
    pub sequence: Sequence,
    /// Whether the owner has no head, because this owner has not written anything yet, or because somebody has erased
    /// everything.
    pub is_without_head: bool,
}

impl Remembered {
    /// What the program remembers about the owner with this partition.
    pub fn of(&self, partition: &str) -> OwnerMemory {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(partition).cloned().unwrap_or_default()
    }

    /// The sequence number of the latest change of the owner with this partition, as far as this instance knows.
    pub fn sequence(&self, partition: &str) -> Sequence {
        let owners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        owners.get(partition).map(|owner| owner.sequence).unwrap_or_default()
    }

    /// Whether the owner with this partition has a head, as far as this instance knows. `None` if this instance knows
    /// nothing about the head.
    pub fn has_head(&self, partition: &str) -> Option<bool> {
        let owners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let owner = owners.get(partition)?;
        if owner.is_without_head { Some(false) } else { (owner.sequence > Sequence::default()).then_some(true) }
    }

    /// Changes what the program remembers about the owner with this partition.
    pub fn update(&self, partition: &str, learn: impl FnOnce(&mut OwnerMemory)) {
        let mut owners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if owners.len() >= OWNERS && !owners.contains_key(partition) {
            owners.clear();
        }
        learn(owners.entry(partition.to_owned()).or_default());
    }
}

impl OwnerMemory {
    /// Remembers these lists. If these lists have another version than the remembered lists, this function forgets the
    /// remembered names, because these names may be wrong.
    pub fn learn_lists(&mut self, lists: &Arc<Lists>) {
        if self.lists.version != lists.version {
            self.lists = lists.clone();
            self.names.clear();
            // Somebody may have renamed the default list, or merged it into another list.
            self.settings.default_list.iter_mut().for_each(|list| lists.name_list(list));
        }
    }

    /// Remembers a sequence number of the owner's head.
    pub fn learn_sequence(&mut self, sequence: Sequence) {
        self.sequence = self.sequence.max(sequence);
        self.is_without_head = false;
    }

    /// Remembers that the owner has no head.
    pub fn learn_no_head(&mut self) {
        *self = Self { is_without_head: true, ..Self::default() };
    }

    /// Remembers that a list with this name exists.
    pub fn learn_name(&mut self, name: &ListName) {
        if self.names.len() < LISTS && !self.names.contains(name) {
            self.names.push(name.clone());
        }
    }
}
