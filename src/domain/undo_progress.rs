//! Computes an undo step by step: the todos, the settings and the lists without the undone changes.

use jiff::Timestamp;

use super::{
    change::Change,
    difference::Difference,
    list_change::{ListsDifference, OtherLists},
    list_ref::ListRef,
    lists::Lists,
    plan::Todos,
    refusal::{Subject, UndoConflict},
    settings::Settings,
    text::ListName,
    todo::{Status, Todo},
};

/// The todos, the settings and the lists as they are now.
pub struct Present<'a> {
    pub todos: &'a Todos,
    pub settings: &'a Settings,
    pub lists: &'a Lists,
    /// Finds a list by its name. This function knows at least the names in `Undo::list_names`.
    pub find: &'a dyn Fn(&ListName) -> Option<ListRef>,
    /// The ids of the lists that were created after the undone changes. If there are such ids, `todos` contains all
    /// open and completed todos of the lists in `Undo::list_names`.
    pub new_lists: &'a [ListName],
    pub now: Timestamp,
}

/// What an undo has computed so far.
pub(super) struct Progress<'a> {
    present: &'a Present<'a>,
    pub todos: Todos,
    pub settings: Settings,
    pub lists: Lists,
    pub conflicts: Vec<UndoConflict>,
    /// The todos that an undone change added, and that are already deleted.
    pub deleted: Vec<UndoConflict>,
}

impl<'a> Progress<'a> {
    pub fn of(present: &'a Present<'a>) -> Self {
        let (todos, settings, lists) = (present.todos.clone(), present.settings.clone(), present.lists.clone());
        Self { present, todos, settings, lists, conflicts: Vec::new(), deleted: Vec::new() }
    }

    pub fn undo_todo(&mut self, change: &Change, difference: &Difference) {
        let present = self.todos.get(&difference.id);
        let conflict = |fields, added| UndoConflict {
            subject: Subject::Todo(difference.id.clone()),
            change: change.id.clone(),
            fields,
            added,
            later: None,
        };
        if difference.is_new() && present.is_some_and(|todo| todo.status == Status::Deleted) {
            return self.deleted.push(conflict(vec!["status"], false));
        }
        match present.map_or_else(|| Err(Vec::new()), |todo| difference.undo(todo, self.present.now)) {
            Ok(mut undone) => {
                self.lists.name_list(&mut undone.list);
                self.todos.insert(undone.id.clone(), undone);
            }
            Err(fields) => self.conflicts.push(conflict(fields, difference.is_new())),
        }
    }

    pub fn undo_settings(&mut self, change: &Change) {
        let Some(image) = &change.settings else { return };
        match image.undo(&self.settings) {
            Ok(mut undone) => {
                undone.default_list.iter_mut().for_each(|list| self.lists.name_list(list));
                self.settings = undone;
            }
            // The change deleted the default list, so the setting `default_list` got its default value. Somebody has
            // chosen another default list since then, and this choice stays.
            Err(_) if change.list_changes.as_ref().is_some_and(ListsDifference::deletes_lists) => {}
            Err(fields) => self.conflicts.push(UndoConflict {
                subject: Subject::Settings,
                change: change.id.clone(),
                fields,
                added: false,
                later: None,
            }),
        }
    }

    /// If the undo deletes the default list, the setting `default_list` gets its default value again.
    pub fn reset_deleted_default_list(&mut self) {
        let (before, after) = (self.present.lists, &self.lists);
        let is_deleted = |list: &ListRef| after.is_deleted(list.id()) && !before.is_deleted(list.id());
        self.settings.default_list = self.settings.default_list.take().filter(|list| !is_deleted(list));
    }

    pub fn undo_lists(&mut self, change: &Change) {
        let Some(difference) = &change.list_changes else { return };
        let others = OtherLists {
            begin: self.present.lists,
            find: self.present.find,
            is_leftover: &|name, id| self.is_leftover(name, id),
        };
        match difference.undo(&self.lists, &others) {
            Ok(undone) => self.lists = undone,
            Err(conflict) => {
                let ids = difference.lists_of(&conflict, &self.lists);
                self.conflicts.push(UndoConflict::of_list(change, conflict, ids));
            }
        }
    }

    /// Whether the list with this name and this id was created after the undone changes, and has no open and no
    /// completed todos.
    fn is_leftover(&self, name: &ListName, id: &ListName) -> bool {
        let is_it = |list: &ListName| list.folded() == id.folded();
        let contains = |todo: &Todo| todo.status != Status::Deleted && is_it(&self.lists.root(todo.list.id()));
        self.present.new_lists.iter().any(is_it)
            && (self.present.find)(name).is_some_and(|list| is_it(list.id()))
            && !self.todos.values().any(contains)
    }
}
