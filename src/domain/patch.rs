//! What an update may do to a todo: absent means unchanged.

use std::{collections::HashSet, convert::Infallible};

use deserr::{DeserializeError, Deserr, ErrorKind, IntoValue, Value, ValuePointerRef, take_cf_content};
use jiff::{Timestamp, tz::TimeZone};
use utoipa::ToSchema;

use super::{
    due::DueInput,
    invalid::Invalid,
    listed::Listed,
    text::{ListName, Notes, Title},
    todo::{Priority, Status, Step, Steps, Tags, Todo},
    words::words,
};

/// Changes to one todo. Only the fields that are sent change.
#[derive(Debug, Clone, PartialEq, Eq, Default, ToSchema, Deserr)]
#[deserr(deny_unknown_fields = not_a_field::<__Deserr_E>, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct TodoEdit {
    /// Id of the todo.
    #[deserr(default)]
    #[schema(value_type = String, required = true, min_length = 1, example = "k7m2x9qa4t")]
    pub id: Option<String>,
    /// New title.
    #[deserr(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 500)]
    pub title: Option<Title>,
    /// completed when it is done; open to take it up again, which also restores a deleted todo.
    #[deserr(default)]
    #[schema(value_type = EditStatus, inline, required = false)]
    pub status: Option<EditStatus>,
    /// Name of the list to move it to. A name that does not exist yet makes a new list.
    #[deserr(default)]
    #[schema(value_type = String, required = false, max_length = 60)]
    pub list: Option<ListName>,
    /// How much it matters.
    #[deserr(default)]
    #[schema(value_type = Priority, inline, required = false)]
    pub priority: Option<Priority>,
    /// New due date (2026-11-27) or time on the person's clock (2026-11-27T09:30).
    #[deserr(default)]
    #[schema(value_type = String, required = false, example = "2026-11-27T09:30")]
    pub due: Option<DueInput>,
    /// Replaces the notes.
    #[deserr(default)]
    #[schema(value_type = String, required = false, max_length = 4000)]
    pub notes: Option<Notes>,
    /// Adds a paragraph to the notes.
    #[deserr(default)]
    #[schema(value_type = String, required = false, max_length = 4000)]
    pub append_notes: Option<Notes>,
    /// Replaces all tags.
    #[deserr(default)]
    #[schema(value_type = Tags, inline, required = false)]
    pub tags: Option<Tags>,
    /// Adds these tags to the others.
    #[deserr(default)]
    #[schema(value_type = Tags, inline, required = false)]
    pub add_tags: Option<Tags>,
    /// Takes these tags away.
    #[deserr(default)]
    #[schema(value_type = Tags, inline, required = false)]
    pub remove_tags: Option<Tags>,
    /// Replaces all steps.
    #[deserr(default)]
    #[schema(value_type = Vec<Step>, required = false, max_items = 50)]
    pub steps: Option<Steps>,
    /// Fields to empty. An empty text or null in a field changes nothing.
    #[deserr(default)]
    #[schema(value_type = Vec<Clearable>, inline, required = false, example = json!(["due"]))]
    pub clear: Clear,
    /// Changes the todo only if it still has this version.
    #[deserr(default)]
    #[schema(value_type = i64, required = false, minimum = 1)]
    pub expected_version: Option<Version>,
}

words! {
    /// The statuses an update can set. A todo is deleted by the delete operations alone.
    EditStatus { Open = "open", Completed = "completed" } refused |word: &str| {
        if word.eq_ignore_ascii_case("deleted") {
            let message = "cannot be set to deleted; delete with deleteTodo or deleteTodos".to_owned();
            return Invalid { message, allowed: EditStatus::WORDS };
        }
        Invalid::word(word, EditStatus::WORDS)
    }
}

words! {
    /// A field that can be emptied.
    Clearable { Due = "due", Notes = "notes", Tags = "tags", Steps = "steps" }
}

/// Fields to empty, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserr)]
#[deserr(from(Listed<Clearable>) = Clear::of, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct Clear(Vec<Clearable>);

/// The version a caller has seen. Models send numbers as text now and then, which is taken too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(pub u64);

