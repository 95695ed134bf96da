//! Todos that come from a file. An import adds todos, brings deleted todos back, and changes todos only if nobody has
//! changed them here since the last import.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    change::Image,
    imprint::Imprint,
    moment::Moment,
    plan::Todos,
    todo::{Status, Todo},
    words::words,
};

words! {
    /// What an import does with a todo that it has added before.
    Existing { Skip = "skip", Update = "update" }
}

/// What an import does with one todo of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The todo is not here yet.
    Added,
    /// The todo is here, but deleted. It comes back.
    Restored,
    /// The todo is here. The import gives it the content of the file.
    Updated,
    /// The todo is here, and has the content of the file.
    Same,
    /// The todo is here with other content. The import leaves it alone, because the person has not chosen `update`.
    Skipped,
    /// The todo is here, and somebody has changed it here. The import never overwrites it.
    ChangedHere,
}

/// The imprint of the content of a todo. The list and the place do not count: an import never moves a todo that is here
/// already.
pub fn imprint(todo: &Todo) -> Imprint {
    let Todo { title, status, priority, due, repeat, notes, tags, steps, .. } = todo;
    let content = (title, status, priority, due, repeat, notes, tags, steps);
    // These values are texts and lists of texts, so they can always be written as JSON.
    Imprint::of(&serde_json::to_string(&content).unwrap_or_default())
}

impl Todo {
    /// Whether the content of this todo is as an import has left it.
    pub fn is_as_imported(&self) -> bool {
        self.imported.as_ref().is_some_and(|imported| *imported == imprint(self))
    }

    /// What the import of `incoming` does with this todo.
    pub fn outcome(&self, incoming: &Self, existing: Existing) -> Outcome {
        match existing {
            _ if self.status == Status::Deleted && incoming.status != Status::Deleted => Outcome::Restored,
            _ if imprint(self) == imprint(incoming) => Outcome::Same,
            _ if !self.is_as_imported() => Outcome::ChangedHere,
            Existing::Skip => Outcome::Skipped,
            Existing::Update => Outcome::Updated,
        }
    }

    /// This todo with the content of `incoming`. Its list, its place and the time of its creation stay.
    fn with_content_of(&self, incoming: &Self, moment: &Moment) -> Self {
        Self {
            list: self.list.clone(),
            place: self.place.clone(),
            created_at: self.created_at,
            updated_at: moment.now,
            series_due: None,
            handed_on: None,
            ..incoming.clone()
        }
    }
}

/// Plans the import of these todos. `present` are the todos with the same ids. The result contains an image for each
/// todo that changes, and says for each incoming todo what happens.
pub fn plan(incoming: &[Todo], existing: Existing, present: &Todos, moment: &Moment) -> (Vec<Image>, Vec<Outcome>) {
    let mut images = Vec::new();
    let outcomes = incoming.iter().map(|todo| {
        let Some(here) = present.get(&todo.id) else {
            images.push(Image::added(todo.clone()));
            return Outcome::Added;
        };
        let outcome = here.outcome(todo, existing);
        match outcome {
            // The list of a deleted todo may be deleted too, so the todo goes into the list that the file names.
            Outcome::Restored => {
                let after = Todo { updated_at: moment.now, ..todo.clone() };
                images.push(Image::changed(here, after));
            }
            Outcome::Updated => images.push(Image::changed(here, here.with_content_of(todo, moment))),
            Outcome::Added | Outcome::Same | Outcome::Skipped | Outcome::ChangedHere => {}
        }
        outcome
    });
    let outcomes = outcomes.collect();
    (images, outcomes)
}

/// The number of todos with each outcome.
pub fn counted(outcomes: &[Outcome]) -> HashMap<Outcome, usize> {
    let mut counts = HashMap::new();
    outcomes.iter().for_each(|outcome| *counts.entry(*outcome).or_default() += 1);
    counts
}
