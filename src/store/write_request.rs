//! Defines the request for a write. The request says which data the plan needs, and how the store recognises a
//! repetition of the request.

use std::{collections::HashMap, fmt, sync::Arc};

use jiff::Timestamp;

use super::{
    head::Sequence,
    lists::{KnownLists, ListAction, Placed},
    range::{Position, Range},
    write_result::WriteResult,
};
use crate::domain::{
    change::{Change, Image, OperationName},
    credential::CredentialId,
    id::{ChangeId, ImportId, TodoId},
    idempotency::Intent,
    list_ref::ListRef,
    lists::Lists,
    moves::{Anchors, Places},
    plan::Plan,
    refusal::Refusal,
    settings::Settings,
    text::ListName,
    todo::{Status, Todo},
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
    /// The todos after which the write puts other todos. If the place of such a todo is long, the store also reads the
    /// next todo. The field `needs` must also name the todos in `anchors`.
    pub anchors: Vec<TodoId>,
    /// Whether the write may reopen completed todos. If so, the store also reads the next todos of their series.
    pub reopens: bool,
    /// What this write undoes. Empty if this write is not an undo.
    pub undo: Undo,
    /// The newest change that the request has found in the history. `None` if the request does not depend on the
    /// history ([`Snapshot::is_later_than`]). If another change is committed before this write, the store plans the
    /// write again.
    pub newest: Option<Position>,
    /// The import to which this write belongs.
    pub import: Option<ImportId>,
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
    /// The store reads the settings, these todos and these lists with one call.
    Read { todos: Vec<TodoId>, lists: Vec<ListName> },
    /// The store also reads all open and completed todos of the lists in `all_of`. If another request changes anything
    /// before the commit, the store reads and plans the write again.
    ReadLists { todos: Vec<TodoId>, lists: Vec<ListName>, all_of: Vec<ListName> },
    /// The store also reads all todos of the selection.
    ReadSelected { todos: Vec<TodoId>, lists: Vec<ListName>, selection: Selection },
    /// The plan needs no data.
    Nothing,
    /// The store uses the cached settings and reads nothing. The transaction fails if the settings have changed.
    LastSettings,
}

/// Says whether the plan needs a todo.
pub type Accepts = Box<dyn FnMut(&Todo) -> bool + Send>;

/// Makes the function that says whether the plan needs a todo.
type MakeAccepts = dyn Fn(&Snapshot) -> Option<Accepts> + Send + Sync;

/// The todos that a plan needs.
#[derive(Clone)]
pub struct Selection {
    /// The parts of the index that contain these todos.
    pub ranges: Vec<Range>,
    /// Makes the function that says whether the plan needs a todo. This function depends on the settings and the lists
    /// in the snapshot. `None` if there are no such todos, for example because a list does not exist.
    pub accepts: Arc<MakeAccepts>,
}

/// The data for a plan: the settings, and the existing todos that [`Needs`] names.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub todos: HashMap<TodoId, Todo>,
    /// The next todos of the completed todos that the write may reopen.
    pub nexts: HashMap<TodoId, Todo>,
    /// The places of the todos that follow anchors with long places.
    pub followers: Places,
    /// The time when the store finished its last read of the todos. The change record contains this time as the time of
    /// the change. If the clocks of all instances agree, each change of a todo has a later time than the previous
    /// change of this todo.
    pub now: Timestamp,
    /// The settings of the owner. If [`Needs`] does not ask for the settings, these settings may be out of date.
    pub settings: Settings,
    /// The exceptions among the owner's lists.
    pub lists: Arc<Lists>,
    pub(super) settings_read: bool,
    /// The names of lists, as far as the store knows them.
    pub(super) names: KnownLists,
    /// The latest change that the instance knew when it learned the names and the settings.
    pub(super) known: Sequence,
    /// The latest change in the head that the store has read. `None` if the store has not read the head.
    pub(super) latest: Option<Sequence>,
}

impl WriteRequest {
    /// Whether the request has an idempotency key.
    pub(super) fn has_key(&self) -> bool {
        matches!(self.recognition, Recognition::ByKey(_))
    }

    /// Whether every other change of the owner makes the plan out of date. A change by filter and a change of a whole
    /// list depend on all todos. An undo of the newest changes depends on the history.
    pub(super) fn depends_on_all(&self) -> bool {
        self.newest.is_some() || self.needs.depends_on_all()
    }

    /// Whether this change by filter alters a todo that the earlier, identical request `first` did not alter, or that
    /// somebody has changed since then. If so, this request is not a repetition. For example, a person completes a
    /// list, adds a todo, and completes the list again.
    pub(super) fn finds_more(&self, plan: &Plan, first: &WriteResult) -> bool {
        let is_as_left = |before: &Todo| {
            let of_first = first.differences.iter().find(|difference| difference.id == before.id);
            of_first.is_some_and(|difference| difference.is_present_in(before))
        };
        let mut altered =
            plan.images.iter().filter(|image| image.is_change()).filter_map(|image| image.before.as_ref());
        matches!(self.needs, Needs::ReadSelected { .. }) && altered.any(|before| !is_as_left(before))
    }

