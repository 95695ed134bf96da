//! The lists of an owner. Each todo contains the id of its list, and the id of a list is its first name. Usually, this
//! is also the present name. [`Lists`] contains the exceptions, such as renamed, merged and deleted lists. It also
//! contains the order of the lists. The file docs/adr/0021-lists-by-id.md gives the reasons.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{list_ref::ListRef, text::ListName};

/// The exceptions among an owner's lists, and the order of the lists.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "StoredLists", into = "StoredLists")]
pub struct Lists {
    /// 0 if nobody has ever changed the lists. Each change increases the version by 1.
    pub version: u64,
    /// The exceptions, by the id of the list in lower case.
    exceptions: BTreeMap<String, (ListName, ListState)>,
    /// The ids of lists in their order. Lists that are not in `order` come after these lists.
    order: Vec<ListName>,
}

/// The state of a list that was renamed, merged or deleted, or whose first name was already the id of another list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListState {
    /// The name of the list, or its last name if the list no longer exists.
    pub name: ListName,
    /// The id of the list into which this list was merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<ListName>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

/// [`Lists`] as the table stores them.
#[derive(Serialize, Deserialize)]
struct StoredLists {
    version: u64,
    #[serde(default)]
    exceptions: Vec<(ListName, ListState)>,
    #[serde(default)]
    order: Vec<ListName>,
}

impl ListState {
    /// The state of an existing list with this name.
    pub fn named(name: ListName) -> Self {
        Self { name, merged_into: None, deleted: false }
    }

    /// Whether the list exists.
    pub fn exists(&self) -> bool {
        self.merged_into.is_none() && !self.deleted
    }
}

impl Lists {
    /// The state of the list with this id. `None` if the list is not an exception.
    pub fn state(&self, id: &ListName) -> Option<&ListState> {
        self.exceptions.get(&id.folded()).map(|(_, state)| state)
    }

    /// The name of the list with this id. If the list was merged, the result is the name of the other list. If the list
    /// was deleted, the result is its last name.
    pub fn name(&self, id: &ListName) -> ListName {
        let root = self.root(id);
        self.state(&root).map_or(root, |state| state.name.clone())
    }

    /// The id of the list that contains the todos with this list id. The result is another id if the list was merged.
    pub fn root(&self, id: &ListName) -> ListName {
        let mut root = id;
        // Merged lists never form a circle, but the number of steps has a limit all the same.
        for _ in 0..self.exceptions.len() {
            match self.state(root).and_then(|state| state.merged_into.as_ref()) {
                Some(into) => root = into,
                None => break,
            }
        }
        root.clone()
    }

    /// Whether the list that contains the todos with this list id was deleted.
    pub fn is_deleted(&self, id: &ListName) -> bool {
        !self.exceptions.is_empty() && self.state(&self.root(id)).is_some_and(|state| state.deleted)
    }

    /// Whether the list that contains the todos with this list id exists. If lists were merged into each other in a
    /// circle, no such list exists.
    pub fn exists(&self, id: &ListName) -> bool {
        self.state(&self.root(id)).is_none_or(ListState::exists)
    }

    /// Gives a stored list its present name. Lists that a request asked for stay as they are.
    pub fn name_list(&self, list: &mut ListRef) {
        // A list that is no longer an exception gets its first name back.
        let may_differ = !self.exceptions.is_empty() || list.id() != list.name();
        if may_differ && !list.is_asked() {
            *list = ListRef::stored(list.id().clone(), self.name(list.id()));
        }
    }

    /// The id of the exception that has this name and is neither deleted nor merged.
    fn named(&self, name: &ListName) -> Option<&ListName> {
        let key = name.folded();
        let mut exceptions = self.exceptions.values();
        exceptions.find(|(_, state)| state.exists() && state.name.folded() == key).map(|(id, _)| id)
    }

    /// The id of the exception that has this name and is neither deleted nor merged. The list with the id `id` does not
    /// count.
    pub fn other_named(&self, name: &ListName, id: &ListName) -> Option<&ListName> {
        let (name, id) = (name.folded(), id.folded());
        let mut exceptions = self.exceptions.iter().filter(|(key, _)| **key != id);
        exceptions.find(|(_, (_, state))| state.exists() && state.name.folded() == name).map(|(_, (other, _))| other)
    }

