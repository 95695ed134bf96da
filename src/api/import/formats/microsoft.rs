//! Reads tasks of Microsoft To Do. Other programs save the answers of its API (Microsoft Graph: todoTaskList,
//! todoTask). To Do itself has no export, so the files of these programs have different forms:
//!
//! ```text
//! {"value":[task, …]}                                     the tasks of one list
//! [{"displayName":…, "tasks":[task, …]}, …]               lists with their tasks
//! {"lists":[{"displayName":…, "tasks":[task, …]}, …]}     the same; `value` instead of `lists` is read too
//! [task, …]                                               tasks without a list
//! ```
//!
//! * A due date is a day. The file gives it as a midnight, either in the time zone beside it or on the person's clock.
//! * Notes can be HTML. They become text.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time as ClockTime},
    tz::TimeZone,
};
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use super::{html, json, times};
use crate::{
    api::import::source::{At, Completed, Context, Found, Lost, SourceFile, SourceTodo},
    domain::{due::Due, todo::Priority},
};

mod recurrence;

/// Members of the objects of Microsoft's API. Files of other programs have at most one of them.
const MEMBERS: [&str; 9] = [
    "bodyLastModifiedDateTime",
    "checklistItems",
    "createdDateTime",
    "dueDateTime",
    "hasAttachments",
    "importance",
    "isReminderOn",
    "lastModifiedDateTime",
    "wellknownListName",
];

/// An object that has lists or tasks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group<'a> {
    #[serde(default)]
    display_name: Option<Value>,
    #[serde(default)]
    title: Option<Value>,
    #[serde(borrow, default)]
    value: Option<&'a RawValue>,
    #[serde(borrow, default)]
    lists: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tasks: Option<&'a RawValue>,
}

/// Whether the text is a file of Microsoft To Do: it has two of the `MEMBERS`, or lists with names and tasks.
pub fn is(text: &str) -> bool {
    let has = |name: &&&str| json::has_member(text, name, "");
    json::begins(text)
        && (MEMBERS.iter().filter(has).nth(1).is_some()
            || json::has_member(text, "displayName", "\"") && json::has_member(text, "tasks", ""))
}

/// Reads all tasks.
pub fn read(file: SourceFile<'_>, context: &Context) -> Found {
    let mut reader = Reader { context, number: 0, found: Found::default() };
    match json::read::<&RawValue>(file.text) {
        Ok(root) => reader.read(root, None, 0),
        Err(broken) => reader.found.broken.push(broken),
    }
    reader.found
}

struct Reader<'a> {
    context: &'a Context,
    /// The number of the latest task.
    number: usize,
    found: Found,
}

impl Reader<'_> {
    /// Reads an array of lists or tasks, or an object with such an array. `depth` is the number of objects around this
    /// value: no known file has more than two.
    fn read(&mut self, value: &RawValue, list: Option<&str>, depth: u8) {
        if let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(value.get()) {
            for element in elements {
                if self.found.is_full(At::task(self.number + 1)) {
                    return;
                }
                match serde_json::from_str::<Group>(element.get()) {
                    Ok(group) if group.is_list() => self.read_group(&group, list, depth),
                    Ok(_) | Err(_) => self.read_task(element, list),
                }
            }
        } else if let Ok(group) = serde_json::from_str::<Group>(value.get()) {
            self.read_group(&group, list, depth);
        } else {
            self.number += 1;
            self.found.add_broken(At::task(self.number), "There are no tasks here: the value is not an array.");
        }
    }

    fn read_group(&mut self, group: &Group<'_>, list: Option<&str>, depth: u8) {
        let name = group.display_name.as_ref().and_then(Value::as_str).map(str::trim).filter(|name| !name.is_empty());
        self.found.lists.extend(name.map(str::to_owned));
        for value in [group.lists, group.value, group.tasks].into_iter().flatten().filter(|value| value.get() != "null")
        {
            if depth < 3 {
                self.read(value, name.or(list), depth + 1);
            }
        }
    }

    fn read_task(&mut self, element: &RawValue, list: Option<&str>) {
        self.number += 1;
        let at = At::task(self.number);
        match json::object(element) {
            Some(task) => {
                self.found.todos.push(SourceTodo { at, list: list.map(str::to_owned), ..todo(&task, self.context) });
            }
            None => self.found.add_broken(at, "The task is not a JSON object."),
        }
    }
}

impl Group<'_> {
    /// Whether this is a list, and not a task.
    fn is_list(&self) -> bool {
        self.title.is_none() && (self.tasks.is_some() || self.display_name.is_some())
    }
}

