//! Undoes changes. The undo restores the fields that the changes altered. If one of these fields was altered again
//! after the change, the program refuses the undo.

use std::collections::{HashMap, HashSet};

use super::{
    change::{Change, Image},
    difference::Difference,
    id::{ChangeId, TodoId},
    list_change::{ListConflict, ListsDifference, ListsImage},
    plan::{Plan, Todos},
    refusal::{Refusal, UndoConflict},
    text::ListName,
    todo::{Status, Todo},
    undo_progress::{Present, Progress},
};

/// The changes that one undo undoes, and the marks that the undo sets in the records of changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Undo {
    /// The changes to undo, with their differences. The newest change comes first.
    pub changes: Vec<(Change, Vec<Difference>)>,
    pub marks: Vec<Mark>,
}

/// Says that an undo changes `undone_by` in the record of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    pub change: ChangeId,
    /// The value of `undone_by` before the undo.
    pub before: Option<ChangeId>,
    pub after: Undone,
}

/// Whether a change is undone after an undo.
#[derive(Debug, Clone, PartialEq)]
pub enum Undone {
    /// This undo undoes the change.
    Now,
    /// The change was undone by this earlier change, and the earlier change takes effect again.
    By(ChangeId),
    /// The undo of the change is itself undone, so the change takes effect again.
    No,
    /// The record of the change stays as it is. But if another undo changes this record before the commit, the other
    /// marks may be wrong.
    Stays,
}

impl Undo {
    /// The undo of these changes. The newest change comes first. This function leaves out the todos that a change did
    /// not alter, although its record contains them.
    pub fn of(mut changes: Vec<(Change, Vec<Difference>)>) -> Self {
        changes.iter_mut().for_each(|(_, differences)| differences.retain(Difference::is_change));
        let mark = |(change, _): &(Change, _)| Mark::new(change, Undone::Now);
        Self { marks: changes.iter().map(mark).collect(), changes }
    }

    /// Leaves these todos out. `None` stands for the settings and the lists of the changes.
    pub fn leave(&mut self, left: &HashSet<Option<TodoId>>) {
        for (change, differences) in &mut self.changes {
            differences.retain(|difference| !left.contains(&Some(difference.id.clone())));
            if left.contains(&None) {
                (change.settings, change.list_changes) = (None, None);
            }
        }
    }

    /// The ids of the todos that the changes altered, each id once.
    pub fn todos(&self) -> Vec<TodoId> {
        let mut ids: Vec<TodoId> = Vec::new();
        for difference in self.changes.iter().flat_map(|(_, differences)| differences) {
            if !ids.contains(&difference.id) {
                ids.push(difference.id.clone());
            }
        }
        ids
    }

    /// Whether one of the changes altered lists.
    pub fn changes_lists(&self) -> bool {
        self.list_changes().next().is_some()
    }

    /// The names that lists get back through this undo.
    pub fn list_names(&self) -> Vec<ListName> {
        self.list_changes().flat_map(ListsDifference::names_before).collect()
    }

    /// The names of the lists that this undo deletes.
    pub fn deleted_lists(&self) -> Vec<ListName> {
        self.list_changes().flat_map(ListsDifference::deleted_before).cloned().collect()
    }

    fn list_changes(&self) -> impl Iterator<Item = &ListsDifference> {
        self.changes.iter().filter_map(|(change, _)| change.list_changes.as_ref())
    }

    /// Plans the undo. `present` contains the todos, the settings and the lists as they are now. The plan undoes the
    /// newest change first. In each todo, the altered fields get their values from before the change, and all other
    /// fields keep their present values. If a change added a todo, the undo deletes this todo.
    ///
    /// This function refuses the undo if a later change altered the same fields of a todo, the same settings or the
    /// same list, or if the todo would no longer be valid. The refusal names each conflict. If a change added a todo,
    /// and this todo is already deleted, there is nothing to undo for this todo. If this leaves nothing to undo at all,
    /// the function refuses the undo.
    pub fn plan(&self, present: &Present<'_>) -> Result<Plan, Refusal> {
        let mut progress = Progress::of(present);
        for (change, differences) in &self.changes {
            differences.iter().for_each(|difference| progress.undo_todo(change, difference));
            progress.undo_settings(change);
            progress.undo_lists(change);
        }
        self.find_todos_of_deleted_lists(&mut progress);
        progress.reset_deleted_default_list();
        let Progress { todos, settings, lists, mut conflicts, deleted, .. } = progress;
        let undoes_nothing =
            todos == *present.todos && settings.same_content(present.settings) && lists == *present.lists;
        if conflicts.is_empty() && undoes_nothing {
            conflicts.extend(deleted);
        }
        if !conflicts.is_empty() {
            let current = Self::in_conflict(&conflicts, present.todos);
            return Err(Refusal::ChangedSince { conflicts, current });
        }
        // A todo that was deleted and stays deleted does not change.
        let image = |id: TodoId| {
            let (before, after) = (present.todos.get(&id)?, todos.get(&id)?);
            let image = Image::changed(before, after.clone());
            let stays = before.status == Status::Deleted && image.summary().fields.is_empty();
            Some(if stays { Image::changed(before, before.clone()) } else { image })
        };
        let images = self.todos().into_iter().filter_map(image).collect();
        let settings = present.settings.changed_to(&settings);
        Ok(Plan { images, settings, lists: ListsImage::of(present.lists, lists), ..Plan::default() })
    }

