//! Defines the request for a write. The request says which data the plan needs, and how the store recognises a
//! repetition of the request.

use std::collections::HashMap;

use jiff::Timestamp;

use super::lists::{KnownLists, ListCheck};
use crate::domain::{
    change::{Change, Image, OperationName},
    credential::CredentialId,
    id::{ChangeId, TodoId},
    idempotency::Intent,
    plan::Plan,
    refusal::Refusal,
    settings::Settings,
    text::ListName,
    todo::Todo,
    undo::Undo,
};

/// A write that a caller requests.
#[derive(Debug, Clone)]
pub struct WriteRequest {
    pub operation: OperationName,
    /// The id of the change. The id comes from the idempotency key, or is random if the request has no idempotency key.
    pub change_id: ChangeId,
    pub recognition: Recognition,
    pub needs: Needs,
    /// What this write undoes. Empty if this write is not an undo.
    pub undo: Undo,
}

/// How the store recognises a repeated request.
#[derive(Debug, Clone)]
pub enum Recognition {
    /// The store recognises the request by its idempotency key, for 30 days. If another request has the same key but
    /// different content, the store refuses the other request.
    ByKey(Intent),
    /// The request has no idempotency key. The store recognises the request by its content, for two minutes.
    ByIntent(Intent),
    /// The store does not recognise a repeated request, so the store executes the request again.
    Never,
}

/// The data that a plan needs, and how the store gets this data.
#[derive(Debug, Clone)]
pub enum Needs {
    /// The store reads these todos and these lists with one call. If `settings` is true, the same call also reads the
    /// settings.
    Read { todos: Vec<TodoId>, lists: Vec<ListName>, settings: bool },
    /// The store uses the cached settings and reads nothing. The transaction fails if the settings have changed.
    LastSettings,
}

/// The data for a plan: the settings, and the existing todos that [`Needs`] names.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub todos: HashMap<TodoId, Todo>,
    /// The time when the store finished its last read of the todos. The change record contains this time as the time of
    /// the change. If the clocks of all instances agree, each change of a todo has a later time than the previous
    /// change of this todo.
    pub now: Timestamp,
    /// The settings of the owner. If [`Needs`] does not ask for the settings, these settings may be out of date.
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
    pub(super) fn change(&self, plan: &Plan, lists: &[ListCheck], at: Timestamp, by: Option<&CredentialId>) -> Change {
        let new = |check: &ListCheck| match check {
            ListCheck::Create(name) => Some(name.clone()),
            ListCheck::Exists(_) => None,
        };
        let request = match &self.recognition {
            Recognition::ByKey(intent) => Some(intent.fingerprint()),
            Recognition::ByIntent(_) | Recognition::Never => None,
        };
        let mut undone = self.undo.changes.iter().map(|(change, _)| change.id.clone());
        Change {
            id: self.change_id.clone(),
            at,
            operation: self.operation.clone(),
            todos: plan.images.iter().filter(|image| image.is_change()).map(Image::summary).collect(),
            settings: plan.settings.clone(),
            new_lists: lists.iter().filter_map(new).collect(),
            lists: plan.lists(),
            undoes: undone.next(),
            also_undoes: undone.collect(),
            undone_by: None,
            undone_at: None,
            by: by.cloned(),
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
        }
    }

    /// The lists that the store reads together with the todos.
    pub(super) fn lists(&self) -> &[ListName] {
        match self {
            Self::Read { lists, .. } => lists,
            Self::LastSettings => &[],
        }
    }

    /// Whether the store reads the settings together with the todos.
    pub(super) fn reads_settings(&self) -> bool {
        match self {
            Self::Read { settings, .. } => *settings,
            Self::LastSettings => false,
        }
    }
}

impl Snapshot {
    /// The refusal that the caller gets if other requests change the same todos again and again.
    pub(super) fn contended(&self, needs: &Needs) -> Refusal {
        Refusal::Contended { current: needs.ids().into_iter().filter_map(|id| self.todos.get(id)).cloned().collect() }
    }

    /// The cached settings that the plan used. The transaction must check that the table has the same settings. `None`
    /// if the plan did not use cached settings.
    pub(super) fn assumed_settings(&self, needs: &Needs) -> Option<&Settings> {
        (matches!(needs, Needs::LastSettings) && !self.settings_read).then_some(&self.settings)
    }
}
