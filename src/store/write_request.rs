//! What a write is told and what it tells: the call, what its plan needs and sees, and the outcome.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    fault::Fault,
    lists::{KnownLists, ListCheck},
};
use crate::domain::{
    change::{Change, Effect, Image, Operation},
    id::{ChangeId, TodoId},
    idempotency::Fingerprint,
    refusal::Refusal,
    settings::Settings,
    text::ListName,
    todo::Todo,
};

/// A write as the caller asked for it.
#[derive(Debug, Clone)]
pub struct Call {
    pub operation: Operation,
    /// Derived from the idempotency key when there is one, otherwise random.
    pub change_id: ChangeId,
    /// Present exactly when the caller sent an idempotency key.
    pub request: Option<Fingerprint>,
    /// Present exactly when the caller sent no key, and the same request within two minutes is a repetition.
    pub once: Option<Fingerprint>,
    /// The change this write undoes.
    pub undoes: Option<Change>,
}

/// What a plan needs to know.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// Todos that the plan looks up. Read before the first plan, unless `guess` has them all.
    pub todos: Vec<TodoId>,
    /// Lists that the plan moves todos to; read in the same call as the todos.
    pub lists: Vec<ListName>,
    /// Whether it looks at the settings.
    pub settings: SettingsNeed,
    /// States that the todos and the settings are probably in, which spares the first read. A wrong guess is found by its
    /// version.
    pub guess: Option<Guess>,
}

/// What a plan wants of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SettingsNeed {
    #[default]
    Nothing,
    /// Reads them in the same call as the todos.
    Read,
    /// Takes those that were last seen, and writes on the condition that they are still the same.
    Probable,
}

/// See [`Needs::guess`].
#[derive(Debug, Clone, Default)]
pub struct Guess {
    pub todos: Vec<Todo>,
    pub settings: Option<Settings>,
}

/// The todos that a plan works on, as they were read: those of [`Needs::todos`] that exist.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub todos: HashMap<TodoId, Todo>,
    /// When they were read. What is planned on them happens at this moment, so that of two changes of one todo the
    /// later one has the later time.
    pub now: Timestamp,
    /// The settings, where [`Needs::settings`] asks for them.
    pub settings: Settings,
    pub(super) settings_read: bool,
    pub(super) lists: KnownLists,
}

/// A write that happened, now or the first time the key was used.
#[derive(Debug, Clone)]
pub struct Written {
    pub change: Change,
    /// The todos before and after, in the order of the call; those that stayed as they were included.
    pub images: Vec<Image>,
    /// Whether this is the result of an earlier request: the recorded one of the same key, or the present one of a
    /// repetition without a key.
    pub replayed: bool,
}

/// Why a write did not happen.
#[derive(Debug)]
pub enum WriteError {
    Refused(Refusal),
    Failed(Fault),
}

impl From<Refusal> for WriteError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Fault> for WriteError {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

impl Call {
    /// The record of this write.
    pub(super) fn change(&self, effect: &Effect, lists: &[ListCheck], at: Timestamp) -> Change {
        let new = |check: &ListCheck| match check {
            ListCheck::Create(name) => Some(name.clone()),
            ListCheck::Exists(_) => None,
        };
        Change {
            id: self.change_id.clone(),
            at,
            operation: self.operation,
            todos: effect.images.iter().filter(|image| image.is_change()).map(Image::summary).collect(),
            settings: effect.settings.clone(),
            new_lists: lists.iter().filter_map(new).collect(),
            undoes: self.undoes.as_ref().map(|change| change.id.clone()),
            undone_by: None,
            undone_at: None,
            request: self.request.clone(),
        }
    }
}

impl Snapshot {
    /// Others kept changing the same todos.
    pub(super) fn contended(&self, needs: &Needs) -> Refusal {
        Refusal::Contended { current: needs.todos.iter().filter_map(|id| self.todos.get(id)).cloned().collect() }
    }

    /// The version of the settings that the transaction has to check: where `change` depends on them, does not change them
    /// itself, and they were not read.
    pub(super) fn settings_version_to_check(&self, needs: &Needs, change: &Change) -> Option<u64> {
        let assumed = needs.settings == SettingsNeed::Probable && !self.settings_read && change.settings.is_none();
        assumed.then_some(self.settings.version)
    }

    pub(super) fn guess(&mut self, guess: &Guess) {
        for todo in &guess.todos {
            self.lists.learn(todo.list.clone());
            self.todos.insert(todo.id.clone(), todo.clone());
        }
        if let Some(settings) = &guess.settings {
            self.settings = settings.clone();
        }
    }
}