    /// Adds a conflict for each deleted list that would contain todos after the undo. An undo may delete a list only if
    /// it also deletes all todos of the list. If a todo returns into a list that was deleted later, the list is created
    /// again. But this is not possible if another list has the name now.
    fn find_todos_of_deleted_lists(&self, progress: &mut Progress<'_>) {
        if !progress.conflicts.is_empty() {
            return;
        }
        let lists = &progress.lists;
        let remains = |todo: &&Todo| todo.status != Status::Deleted && lists.is_deleted(todo.list.id());
        let mut remaining: Vec<&ListName> =
            progress.todos.values().filter(remains).map(|todo| todo.list.id()).collect();
        remaining.sort_unstable_by_key(|id| id.folded());
        remaining.dedup();
        let (change, kind) = match self.changes.iter().find(|(change, _)| change.list_changes.is_some()) {
            Some((change, _)) => (change, ListConflict::HasTodos),
            None => {
                remaining.retain(|id| lists.has(&lists.name(id)));
                let Some((change, _)) = self.changes.first() else { return };
                (change, ListConflict::Changed)
            }
        };
        let conflict = |id: &ListName| UndoConflict::of_list(change, kind.clone(), vec![id.clone()]);
        let conflicts: Vec<_> = remaining.into_iter().map(conflict).collect();
        progress.conflicts.extend(conflicts);
    }

    /// The todos of the conflicts as they are now, each todo once.
    fn in_conflict(conflicts: &[UndoConflict], current: &Todos) -> Vec<Todo> {
        let mut shown: Vec<Todo> = Vec::new();
        for todo in conflicts.iter().filter_map(|conflict| current.get(conflict.todo()?)) {
            if !shown.contains(todo) {
                shown.push(todo.clone());
            }
        }
        shown
    }
}

impl Mark {
    /// The mark in the record of this change.
    pub fn new(change: &Change, after: Undone) -> Self {
        Self { change: change.id.clone(), before: change.undone_by.clone(), after }
    }
}

/// The changes that an undo affects: the changes to undo, the changes that these undid, and so on.
#[derive(Debug, Default)]
pub struct Affected {
    /// The records of all affected changes.
    pub changes: HashMap<ChangeId, Change>,
}

impl Affected {
    /// The ids of the undone changes that the map does not contain yet, each id once.
    pub fn missing(&self) -> Vec<ChangeId> {
        let undone: HashSet<&ChangeId> = self.changes.values().flat_map(Change::undone_changes).collect();
        undone.into_iter().filter(|id| !self.changes.contains_key(id)).cloned().collect()
    }

    /// The marks of all affected changes after an undo of `targets`.
    ///
    /// A change takes effect if no change that takes effect has undone it. The new undo takes effect, so its targets do
    /// not. Then the changes that a target undid take effect again, and so on. Every undo is newer than the changes
    /// that it undid, so this function ends.
    pub fn marks(&self, targets: &[&ChangeId]) -> Vec<Mark> {
        let mut known = HashMap::new();
        let mut marks: Vec<Mark> =
            targets.iter().filter_map(|id| Some(Mark::new(self.changes.get(*id)?, Undone::Now))).collect();
        let mut others: Vec<_> = self.changes.values().filter(|change| !targets.contains(&&change.id)).collect();
        others.sort_by(|one, other| one.id.as_str().cmp(other.id.as_str()));
        for change in others {
            let undo = self.undo_in_effect(&change.id, targets, &mut known);
            let is_outside = change.undone_by.as_ref().is_some_and(|by| !self.changes.contains_key(by));
            let after = match undo {
                Some(undo) => Undone::By(undo),
                // An undo that this undo does not affect keeps its effect.
                None if is_outside => Undone::Stays,
                None => Undone::No,
            };
            let stays = match &after {
                Undone::By(undo) => change.undone_by.as_ref() == Some(undo),
                Undone::No => change.undone_by.is_none(),
                Undone::Now | Undone::Stays => false,
            };
            marks.push(Mark::new(change, if stays { Undone::Stays } else { after }));
        }
        marks
    }

