//! A todo from the properties of a VTODO (RFC 5545, section 3.6.2).

use super::{
    property::Property,
    time::{self, Zones},
};
use crate::{
    api::import::{
        rrule,
        source::{Completed, Context, Lost, Parent, SourceTodo},
        words,
    },
    domain::{due::Due, todo::Priority},
};

/// The text with which the UIDs of our own export end.
const OWN: &str = "@todo-action";

/// The properties that this module reads, in alphabetical order.
const NAMES: [&str; 27] = [
    "ATTACH",
    "ATTENDEE",
    "CATEGORIES",
    "COMMENT",
    "COMPLETED",
    "CREATED",
    "DESCRIPTION",
    "DTSTART",
    "DUE",
    "DURATION",
    "EXDATE",
    "GEO",
    "LAST-MODIFIED",
    "LOCATION",
    "ORGANIZER",
    "PERCENT-COMPLETE",
    "PRIORITY",
    "RDATE",
    "RECURRENCE-ID",
    "RELATED-TO",
    "RRULE",
    "STATUS",
    "SUMMARY",
    "UID",
    "URL",
    "X-TODO-ACTION-LIST",
    "X-TODO-ACTION-REPEAT",
];
/// The program reads at most this number of properties of one VTODO.
const MOST: usize = 1_000;

/// The properties of one VTODO. If a property occurs twice although it may occur only once, the first one that is not
/// empty counts.
#[derive(Debug, Default)]
pub struct Task<'a> {
    properties: Vec<Property<'a>>,
    has_alarm: bool,
    has_too_many: bool,
}

impl<'a> Task<'a> {
    /// Begins a component in the VTODO, such as VALARM. The properties of this component do not belong to the VTODO.
    pub fn begin(&mut self, component: &str) {
        self.has_alarm |= component == "VALARM";
    }

    /// Adds a property of the VTODO itself.
    pub fn add(&mut self, property: Property<'a>) {
        if NAMES.binary_search(&property.name.as_str()).is_ok() {
            self.has_too_many |= self.properties.len() == MOST;
            self.properties.extend(Some(property).filter(|_| !self.has_too_many));
        }
    }

