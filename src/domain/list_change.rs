//! Changes to lists: renaming, merging, deleting and ordering lists. These changes do not write the todos of the lists,
//! so a change costs the same for any number of todos. There is one exception: the deletion of a list also deletes the
//! todos of the list.

use serde::{Deserialize, Serialize};

use super::{
    list_ref::ListRef,
    lists::{ListState, Lists},
    text::ListName,
};

/// The altered lists, with their states before and after the change.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ListsDifference {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListDifference>,
    /// The order before and after the change, as ids. Absent if the change did not alter the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<(Vec<ListName>, Vec<ListName>)>,
}

/// The state of one list before and after a change. `None` means that the list exists, and that its name is its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListDifference {
    pub id: ListName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<ListState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<ListState>,
}

/// A change to lists: the difference, and all lists after the change.
#[derive(Debug, Clone, PartialEq)]
pub struct ListsImage {
    pub difference: ListsDifference,
    pub after: Lists,
}

/// What prevents the undo of a change to lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListConflict {
    /// A later change altered the same list.
    Changed,
    /// Another list now has the name.
    NameTaken(ListName),
    /// The list would be merged into another list, but the other list no longer exists.
    OtherGone,
    /// A later change altered the order.
    Ordered,
    /// The undo would delete the list, but the list contains todos that the undo does not delete.
    HasTodos,
}

/// What an undo must know about lists that it does not alter.
pub struct OtherLists<'a> {
    /// The lists in the table, before the undo.
    pub begin: &'a Lists,
    /// Finds a list in the table by its name.
    pub find: &'a dyn Fn(&ListName) -> Option<ListRef>,
    /// Whether the list with this name and this id was created after the undone change, and has no open and no
    /// completed todos. `false` if the program has not read all these todos.
    pub is_leftover: &'a dyn Fn(&ListName, &ListName) -> bool,
}

impl ListsImage {
    /// The change from `before` to `after`. `None` if nothing differs. The version of `after` becomes 1 higher than the
    /// version of `before`.
    pub fn of(before: &Lists, after: Lists) -> Option<Self> {
        let altered = |id: &&ListName| before.state(id) != after.state(id);
        let lists = before.exceptions_with(&after).filter(altered).map(|id| ListDifference {
            id: id.clone(),
            before: before.state(id).cloned(),
            after: after.state(id).cloned(),
        });
        let lists: Vec<_> = lists.collect();
        let order = (before.order() != after.order()).then(|| (before.order().to_vec(), after.order().to_vec()));
        let is_change = !lists.is_empty() || order.is_some();
        let after = after.with_version_after(before.version);
        is_change.then_some(Self { difference: ListsDifference { lists, order }, after })
    }
}

/// Gives a list a new name.
pub fn rename(lists: &Lists, list: &ListRef, name: &ListName) -> Lists {
    let mut after = lists.clone();
    after.set(list.id(), Some(ListState::named(name.clone())));
    after
}

/// Merges a list into another list. All todos of the list are then in the other list.
pub fn merge(lists: &Lists, list: &ListRef, into: &ListRef) -> Lists {
    let mut after = lists.clone();
    let name = list.name().clone();
    after.set(list.id(), Some(ListState { name, merged_into: Some(into.id().clone()), deleted: false }));
    after
}

/// Deletes a list. The same plan must delete the open and completed todos of the list.
pub fn delete(lists: &Lists, list: &ListRef) -> Lists {
    let mut after = lists.clone();
    let name = list.name().clone();
    after.set(list.id(), Some(ListState { name, merged_into: None, deleted: true }));
    after
}

/// Puts these lists first. The other ordered lists follow in their present order.
pub fn reorder(lists: &Lists, first: &[ListRef]) -> Lists {
    let mut order: Vec<ListName> = Vec::new();
    for id in first.iter().map(ListRef::id).chain(lists.order()) {
        if !order.contains(id) {
            order.push(id.clone());
        }
    }
    let mut after = lists.clone();
    after.set_order(order);
    after
}

impl ListsDifference {
    /// The names that lists get back if this change is undone.
    pub fn names_before(&self) -> Vec<ListName> {
        self.lists.iter().filter_map(|list| live_name(&list.id, list.before.as_ref())).cloned().collect()
    }

    /// The names of the altered lists after the change.
    pub fn names_after(&self) -> Vec<ListName> {
        self.lists.iter().filter_map(|list| live_name(&list.id, list.after.as_ref())).cloned().collect()
    }

    /// The names that lists had before the change, and that no list has directly after the change.
    pub fn freed_names(&self) -> Vec<ListName> {
        let after: Vec<_> = self.lists.iter().filter_map(|list| live_name(&list.id, list.after.as_ref())).collect();
        let is_free = |name: &ListName| after.iter().all(|other| other.folded() != name.folded());
        self.names_before().into_iter().filter(is_free).collect()
    }

    /// Whether the change deleted lists.
    pub fn deletes_lists(&self) -> bool {
        self.lists.iter().any(|list| list.after.as_ref().is_some_and(|state| state.deleted))
    }

