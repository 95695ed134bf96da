//! The form of todos and changes in answers, and how answers stay within the size that an assistant accepts.

use jiff::{Timestamp, Unit};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

use crate::domain::{
    change::{Change, OperationName},
    moment::Moment,
    repeat::Repeat,
    steps::Step,
    todo::{Priority, Status, Todo},
};

/// The maximum number of characters of todos or changes in one answer. OpenAI closes the connection after 100,000
/// characters. The rest is for the other parts of the answer.
const ANSWER_CHARACTERS: usize = 90_000;

/// Characters of a title in an answer without room for whole titles.
const CUT_TITLE: usize = 100;

/// The maximum number of characters of the todos in a problem. The problem also has errors.
const PROBLEM_CHARACTERS: usize = 80_000;

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
    /// Fields left out of a long answer; getTodo has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, required = false)]
    pub omitted: Vec<&'static str>,
}

/// The change that a write made, for undoChange.
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
    #[schema(value_type = String, format = "date-time")]
    pub undo_until: Timestamp,
}

/// One changed todo in a recorded change.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ChangedTodo)]
pub struct ChangedTodoView {
    pub id: String,
    pub title: String,
    /// Fields that changed; absent when it was added.
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
            undo_until: to_the_second(change.undo_until()),
        }
    }
}

impl From<&Moment> for Now {
    fn from(moment: &Moment) -> Self {
        let now = moment.now.to_zoned(moment.zone.clone());
        Self {
            date: now.date().to_string(),
            time: now.strftime("%H:%M").to_string(),
            weekday: now.strftime("%A").to_string().to_lowercase(),
            time_zone: moment.zone.iana_name().unwrap_or("UTC").to_owned(),
        }
    }
}

/// The todos for an answer that must contain all of them. If they are too long together, some todos lose their longest
/// fields, and `omitted` names these fields.
pub fn fit<'a>(todos: impl IntoIterator<Item = &'a Todo>) -> Vec<TodoView> {
    fit_into(ANSWER_CHARACTERS, todos)
}

/// The same as [`fit`], in an answer with `others` characters of other content.
pub fn fit_beside<'a>(others: usize, todos: impl IntoIterator<Item = &'a Todo>) -> Vec<TodoView> {
    fit_into(ANSWER_CHARACTERS.saturating_sub(others), todos)
}

/// The same as [`fit`], for a problem, which also has errors.
pub fn fit_problem<'a>(todos: impl IntoIterator<Item = &'a Todo>) -> Vec<TodoView> {
    fit_into(PROBLEM_CHARACTERS, todos)
}

fn fit_into<'a>(room: usize, todos: impl IntoIterator<Item = &'a Todo>) -> Vec<TodoView> {
    let mut views: Vec<TodoView> = todos.into_iter().map(TodoView::from).collect();
    if views.iter().map(characters).sum::<usize>() <= room {
        return views;
    }
    let mut short: Vec<TodoView> = views.iter().map(TodoView::shortened).collect();
    let mut total: usize = short.iter().map(characters).sum();
    if total > room {
        // This happens if a call changes the maximum number of todos, another todo follows each of them, and the titles
        // are very long.
        short = short.iter().map(TodoView::cut).collect();
        total = short.iter().map(characters).sum();
    }
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
        let mut short = Self { notes: None, repeat: None, tags: Vec::new(), steps: Vec::new(), ..self.clone() };
        let left_out = [
            ("notes", self.notes.is_some()),
            ("repeat", self.repeat.is_some()),
            ("tags", !self.tags.is_empty()),
            ("steps", !self.steps.is_empty()),
        ];
        short.omitted = left_out.into_iter().filter(|(_, had)| *had).map(|(name, _)| name).collect();
        short
    }

    /// The same todo with only the beginning of its title.
    fn cut(&self) -> Self {
        let mut cut = self.clone();
        if let Some((end, _)) = self.title.char_indices().nth(CUT_TITLE) {
            cut.title.truncate(end);
            cut.title.push('…');
            cut.omitted.push("title");
        }
        cut
    }
}

/// A page that a handler fills with items. It is full at the limit, or if the next item would make the answer too long.
#[derive(Debug)]
pub struct Page {
    /// The items as JSON. Each item is written as JSON only once, and then counted and sent.
    pub items: Vec<Box<RawValue>>,
    limit: usize,
    room: usize,
}

impl Page {
    /// An empty page of at most `limit` items.
    pub fn new(limit: usize) -> Self {
        Self { items: Vec::new(), limit, room: ANSWER_CHARACTERS }
    }

    /// Adds the item if there is room for it, and returns whether there was room. There is always room for the first
    /// item, because no todo or change is longer than an answer.
    pub fn take(&mut self, item: &impl Serialize) -> bool {
        if self.items.len() == self.limit {
            return false;
        }
        // This cannot fail, because all keys of an item are texts.
        let Ok(json) = to_raw_value(item) else { return true };
        let length = json.get().chars().count() + 1;
        if length > self.room && !self.items.is_empty() {
            return false;
        }
        self.room = self.room.saturating_sub(length);
        self.items.push(json);
        true
    }
}

/// The number of characters of a value in an answer, with the comma after it.
pub fn characters<T: Serialize>(value: &T) -> usize {
    serde_json::to_string(value).map_or(0, |json| json.chars().count() + 1)
}

fn to_the_second(at: Timestamp) -> Timestamp {
    // Rounds down, because a time in the future would look like a mistake.
    at.round(jiff::TimestampRound::new().smallest(Unit::Second).mode(jiff::RoundMode::Floor)).unwrap_or(at)
}
