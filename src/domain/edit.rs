//! The edits that an update makes to a todo. If a request leaves out a field, this field of the todo does not change.

use std::convert::Infallible;

use deserr::{DeserializeError, Deserr, ErrorKind, ValuePointerRef, take_cf_content};
use utoipa::ToSchema;

use super::{
    clear::{Clear, Clearable},
    due::Due,
    due_input::{DueInput, shift::Shift},
    invalid::{Invalid, Violation},
    list_ref::ListRef,
    moment::Moment,
    position::Position,
    read_back::ReadBack,
    repeat::Repeat,
    step_edit::{NewSteps, NewTitles, StepEdit},
    step_refs::StepRefs,
    steps::Steps,
    text::{ListName, Notes, Title},
    todo::{Priority, Status, Tags, Todo},
    version::Version,
    words::words,
};

/// Changes to one todo. If a request leaves out a field, this field does not change.
#[derive(Debug, Clone, PartialEq, Eq, Default, ToSchema, Deserr)]
#[deserr(deny_unknown_fields = refuse_unknown_field::<__Deserr_E>, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct TodoEdit {
    #[deserr(default)]
    #[schema(value_type = String, required = true, min_length = 1, example = "k7m2x9qa4t")]
    pub id: Option<String>,
    #[deserr(default)]
    #[schema(value_type = Title, inline, required = false)]
    pub title: Option<Title>,
    /// open reopens or restores it; skipped moves a repeating todo to its next date.
    #[deserr(default)]
    #[schema(value_type = EditStatus, inline, required = false)]
    pub status: Option<EditStatus>,
    /// When it was done, such as sunday.
    #[deserr(default)]
    #[schema(value_type = String, required = false)]
    pub completed_at: Option<DueInput>,
    // As in addTodos.
    #[deserr(default)]
    #[schema(value_type = String, required = false)]
    pub position: Option<Position>,
    // The list to which the todo moves.
    #[deserr(default)]
    #[schema(value_type = ListName, inline, required = false)]
    pub list: Option<ListName>,
    #[deserr(default)]
    #[schema(value_type = Priority, inline, required = false)]
    pub priority: Option<Priority>,
    /// As in addTodos; a day keeps the time, a time the day. Moves only this one of a series; with repeat, all.
    #[deserr(default)]
    #[schema(value_type = String, required = false, example = "today")]
    pub due: Option<DueInput>,
    /// Moves the due date: +3d, -1h.
    #[deserr(default)]
    #[schema(value_type = String, required = false)]
    pub shift: Option<Shift>,
    // How the todo repeats from now on.
    #[deserr(default)]
    #[schema(value_type = Repeat, required = false)]
    pub repeat: Option<Repeat>,
    // Replaces the notes.
    #[deserr(default)]
    #[schema(value_type = Notes, inline, required = false)]
    pub notes: Option<Notes>,
    /// Adds a paragraph.
    #[deserr(default)]
    #[schema(value_type = Notes, inline, required = false)]
    pub append_notes: Option<Notes>,
    /// Replaces all.
    #[deserr(default)]
    #[schema(value_type = Tags, inline, required = false)]
    pub tags: Option<Tags>,
    // Adds these tags.
    #[deserr(default)]
    #[schema(value_type = Tags, inline, required = false)]
    pub add_tags: Option<Tags>,
    // Takes these tags away.
    #[deserr(default)]
    #[schema(value_type = Tags, inline, required = false)]
    pub remove_tags: Option<Tags>,
    /// Replaces all, in this order; without done, a step keeps it.
    #[deserr(default)]
    #[schema(value_type = Steps, inline, required = false)]
    pub steps: Option<NewSteps>,
    // Adds these steps at the end.
    #[deserr(default)]
    #[schema(value_type = Steps, inline, required = false)]
    pub add_steps: Option<Steps>,
    /// Ticks steps, named by title, or by position from "1", before this edit.
    #[deserr(default)]
    #[schema(value_type = StepRefs, inline, required = false)]
    pub complete_steps: StepRefs,
    // Marks these steps as not done.
    #[deserr(default)]
    #[schema(value_type = StepRefs, inline, required = false)]
    pub reopen_steps: StepRefs,
    // Takes these steps away.
    #[deserr(default)]
    #[schema(value_type = StepRefs, inline, required = false)]
    pub remove_steps: StepRefs,
    // Gives steps a new title.
    #[deserr(default)]
    #[schema(value_type = NewTitles, inline, required = false)]
    pub rename_steps: NewTitles,
    /// Fields to empty; null does not.
    #[deserr(default)]
    #[schema(value_type = Vec<Clearable>, inline, required = false, example = json!(["due"]))]
    pub clear: Clear,
    // The edit is made only if the todo still has this version.
    #[deserr(default)]
    #[schema(value_type = Version, inline, required = false)]
    pub expected_version: Option<Version>,
    #[deserr(skip)]
    #[schema(ignore)]
    pub read_back: ReadBack,
}