fn todo(task: &Map<String, Value>, context: &Context) -> SourceTodo {
    let moment = |name| json::text(task, name).and_then(|at| times::moment(&at));
    let mut todo = SourceTodo {
        id: json::words(task, "id"),
        title: json::text(task, "title").or_else(|| json::text(task, "subject")).unwrap_or_default().into_owned(),
        notes: notes(task).into_iter().collect(),
        priority: match json::words(task, "importance").as_deref() {
            Some("low") => Priority::Low,
            Some("high") => Priority::High,
            _ => Priority::Normal,
        },
        created_at: moment("createdDateTime"),
        updated_at: moment("lastModifiedDateTime"),
        ..SourceTodo::default()
    };
    let tags = task.get("categories").and_then(Value::as_array).into_iter().flatten();
    todo.tags.extend(tags.filter_map(Value::as_str).map(str::to_owned));
    let steps = json::objects(task, "checklistItems").map(|item| {
        (json::text(item, "displayName").unwrap_or_default().into_owned(), json::is_true(item, "isChecked"))
    });
    todo.steps.extend(steps);
    add_status(&mut todo, task, context);
    add_dates(&mut todo, task, context);
    recurrence::add(&mut todo, task);
    let links = json::objects(task, "linkedResources").filter_map(|link| {
        let words = [json::words(link, "displayName"), json::words(link, "webUrl")];
        Some(words.into_iter().flatten().collect::<Vec<_>>().join(": ")).filter(|words| !words.is_empty())
    });
    todo.notes.extend(links);
    if json::is_true(task, "hasAttachments") || json::objects(task, "attachments").next().is_some() {
        todo.lose(Lost::Attachment);
    }
    todo
}

/// The notes. In some files, the body is not an object, but only a text.
fn notes(task: &Map<String, Value>) -> Option<String> {
    let Some(body) = task.get("body").and_then(Value::as_object) else { return json::words(task, "body") };
    let content = json::words(body, "content")?;
    let is_html = json::text(body, "contentType").is_some_and(|kind| kind.eq_ignore_ascii_case("html"));
    Some(if is_html { html::to_text(&content) } else { content }).filter(|notes| !notes.is_empty())
}

fn add_status(todo: &mut SourceTodo, task: &Map<String, Value>, context: &Context) {
    let status = json::words(task, "status").unwrap_or_default();
    match status.as_str() {
        "completed" => {
            let time = task.get("completedDateTime").and_then(|time| Time::read(time, context));
            let at = time.and_then(|time| time.moment(context));
            todo.completed = Some(at.map_or(Completed::Once, Completed::At));
        }
        "" | "notStarted" => {}
        "inProgress" => todo.keep_as_text(Lost::Status, "Status", "in progress"),
        "waitingOnOthers" => todo.keep_as_text(Lost::Status, "Status", "waiting on others"),
        other => todo.keep_as_text(Lost::Status, "Status", other),
    }
}

fn add_dates(todo: &mut SourceTodo, task: &Map<String, Value>, context: &Context) {
    let time = |name: &str| task.get(name).filter(|value| !value.is_null());
    if let Some(due) = time("dueDateTime") {
        match Time::read(due, context) {
            Some(time) => todo.due = Some(Due::On(time.day(context))),
            None => todo.keep_as_text(Lost::DateAsText, "Date", &written(due)),
        }
    }
    if let Some(start) = time("startDateTime") {
        let day = Time::read(start, context).map(|time| time.day(context));
        if day.map(Due::On) != todo.due || day.is_none() {
            let text = day.map_or_else(|| written(start), |day| day.to_string());
            todo.keep_as_text(Lost::StartDate, "Starts", &text);
        }
    }
    if let Some(reminder) = time("reminderDateTime").filter(|_| json::is_true(task, "isReminderOn")) {
        let clock = Time::read(reminder, context).map(|time| time.on_clock(context));
        let text = clock.map_or_else(|| written(reminder), |clock| clock.strftime("%Y-%m-%d %H:%M").to_string());
        todo.keep_as_text(Lost::Reminder, "Reminder", &text);
    }
}

/// The text of a time that this module cannot read.
fn written(time: &Value) -> String {
    time.as_object().and_then(|time| json::words(time, "dateTime")).unwrap_or_else(|| time.to_string())
}

/// A time with its time zone.
struct Time {
    local: DateTime,
    zone: TimeZone,
}

impl Time {
    /// Reads `{"dateTime":"2026-12-18T00:00:00.0000000","timeZone":"UTC"}`. If the program does not know the time zone,
    /// it uses the person's time zone.
    fn read(time: &Value, context: &Context) -> Option<Self> {
        let (text, zone) = match time {
            Value::String(text) => (text.as_str(), None),
            Value::Object(time) => (time.get("dateTime")?.as_str()?, json::words(time, "timeZone")),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => return None,
        };
        if let Some(at) = times::moment(text) {
            let zone = TimeZone::UTC;
            return Some(Self { local: zone.to_datetime(at), zone });
        }
        let zone = zone.and_then(|zone| times::zone(&zone)).unwrap_or_else(|| context.zone.clone());
        Some(Self { local: text.trim().parse().ok()?, zone })
    }

    fn on_clock(&self, context: &Context) -> DateTime {
        let at = self.zone.to_timestamp(self.local);
        at.map_or(self.local, |at| context.zone.to_datetime(at))
    }

    fn is_midnight(&self) -> bool {
        self.local.time() == ClockTime::midnight()
    }

    fn day(&self, context: &Context) -> Date {
        if self.is_midnight() { self.local.date() } else { self.on_clock(context).date() }
    }

    /// The moment of an event. To Do gives only the day of a completion, as a midnight.
    fn moment(&self, context: &Context) -> Option<Timestamp> {
        if self.is_midnight() {
            return times::some_time_on(self.local.date(), context);
        }
        self.zone.to_timestamp(self.local).ok()
    }
}
