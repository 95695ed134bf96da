//! Undoes a change. The undo restores the fields that the change altered. If one of these fields was altered again
//! after the change, the program refuses the undo.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    change::{Change, Image},
    difference::Difference,
    id::TodoId,
    plan::Plan,
    refusal::Refusal,
    settings::{Settings, SettingsImage},
    todo::Todo,
};

impl Change {
    /// Plans the undo of this change. `differences` says what the change did to each todo. `current` contains the
    /// changed todos as they are now. If a todo no longer exists, `current` does not contain this todo. `settings` are
    /// the present settings. In each todo, the altered fields get their values from before the change. Each todo also
    /// gets a new version. All other fields keep their present values. If the change added a todo, the undo deletes
    /// this todo.
    ///
    /// This function refuses the undo if a later change altered the same fields of a todo or the same settings. If an
    /// earlier undo has already restored the old values, the refusal names the earlier undo. Otherwise, if the reason
    /// is a change to todos, the refusal names these todos. Somebody can undo an undo. After that, somebody can undo
    /// the original change again.
    pub fn undo(
        &self,
        differences: &[Difference],
        current: &HashMap<TodoId, Todo>,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Plan, Refusal> {
        let mut images = Vec::new();
        let mut since = Vec::new();
        for difference in differences {
            let present = current.get(&difference.id);
            match present.and_then(|present| Some((present, difference.undo(present, now)?))) {
                Some((present, before)) => images.push(Image::changed(present, before)),
                None => since.push(difference.id.clone()),
            }
        }
        if since.is_empty() {
            return Ok(Plan { images, settings: self.undo_settings(settings)? });
        }
        let is_undone = |difference: &Difference| {
            current.get(&difference.id).is_some_and(|todo| difference.is_undone_in(todo, self.undone_at))
        };
        Err(match &self.undone_by {
            Some(by) if differences.iter().all(is_undone) => Refusal::AlreadyUndone { by: by.clone() },
            _ => {
                let current = since.iter().filter_map(|id| current.get(id)).cloned().collect();
                Refusal::ChangedSince { ids: since, current }
            }
        })
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

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;
    use crate::domain::{
        change::OperationName,
        id::ChangeId,
        text::ListName,
        todo::{NewTodo, Status},
    };
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
            by: None,
            request: None,
        }
    }

    fn undo(image: &Image, todos: &HashMap<TodoId, Todo>) -> Result<Vec<Image>, Refusal> {
        let difference = Difference::of(image);
        let plan = change(from_ref(image)).undo(&[difference], todos, &Settings::default(), Timestamp::MAX);
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
