//! Todos for the tests of the formats.

#![cfg(test)]

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use serde_json::{Value, json};

use crate::domain::{
    id::TodoId,
    list_ref::ListRef,
    moment::{Moment, Weekday},
    text::{ListName, Notes, StepTitle, Tag, Title},
    todo::{NewTodo, Status, Todo},
};

/// Parts of texts that have a special meaning in one of the formats.
const PIECES: [&str; 60] = [
    "x ",
    "(A) ",
    "2026-01-01 ",
    "due:2026-01-01 ",
    "rec:1w",
    "+1",
    "@home ",
    "=1+1",
    "-",
    "- ",
    "+ ",
    "* ",
    "# ",
    "#a",
    "> ",
    "1. ",
    "1) ",
    "---",
    "===",
    "***",
    "___",
    "```",
    "~~~",
    "~~",
    "[x]",
    "[a](b)",
    "![a](b)",
    "[a]: b",
    "<b>",
    "<!--",
    "&amp;",
    "&#65;",
    "\\",
    "\\*",
    "*a*",
    "_a_",
    "a_b",
    "`",
    "|",
    "\n",
    "\n\n",
    "\t",
    "    ",
    ";",
    ",",
    "\"",
    "'",
    ":",
    "🔁 every day",
    " 📅 2026-01-01",
    "✅",
    "⏫",
    "👨‍👩‍👧",
    "مرحبا",
    "שלום",
    "\u{2028}",
    "é",
    "word ",
    " ",
    "http://a.b/c_d_e",
];

pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// A new todo of 20 November 2026, 09:00 in UTC, with the fields that a request sends.
pub fn todo(new: Value) -> Todo {
    let new: NewTodo = deserr::deserialize::<_, _, deserr::errors::JsonError>(new).unwrap();
    let now: Timestamp = "2026-11-20T09:00:00.123Z".parse().unwrap();
    let moment = Moment { now, zone: TimeZone::UTC, week_start: Weekday::Mon };
    Todo::add(&new, TodoId::parse("k7m2x9qa4t").unwrap(), &ListRef::inbox(), &moment).unwrap()
}

/// The todo with this status. The status changes 24 hours after the last change of the todo.
pub fn changed(todo: Todo, status: &str) -> Todo {
    let now = todo.updated_at + SignedDuration::from_hours(24);
    todo.with_status(Status::parse(status.to_owned()).unwrap(), now).with_next_version_after(&todo)
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![4 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned), 1 => "\\PC{1,8}"];
    prop::collection::vec(piece, 1..10).prop_map(|pieces| pieces.concat())
}

fn parsed<T>(
    parse: impl Fn(String) -> Result<T, crate::domain::invalid::Invalid>,
    as_str: impl Fn(&T) -> &str,
) -> impl Strategy<Value = String> {
    text().prop_filter_map("an allowed text", move |text| parse(text).ok().map(|value| as_str(&value).to_owned()))
}

pub fn any_title() -> impl Strategy<Value = String> {
    parsed(Title::parse, Title::as_str)
}

pub fn any_notes() -> impl Strategy<Value = String> {
    parsed(Notes::parse, Notes::as_str)
}

/// A repetition of any kind.
pub fn any_repeat() -> impl Strategy<Value = Value> {
    let unit = prop::sample::select(&["day", "week", "month", "year"][..]);
    let plain = (1u16..=13, unit).prop_map(|(every, unit)| json!({"every": every, "unit": unit}));
    let days = prop::sample::subsequence(Weekday::WORDS, 1..=7);
    let weekly = (1u16..=3, days).prop_map(|(every, days)| json!({"every": every, "weekdays": days}));
    let number = (1i8..=31).prop_map(|number| number.to_string());
    let other = ["last day", "first workday", "last workday", "first mon", "second tue", "fourth thu", "last fri"];
    let on = prop_oneof![number, prop::sample::select(other.map(str::to_owned).to_vec())];
    let unit = prop::sample::select(&["month", "year"][..]);
    let on = (1u16..=5, unit, on).prop_map(|(every, unit, on)| json!({"every": every, "unit": unit, "on": on}));
    let end = prop_oneof![
        3 => Just(json!({})),
        1 => (1u16..=9).prop_map(|count| json!({ "count": count })),
        1 => (2031..2034, 1..=12).prop_map(|(year, month)| json!({"until": format!("{year}-{month:02}-17")})),
        1 => Just(json!({"from": "completion"})),
    ];
    (prop_oneof![plain, weekly, on], end).prop_map(|(mut repeat, end)| {
        repeat.as_object_mut().unwrap().extend(end.as_object().unwrap().clone());
        repeat
    })
}

/// A due date in the years 2026 to 2030.
pub fn any_due() -> impl Strategy<Value = String> {
    let day = (2026i16..2031, 1i8..=12, 1i8..=31).prop_map(|(year, month, day)| {
        let month = jiff::civil::date(year, month, 1);
        month.with().day(day.min(month.days_in_month())).build().unwrap().to_string()
    });
    (day, prop::option::of((0..24, 0..60))).prop_map(|(day, time)| match time {
        Some((hour, minute)) => format!("{day}T{hour:02}:{minute:02}"),
        None => day,
    })
}

pub fn any_todo() -> impl Strategy<Value = Todo> {
    let steps = prop::collection::vec((parsed(StepTitle::parse, StepTitle::as_str), any::<bool>()), 0..4);
    let tags = prop::collection::vec(parsed(Tag::parse, Tag::as_str), 0..4);
    let due = prop::option::of((any_due(), prop::option::of(any_repeat())));
    let priority = prop::sample::select(&["low", "normal", "high", "urgent"][..]);
    let status = prop::sample::select(Status::WORDS);
    let texts = (any_title(), parsed(ListName::parse, ListName::as_str), prop::option::of(any_notes()));
    (texts, steps, tags, due, priority, status).prop_map(
        |((title, list, notes), steps, tags, due, priority, status)| {
            let steps: Vec<_> = steps.iter().map(|(title, done)| json!({"title": title, "done": done})).collect();
            let mut new = json!({"title": title, "list": list, "priority": priority, "tags": tags, "steps": steps});
            let fields = new.as_object_mut().unwrap();
            fields.extend(notes.map(|notes| ("notes".to_owned(), json!(notes))));
            if let Some((due, repeat)) = due {
                fields.insert("due".to_owned(), json!(due));
                fields.extend(repeat.map(|repeat| ("repeat".to_owned(), repeat)));
            }
            changed(todo(new), status)
        },
    )
}

pub fn any_todos() -> impl Strategy<Value = Vec<Todo>> {
    prop::collection::vec(any_todo(), 0..5)
}
