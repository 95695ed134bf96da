//! iCalendar (RFC 5545), for calendars and for programs with todos. Each todo is a VTODO.
//!
//! * Each step is a VTODO of its own, which refers to its todo with RELATED-TO.
//! * A due time is a local time with a VTIMEZONE. A due day is a date.
//! * A repetition is an RRULE, but only if the RRULE has the same dates (`rrule.rs`). X-TODO-ACTION-REPEAT always has
//!   the repetition in words. A completed or deleted todo has no RRULE, but only the words.
//! * iCalendar has no lists, so the list is in X-TODO-ACTION-LIST.
//! * A deleted todo is CANCELLED. The file does not contain the deletion time or the order of undated todos.
//!
//! This module writes the lines itself. The crate `icalendar` 0.17 would bring chrono into the Lambda function, and
//! would take DTSTAMP from the system's clock.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::{component, content_line::Lines, repetition, rrule, time_zone};
use crate::domain::{
    steps::Step,
    todo::{Status, Todo},
};

/// One VCALENDAR. Each todo comes before its steps.
pub fn render(todos: &[Todo], zone: &TimeZone) -> String {
    let mut lines = Lines::default();
    component::begin(&mut lines);
    let years: BTreeSet<i16> = todos.iter().flat_map(|todo| component::years(todo, zone)).collect();
    if !years.is_empty() {
        time_zone::add(&mut lines, zone, &years);
    }
    for todo in todos {
        add_todo(&mut lines, todo, zone);
        for (at, step) in todo.steps.iter().enumerate() {
            add_step(&mut lines, todo, at + 1, step);
        }
    }
    lines.add("END:VCALENDAR");
    lines.into_text()
}

fn add_todo(lines: &mut Lines, todo: &Todo, zone: &TimeZone) {
    lines.add("BEGIN:VTODO");
    lines.add(&format!("UID:{}", component::uid(todo)));
    component::add_times(lines, todo);
    lines.add_text("SUMMARY", todo.title.as_str());
    if let Some(notes) = &todo.notes {
        lines.add_text("DESCRIPTION", notes.as_str());
    }
    if let Some(due) = todo.due {
        let rule = Some(todo).filter(|todo| todo.status == Status::Open).and_then(|todo| rrule::rrule(todo, zone));
        // An RRULE counts from DTSTART, so the todo needs this property.
        if let Some(rule) = rule {
            lines.add(&component::day_or_time("DTSTART", due, zone));
            lines.add(&format!("RRULE:{rule}"));
        }
        lines.add(&component::day_or_time("DUE", due, zone));
    }
    if let Some(words) = repetition::in_words(todo) {
        lines.add_text("X-TODO-ACTION-REPEAT;VALUE=TEXT", &words);
    }
    add_status(lines, todo);
    component::add_priority_and_tags(lines, todo);
    lines.add_text("X-TODO-ACTION-LIST;VALUE=TEXT", todo.list.as_str());
    lines.add("END:VTODO");
}

/// Adds the step with this number. The first step has the number 1. A step of a deleted todo is deleted too.
fn add_step(lines: &mut Lines, todo: &Todo, number: usize, step: &Step) {
    lines.add("BEGIN:VTODO");
    lines.add(&format!("UID:{}-{number}@todo-action", todo.id.as_str()));
    component::add_times(lines, todo);
    lines.add_text("SUMMARY", step.title.as_str());
    lines.add(&format!("RELATED-TO:{}", component::uid(todo)));
    match (todo.status, step.done) {
        (Status::Deleted, _) => lines.add("STATUS:CANCELLED"),
        (_, true) => {
            lines.add("STATUS:COMPLETED");
            lines.add("PERCENT-COMPLETE:100");
        }
        (_, false) => lines.add("STATUS:NEEDS-ACTION"),
    }
    lines.add_text("X-TODO-ACTION-LIST;VALUE=TEXT", todo.list.as_str());
    lines.add("END:VTODO");
}

