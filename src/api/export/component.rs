//! The parts that the components of all our iCalendar files have in common (RFC 5545, section 3.6): the VTODOs of an
//! export, and the VEVENTs and VTODOs of a feed.

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

/// For how many years after its due date and its last change a repeating todo has the right time zone.
const YEARS_AHEAD: i16 = 10;

/// The first lines of a VCALENDAR.
pub fn begin(lines: &mut Lines) {
    lines.add("BEGIN:VCALENDAR");
    lines.add("VERSION:2.0");
    lines.add(concat!("PRODID:-//todo-action//todo-action ", env!("CARGO_PKG_VERSION"), "//EN"));
}

/// The years for which the local times of this todo need the time zone.
pub fn years(todo: &Todo, zone: &TimeZone) -> Vec<i16> {
    let Some(Due::At(time)) = todo.due else { return Vec::new() };
    let last = match todo.repeat {
        Some(_) => time.year().max(zone.to_datetime(todo.updated_at).year()) + YEARS_AHEAD,
        None => time.year(),
    };
    time_zone::years(time.year(), last).collect()
}

/// The UID of the component of a todo. It stays the same in each file.
pub fn uid(todo: &Todo) -> String {
    format!("{}@todo-action", todo.id.as_str())
}

/// The times of a todo, and the number of its changes. They depend on the todo alone, so the same todo always gives the
/// same lines.
pub fn add_times(lines: &mut Lines, todo: &Todo) {
    lines.add(&format!("DTSTAMP:{}", utc(todo.updated_at)));
    lines.add(&format!("CREATED:{}", utc(todo.created_at)));
    lines.add(&format!("LAST-MODIFIED:{}", utc(todo.updated_at)));
    lines.add(&format!("SEQUENCE:{}", todo.version.saturating_sub(1)));
}

/// The priority, unless it is normal, and the tags, if there are any.
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
