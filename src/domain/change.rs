//! Changes: every write is one atomic unit that is on the record and can be undone.

use std::collections::HashMap;

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::{
    id::{ChangeId, TodoId},
    idempotency::Fingerprint,
    limits,
    refusal::Refusal,
    settings::{Settings, SettingsImage},
    text::{ListName, Title},
    todo::{Status, Todo},
    words::words,
};

/// The record of one write: what it was, and what it did to which todo or to the settings. The states of the todos before
/// and after are its [`Image`]s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub id: ChangeId,
    pub at: Timestamp,
    pub operation: Operation,
    pub todos: Vec<ChangedTodo>,
    /// What it did to the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<SettingsImage>,
    /// Lists that this change brought into being.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_lists: Vec<ListName>,
    /// The change that this one undid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<ChangeId>,
    /// The change that undid this one, the last one if several did. It may have been undone itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<ChangeId>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_at: Option<Timestamp>,
    /// What the request asked for, when it carried an idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Fingerprint>,
}

words! {
    /// The operations that write, by their `operationId`.
    Operation {
        AddTodos = "addTodos",
        UpdateTodos = "updateTodos",
        UpdateTodo = "updateTodo",
        DeleteTodos = "deleteTodos",
        DeleteTodo = "deleteTodo",
        UndoChange = "undoChange",
        UpdateSettings = "updateSettings",
    }
}

/// What a change did to one todo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangedTodo {
    pub id: TodoId,
    /// The title after the change.
    pub title: Title,
    /// The fields that differ; empty when the todo was added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// What a write does, all or none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Effect {
    /// The todos before and after, those that stay as they are included.
    pub images: Vec<Image>,
    pub settings: Option<SettingsImage>,
}

/// One todo before and after a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// Absent when the change added the todo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Todo>,
    pub after: Todo,
}

impl Change {
    /// When this change can no longer be undone.
    pub fn undo_until(&self) -> Timestamp {
        days_after(self.at, limits::UNDO_DAYS)
    }

    /// Whether it left everything as it was.
    pub fn is_nothing(&self) -> bool {
        self.todos.is_empty() && self.settings.is_none()
    }

    /// What has to be written to take this change back, given its images, and the todos (those that exist) and settings as
    /// they are now. Each todo gets its exact prior state under a new version; one that the change added moves to `deleted`.
    ///
    /// A change can be undone while its todos are as it left them. Undoing its undo brings them back to that. Refused when
    /// they are not, because the change has been undone or because of later changes, whose todos are named.
    pub fn undo(
        &self,
        images: &[Image],
        current: &HashMap<TodoId, Todo>,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Effect, Refusal> {
        let now_of = |image: &Image| current.get(&image.after.id);
        let changed_since = |image: &&Image| !now_of(image).is_some_and(|todo| todo.same_content(&image.after));
        let since: Vec<TodoId> = images.iter().filter(changed_since).map(|image| image.after.id.clone()).collect();
        if !since.is_empty() {
            return Err(match &self.undone_by {
                Some(by) if images.iter().all(|image| image.is_taken_back(now_of(image), self.undone_at)) => {
                    Refusal::AlreadyUndone { by: by.clone() }
                }
                _ => {
                    let current = since.iter().filter_map(|id| current.get(id)).cloned().collect();
                    Refusal::ChangedSince { ids: since, current }
                }
            });
        }
        let back = |image: &Image| {
            let present = current[&image.after.id].clone();
            let prior = match &image.before {
                Some(before) => before.clone(),
                None => present.moved_to(Status::Deleted, now),
            };
            Image { after: prior.following(&present), before: Some(present) }
        };
        Ok(Effect { images: images.iter().map(back).collect(), settings: self.undo_settings(settings)? })
    }

    fn undo_settings(&self, now: &Settings) -> Result<Option<SettingsImage>, Refusal> {
        match &self.settings {
            None => Ok(None),
            Some(image) if now.same_content(&image.after) => Ok(now.becoming(&image.before)),
            Some(image) => Err(match &self.undone_by {
                Some(by) if now.same_content(&image.before) => Refusal::AlreadyUndone { by: by.clone() },
                _ => Refusal::SettingsChangedSince,
            }),
        }
    }
}

impl From<Vec<Image>> for Effect {
    fn from(images: Vec<Image>) -> Self {
        Self { images, settings: None }
    }
}

impl Image {
    /// A todo that comes into being.
    pub fn added(todo: Todo) -> Self {
        Self { before: None, after: todo }
    }

