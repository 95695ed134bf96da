//! Undoes a change. The program compares the present content of each changed todo with the content directly after the
//! change. If the content differs, the program refuses the undo. The same rule applies to changed settings.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    change::{Change, Image},
    id::TodoId,
    plan::Plan,
    refusal::Refusal,
    settings::{Settings, SettingsImage},
    todo::{Status, Todo},
};

impl Change {
    /// Plans the undo of this change. `images` contains each changed todo before and after the change. `current`
    /// contains the changed todos as they are now. If a todo no longer exists, `current` does not contain this todo.
    /// `settings` are the present settings. The undo restores the content of each todo as it was before the change. The
    /// version of each todo increases by 1. If the change added a todo, the undo deletes this todo.
    ///
    /// The undo is refused if the present content of a todo or of the settings differs from the content directly after
    /// this change. If an earlier undo has already restored the old content, the refusal names the earlier undo. If
    /// todos have changed in another way, the refusal names these todos. A caller can also undo an undo. After the undo
    /// of an undo, the original change is in effect again, and a caller can undo the original change a second time.
    pub fn undo(
        &self,
        images: &[Image],
        current: &HashMap<TodoId, Todo>,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Plan, Refusal> {
        let now_of = |image: &Image| current.get(&image.after.id);
        let changed_since = |image: &&Image| !now_of(image).is_some_and(|todo| todo.same_content(&image.after));
        let since: Vec<TodoId> = images.iter().filter(changed_since).map(|image| image.after.id.clone()).collect();
        if !since.is_empty() {
            return Err(match &self.undone_by {
                Some(by) if images.iter().all(|image| is_as_the_undo_left_it(image, now_of(image), self.undone_at)) => {
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
                None => present.with_status(Status::Deleted, now),
            };
            Image { after: prior.with_next_version_after(&present), before: Some(present) }
        };
        Ok(Plan { images: images.iter().map(back).collect(), settings: self.undo_settings(settings)? })
    }

    fn undo_settings(&self, now: &Settings) -> Result<Option<SettingsImage>, Refusal> {
        match &self.settings {
            None => Ok(None),
            Some(image) if now.same_content(&image.after) => Ok(now.changed_to(&image.before)),
            Some(image) => Err(match &self.undone_by {
                Some(by) if now.same_content(&image.before) => Refusal::AlreadyUndone { by: by.clone() },
                _ => Refusal::SettingsChangedSince,
            }),
        }
    }
}

/// Whether the todo is unchanged since the undo at `undone_at`. If a change added a todo, the undo of this change
/// deletes the todo at the time `undone_at`. If `deleted_at` and `undone_at` are different times, another call deleted
/// the todo.
fn is_as_the_undo_left_it(image: &Image, now: Option<&Todo>, undone_at: Option<Timestamp>) -> bool {
    now.is_some_and(|now| match &image.before {
        Some(before) => now.same_content(before),
        None => undone_at.is_some_and(|at| now.same_content(&image.after.with_status(Status::Deleted, at))),
    })
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;
    use crate::domain::{change::OperationName, id::ChangeId, text::ListName, todo::NewTodo};
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
            operation: OperationName::of("updateTodo"),
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
        let plan = change(from_ref(image)).undo(from_ref(image), todos, &Settings::default(), Timestamp::MAX);
        plan.map(|plan| plan.images)
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
    fn a_change_is_not_undone_if_its_todo_was_changed_or_is_gone() {
        let image = added("a");
        let other = Todo { title: added("b").after.title, ..image.after.clone() };
        for todos in [now(&other), HashMap::new()] {
            let refused = undo(&image, &todos).unwrap_err();
            assert!(matches!(refused, Refusal::ChangedSince { ids, .. } if ids == [image.after.id.clone()]));
        }
    }
}