    /// Searches the affected changes for an undo of this change that still takes effect after the undo of `targets`.
    fn undo_in_effect(
        &self,
        id: &ChangeId,
        targets: &[&ChangeId],
        known: &mut HashMap<ChangeId, bool>,
    ) -> Option<ChangeId> {
        let undid = |change: &&Change| change.undone_changes().any(|undone| undone == id);
        let undos: Vec<ChangeId> = self.changes.values().filter(undid).map(|undo| undo.id.clone()).collect();
        undos.into_iter().find(|undo| {
            if let Some(known) = known.get(undo) {
                return *known;
            }
            let takes_effect = !targets.contains(&undo) && self.undo_in_effect(undo, targets, known).is_none();
            known.insert(undo.clone(), takes_effect);
            takes_effect
        })
    }
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;
    use crate::domain::{
        change::OperationName, id::ChangeId, list_ref::ListRef, lists::Lists, settings::Settings, todo::NewTodo,
    };
    use jiff::{Timestamp, tz::TimeZone};
    use serde_json::json;

    fn added(title: &str) -> Image {
        let new: NewTodo = deserr::deserialize::<_, _, deserr::errors::JsonError>(json!({ "title": title })).unwrap();
        let moment = Settings::default().moment(Timestamp::UNIX_EPOCH, &TimeZone::UTC);
        Image::added(Todo::add(&new, TodoId::from_random([7; 16]), &ListRef::inbox(), &moment).unwrap())
    }

    fn change(images: &[Image]) -> Change {
        Change {
            id: ChangeId::from_random([1; 16]),
            at: Timestamp::UNIX_EPOCH,
            operation: OperationName::of("updateTodo"),
            todos: images.iter().map(Image::summary).collect(),
            settings: None,
            list_changes: None,
            new_lists: Vec::new(),
            lists: Vec::new(),
            undoes: None,
            also_undoes: Vec::new(),
            undone_by: None,
            undone_at: None,
            by: None,
            import: None,
            request: None,
        }
    }

    fn undo(image: &Image, todos: &Todos) -> Result<Vec<Image>, Refusal> {
        let undo = Undo::of(vec![(change(from_ref(image)), vec![Difference::of(image)])]);
        let (settings, lists) = (Settings::default(), Lists::default());
        let (find, now) = (&|_: &ListName| None, Timestamp::MAX);
        let present = Present { todos, settings: &settings, lists: &lists, find, new_lists: &[], now };
        undo.plan(&present).map(|plan| plan.images)
    }

    fn now(todo: &Todo) -> Todos {
        Todos::from([(todo.id.clone(), todo.clone())])
    }

    #[test]
    fn an_undo_gives_back_the_state_before_under_a_new_version() {
        let first = added("a").after;
        let second = Image::changed(&first, Todo { title: added("b").after.title, ..first.clone() });
        let undone = undo(&second, &now(&second.after)).unwrap();
        assert!(undone[0].after.same_content(&first));
        assert_eq!((undone[0].before.as_ref(), undone[0].after.version), (Some(&second.after), 3));
    }

    #[test]
    fn an_undo_of_an_add_deletes() {
        let image = added("a");
        let undone = undo(&image, &now(&image.after)).unwrap();
        assert_eq!((undone[0].after.status, undone[0].after.deleted_at), (Status::Deleted, Some(Timestamp::MAX)));
    }

    #[test]
    fn a_change_is_not_undone_if_its_todo_was_changed_or_is_gone() {
        let image = added("a");
        let other = Todo { title: added("b").after.title, ..image.after.clone() };
        for todos in [now(&other), Todos::new()] {
            let refused = undo(&image, &todos).unwrap_err();
            assert!(
                matches!(refused, Refusal::ChangedSince { conflicts, .. } if conflicts[0].todo() == Some(&image.after.id))
            );
        }
    }
}
