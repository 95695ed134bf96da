//! A write as its caller asks for it. It says which data the plan needs, and how a repetition is recognised.

use std::collections::HashMap;

use jiff::Timestamp;

use super::lists::{KnownLists, ListCheck};
use crate::domain::{
    change::{Change, Image, OperationName},
    id::{ChangeId, TodoId},
    idempotency::Intent,
    plan::Plan,
    refusal::Refusal,
    settings::Settings,
    text::ListName,
    todo::Todo,
};

/// A write as its caller asks for it.
#[derive(Debug, Clone)]
pub struct WriteRequest {
    pub operation: OperationName,
    /// Derived from the idempotency key, if there is a key; otherwise random.
    pub change_id: ChangeId,
    pub recognition: Recognition,
    pub needs: Needs,
    /// The change that this write undoes.
    pub undoes: Option<Change>,
}

/// How the store recognises a request that comes again.
#[derive(Debug, Clone)]
pub enum Recognition {
    /// By its idempotency key, for 30 days. A request with the same key and another intent is refused.
    ByKey(Intent),
    /// By its intent, for two minutes, because the request has no key.
    ByIntent(Intent),
    /// It is not recognised, so it is done again.
    Never,
}

/// The data that a plan needs, and how the store gets this data.
#[derive(Debug, Clone)]
pub enum Needs {
    /// The store reads these todos, the lists to which todos move, and the settings if `settings` is true. All this
    /// takes one call.
    Read { todos: Vec<TodoId>, lists: Vec<ListName>, settings: bool },
    /// The store uses the settings that it saw last, without a call. The transaction checks that the settings are still
    /// the same.
    LastSettings,
    /// The store assumes these states of the todos and settings, without a call. The transaction compares the versions.
    /// If a state has changed, the store then reads the todos and settings.
    States { todos: Vec<Todo>, settings: Option<Settings> },
}

/// The data for a plan: the todos of [`Needs`] that exist, and the settings.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub todos: HashMap<TodoId, Todo>,
    /// The clock, read after the last read of todos. The planned change gets this time. So if two changes change the
    /// same todo, the later change has the later time, if the clocks of their instances agree.
    pub now: Timestamp,
    /// The settings. They are reliable only if [`Needs`] asks for them.
    pub settings: Settings,
    pub(super) settings_read: bool,
    pub(super) lists: KnownLists,
}

impl WriteRequest {
    /// Whether the request has an idempotency key.
    pub(super) fn has_key(&self) -> bool {
        matches!(self.recognition, Recognition::ByKey(_))
    }

    /// The change record of this write.
    pub(super) fn change(&self, plan: &Plan, lists: &[ListCheck], at: Timestamp) -> Change {
        let new = |check: &ListCheck| match check {
            ListCheck::Create(name) => Some(name.clone()),
            ListCheck::Exists(_) => None,
        };
        let request = match &self.recognition {
            Recognition::ByKey(intent) => Some(intent.fingerprint()),
            Recognition::ByIntent(_) | Recognition::Never => None,
        };
        Change {
            id: self.change_id.clone(),
            at,
            operation: self.operation.clone(),
            todos: plan.images.iter().filter(|image| image.is_change()).map(Image::summary).collect(),
            settings: plan.settings.clone(),
            new_lists: lists.iter().filter_map(new).collect(),
            undoes: self.undoes.as_ref().map(|change| change.id.clone()),
            undone_by: None,
            undone_at: None,
            request,
        }
    }
}

impl Needs {
    /// The plan needs no data.
    pub const NOTHING: Self = Self::Read { todos: Vec::new(), lists: Vec::new(), settings: false };

    /// The plan needs these todos and nothing else.
    pub fn todos(todos: Vec<TodoId>) -> Self {
        Self::Read { todos, lists: Vec::new(), settings: false }
    }

    /// The ids of the todos.
    pub(super) fn ids(&self) -> Vec<&TodoId> {
        match self {
            Self::Read { todos, .. } => todos.iter().collect(),
            Self::LastSettings => Vec::new(),
            Self::States { todos, .. } => todos.iter().map(|todo| &todo.id).collect(),
        }
    }

    /// The lists that the store reads together with the todos.
    pub(super) fn lists(&self) -> &[ListName] {
        match self {
            Self::Read { lists, .. } => lists,
            Self::LastSettings | Self::States { .. } => &[],
        }
    }

    /// Whether the store reads the settings together with the todos.
    pub(super) fn reads_settings(&self) -> bool {
        match self {
            Self::Read { settings, .. } => *settings,
            Self::LastSettings => false,
            Self::States { settings, .. } => settings.is_some(),
        }
    }
}

impl Snapshot {
    /// The refusal if other requests change the same todos again and again.
    pub(super) fn contended(&self, needs: &Needs) -> Refusal {
        Refusal::Contended { current: needs.ids().into_iter().filter_map(|id| self.todos.get(id)).cloned().collect() }
    }

    /// The version of the settings that the transaction must check. `None` if the settings were read, if `change` does
    /// not depend on them, or if `change` changes them.
    pub(super) fn settings_version_to_check(&self, needs: &Needs, change: &Change) -> Option<u64> {
        let assumed = matches!(needs, Needs::LastSettings) && !self.settings_read && change.settings.is_none();
        assumed.then_some(self.settings.version)
    }

    pub(super) fn assume(&mut self, todos: &[Todo], settings: Option<&Settings>) {
        for todo in todos {
            self.lists.learn(todo.list.clone());
            self.todos.insert(todo.id.clone(), todo.clone());
        }
        if let Some(settings) = settings {
            self.settings = settings.clone();
        }
    }
}
