//! The todos of an iCalendar file (RFC 5545), from Apple, Nextcloud, Tasks.org, Thunderbird, Synology and our own
//! export.
//!
//! Each VTODO becomes a todo. RELATED-TO makes a todo a part of another todo. Events and journals are left out. If a
//! value of a VTODO is wrong, only this value is lost. If a VTODO has no end, only this VTODO is lost.
//!
//! This module reads the lines itself. The crate `calcard` 0.3, the most tolerant library, needs chrono, chrono-tz,
//! mail-parser and mail-builder, and so it brings a second set of time zones. A VTODO needs only a few properties of
//! RFC 5545.

mod property;
mod time;
mod todo;

use std::collections::HashMap;

use self::{
    property::{Property, properties},
    time::Zones,
    todo::Task,
};
use super::lines;
use crate::api::import::source::{At, Context, Found, Parent, SourceFile};

/// Whether the text is an iCalendar file.
pub fn is(text: &str) -> bool {
    let first = lines::of(text).map(|(_, line)| line.trim()).find(|line| !line.is_empty());
    first.is_some_and(|line| ["BEGIN:VCALENDAR", "BEGIN:VTODO"].iter().any(|begin| line.eq_ignore_ascii_case(begin)))
}

/// Reads all VTODOs, in the order of the file.
pub fn read(file: SourceFile<'_>, context: &Context) -> Found {
    let zones = Zones::read(file.text);
    let mut reader = Reader {
        context,
        zones: &zones,
        number: 0,
        task: None,
        inner: Vec::new(),
        calendar: Calendar::default(),
        children: HashMap::new(),
        found: Found::default(),
    };
    for property in properties(file.text) {
        if reader.task.is_none() && reader.found.is_full(At::task(reader.number + 1)) {
            break;
        }
        reader.add(property);
    }
    reader.leave_open_task();
    reader.end_calendar();
    reader.connect_children();
    reader.found
}

/// The VCALENDAR that the reader is reading.
#[derive(Default)]
struct Calendar {
    name: Option<String>,
    /// The index of its first todo in [`Found::todos`].
    first: usize,
}

struct Reader<'a> {
    context: &'a Context,
    zones: &'a Zones,
    /// The number of the latest VTODO.
    number: usize,
    /// The VTODO that the reader is reading, and the number of the line at which it begins.
    task: Option<(Task<'a>, usize)>,
    /// The names of the components that have begun and not ended, such as VALARM, without VCALENDAR and VTODO. The
    /// reader keeps only the outermost 16 names: no known file has more than three.
    inner: Vec<String>,
    calendar: Calendar,
    /// The id of each child that a parent names, with the id of the parent.
    children: HashMap<String, String>,
    found: Found,
}

/// The reader keeps at most this number of names in `inner`.
const DEEPEST: usize = 16;

impl<'a> Reader<'a> {
    fn add(&mut self, property: Property<'a>) {
        let is = |name: &str| property.value.trim().eq_ignore_ascii_case(name);
        match property.name.as_str() {
            "BEGIN" if is("VTODO") => {
                self.leave_open_task();
                self.number += 1;
                self.inner.clear();
                self.task = Some((Task::default(), property.line));
            }
            "END" if is("VTODO") => self.end_task(),
            "BEGIN" if is("VCALENDAR") => {
                self.leave_open_task();
                self.end_calendar();
            }
            "END" if is("VCALENDAR") => self.leave_open_task(),
            "BEGIN" => {
                let name = property.value.trim().to_ascii_uppercase();
                if let Some((task, _)) = self.task.as_mut().filter(|_| self.inner.is_empty()) {
                    task.begin(&name);
                }
                if self.inner.len() < DEEPEST {
                    self.inner.push(name);
                }
            }
            "END" => {
                let open = self.inner.iter().rposition(|name| is(name));
                self.inner.truncate(open.unwrap_or(self.inner.len()));
            }
            _ if !self.inner.is_empty() => {}
            "NAME" | "X-WR-CALNAME" if self.task.is_none() => {
                let name = property.text().trim().to_owned();
                self.calendar.name = Some(name).filter(|name| !name.is_empty()).or(self.calendar.name.take());
            }
            _ => {
                if let Some((task, _)) = &mut self.task {
                    task.add(property);
                }
            }
        }
    }

    fn end_task(&mut self) {
        self.inner.clear();
        let Some((task, _)) = self.task.take() else { return };
        for child in task.children() {
            self.children.extend(task.uid().map(|uid| (child, uid)));
        }
        if let Some(mut todo) = task.into_todo(self.zones, self.context) {
            todo.at = At::task(self.number);
            self.found.todos.push(todo);
        }
    }

    /// If the reader is still reading a VTODO, this VTODO has no end. This function reports it.
    fn leave_open_task(&mut self) {
        self.inner.clear();
        if let Some((_, line)) = self.task.take() {
            let reason = format!("The VTODO that begins in line {line} has no END:VTODO.");
            self.found.add_broken(At::task(self.number), reason);
        }
    }

    /// The name of the calendar becomes the list of the todos that name no list.
    fn end_calendar(&mut self) {
        let calendar = std::mem::take(&mut self.calendar);
        for todo in &mut self.found.todos[calendar.first..] {
            todo.list = todo.list.take().or_else(|| calendar.name.clone());
        }
        self.calendar.first = self.found.todos.len();
    }

    fn connect_children(&mut self) {
        for todo in &mut self.found.todos {
            let parent = todo.id.as_ref().and_then(|id| self.children.get(id));
            todo.parent = todo.parent.take().or_else(|| parent.cloned().map(Parent::Id));
        }
        self.found.lists = lines::lists(&self.found.todos);
    }
}
