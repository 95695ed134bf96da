//! A write as its caller asks for it: what is to be known before it is planned, and by what a repetition is recognised.

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

/// A write as the caller asks for it.
#[derive(Debug, Clone)]
pub struct WriteRequest {
    pub operation: OperationName,
    /// Derived from the idempotency key when there is one, otherwise random.
    pub change_id: ChangeId,
    pub repetition: Repetition,
    pub needs: Needs,
    /// The change that this write undoes.
    pub undoes: Option<Change>,
}

/// By what the same request is recognised when it comes again.
#[derive(Debug, Clone)]
pub enum Repetition {
    /// By its idempotency key, for 30 days. Another intent under the same key is refused.
    ByKey(Intent),
    /// By its intent, for two minutes, because it has no key.
    ByIntent(Intent),
    /// By nothing: it is done again.
    Unrecognised,
}

/// What a plan looks at, and how the store comes to know it.
#[derive(Debug, Clone)]
pub enum Needs {
    /// These todos, the lists that some of them move to, and the settings where `settings` says so: read in one call.
    Read { todos: Vec<TodoId>, lists: Vec<ListName>, settings: bool },
    /// The settings as they were last seen, without a call. The transaction checks that they are still the same.
    LastSettings,
    /// The todos and settings in these states, without a call. The transaction finds out by the versions when a state is
    /// another by now; then they are read.
    States { todos: Vec<Todo>, settings: Option<Settings> },
}

/// The todos that a plan works on, as they were read: those of [`Needs`] that exist.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub todos: HashMap<TodoId, Todo>,
    /// When they were read. What is planned on them happens at this moment, so that of two changes of one todo the
    /// later one has the later time.
    pub now: Timestamp,
    /// The settings, where [`Needs`] asks for them.
    pub settings: Settings,
    pub(super) settings_read: bool,
    pub(super) lists: KnownLists,
}

impl WriteRequest {
    /// Whether the request has an idempotency key.
    pub(super) fn has_key(&self) -> bool {
        matches!(self.repetition, Repetition::ByKey(_))
    }

    /// The record of this write.
    pub(super) fn change(&self, plan: &Plan, lists: &[ListCheck], at: Timestamp) -> Change {
        let new = |check: &ListCheck| match check {
            ListCheck::Create(name) => Some(name.clone()),
            ListCheck::Exists(_) => None,
        };
        let request = match &self.repetition {
            Repetition::ByKey(intent) => Some(intent.fingerprint()),
            Repetition::ByIntent(_) | Repetition::Unrecognised => None,
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
    /// A plan that looks at nothing.
    pub const NOTHING: Self = Self::Read { todos: Vec::new(), lists: Vec::new(), settings: false };

    /// These todos and nothing else.
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

    /// The lists that are read with the todos.
    pub(super) fn lists(&self) -> &[ListName] {
        match self {
            Self::Read { lists, .. } => lists,
            Self::LastSettings | Self::States { .. } => &[],
        }
    }

    /// Whether the settings are read with the todos.
    pub(super) fn reads_settings(&self) -> bool {
        match self {
            Self::Read { settings, .. } => *settings,
            Self::LastSettings => false,
            Self::States { settings, .. } => settings.is_some(),
        }
    }
}

impl Snapshot {
    /// Others kept changing the same todos.
    pub(super) fn contended(&self, needs: &Needs) -> Refusal {
        Refusal::Contended { current: needs.ids().into_iter().filter_map(|id| self.todos.get(id)).cloned().collect() }
    }

    /// The version of the settings that the transaction has to check: where `change` depends on them, does not change them
    /// itself, and they were not read.
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