words! {
    /// The statuses that an update can set. An update cannot delete a todo. `skipped` is not a status of a todo: a
    /// skipped todo stays open.
    EditStatus { Open = "open", Completed = "completed", Skipped = "skipped" | "skip" } refused |word: &str| {
        if word.eq_ignore_ascii_case("deleted") {
            let message = "cannot be set to deleted; delete the todo with deleteTodos".to_owned();
            return Invalid { message, allowed: EditStatus::WORDS };
        }
        Invalid::word(word, EditStatus::WORDS)
    }
}

/// The error for an unknown field of an edit. In `PATCH /todos/{id}`, the whole body is one edit. Such a body may have
/// the field `idempotency_key`, but not the field `id`. The edit `set` of a change by filter belongs to many todos, so
/// it has neither an id nor a version.
fn refuse_unknown_field<E: DeserializeError>(field: &str, accepted: &[&str], location: ValuePointerRef) -> E {
    let mut accepted = accepted.to_vec();
    if location.is_origin() {
        accepted.retain(|name| *name != "id");
        accepted.push("idempotency_key");
    }
    if matches!(location, ValuePointerRef::Key { key: "set", .. }) {
        accepted.retain(|name| !["id", "expected_version"].contains(name));
    }
    take_cf_content(E::error::<Infallible>(None, ErrorKind::UnknownKey { key: field, accepted: &accepted }, location))
}

impl TodoEdit {
    /// Whether the edit has no fields except `id`, `expected_version` and the fields that only answers have.
    pub fn is_empty(&self) -> bool {
        let read_back = ReadBack::default();
        Self { id: None, expected_version: None, read_back, ..self.clone() } == Self::default()
    }

    /// Whether this edit would restore a deleted todo.
    pub fn restores(&self) -> bool {
        self.status == Some(EditStatus::Open)
    }

    /// Whether this edit skips one date of a repeating todo.
    pub fn skips(&self) -> bool {
        self.status == Some(EditStatus::Skipped)
    }

    /// The errors of this edit that do not depend on the todo: the edit changes nothing, it both sets and clears a
    /// field, or it skips a todo and also sets another date.
    pub fn faults(&self) -> Vec<Violation> {
        let message =
            "changes nothing: send a value in at least one field, or list in `clear` the fields that you want to empty";
        let empty = self.is_empty().then(|| Violation::new("", Invalid::new(message)));
        // If the caller has sent back a todo, many values are as in the todo. These values contradict nothing, so
        // `unchanged.rs` looks for contradictions later, without them.
        let contradictions = if self.read_back.is_sent() { Vec::new() } else { self.contradictory() };
        empty.into_iter().chain(contradictions).collect()
    }

    /// The errors of fields that contradict each other.
    pub fn contradictory(&self) -> Vec<Violation> {
        self.contradictions().into_iter().chain(self.other_date()).collect()
    }

    /// The error if the edit skips a todo, and also sets its due date, its repetition or a time of completion.
    fn other_date(&self) -> Option<Violation> {
        let clears = |field| self.clear.contains(field);
        let field = match self.status {
            Some(EditStatus::Skipped) if self.due.is_some() => "due",
            Some(EditStatus::Skipped) if self.shift.is_some() => "shift",
            Some(EditStatus::Skipped) if self.repeat.is_some() => "repeat",
            Some(EditStatus::Skipped) if self.completed_at.is_some() => "completed_at",
            Some(EditStatus::Skipped) if clears(Clearable::Due) || clears(Clearable::Repeat) => "clear",
            _ => return None,
        };
        let message = "cannot be sent with status skipped, which moves the todo to the next date of its series; send one of the two";
        Some(Violation::new(field, Invalid::new(message)))
    }

    /// An error for each field that the edit both sets and clears.
    fn contradictions(&self) -> Vec<Violation> {
        self.clear
            .iter()
            .filter(|field| match field {
                Clearable::Due => self.due.is_some(),
                Clearable::Repeat => self.repeat.is_some(),
                Clearable::Notes => self.notes.is_some(),
                Clearable::Tags => self.tags.is_some(),
                Clearable::Steps => self.steps.is_some(),
            })
            .map(|field| {
                Violation::new(
                    field.word(),
                    Invalid::new("cannot be set and cleared in the same call; either send a value or clear the field"),
                )
            })
            .collect()
    }