    /// The present name of the list with the first name `first`. `None` if the list still has its first name, or is
    /// deleted.
    pub fn later_name(&self, first: &ListName) -> Option<ListName> {
        let state = self.state(first).filter(|state| !state.deleted)?;
        let name = self.name(first);
        (state.merged_into.is_some() || name.folded() != first.folded()).then_some(name)
    }

    /// Whether one of the exceptions has this name and is neither deleted nor merged into another list.
    pub fn has(&self, name: &ListName) -> bool {
        self.named(name).is_some()
    }

    /// The list with this name. `name` must be the name of a list that exists.
    pub fn find(&self, name: &ListName) -> ListRef {
        ListRef::stored(self.named(name).unwrap_or(name).clone(), name.clone())
    }

    /// Whether it is clear without a search in the table that no list has this name. This is clear if the list with
    /// this id now has another name or no longer exists, and no exception has the name.
    pub fn lacks(&self, name: &ListName) -> bool {
        self.state(name).is_some() && self.named(name).is_none()
    }

    /// Creates a list. No list may have this name yet. Returns the new list. If the new list is an exception, this
    /// function adds the exception.
    pub fn create(&mut self, name: &ListName) -> ListRef {
        let key = name.folded();
        let is_deleted = |(_, state): &&(ListName, ListState)| state.deleted && state.name.folded() == key;
        let id = match self.exceptions.values().find(is_deleted).map(|(id, _)| id.clone()) {
            Some(id) => id,
            None if self.state(name).is_none() => return ListRef::stored(name.clone(), name.clone()),
            None => self.free_id(name),
        };
        self.set(&id, Some(ListState::named(name.clone())));
        ListRef::stored(id, name.clone())
    }

    /// An id for a new list with this name. No list has ever had this id.
    fn free_id(&self, name: &ListName) -> ListName {
        let ids = (2u64..).map(|number| name.numbered(number));
        ids.into_iter().find(|id| self.state(id).is_none()).unwrap_or_else(|| name.clone())
    }

    /// Changes the state of the list with this id. `None` means that the list is no longer an exception. A list that
    /// exists under its first name is not an exception.
    pub fn set(&mut self, id: &ListName, state: Option<ListState>) {
        match state.filter(|state| !state.exists() || state.name != *id) {
            Some(state) => self.exceptions.insert(id.folded(), (id.clone(), state)),
            None => self.exceptions.remove(&id.folded()),
        };
    }

    /// The ids of the ordered lists, in their order.
    pub fn order(&self) -> &[ListName] {
        &self.order
    }

    /// The same lists with the version that comes after `version`.
    pub fn with_version_after(self, version: u64) -> Self {
        Self { version: version + 1, ..self }
    }

    /// Changes the order.
    pub fn set_order(&mut self, order: Vec<ListName>) {
        self.order = order;
    }

    /// Sorts the names of lists. First come the lists in the order of [`Lists::order`], then the inbox, then all other
    /// lists in alphabetical order.
    pub fn sort(&self, names: &mut [ListName]) {
        let order: Vec<String> = self.order.iter().map(ListName::folded).collect();
        names.sort_by_cached_key(|name| {
            let id = self.find(name).id().folded();
            let position = order.iter().position(|ordered| *ordered == id).unwrap_or(order.len());
            (position, *name != ListName::inbox(), name.folded())
        });
    }

    /// The ids of the exceptions in these lists and in `other`, each id once.
    pub fn exceptions_with<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a ListName> {
        let others = other.exceptions.iter().filter(|(key, _)| !self.exceptions.contains_key(*key));
        self.exceptions.iter().chain(others).map(|(_, (id, _))| id)
    }
}

impl From<StoredLists> for Lists {
    fn from(StoredLists { version, exceptions, order }: StoredLists) -> Self {
        let exceptions = exceptions.into_iter().map(|(id, state)| (id.folded(), (id, state))).collect();
        Self { version, exceptions, order }
    }
}

impl From<Lists> for StoredLists {
    fn from(Lists { version, exceptions, order }: Lists) -> Self {
        Self { version, exceptions: exceptions.into_values().collect(), order }
    }
}
