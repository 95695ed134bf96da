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

fn to_the_second(at: Timestamp) -> Timestamp {
    // Rounds down to the whole second, so that the result is never a moment in the future.
    at.round(jiff::TimestampRound::new().smallest(Unit::Second).mode(jiff::RoundMode::Floor)).unwrap_or(at)
}
