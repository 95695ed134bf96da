//! Defines how todos, changes and the present moment look in answers.

use jiff::{Timestamp, Unit, tz::TimeZone};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    change::{Change, OperationName},
    credential::CredentialId,
    repeat::Repeat,
    settings::Settings,
    steps::Step,
    todo::{Priority, Status, Todo},
};

/// A summary of a change contains the titles of at most this number of todos.
const SUMMARY_TITLES: usize = 3;
/// The history shows at most this number of characters of a text.
const CUT: usize = 80;

/// A todo.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Todo)]
pub struct TodoView {
    pub id: String,
    pub title: String,
    #[schema(value_type = String)]
    pub status: Status,
    pub list: String,
    #[schema(value_type = String)]
    pub priority: Priority,
    /// 2026-11-27, or 2026-11-27T09:30 on the person's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub due: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Repeat, required = false)]
    pub repeat: Option<Repeat>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub notes: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub steps: Vec<Step>,
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
    /// Fields that a long answer leaves out. getTodo has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, required = false)]
    pub omitted: Vec<&'static str>,
}

/// The change that a write made, with the id for `undoChange`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeRef {
    /// Id that undoChange takes.
    pub id: String,
    #[schema(value_type = String, format = "date-time")]
    pub undo_until: Timestamp,
}

/// A change in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeSummary {
    pub id: String,
    #[schema(format = "date-time")]
    pub at: String,
    #[schema(value_type = String)]
    pub operation: OperationName,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub by: Option<String>,
    /// How many todos it changed.
    #[schema(value_type = i64)]
    pub todos: usize,
    /// Titles of the first three.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub titles: Vec<String>,
}

/// A recorded change.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Change)]
pub struct ChangeView {
    pub id: String,
    #[schema(value_type = String, format = "date-time")]
    pub at: Timestamp,
    #[schema(value_type = String)]
    pub operation: OperationName,
    pub todos: Vec<ChangedTodoView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, required = false)]
    pub settings: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub undoes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub undone_by: Option<String>,
    /// Program that made it, such as: Ann's laptop (key 1a2b3c4d5e6f).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub by: Option<String>,
    #[schema(value_type = String, format = "date-time")]
    pub undo_until: Timestamp,
}

/// A todo in a recorded change.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ChangedTodo)]
pub struct ChangedTodoView {
    pub id: String,
    pub title: String,
    /// Fields that changed. Absent if the todo was added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub fields: Vec<String>,
}

/// The present moment in the person's time zone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Now {
    #[schema(format = "date")]
    pub date: String,
    pub time: String,
    pub weekday: String,
    pub time_zone: String,
    /// The person has not set a time zone; `time_zone` is a default.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub time_zone_not_set: bool,
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
            repeat: todo.repeat.clone(),
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

impl ChangeSummary {
    /// The summary of a change. `zone` is the person's time zone.
    pub fn of(change: &Change, zone: &TimeZone) -> Self {
        let titles = change.todos.iter().take(SUMMARY_TITLES).map(|todo| cut(todo.title.as_str()));
        Self {
            id: change.id.as_str().to_owned(),
            at: with_offset(change.at, zone),
            operation: change.operation.clone(),
            by: change.by.as_ref().map(CredentialId::to_string),
            todos: change.todos.len(),
            titles: titles.collect(),
        }
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
            operation: change.operation.clone(),
            todos: change.todos.iter().map(todo).collect(),
            settings: change.settings.as_ref().map(|image| image.fields()).unwrap_or_default(),
            undoes: change.undoes.as_ref().map(|id| id.as_str().to_owned()),
            undone_by: change.undone_by.as_ref().map(|id| id.as_str().to_owned()),
            by: change.by.as_ref().map(CredentialId::to_string),
            undo_until: to_the_second(change.undo_until()),
        }
    }
}

impl Now {
    /// The moment `now` in the time zone of the person with these settings. If the person has not set a time zone, this
    /// function uses the time zone `default`, and the answer says that the time zone is not set.
    pub fn of(settings: &Settings, now: Timestamp, default: &TimeZone) -> Self {
        let now = now.to_zoned(settings.zone(default));
        Self {
            date: now.date().to_string(),
            time: now.strftime("%H:%M").to_string(),
            weekday: now.strftime("%A").to_string().to_lowercase(),
            time_zone: now.time_zone().iana_name().unwrap_or("UTC").to_owned(),
            time_zone_not_set: settings.time_zone.is_none(),
        }
    }
}

/// The time with the UTC offset that the person's clock has at this time (RFC 3339), such as
/// `2026-11-27T10:00:00+01:00`.
pub fn with_offset(at: Timestamp, zone: &TimeZone) -> String {
    to_the_second(at).to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// The first characters of a text. If the text is longer, the result ends with `…`.
pub fn cut(text: &str) -> String {
    match text.char_indices().nth(CUT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn to_the_second(at: Timestamp) -> Timestamp {
    // Rounds down to the whole second, so that the result is never a moment in the future.
    at.round(jiff::TimestampRound::new().smallest(Unit::Second).mode(jiff::RoundMode::Floor)).unwrap_or(at)
}
