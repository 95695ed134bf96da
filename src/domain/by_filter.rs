//! Changes to all todos that match filters. Such a change is one edit of all found todos, or the deletion of all found
//! todos.

use std::borrow::Cow;

use deserr::{DeserializeError, Deserr, ErrorKind, IntoValue, MergeWithError, Value, ValuePointerRef, take_cf_content};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::{
    change::Image,
    difference::Difference,
    due_input::DueInput,
    edit::{EditStatus, TodoEdit},
    found::Found,
    id::TodoId,
    invalid::{Invalid, Violation},
    limits,
    moment::Moment,
    moves::Places,
    plan::{self, Plan, Todos},
    refusal::{ItemViolation, Refusal},
    text::ListName,
    todo::{Status, Todo},
    values::cut,
    words::words,
};

/// The fields of an edit that belong to one todo. So an edit of many todos does not have these fields.
const OF_ONE_TODO: [&str; 3] = ["id", "expected_version", "position"];
/// Fields that an edit of many todos may have, but rarely needs. So the API document leaves them out, to stay short.
const RARE: [&str; 6] = ["title", "notes", "steps", "reopen_steps", "remove_steps", "rename_steps"];

/// An edit of all found todos. This edit has all fields of a [`TodoEdit`] except `id`, `expected_version` and
/// `position`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditOfAll(TodoEdit);

/// What a change by filter does to each found todo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForAll {
    Edit(Box<EditOfAll>),
    Delete,
}

words! {
    /// A status in the filters of a change. `any` means open and completed.
    AnyStatus { Any = "any", Open = "open", Completed = "completed", Deleted = "deleted" }
}

words! {
    /// A status in the filters of a deletion. `any` means open and completed.
    KeptStatus { Any = "any", Open = "open", Completed = "completed" } refused |word: &str| {
        if word.eq_ignore_ascii_case("deleted") {
            let message = "cannot be deleted, because these todos are already deleted".to_owned();
            return Invalid { message, allowed: KeptStatus::WORDS };
        }
        Invalid::word(word, KeptStatus::WORDS)
    }
}

impl From<KeptStatus> for AnyStatus {
    fn from(status: KeptStatus) -> Self {
        match status {
            KeptStatus::Any => Self::Any,
            KeptStatus::Open => Self::Open,
            KeptStatus::Completed => Self::Completed,
        }
    }
}

impl ForAll {
    /// The errors that do not depend on the found todos.
    pub fn faults(&self) -> Vec<Violation> {
        match self {
            Self::Edit(all) => all.0.faults(),
            Self::Delete => Vec::new(),
        }
    }

    /// The due date that the change sets, as the caller sent it.
    pub fn due(&self) -> Option<&DueInput> {
        match self {
            Self::Edit(all) => all.0.due.as_ref(),
            Self::Delete => None,
        }
    }

    /// The list into which the change moves the todos.
    pub fn list(&self) -> Option<&ListName> {
        match self {
            Self::Edit(all) => all.0.list.as_ref(),
            Self::Delete => None,
        }
    }

    /// Whether the change restores deleted todos.
    pub fn restores(&self) -> bool {
        matches!(self, Self::Edit(all) if all.0.restores())
    }

    /// Whether the change skips one date of repeating todos.
    pub fn skips(&self) -> bool {
        matches!(self, Self::Edit(all) if all.0.skips())
    }

    /// Whether the change sets or moves a due date, or sets a repetition, and does not reopen todos. If the caller has
    /// not sent a status, such a change concerns only open todos: the date of a completed todo stays.
    pub fn reschedules(&self) -> bool {
        let moves = |edit: &TodoEdit| edit.due.is_some() || edit.shift.is_some() || edit.repeat.is_some();
        matches!(self, Self::Edit(all) if moves(&all.0) && !all.0.restores())
    }

    /// Whether the change can concern this todo. `shift` moves a due date, so it concerns only todos with a due date.
    pub fn concerns(&self, todo: &Todo) -> bool {
        !matches!(self, Self::Edit(all) if all.0.shift.is_some()) || todo.due.is_some()
    }