    fn get(&self, name: &str) -> Option<&Property<'a>> {
        self.all(name).find(|property| !property.value.trim().is_empty())
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &Property<'a>> {
        self.properties.iter().filter(move |property| property.name == name)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(Property::text)
    }

    /// The id of the task. If somebody has changed one date of a repeating task, the file has a second VTODO with the
    /// same UID. So the id of this second VTODO also contains its RECURRENCE-ID.
    pub fn uid(&self) -> Option<String> {
        let uid = self.text("UID")?.trim().to_owned();
        let changed = self.get("RECURRENCE-ID").map(|date| format!("{uid}/{}", date.value.trim()));
        Some(changed.unwrap_or(uid)).filter(|uid| !uid.is_empty())
    }

    fn relations(&self, kind: &str) -> impl Iterator<Item = String> {
        let is = move |property: &&Property<'_>| {
            property.parameter("RELTYPE").unwrap_or("PARENT").eq_ignore_ascii_case(kind)
        };
        self.all("RELATED-TO").filter(is).map(|property| property.text().trim().to_owned()).filter(|id| !id.is_empty())
    }

    /// The ids of the tasks that this task names as its children.
    pub fn children(&self) -> Vec<String> {
        self.relations("CHILD").collect()
    }

    /// The todo. `None` if this is a deleted todo of our own export.
    pub fn into_todo(self, zones: &Zones, context: &Context) -> Option<SourceTodo> {
        let id = self.uid();
        let status = self.get("STATUS").map(|status| status.value.trim().to_ascii_uppercase()).unwrap_or_default();
        if status == "CANCELLED" && id.as_ref().is_some_and(|id| id.ends_with(OWN)) {
            return None;
        }
        let moment = |name| self.get(name).and_then(|property| time::moment(property, zones, context));
        let mut todo = SourceTodo {
            parent: self.relations("PARENT").next().map(Parent::Id),
            id,
            list: self.text("X-TODO-ACTION-LIST"),
            title: self.text("SUMMARY").unwrap_or_default(),
            notes: self.text("DESCRIPTION").into_iter().collect(),
            priority: self.priority(),
            tags: self.all("CATEGORIES").flat_map(Property::texts).collect(),
            created_at: moment("CREATED"),
            updated_at: moment("LAST-MODIFIED"),
            ..SourceTodo::default()
        };
        todo.tags.retain(|tag| !tag.trim().is_empty());
        self.add_status(&mut todo, &status, moment("COMPLETED"));
        self.add_dates(&mut todo, zones, context);
        self.add_repetition(&mut todo, zones, context);
        self.add_others(&mut todo);
        Some(todo)
    }

    /// 1 is the highest priority and 9 the lowest. 5 is in the middle, and 0 means no priority.
    fn priority(&self) -> Priority {
        match self.get("PRIORITY").and_then(|priority| priority.value.trim().parse::<u8>().ok()) {
            Some(1) => Priority::Urgent,
            Some(2..=4) => Priority::High,
            Some(6..=9) => Priority::Low,
            Some(_) | None => Priority::Normal,
        }
    }

    fn add_status(&self, todo: &mut SourceTodo, status: &str, completed_at: Option<jiff::Timestamp>) {
        let percent = self.get("PERCENT-COMPLETE").and_then(|percent| percent.value.trim().parse::<u8>().ok());
        if matches!(status, "COMPLETED" | "CANCELLED") || self.get("COMPLETED").is_some() || percent == Some(100) {
            todo.completed = Some(completed_at.map_or(Completed::Once, Completed::At));
        }
        match status {
            "" | "NEEDS-ACTION" | "COMPLETED" => {}
            "IN-PROCESS" => todo.keep_as_text(Lost::Status, "Status", "in progress"),
            "CANCELLED" => todo.keep_as_text(Lost::Status, "Status", "cancelled"),
            other => todo.keep_as_text(Lost::Status, "Status", other),
        }
        if let Some(percent) = percent.filter(|percent| (1..100).contains(percent)) {
            todo.keep_as_text(Lost::Status, "Done", &format!("{percent}%"));
        }
    }

    /// The due date is DUE, or DTSTART plus DURATION. If a repeating task has only DTSTART, DTSTART is its due date.
    fn add_dates(&self, todo: &mut SourceTodo, zones: &Zones, context: &Context) {
        let start = self.get("DTSTART").and_then(|start| time::due(start, zones, context));
        let duration = self.get("DURATION");
        match (self.get("DUE"), duration) {
            (Some(due), _) => match time::due(due, zones, context) {
                Some(due) => todo.due = Some(due),
                None => todo.keep_as_text(Lost::DateAsText, "Date", &due.value),
            },
            (None, Some(duration)) => match start.and_then(|start| time::after(start, &duration.value)) {
                Some(due) => todo.due = Some(due),
                None => todo.keep_as_text(Lost::Duration, "Duration", &duration.value),
            },
            (None, None) if self.get("RRULE").is_some() => todo.due = start,
            (None, None) => {}
        }
        if let Some(property) = self.get("DTSTART").filter(|_| start.is_none() || start != todo.due) {
            let text = start.map_or_else(|| property.value.to_string(), |start| start.to_string().replace('T', " "));
            todo.keep_as_text(Lost::StartDate, "Starts", &text);
        }
    }

    /// Reads the repetition in the words of our own export. If there are no such words, reads the RRULE.
    fn add_repetition(&self, todo: &mut SourceTodo, zones: &Zones, context: &Context) {
        let own = self.text("X-TODO-ACTION-REPEAT");
        let own = own.and_then(|text| words::repeat(&text, "en", todo.due, context));
        if own.is_some() {
            todo.repeat = own;
            return;
        }
        let start = self.get("DTSTART").and_then(|start| time::due(start, zones, context));
        // The days in an RRULE belong to DTSTART. If the task is due on another day than DTSTART, these days do not fit
        // the due date.
        let moves = start.map(Due::date) != todo.due.map(Due::date) && start.is_some();
        for rule in self.all("RRULE") {
            let names_days = rule.value.to_ascii_uppercase().contains(";BY");
            let repeat = rrule::repeat(&rule.value, todo.due, context);
            match repeat.filter(|_| todo.repeat.is_none() && !(moves && names_days)) {
                Some(repeat) => todo.repeat = Some(repeat),
                None => todo.keep_as_text(Lost::RepeatAsText, "Repeats", &rule.value),
            }
        }
        for (name, label) in [("RDATE", "Also on"), ("EXDATE", "Not on")] {
            for dates in self.all(name) {
                todo.keep_as_text(Lost::RepeatAsText, label, &dates.value);
            }
        }
    }

    fn add_others(&self, todo: &mut SourceTodo) {
        for (name, lost, label) in
            [("COMMENT", None, "Comment"), ("URL", None, ""), ("LOCATION", Some(Lost::Location), "Location")]
        {
            for text in self.all(name).map(Property::text).filter(|text| !text.trim().is_empty()) {
                match lost {
                    Some(lost) => todo.keep_as_text(lost, label, &text),
                    None if label.is_empty() => todo.notes.push(text),
                    None => todo.notes.push(format!("{label}: {text}")),
                }
            }
        }
        for attachment in self.all("ATTACH") {
            let address = Some(attachment.value.trim()).filter(|value| value.contains("://") && value.len() <= 500);
            todo.keep_as_text(Lost::Attachment, "Attachment", address.unwrap_or_default());
            todo.lose(Lost::Attachment);
        }
        let others = [("ATTENDEE", Lost::Assignee), ("ORGANIZER", Lost::Author), ("GEO", Lost::Location)];
        for (_, lost) in others.into_iter().filter(|(name, _)| self.get(name).is_some()) {
            todo.lose(lost);
        }
        if self.has_alarm {
            todo.lose(Lost::Reminder);
        }
        if self.has_too_many {
            todo.lose(Lost::TooMany);
        }
        if self.relations("SIBLING").next().is_some() {
            todo.lose(Lost::Link);
        }
    }
}