    /// `current` becoming `after`, which gets the next version.
    pub fn changed(current: &Todo, after: Todo) -> Self {
        Self { after: after.following(current), before: Some(current.clone()) }
    }

    /// Whether the todo says something else afterwards.
    pub fn is_change(&self) -> bool {
        self.before.as_ref().is_none_or(|before| !before.same_content(&self.after))
    }

    /// Whether an undo at that time left the todo as it is now. One that was added may have been deleted otherwise.
    fn is_taken_back(&self, now: Option<&Todo>, undone_at: Option<Timestamp>) -> bool {
        now.is_some_and(|now| match &self.before {
            Some(before) => now.same_content(before),
            None => undone_at.is_some_and(|at| now.same_content(&self.after.moved_to(Status::Deleted, at))),
        })
    }

    /// What the change record says of this todo.
    pub fn summary(&self) -> ChangedTodo {
        let fields = self.before.as_ref().map(|before| differing(before, &self.after)).unwrap_or_default();
        ChangedTodo { id: self.after.id.clone(), title: self.after.title.clone(), fields }
    }
}

/// The names of the fields in which two states of a todo differ, bookkeeping aside.
fn differing(before: &Todo, after: &Todo) -> Vec<String> {
    let pairs = [
        ("title", before.title != after.title),
        ("status", before.status != after.status),
        ("list", before.list != after.list),
        ("priority", before.priority != after.priority),
        ("due", before.due != after.due || before.anchor_day != after.anchor_day),
        ("repeat", before.repeat != after.repeat),
        ("notes", before.notes != after.notes),
        ("tags", before.tags != after.tags),
        ("steps", before.steps != after.steps),
    ];
    pairs.iter().filter(|(_, differs)| *differs).map(|(name, _)| (*name).to_owned()).collect()
}

/// The moment `days` days of 24 hours later, or the end of time.
pub fn days_after(at: Timestamp, days: i64) -> Timestamp {
    at.checked_add((days * 24).hours()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;
    use crate::domain::todo::NewTodo;
    use jiff::tz::TimeZone;
    use serde_json::json;

    fn added(title: &str) -> Image {
        let new: NewTodo = deserr::deserialize::<_, _, deserr::errors::JsonError>(json!({ "title": title })).unwrap();
        let moment = Settings::default().moment(Timestamp::UNIX_EPOCH, &TimeZone::UTC);
        Image::added(Todo::add(&new, TodoId::from_random([7; 16]), &ListName::inbox(), &moment).unwrap())
    }

    fn change(images: &[Image]) -> Change {
        Change {
            id: ChangeId::from_random([1; 16]),
            at: Timestamp::UNIX_EPOCH,
            operation: Operation::UpdateTodo,
            todos: images.iter().map(Image::summary).collect(),
            settings: None,
            new_lists: Vec::new(),
            undoes: None,
            undone_by: None,
            undone_at: None,
            request: None,
        }
    }

    fn undo(image: &Image, todos: &HashMap<TodoId, Todo>) -> Result<Vec<Image>, Refusal> {
        let effect = change(from_ref(image)).undo(from_ref(image), todos, &Settings::default(), Timestamp::MAX);
        effect.map(|effect| effect.images)
    }

    fn now(todo: &Todo) -> HashMap<TodoId, Todo> {
        HashMap::from([(todo.id.clone(), todo.clone())])
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
    fn a_change_whose_todo_is_no_longer_so_or_no_longer_there_is_not_undone() {
        let image = added("a");
        let other = Todo { title: added("b").after.title, ..image.after.clone() };
        for todos in [now(&other), HashMap::new()] {
            let refused = undo(&image, &todos).unwrap_err();
            assert!(matches!(refused, Refusal::ChangedSince { ids, .. } if ids == [image.after.id.clone()]));
        }
    }
}