    /// If this change is undone, the undo must also delete the todos of some lists. This function returns the names of
    /// these lists after the change: the lists that the undo deletes, and the lists that the undo merges into them.
    pub fn deleted_before(&self) -> impl Iterator<Item = &ListName> {
        let deleted = |list: &&ListDifference| self.is_deleted_before(&list.id);
        self.lists.iter().filter(deleted).filter_map(|list| live_name(&list.id, list.after.as_ref()))
    }

    /// Whether this list was deleted before the change, or was merged into a list that was deleted before the change.
    /// `false` if the change did not alter the deleted list.
    fn is_deleted_before(&self, id: &ListName) -> bool {
        let mut id = id;
        // Merged lists never form a circle, but the number of steps has a limit all the same.
        for _ in 0..=self.lists.len() {
            let Some(list) = self.lists.iter().find(|list| list.id.folded() == id.folded()) else { return false };
            match &list.before {
                Some(ListState { merged_into: Some(into), .. }) => id = into,
                before => return before.as_ref().is_some_and(|state| state.deleted),
            }
        }
        false
    }

    /// The ids of the lists that `conflict` is about. `now` are the present lists.
    pub fn lists_of(&self, conflict: &ListConflict, now: &Lists) -> Vec<ListName> {
        let merged_before = |list: &ListDifference| list.before.as_ref().and_then(|state| state.merged_into.clone());
        match conflict {
            ListConflict::OtherGone => {
                self.lists.iter().filter_map(merged_before).flat_map(|into| [now.root(&into), into]).collect()
            }
            _ => self.lists.iter().map(|list| list.id.clone()).collect(),
        }
    }

    /// Whether the altered lists still have the states that the change gave them.
    pub fn is_present_in(&self, lists: &Lists) -> bool {
        self.lists.iter().all(|list| lists.state(&list.id) == list.after.as_ref())
            && self.order.as_ref().is_none_or(|(_, after)| lists.order() == after)
    }

    /// The lists without this change. `now` are the present lists.
    ///
    /// If the change deleted a list, and somebody has added a todo to a list with the same name since then, the list
    /// exists again. Then the undo only gives the list the old spelling of its name. If a list gets an old name back,
    /// and another list has this name, the other list may be a leftover: somebody added a todo to a new list with the
    /// free name, and undid the addition. Then the leftover is merged into the list that gets the name.
    pub fn undo(&self, now: &Lists, others: &OtherLists<'_>) -> Result<Lists, ListConflict> {
        let mut undone = now.clone();
        let mut restored = Vec::new();
        for difference in &self.lists {
            if !difference.is_revived(now) {
                if now.state(&difference.id) != difference.after.as_ref() {
                    return Err(ListConflict::Changed);
                }
                restored.push(difference);
            } else if difference.is_respelled(now) {
                restored.push(difference);
            }
        }
        restored.iter().for_each(|list| undone.set(&list.id, list.before.clone()));
        for ListDifference { id, before, .. } in restored {
            if let Some(name) = live_name(id, before.as_ref())
                && let Some(other) = others.with_name(name, id, &undone)
            {
                if !(others.is_leftover)(name, &other) {
                    return Err(ListConflict::NameTaken(name.clone()));
                }
                let other = ListRef::stored(other, name.clone());
                undone = merge(&undone, &other, &ListRef::stored(id.clone(), name.clone()));
            }
            // If this undo also deletes the other list, it deletes the todos of both lists.
            if let Some(into) = before.as_ref().and_then(|state| state.merged_into.as_ref())
                && !undone.exists(into)
                && !self.is_deleted_before(into)
            {
                return Err(ListConflict::OtherGone);
            }
        }
        if let Some((before, after)) = &self.order {
            if now.order() != after {
                return Err(ListConflict::Ordered);
            }
            undone.set_order(before.clone());
        }
        Ok(undone)
    }
}

impl ListDifference {
    /// Whether the change deleted this list, and the list exists again.
    fn is_revived(&self, now: &Lists) -> bool {
        self.after.as_ref().is_some_and(|state| state.deleted) && now.state(&self.id).is_none_or(ListState::exists)
    }

    /// Whether the list has the same name as before the change, but with another spelling.
    fn is_respelled(&self, now: &Lists) -> bool {
        let names = live_name(&self.id, self.before.as_ref()).zip(live_name(&self.id, now.state(&self.id)));
        names.is_some_and(|(before, now)| before != now && before.folded() == now.folded())
    }
}

impl OtherLists<'_> {
    /// The id of another list that has this name in `lists`. The list with the id `id` does not count.
    fn with_name(&self, name: &ListName, id: &ListName, lists: &Lists) -> Option<ListName> {
        if let Some(other) = lists.other_named(name, id) {
            return Some(other.clone());
        }
        if lists.state(name).is_some() || name.folded() == id.folded() {
            return None;
        }
        // The list with the id `name` is not an exception in `lists`. If this list was an exception in the table, the
        // undo has given the list its first name back.
        let found = (self.find)(name).filter(|_| !self.begin.has(name)).map(|list| list.id().clone());
        found.or_else(|| self.begin.state(name).map(|_| name.clone()))
    }
}

/// The name of the list with this id and this state. `None` if the list does not exist in this state.
pub fn live_name<'a>(id: &'a ListName, state: Option<&'a ListState>) -> Option<&'a ListName> {
    match state {
        None => Some(id),
        Some(state) => state.exists().then_some(&state.name),
    }
}