    /// The change record of this write.
    pub(super) fn change(&self, plan: &Plan, placed: &Placed, at: Timestamp, by: Option<&CredentialId>) -> Change {
        let new = |action: &ListAction| match action {
            ListAction::Create(list) => Some(list.clone()),
            _ => None,
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
            list_changes: plan.lists.as_ref().map(|image| image.difference.clone()),
            new_lists: placed.actions.iter().filter_map(new).collect(),
            lists: plan.touched_lists(),
            undoes: undone.next(),
            also_undoes: undone.collect(),
            undone_by: None,
            undone_at: None,
            by: by.cloned(),
            import: self.import.clone(),
            request,
        }
    }
}

impl Needs {
    /// The plan needs these todos and the settings.
    pub fn todos(todos: Vec<TodoId>) -> Self {
        Self::Read { todos, lists: Vec::new() }
    }

    /// The ids of the todos.
    pub(super) fn ids(&self) -> Vec<&TodoId> {
        match self {
            Self::Read { todos, .. } | Self::ReadLists { todos, .. } | Self::ReadSelected { todos, .. } => {
                todos.iter().collect()
            }
            Self::LastSettings | Self::Nothing => Vec::new(),
        }
    }

    /// The lists that the store reads together with the todos.
    pub(super) fn lists(&self) -> &[ListName] {
        match self {
            Self::Read { lists, .. } | Self::ReadLists { lists, .. } | Self::ReadSelected { lists, .. } => lists,
            Self::LastSettings | Self::Nothing => &[],
        }
    }

    /// Whether the plan depends on todos whose ids the request does not name.
    pub(super) fn depends_on_all(&self) -> bool {
        match self {
            Self::ReadLists { all_of, .. } => !all_of.is_empty(),
            Self::ReadSelected { .. } => true,
            Self::Read { .. } | Self::LastSettings | Self::Nothing => false,
        }
    }

    /// The selections of todos that the store reads in addition to the todos whose ids the request names.
    pub(super) fn selections(&self) -> Vec<Selection> {
        match self {
            Self::ReadLists { all_of, .. } => all_of.iter().cloned().map(Selection::of_list).collect(),
            Self::ReadSelected { selection, .. } => vec![selection.clone()],
            Self::Read { .. } | Self::LastSettings | Self::Nothing => Vec::new(),
        }
    }

    /// Whether the plan depends on several todos.
    pub(super) fn are_several(&self) -> bool {
        self.depends_on_all() || self.ids().len() > 1
    }

    /// Whether the plan may refuse the request because of the state of a list.
    pub(super) fn is_about_lists(&self) -> bool {
        matches!(self, Self::ReadLists { .. } | Self::ReadSelected { .. })
    }

    /// Whether the store reads data before it makes the plan.
    pub(super) fn reads(&self) -> bool {
        !matches!(self, Self::LastSettings | Self::Nothing)
    }
}

impl fmt::Debug for Selection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Selection").field("ranges", &self.ranges).finish_non_exhaustive()
    }
}

impl Selection {
    /// All open and completed todos of the list with this name. The request must name this list in
    /// [`Needs`].
    pub(super) fn of_list(name: ListName) -> Self {
        let accepts = move |snapshot: &Snapshot| {
            let (list, lists) = (snapshot.list(&name)?, snapshot.lists.clone());
            let accepts: Accepts = Box::new(move |todo| lists.root(todo.list.id()) == *list.id());
            Some(accepts)
        };
        Self { ranges: vec![Range::todos(Status::Open), Range::completed(None, None)], accepts: Arc::new(accepts) }
    }
}

impl Snapshot {
    /// The data about the todos after which the plan puts other todos.
    pub fn anchors(&self) -> Anchors<'_> {
        Anchors { todos: &self.todos, followers: &self.followers }
    }

    /// The list with this name. `None` if the list does not exist. The request must name this list in [`Needs`].
    pub fn list(&self, name: &ListName) -> Option<ListRef> {
        self.names.get(name).map(|name| self.lists.find(name))
    }

    /// Forgets the names of lists, because they may be out of date.
    pub(super) fn forget(&mut self) {
        (self.names, self.known) = (KnownLists::of(Vec::new()), Sequence::default());
    }

    /// Gives the todos the present names of their lists.
    pub(super) fn name_lists(&mut self) {
        for todo in self.todos.values_mut() {
            self.lists.name_list(&mut todo.list);
        }
    }

    /// The versions of the todos.
    pub(super) fn versions(&self) -> HashMap<TodoId, u64> {
        self.todos.iter().map(|(id, todo)| (id.clone(), todo.version)).collect()
    }

    /// Whether a change was committed after the change at this position in the history.
    pub fn is_later_than(&self, newest: &Position) -> bool {
        let present = self.latest.and_then(Sequence::order);
        present.is_some_and(|present| newest.order().is_some_and(|newest| *present > *newest))
    }

    /// The refusal that the caller gets if other requests change the same todos again and again.
    pub(super) fn contended(&self, needs: &Needs) -> Refusal {
        let named = match needs {
            // The caller has not named the ids of these todos.
            Needs::ReadSelected { .. } => Vec::new(),
            needs => needs.ids(),
        };
        Refusal::Contended { current: named.into_iter().filter_map(|id| self.todos.get(id)).cloned().collect() }
    }

    /// The cached settings that the plan used. The transaction must check that the table has the same settings. `None`
    /// if the plan did not use cached settings.
    pub(super) fn assumed_settings(&self, needs: &Needs) -> Option<&Settings> {
        (matches!(needs, Needs::LastSettings) && !self.settings_read).then_some(&self.settings)
    }
}
