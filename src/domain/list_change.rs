//! Changes to lists: renaming, merging, deleting and ordering lists. No such change alters the lists of todos, so it
//! costs the same for all numbers of todos. Only the deletion of a list also deletes its todos.

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListConflict {
    /// A later change altered the same list.
    Changed,
    /// Another list now has the name.
    NameTaken,
    /// The list would be merged into another list, but the other list no longer exists.
    OtherGone,
    /// A later change altered the order.
    Ordered,
    /// The undo would delete the list, but the list contains todos that the undo does not delete.
    HasTodos,
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
    let is_first_name = list.id() == name;
    after.set(list.id(), (!is_first_name).then(|| ListState::named(name.clone())));
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

    /// The names of the lists that the undo of this change deletes.
    pub fn deleted_before(&self) -> impl Iterator<Item = &ListName> {
        let deleted = |list: &&ListDifference| list.before.as_ref().is_some_and(|state| state.deleted);
        self.lists.iter().filter(deleted).filter_map(|list| live_name(&list.id, list.after.as_ref()))
    }

    /// The ids of the lists that `conflict` is about. `now` are the present lists.
    pub fn lists_of(&self, conflict: ListConflict, now: &Lists) -> Vec<ListName> {
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

    /// The lists without this change. `now` are the present lists. `is_taken` says whether a list that is not an
    /// exception in `begin` exists and has this name. `begin` are the lists in the table.
    ///
    /// If the change deleted a list, and somebody has added a todo to a list with the same name since then, the list
    /// exists again, so there is nothing to undo for this list.
    pub fn undo(
        &self,
        begin: &Lists,
        now: &Lists,
        is_taken: &dyn Fn(&ListName) -> bool,
    ) -> Result<Lists, ListConflict> {
        let mut undone = now.clone();
        for ListDifference { id, before, after } in &self.lists {
            let present = now.state(id);
            let is_revived = after.as_ref().is_some_and(|state| state.deleted) && present.is_none_or(ListState::exists);
            if is_revived {
                continue;
            }
            if present != after.as_ref() {
                return Err(ListConflict::Changed);
            }
            undone.set(id, before.clone());
        }
        for ListDifference { id, before, .. } in &self.lists {
            if let Some(name) = live_name(id, before.as_ref())
                && is_name_of_another(name, id, begin, &undone, is_taken)
            {
                return Err(ListConflict::NameTaken);
            }
            if let Some(into) = before.as_ref().and_then(|state| state.merged_into.as_ref())
                && !undone.exists(into)
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

/// The name of an existing list. `None` if no list exists in this state.
pub fn live_name<'a>(id: &'a ListName, state: Option<&'a ListState>) -> Option<&'a ListName> {
    match state {
        None => Some(id),
        Some(state) => state.exists().then_some(&state.name),
    }
}

/// Whether a list other than `id` has this name in `lists`.
fn is_name_of_another(
    name: &ListName,
    id: &ListName,
    begin: &Lists,
    lists: &Lists,
    is_taken: &dyn Fn(&ListName) -> bool,
) -> bool {
    let is_natural = lists.state(name).is_none() && name.folded() != id.folded();
    // The list whose id is this name is not an exception. If it was an exception in the table, the undo has given it
    // its first name back.
    let natural_exists = is_natural && (begin.state(name).is_some() || (is_taken(name) && !begin.has(name)));
    natural_exists || lists.find(name).id().folded() != id.folded() && lists.has(name)
}