    /// The todo after this edit. This function does not change the version of the todo. If some fields of the edit do
    /// not fit this todo, the function returns an error for each of these fields.
    pub fn apply(&self, todo: &Todo, moment: &Moment) -> Result<Todo, Vec<Violation>> {
        let mut after = match self.status {
            Some(EditStatus::Open) => todo.with_status(Status::Open, moment.now),
            Some(EditStatus::Completed) => todo.with_status(Status::Completed, moment.now),
            Some(EditStatus::Skipped) => todo.skipped(moment).map_err(|error| vec![error])?,
            None => todo.clone(),
        };
        let mut errors = Vec::new();
        if let Some(at) = &self.completed_at {
            errors.extend(after.complete_at(at, todo, moment).err());
        }
        for field in self.clear.iter() {
            field.empty(&mut after);
        }
        if let Some(title) = &self.title {
            after.title = title.clone();
        }
        // If the new list name and the old list name differ only in upper and lower case, the todo keeps the old name.
        if let Some(list) = self.list.as_ref().filter(|list| list.folded() != todo.list.name().folded()) {
            after.list = ListRef::asked(list.clone());
        }
        if let Some(priority) = self.priority {
            after.priority = priority;
        }
        let outcomes = [("append_notes", self.edit_notes(&mut after)), ("add_tags", self.edit_tags(&mut after))];
        errors.extend(outcomes.into_iter().filter_map(|(field, outcome)| Some(Violation::new(field, outcome.err()?))));
        match self.step_edit().apply(&after.steps) {
            Ok(steps) => after.steps = steps,
            Err(violations) => errors.extend(violations),
        }
        errors.extend(self.edit_due(&mut after, moment).err().into_iter().flatten());
        errors.extend(self.read_back.faults(todo, &after));
        if !errors.is_empty() {
            return Err(errors);
        }
        if todo.due.is_some() {
            after.keep_place();
        }
        if !after.same_content(todo) {
            after.updated_at = moment.now;
        }
        Ok(after)
    }

    /// Sets the due date and the repetition.
    fn edit_due(&self, todo: &mut Todo, moment: &Moment) -> Result<(), Vec<Violation>> {
        let repeats = self.repeat.is_some() || todo.repeat.is_some();
        if self.clear.contains(Clearable::Due) && repeats {
            let message = "cannot clear `due` while the todo repeats; also clear `repeat`, or send a new `due`";
            return Err(vec![Violation::new("clear", Invalid::new(message))]);
        }
        let due = self.new_due(todo.due, moment).map_err(|violation| vec![violation])?;
        // If the todo had no day, and the caller sends only a time, such as `7:30`, the due date is the first date of
        // the repetition at this time.
        let is_time_alone = todo.due.is_none() && self.due.as_ref().is_some_and(DueInput::is_time_alone);
        let fits = self.repeat.as_ref().or(todo.repeat.as_ref()).filter(|_| is_time_alone);
        let due = due.map(|due| fits.map_or(due, |repeat| repeat.first_from(due)));
        todo.reschedule(due, self.repeat.as_ref(), moment)
    }

    /// The new due date of a todo with the due date `due`. `None` if the edit does not change the due date.
    fn new_due(&self, due: Option<Due>, moment: &Moment) -> Result<Option<Due>, Violation> {
        let refused = |field| move |invalid| Violation::new(field, invalid);
        match (&self.due, self.shift, due) {
            (Some(_), Some(_), _) => {
                Err(refused("shift")(Invalid::new("cannot be sent together with `due`; send only one of the two")))
            }
            (Some(input), None, _) => input.due(moment, due).map(Some).map_err(refused("due")),
            (None, Some(_), None) => {
                Err(Violation::new("shift", Invalid::new("moves a due date, but the todo has none; send `due`")))
            }
            (None, Some(shift), Some(due)) => shift.apply(due, moment).map(Some).map_err(refused("shift")),
            (None, None, _) => Ok(None),
        }
    }

    /// The fields of this edit that concern steps.
    pub fn step_edit(&self) -> StepEdit<'_> {
        StepEdit {
            replace: self.steps.as_ref(),
            complete: &self.complete_steps,
            reopen: &self.reopen_steps,
            rename: &self.rename_steps,
            remove: &self.remove_steps,
            add: self.add_steps.as_ref(),
        }
    }

    fn edit_notes(&self, todo: &mut Todo) -> Result<(), Invalid> {
        if let Some(notes) = &self.notes {
            todo.notes = Some(notes.clone());
        }
        if let Some(paragraph) = &self.append_notes {
            todo.notes = Some(match &todo.notes {
                Some(notes) => notes.append(paragraph)?,
                None => paragraph.clone(),
            });
        }
        Ok(())
    }

    fn edit_tags(&self, todo: &mut Todo) -> Result<(), Invalid> {
        if let Some(tags) = &self.tags {
            todo.tags = tags.clone();
        }
        // The edit removes tags before it adds tags. So an edit can replace a tag even if the todo has the maximum
        // number of tags.
        if let Some(tags) = &self.remove_tags {
            todo.tags = todo.tags.without(tags);
        }
        if let Some(tags) = &self.add_tags {
            todo.tags = todo.tags.with(tags)?;
        }
        Ok(())
    }
}
