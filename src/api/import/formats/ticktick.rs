//! The CSV file of a backup of TickTick: all lists, with completed tasks.

use std::collections::HashSet;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::{
    api::import::{
        rrule,
        source::{Completed, Context, Found, Lost, Parent, SourceFile, SourceTodo},
        table::{Row, Table},
    },
    domain::{
        due::{self, Due},
        todo::Priority,
    },
};

/// The marks before the open and the completed items of a check list.
const OPEN: char = '▫';
const DONE: char = '▪';
/// The column of the tasks that the person has not put into a column.
const NO_COLUMN: &str = "Not Sectioned";

/// Whether the text is a CSV file of TickTick.
pub fn is(text: &str) -> bool {
    table(text).is_some()
}

fn table(text: &str) -> Option<Table<'_>> {
    Table::find(text, &["folder name", "list name", "title"])
}

/// The tasks of all lists. A moment in the file becomes a time in the person's time zone. A whole day is the day in the
/// time zone of its row. A time without an offset from UTC is also a time in the time zone of its row. The repetition
/// of a completed task is left out, because the open task of the series has it.
pub fn read(file: SourceFile<'_>, context: &Context) -> Found {
    let mut found = Found::default();
    let Some(table) = table(file.text) else { return found };
    let (mut todos, mut lists) = (Vec::new(), Vec::<String>::new());
    let mut known = HashSet::new();
    table.rows(&mut found.broken, |row, _| {
        let todo = todo(row, context);
        if let Some(list) = &todo.list
            && known.insert(list.clone())
        {
            lists.push(list.clone());
        }
        todos.push(todo);
    });
    Found { todos, lists, ..found }
}

fn todo(row: Row<'_>, context: &Context) -> SourceTodo {
    let text = |column| Some(row.cell(column)).filter(|cell| !cell.is_empty()).map(str::to_owned);
    let mut todo = SourceTodo {
        at: row.at,
        id: text("taskid"),
        parent: text("parentid").map(Parent::Id),
        list: text("list name"),
        title: row.cell("title").to_owned(),
        tags: tags(row.cell("tags")),
        created_at: instant(row.cell("created time")),
        ..SourceTodo::default()
    };
    todo.priority = priority(row.cell("priority")).unwrap_or(Priority::Normal);
    add_content(&mut todo, row);
    add_status(&mut todo, row);
    add_dates(&mut todo, row, context);
    if let Some(column) = text("column name").filter(|column| column != NO_COLUMN) {
        todo.tags.push(column);
        todo.lost.push(Lost::SectionAsTag);
    }
    if !row.cell("folder name").is_empty() {
        todo.lost.push(Lost::Folder);
    }
    if !row.cell("reminder").is_empty() {
        todo.lost.push(Lost::Reminder);
    }
    todo
}

fn tags(cell: &str) -> Vec<String> {
    let tags = cell.split(',').map(|tag| tag.trim().trim_start_matches('#').trim());
    tags.filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

/// 0 is no priority, 1 is low, 3 is medium and 5 is high. In values with `p`, such as `p1`, 1 is the highest priority,
/// as in other programs.
fn priority(cell: &str) -> Option<Priority> {
    Some(match &*cell.to_ascii_lowercase() {
        "5" | "high" | "p1" => Priority::Urgent,
        "3" | "medium" | "p2" => Priority::High,
        "1" | "low" => Priority::Low,
        _ => return None,
    })
}

/// Adds the items of a check list as steps, and the other lines as notes.
fn add_content(todo: &mut SourceTodo, row: Row<'_>) {
    let content = row.cell("content");
    let is_list = row.cell("kind").eq_ignore_ascii_case("checklist")
        || ["y", "yes", "true"].iter().any(|yes| row.cell("is check list").eq_ignore_ascii_case(yes));
    if !is_list {
        todo.notes.extend((!content.is_empty()).then(|| content.to_owned()));
        return;
    }
    let mut notes = Vec::new();
    for line in content.split(['\r', '\n']).map(str::trim) {
        // Some check lists have all their items in one line.
        let mut parts = line.split_inclusive([OPEN, DONE]);
        let mut mark = None;
        for part in parts.by_ref() {
            let (text, next) = match part.strip_suffix([OPEN, DONE]) {
                Some(text) => (text.trim(), part.chars().next_back()),
                None => (part.trim(), None),
            };
            match mark {
                Some(mark) if !text.is_empty() => todo.steps.push((text.to_owned(), mark == DONE)),
                None if !text.is_empty() => notes.push(text),
                _ => {}
            }
            mark = next;
        }
    }
    todo.notes.extend((!notes.is_empty()).then(|| notes.join("\n")));
}

/// 0 is open, 1 and 2 are completed, and -1 is a completed date of a repetition.
fn add_status(todo: &mut SourceTodo, row: Row<'_>) {
    match row.cell("status") {
        "1" | "2" | "-1" => {
            let at = instant(row.cell("completed time"));
            todo.completed = Some(at.map_or(Completed::Once, Completed::At));
        }
        "" | "0" => {}
        other => {
            todo.notes.push(format!("Status: {other}"));
            todo.lost.push(Lost::Status);
        }
    }
}

fn add_dates(todo: &mut SourceTodo, row: Row<'_>, context: &Context) {
    let (start, end) = (row.cell("start date"), row.cell("due date"));
    // In some rows of tasks without a duration, only the start date is present.
    let date = if end.is_empty() { start } else { end };
    todo.due = local(date, row, context);
    if todo.due.is_none() && !date.is_empty() {
        todo.notes.push(format!("Date: {date}"));
        todo.lost.push(Lost::DateAsText);
    }
    if !start.is_empty() && start != date {
        todo.lost.push(Lost::StartDate);
    }
    let rule = row.cell("repeat");
    if rule.is_empty() || todo.completed.is_some() {
        return;
    }
    todo.repeat = rrule::repeat(rule, todo.due, context);
    if todo.repeat.is_none() {
        todo.notes.push(format!("Repeats: {rule}"));
        todo.lost.push(Lost::RepeatAsText);
    }
}

/// The due day or the due time from a date of this row.
fn local(text: &str, row: Row<'_>, context: &Context) -> Option<Due> {
    let is = |column| row.cell(column).eq_ignore_ascii_case("true");
    let own = Some(row.cell("timezone")).filter(|zone| !zone.is_empty()).and_then(|zone| TimeZone::get(zone).ok());
    let own = own.as_ref().unwrap_or(&context.zone);
    if let Some(day) = due::day(text) {
        return Some(Due::On(day));
    }
    let time = match instant(text) {
        Some(instant) => own.to_datetime(instant),
        None => plain(text)?,
    };
    if is("is all day") {
        return Some(Due::On(time.date()));
    }
    let time = if is("is floating") { time } else { context.zone.to_datetime(own.to_timestamp(time).ok()?) };
    Some(Due::At(time.date().at(time.hour(), time.minute(), 0, 0)))
}

/// Reads `2018-12-11T23:00:00+0000`, and the forms of RFC 3339.
fn instant(text: &str) -> Option<Timestamp> {
    text.parse().or_else(|_| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", text)).ok()
}

/// Reads `2026-02-20 10:00:00`.
fn plain(text: &str) -> Option<DateTime> {
    let forms = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"];
    forms.iter().find_map(|form| DateTime::strptime(form, text).ok())
}