    /// Computes what happens to the found todos. If the edit does not fit one of the todos, the error names this todo.
    /// `nexts` contains the next todos of the todos that may be reopened.
    pub fn plan(
        &self,
        found: &[&Todo],
        nexts: &Todos,
        next_id: impl FnMut() -> TodoId,
        moment: &Moment,
    ) -> Result<Plan, Refusal> {
        match self {
            Self::Edit(all) => {
                let edits: Vec<_> = found.iter().map(|todo| (all.of(todo), *todo)).collect();
                let edits: Vec<_> = edits.iter().map(|(edit, todo)| (&**edit, *todo)).collect();
                plan::apply(&edits, &Places::new(), nexts, next_id, moment)
                    .map_err(|refusal| with_todos(refusal, found))
            }
            Self::Delete => {
                let deleted = |todo: &&Todo| Image::changed(todo, todo.with_status(Status::Deleted, moment.now));
                Ok(Plan::of_todos(found.iter().map(deleted).collect()))
            }
        }
    }
}

impl EditOfAll {
    /// The edit for this todo. If the edit completes todos, and this todo is already completed, the result has no
    /// `completed_at`, because this todo was done at another time.
    fn of(&self, todo: &Todo) -> Cow<'_, TodoEdit> {
        let edit = &self.0;
        let has_other_time = todo.status == Status::Completed && edit.status == Some(EditStatus::Completed);
        let completed_at = edit.completed_at.clone().filter(|_| !has_other_time);
        if completed_at == edit.completed_at {
            return Cow::Borrowed(edit);
        }
        Cow::Owned(TodoEdit { completed_at, ..edit.clone() })
    }
}

/// Refuses a plan that alters too many todos, and a plan for another number of todos than `expected`.
pub fn check_number(plan: &Plan, expected: Option<usize>) -> Result<(), Refusal> {
    let differences: Vec<_> = plan.images.iter().map(Difference::of).filter(Difference::is_change).collect();
    let found = Found::of(&plan.images, &differences);
    match expected {
        Some(expected) if expected != found.total() => Err(Refusal::OtherNumber { expected, found }),
        _ if found.altered() > limits::TODOS_PER_CALL => Err(Refusal::TooManyFound { number: found.altered() }),
        _ => Ok(()),
    }
}

/// Adds the todo to the message of each error. If several todos have the same error, the message names the first todo
/// and the number of the others.
fn with_todos(refusal: Refusal, found: &[&Todo]) -> Refusal {
    let Refusal::Invalid(violations) = refusal else { return refusal };
    let mut once: Vec<(ItemViolation, usize)> = Vec::new();
    for violation in violations {
        let is_same = |(other, _): &&mut (ItemViolation, usize)| {
            (other.field, &other.message) == (violation.field, &violation.message)
        };
        match once.iter_mut().find(is_same) {
            Some((_, others)) => *others += 1,
            None => once.push((violation, 0)),
        }
    }
    let named = |(mut violation, others): (ItemViolation, usize)| {
        if let Some(todo) = found.get(violation.item) {
            let (id, title) = (todo.id.as_str(), cut(todo.title.as_str()));
            let others = if others > 0 { format!(", and {others} more") } else { String::new() };
            violation.message = format!("{} (todo {id}, \"{title}\"{others})", violation.message);
        }
        violation
    };
    Refusal::Invalid(once.into_iter().map(named).collect())
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for EditOfAll {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        let edit = TodoEdit::deserialize_from_value(value, location)?;
        let sent = [edit.id.is_some(), edit.expected_version.is_some(), edit.position.is_some()];
        if let Some((field, _)) = OF_ONE_TODO.into_iter().zip(sent).find(|(_, is_sent)| *is_sent) {
            let msg = "belongs to one todo, but `set` changes all found todos; send it in `todos`".to_owned();
            return Err(take_cf_content(E::error::<V>(None, ErrorKind::Unexpected { msg }, location.push_key(field))));
        }
        Ok(Self(edit))
    }
}

impl PartialSchema for EditOfAll {
    fn schema() -> RefOr<Schema> {
        let RefOr::T(Schema::Object(mut edit)) = TodoEdit::schema() else { return TodoEdit::schema() };
        edit.properties.retain(|name, _| !OF_ONE_TODO.iter().chain(&RARE).any(|rare| rare == name));
        edit.required.clear();
        Schema::Object(edit).into()
    }
}

impl ToSchema for EditOfAll {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        TodoEdit::schemas(schemas);
    }
}