fn add_status(lines: &mut Lines, todo: &Todo) {
    match todo.status {
        Status::Open => lines.add("STATUS:NEEDS-ACTION"),
        Status::Completed => {
            lines.add("STATUS:COMPLETED");
            lines.add(&format!("COMPLETED:{}", component::utc(todo.completed_at.unwrap_or(todo.updated_at))));
            lines.add("PERCENT-COMPLETE:100");
        }
        Status::Deleted => lines.add("STATUS:CANCELLED"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::export::samples::{any_due, any_repeat, any_todos, changed, todo, zone};
    use crate::domain::{
        due::Due,
        moment::{Moment, Weekday},
        repeat::{Over, SeriesDate},
    };
    use proptest::{
        prelude::*,
        strategy::ValueTree,
        test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
    };
    use serde_json::json;
    use std::fmt::Write as _;

    fn lines(todo: Todo, zone_name: &str) -> Vec<String> {
        let text = render(&[todo], &zone(zone_name)).replace("\r\n ", "");
        text.lines().skip_while(|line| *line != "BEGIN:VTODO").map(str::to_owned).collect()
    }

    #[test]
    fn a_todo_is_a_vtodo_and_a_step_is_its_child() {
        let todo = changed(
            todo(json!({
                "title": "Pay, rent", "due": "2026-11-17T09:30", "repeat": {"unit": "month", "until": "2027-06-01"},
                "priority": "high", "tags": ["a,b", "c"], "notes": "one\ntwo", "list": "Home; all",
                "steps": [{"title": "Look", "done": true}],
            })),
            "open",
        );
        let expected = "\
BEGIN:VTODO|UID:k7m2x9qa4t@todo-action|DTSTAMP:20261120T090000Z|CREATED:20261120T090000Z|\
LAST-MODIFIED:20261120T090000Z|SEQUENCE:1|SUMMARY:Pay\\, rent|DESCRIPTION:one\\ntwo|\
DTSTART;TZID=Europe/Berlin:20261117T093000|RRULE:FREQ=MONTHLY;BYMONTHDAY=17;UNTIL=20270601T215959Z|\
DUE;TZID=Europe/Berlin:20261117T093000|\
X-TODO-ACTION-REPEAT;VALUE=TEXT:every month until June 1\\, 2027|STATUS:NEEDS-ACTION|PRIORITY:3|\
CATEGORIES:a\\,b,c|X-TODO-ACTION-LIST;VALUE=TEXT:Home\\; all|END:VTODO|\
BEGIN:VTODO|UID:k7m2x9qa4t-1@todo-action|DTSTAMP:20261120T090000Z|CREATED:20261120T090000Z|\
LAST-MODIFIED:20261120T090000Z|SEQUENCE:1|SUMMARY:Look|RELATED-TO:k7m2x9qa4t@todo-action|STATUS:COMPLETED|\
PERCENT-COMPLETE:100|X-TODO-ACTION-LIST;VALUE=TEXT:Home\\; all|END:VTODO|END:VCALENDAR";
        assert_eq!(lines(todo, "Europe/Berlin").join("|"), expected);
    }

    #[test]
    fn a_completed_todo_has_its_time_and_a_deleted_one_is_cancelled() {
        let done = changed(todo(json!({"title": "Pay", "due": "2026-11-30"})), "completed");
        let done_lines = lines(done.clone(), "UTC");
        for line in
            ["DUE;VALUE=DATE:20261130", "STATUS:COMPLETED", "COMPLETED:20261121T090000Z", "PERCENT-COMPLETE:100"]
        {
            assert!(done_lines.contains(&line.to_owned()), "{line}");
        }
        assert!(lines(changed(done, "deleted"), "UTC").contains(&"STATUS:CANCELLED".to_owned()));
    }

    #[test]
    fn what_an_rrule_cannot_say_is_only_said_in_words() {
        for (repeat, due) in [
            (json!({"unit": "week", "from": "completion"}), "2026-11-30"),
            (json!({"unit": "month", "on": "last day"}), "2026-11-20"),
            (json!({"weekdays": ["mon"]}), "2026-11-24"),
            (json!({"unit": "day", "until": "2026-11-24"}), "2026-11-25"),
            (json!({"unit": "month", "on": "30"}), "2026-11-30"),
        ] {
            let mut todo = todo(json!({"title": "Pay", "due": "2026-11-20", "repeat": repeat}));
            todo.due = Due::parse(due);
            let lines = lines(todo, "UTC");
            assert!(!lines.iter().any(|line| line.starts_with("RRULE") || line.starts_with("DTSTART")), "{lines:?}");
            assert!(lines.iter().any(|line| line.starts_with("X-TODO-ACTION-REPEAT;VALUE=TEXT:every ")));
        }
    }

    /// This todo and the next todos of its series, at most 8 in all, if the person completes each todo on its due date.
    fn series(todo: &Todo) -> Vec<Todo> {
        let mut series = vec![todo.clone()];
        while let Some(last) = series.last().filter(|_| series.len() < 8) {
            let (repeat, due) = (last.repeat.as_ref().unwrap(), last.due.unwrap());
            let now = TimeZone::UTC.to_timestamp(due.date().at(0, 0, 0, 0)).unwrap();
            let moment = Moment { now, zone: TimeZone::UTC, week_start: Weekday::Mon };
            let over = Over { due: due.date(), on: due.date() };
            let Some(next) = repeat.next(SeriesDate { due, anchor_day: last.anchor_day }, over, &moment) else { break };
            let (due, repeat) = (Some(next.due), Some(repeat.following()));
            series.push(Todo { due, repeat, anchor_day: next.anchor_day, ..last.clone() });
        }
        series
    }

    /// If the variable `RRULES` names a file, the test writes the rules and our dates into this file, with one JSON
    /// object per line. `.ci/formats/rules.py` computes the same dates with `dateutil`.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a setting of the test run, not of the program")]
    fn most_random_repetitions_have_an_rrule_on_each_date_of_their_series() {
        let config = Config { failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let mut written = String::new();
        for _ in 0..1_000 {
            let (due, repeat) = (any_due(), any_repeat()).new_tree(&mut runner).unwrap().current();
            let mut todo = todo(json!({"title": "Pay", "due": due, "repeat": repeat}));
            todo.due = todo.repeat.as_ref().zip(todo.due).map(|(repeat, due)| repeat.first_from(due));
            let series = series(&todo);
            let dates: Vec<_> = series.iter().map(|todo| todo.due.unwrap().to_string()).collect();
            for (at, todo) in series.iter().enumerate().step_by(3) {
                let Some(rule) = rrule::rrule(todo, &TimeZone::UTC) else { continue };
                let line = json!({"rule": rule, "repeat": todo.repeat, "dates": dates[at..], "ends": dates.len() < 8});
                writeln!(written, "{line}").unwrap();
            }
        }
        assert!(written.lines().count() > 1_400);
        if let Ok(file) = std::env::var("RRULES") {
            std::fs::write(file, written).unwrap();
        }
    }

    proptest! {
        #[test]
        fn every_line_is_short_and_every_todo_and_step_is_there(todos in any_todos()) {
            let text = render(&todos, &zone("America/New_York"));
            prop_assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])));
            let steps: usize = todos.iter().map(|todo| todo.steps.iter().count()).sum();
            let count = |line: &str| text.split("\r\n").filter(|each| *each == line).count();
            prop_assert_eq!(count("BEGIN:VTODO"), todos.len() + steps);
            prop_assert_eq!(count("END:VTODO"), todos.len() + steps);
            prop_assert!(count("BEGIN:VTIMEZONE") <= 1);
        }
    }
}
