//! What a todo looks like on the wire, and how answers stay within what an assistant takes.

use jiff::{Timestamp, Unit, tz::TimeZone};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{
        change::{Change, Operation},
        todo::{Priority, Status, Step, Todo},
    },
    store::Take,
};

/// Characters of todos or changes in one answer. OpenAI cuts a connection at 100,000; the rest is for what surrounds them.
const ANSWER_CHARACTERS: usize = 90_000;

/// Characters of the todos beside a problem's errors.
const PROBLEM_CHARACTERS: usize = 80_000;

/// A todo.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Todo)]
pub struct TodoView {
    pub id: String,
    pub title: String,
    #[schema(value_type = Status, inline)]
    pub status: Status,
    /// Name of its list.
    pub list: String,
    #[schema(value_type = Priority, inline)]
    pub priority: Priority,
    /// Date (2026-11-27) or time on the person's clock (2026-11-27T09:30).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub due: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub notes: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub steps: Vec<Step>,
    /// Grows with each change.
    #[schema(value_type = i64)]
    pub version: u64,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = "date-time")]
    pub updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = "date-time", required = false)]
    pub completed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = "date-time", required = false)]
    pub deleted_at: Option<Timestamp>,
    /// Fields left out because the answer would be too long; getTodo has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, required = false)]
    pub omitted: Vec<&'static str>,
}

/// The change that a write made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeRef {
    /// Id to undo it with.
    pub id: String,
    /// Until when undoChange can take it back.
    #[schema(value_type = String, format = "date-time")]
    pub undo_until: Timestamp,
}

/// A change on the record.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Change)]
pub struct ChangeView {
    pub id: String,
    #[schema(value_type = String, format = "date-time")]
    pub at: Timestamp,
    /// Operation that made it.
    #[schema(value_type = Operation, inline)]
    pub operation: Operation,
    pub todos: Vec<ChangedTodoView>,
    /// Id of the change that this one undid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub undoes: Option<String>,
    /// Id of the last change that undid this one; it may be undone itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub undone_by: Option<String>,
    /// Until when undoChange can take it back.
    #[schema(value_type = String, format = "date-time")]
    pub undo_until: Timestamp,
}

/// What a change did to one todo.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ChangedTodo)]
pub struct ChangedTodoView {
    pub id: String,
    pub title: String,
    /// Fields that changed; left out when the todo was added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub fields: Vec<String>,
}

/// The present moment for the person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Now {
    #[schema(format = "date")]
    pub date: String,
    /// Time of day, 24 hours.
    pub time: String,
    pub weekday: String,
    /// IANA name of the time zone.
    pub time_zone: String,
}

impl From<&Todo> for TodoView {
    fn from(todo: &Todo) -> Self {
        Self {
            id: todo.id.as_str().to_owned(),
            title: todo.title.as_str().to_owned(),
            status: todo.status,
            list: todo.list.as_str().to_owned(),
            priority: todo.priority,
            due: todo.due.map(|due| due.to_string()),
            notes: todo.notes.as_ref().map(|notes| notes.as_str().to_owned()),
            tags: todo.tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
            steps: todo.steps.iter().cloned().collect(),
            version: todo.version,
            created_at: to_the_second(todo.created_at),
            updated_at: to_the_second(todo.updated_at),
            completed_at: todo.completed_at.map(to_the_second),
            deleted_at: todo.deleted_at.map(to_the_second),
            omitted: Vec::new(),
        }
    }
}

impl From<&Change> for ChangeRef {
    fn from(change: &Change) -> Self {
        Self { id: change.id.as_str().to_owned(), undo_until: to_the_second(change.undo_until()) }
    }
}

impl From<&Change> for ChangeView {
    fn from(change: &Change) -> Self {
        let todo = |todo: &crate::domain::change::ChangedTodo| ChangedTodoView {
            id: todo.id.as_str().to_owned(),
            title: todo.title.as_str().to_owned(),
            fields: todo.fields.clone(),
        };
        Self {
            id: change.id.as_str().to_owned(),
            at: to_the_second(change.at),
            operation: change.operation,
            todos: change.todos.iter().map(todo).collect(),
            undoes: change.undoes.as_ref().map(|id| id.as_str().to_owned()),
            undone_by: change.undone_by.as_ref().map(|id| id.as_str().to_owned()),
            undo_until: to_the_second(change.undo_until()),
        }
    }
}

impl Now {
    /// The moment `at` in `zone`.
    pub fn at(at: Timestamp, zone: &TimeZone) -> Self {
        let now = at.to_zoned(zone.clone());
        Self {
            date: now.date().to_string(),
            time: now.strftime("%H:%M").to_string(),
            weekday: now.strftime("%A").to_string().to_lowercase(),
            time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        }
    }
}

/// The todos as they go into an answer that must hold all of them. Where they are too long together, the longest fields
/// of those that do not fit are left out and named.
pub fn fit<'a>(todos: impl IntoIterator<Item = &'a Todo>) -> Vec<TodoView> {
    fit_into(ANSWER_CHARACTERS, todos)
}

/// The same beside the errors of a problem.
pub fn fit_problem<'a>(todos: impl IntoIterator<Item = &'a Todo>) -> Vec<TodoView> {
    fit_into(PROBLEM_CHARACTERS, todos)
}

fn fit_into<'a>(room: usize, todos: impl IntoIterator<Item = &'a Todo>) -> Vec<TodoView> {
    let mut views: Vec<TodoView> = todos.into_iter().map(TodoView::from).collect();
    let short: Vec<TodoView> = views.iter().map(TodoView::shortened).collect();
    let mut total: usize = short.iter().map(characters).sum();
    for (view, short) in views.iter_mut().zip(short) {
        let more = characters(view).saturating_sub(characters(&short));
        if total + more <= room {
            total += more;
        } else {
            *view = short;
        }
    }
    views
}

impl TodoView {
    fn shortened(&self) -> Self {
        let mut short = Self { notes: None, tags: Vec::new(), steps: Vec::new(), ..self.clone() };
        let left_out =
            [("notes", self.notes.is_some()), ("tags", !self.tags.is_empty()), ("steps", !self.steps.is_empty())];
        short.omitted = left_out.into_iter().filter(|(_, had)| *had).map(|(name, _)| name).collect();
        short
    }
}

/// A page that is being filled: it ends at the limit, or when the answer would become too long.
#[derive(Debug)]
pub struct PageOf<T> {
    pub items: Vec<T>,
    limit: usize,
    room: usize,
}

impl<T: Serialize> PageOf<T> {
    /// An empty page of at most `limit` items.
    pub fn new(limit: usize) -> Self {
        Self { items: Vec::new(), limit, room: ANSWER_CHARACTERS }
    }

    /// Takes the item in if there is room for it. The first one always fits: no todo or change is that long.
    pub fn take(&mut self, item: T) -> Take {
        let length = characters(&item);
        if self.items.len() == self.limit || length > self.room {
            return Take::Full;
        }
        self.room -= length;
        self.items.push(item);
        Take::Taken
    }
}

/// Characters of a value in an answer, the comma behind it included.
pub fn characters<T: Serialize>(value: &T) -> usize {
    serde_json::to_string(value).map_or(0, |json| json.chars().count() + 1)
}

fn to_the_second(at: Timestamp) -> Timestamp {
    // Truncating: a time that has not come yet would look like a mistake.
    at.round(jiff::TimestampRound::new().smallest(Unit::Second).mode(jiff::RoundMode::Floor)).unwrap_or(at)
}
