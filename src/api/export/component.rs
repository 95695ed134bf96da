//! The parts that all our iCalendar components have in common (RFC 5545, section 3.6). These components are the VTODOs
//! of an export, and the VEVENTs and VTODOs of a feed.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    content_line::{Lines, escaped},
    time_zone,
};
use crate::domain::{
    due::Due,
    moment::to_the_second,
    todo::{Priority, Todo},
};

/// The VTIMEZONE of a repeating todo is right for this number of years after its due date and its last change.
const YEARS_AHEAD: i16 = 10;

/// The first lines of a VCALENDAR.
pub fn begin(lines: &mut Lines) {
    lines.add("BEGIN:VCALENDAR");
    lines.add("VERSION:2.0");
    lines.add(concat!("PRODID:-//todo-action//todo-action ", env!("CARGO_PKG_VERSION"), "//EN"));
}

/// The years of the local times of this todo. The VTIMEZONE must be right in these years.
pub fn years(todo: &Todo, zone: &TimeZone) -> Vec<i16> {
    let Some(Due::At(time)) = todo.due else { return Vec::new() };
    let last = match todo.repeat {
        Some(_) => time.year().max(zone.to_datetime(todo.updated_at).year()) + YEARS_AHEAD,
        None => time.year(),
    };
    time_zone::years(time.year(), last).collect()
}

/// The UID of the component of a todo. A todo has the same UID in every file.
pub fn uid(todo: &Todo) -> String {
    format!("{}@todo-action", todo.id.as_str())
}

/// Adds the times of a todo, and the number of its changes. These lines depend only on the todo, so the same todo
/// always gives the same lines.
pub fn add_times(lines: &mut Lines, todo: &Todo) {
    lines.add(&format!("DTSTAMP:{}", utc(todo.updated_at)));
    lines.add(&format!("CREATED:{}", utc(todo.created_at)));
    lines.add(&format!("LAST-MODIFIED:{}", utc(todo.updated_at)));
    lines.add(&format!("SEQUENCE:{}", todo.version.saturating_sub(1)));
}

/// Adds the priority if it is not normal, and the tags if the todo has tags.
pub fn add_priority_and_tags(lines: &mut Lines, todo: &Todo) {
    let priority = match todo.priority {
        Priority::Urgent => Some(1),
        Priority::High => Some(3),
        Priority::Normal => None,
        Priority::Low => Some(9),
    };
    if let Some(priority) = priority {
        lines.add(&format!("PRIORITY:{priority}"));
    }
    let tags: Vec<_> = todo.tags.iter().map(|tag| escaped(tag.as_str())).collect();
    if !tags.is_empty() {
        lines.add(&format!("CATEGORIES:{}", tags.join(",")));
    }
}

/// A property with a due date, such as `DUE;VALUE=DATE:20261127`.
pub fn day_or_time(name: &str, due: Due, zone: &TimeZone) -> String {
    match due {
        Due::On(day) => format!("{name};VALUE=DATE:{}", day.strftime("%Y%m%d")),
        Due::At(time) => time_zone::property(name, time, zone),
    }
}

/// A time in UTC, such as `20261127T083000Z`.
pub fn utc(at: Timestamp) -> String {
    to_the_second(at).strftime("%Y%m%dT%H%M%SZ").to_string()
}