/// Refuses an unknown field of an edit. An edit that is the whole body stands on an item route, whose id is in the path
/// and which takes an idempotency key.
fn not_a_field<E: DeserializeError>(field: &str, accepted: &[&str], location: ValuePointerRef) -> E {
    let mut accepted = accepted.to_vec();
    if location.is_origin() {
        accepted.retain(|name| *name != "id");
        accepted.push("idempotency_key");
    }
    take_cf_content(E::error::<Infallible>(None, ErrorKind::UnknownKey { key: field, accepted: &accepted }, location))
}

/// The field at fault and why.
pub type FieldError = (&'static str, Invalid);

impl TodoEdit {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        Self { id: None, expected_version: None, ..self.clone() } == Self::default()
    }

    /// Whether it takes up a deleted todo again.
    pub fn restores(&self) -> bool {
        self.status == Some(EditStatus::Open)
    }

    /// Fields that are to be set and cleared at once: a contradiction.
    pub fn contradictions(&self) -> Vec<FieldError> {
        self.clear
            .0
            .iter()
            .filter(|field| match field {
                Clearable::Due => self.due.is_some(),
                Clearable::Notes => self.notes.is_some(),
                Clearable::Tags => self.tags.is_some(),
                Clearable::Steps => self.steps.is_some(),
            })
            .map(|field| (field.word(), Invalid::new("is set and cleared in one call; send one of the two")))
            .collect()
    }

    /// The todo after this edit; it keeps its version. Errors name the fields that break a limit together with what is there.
    pub fn apply(&self, todo: &Todo, now: Timestamp, zone: &TimeZone) -> Result<Todo, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut keep = |field: &'static str, outcome: Result<(), Invalid>| {
            errors.extend(outcome.err().map(|error| (field, error)))
        };
        let mut after = match self.status {
            Some(EditStatus::Open) => todo.moved_to(Status::Open, now),
            Some(EditStatus::Completed) => todo.moved_to(Status::Completed, now),
            None => todo.clone(),
        };
        for field in &self.clear.0 {
            field.empty(&mut after);
        }
        if let Some(title) = &self.title {
            after.title = title.clone();
        }
        // Another spelling of the list it is in is the same list.
        if let Some(list) = self.list.as_ref().filter(|list| list.key() != todo.list.key()) {
            after.list = list.clone();
        }
        if let Some(priority) = self.priority {
            after.priority = priority;
        }
        if let Some(due) = self.due {
            after.due = Some(due.resolve(zone));
        }
        if let Some(steps) = &self.steps {
            after.steps = steps.clone();
        }
        keep("append_notes", self.edit_notes(&mut after));
        keep("add_tags", self.edit_tags(&mut after));
        if !errors.is_empty() {
            return Err(errors);
        }
        if !after.same_content(todo) {
            after.updated_at = now;
        }
        Ok(after)
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
        // Taking away comes first, so that exchanging tags works on a todo that has as many as it may.
        if let Some(tags) = &self.remove_tags {
            todo.tags = todo.tags.without(tags);
        }
        if let Some(tags) = &self.add_tags {
            todo.tags = todo.tags.with(tags)?;
        }
        Ok(())
    }
}

impl Clear {
    fn of(Listed(fields): Listed<Clearable>) -> Self {
        let mut seen = HashSet::new();
        Self(fields.into_iter().filter(|field| seen.insert(*field)).collect())
    }
}

impl Clearable {
    fn empty(self, todo: &mut Todo) {
        match self {
            Self::Due => todo.due = None,
            Self::Notes => todo.notes = None,
            Self::Tags => todo.tags = Tags::default(),
            Self::Steps => todo.steps = Steps::default(),
        }
    }
}

impl<E: DeserializeError> Deserr<E> for Version {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        let number = match value {
            Value::Integer(number) => Some(number),
            // 3.0 is an integer to JSON Schema. Beyond 2^53 a float no longer names one version.
            Value::Float(number) if number.fract() == 0.0 && (1.0..9e15).contains(&number) => Some(number as u64),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.filter(|version| *version > 0).map(Self).ok_or_else(|| {
            let msg = "must be the version of the todo, a whole number such as 3".to_owned();
            take_cf_content(E::error::<V>(None, ErrorKind::Unexpected { msg }, location))
        })
    }
}
