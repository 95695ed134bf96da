//! Random repetitions, for the comparison with an independent library. If the variable `REPETITIONS` names a file, the
//! test writes each repetition and its dates into this file, one JSON object a line. `tests/repeat/compare.py` computes
//! the same dates with `dateutil`.

use std::fmt::Write as _;

use jiff::{
    Span,
    civil::{Date, DateTime, date},
    tz::TimeZone,
};
use proptest::{
    prelude::{Just, Strategy, any, prop, prop_oneof},
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};
use todo_action::domain::{
    due::Due,
    moment::{Moment, Weekday},
    repeat::{CountedFrom, Over, Repeat, SeriesDate},
};

use super::dates::{ZONES, day_of_month, repeat};

/// The number of repetitions.
const NUMBER: usize = 10_000;
/// The largest number of dates of each repetition.
const DATES: usize = 6;

/// A todo of a series that somebody completes.
#[derive(Debug)]
struct Completion {
    rule: Value,
    /// The date of the todo in its series.
    series: Due,
    /// The day on which the todo is due. Somebody may have moved the todo to this day.
    due: Date,
    completed: DateTime,
    zone: &'static str,
    week_start: &'static str,
}

impl Completion {
    /// The dates that follow. The first todo is completed at the time `completed`, and each later todo is completed at
    /// the beginning of the day on which it is due. The list ends early if the repetition ends.
    fn following(&self) -> Vec<String> {
        let zone = TimeZone::get(self.zone).unwrap();
        let week_start = Weekday::parse(self.week_start.to_owned()).unwrap();
        let at = |local: DateTime| {
            let now = zone.to_timestamp(local).unwrap();
            Moment { now, zone: zone.clone(), week_start }
        };
        let mut rule: Repeat = repeat(self.rule.clone());
        let mut series = SeriesDate { due: self.series, anchor_day: None };
        let (mut due, mut moment) = (self.due, at(self.completed));
        let mut dates = Vec::new();
        while dates.len() < DATES {
            let on = moment.today();
            let Some(next) = rule.next(series, Over { due, on }, &moment) else { break };
            assert!(next.due.date() > due || rule.from == CountedFrom::Completion, "{self:?}");
            dates.push(next.due.to_string());
            (rule, series, due) = (rule.following(), next, next.due.date());
            moment = at(due.at(0, 0, 0, 0));
        }
        dates
    }

    fn line(&self) -> String {
        json!({
            "rule": self.rule, "series": self.series.to_string(), "due": self.due.to_string(),
            "completed": self.completed.to_string(), "zone": self.zone, "week_start": self.week_start,
            "dates": self.following(),
        })
        .to_string()
    }
}

pub fn rule() -> impl Strategy<Value = Value> {
    let unit = prop_oneof![Just("day"), Just("week"), Just("month"), Just("year")];
    let plain = (1u16..=40, unit).prop_map(|(every, unit)| json!({"every": every, "unit": unit}));
    let days = prop::sample::subsequence(Weekday::WORDS, 1..=7);
    let weekly = (1u16..=6, days).prop_map(|(every, days)| json!({"every": every, "unit": "week", "weekdays": days}));
    let unit = prop_oneof![Just("month"), Just("year")];
    let on =
        (1u16..=18, unit, day_of_month()).prop_map(|(every, unit, on)| json!({"every": every, "unit": unit, "on": on}));
    let end = prop_oneof![
        4 => Just(json!({})),
        1 => (1..=8).prop_map(|count| json!({ "count": count })),
        1 => (0..900i64).prop_map(|days| json!({"until": (date(2024, 6, 1) + Span::new().days(days)).to_string()})),
    ];
    let from = prop_oneof![3 => Just("due"), 1 => Just("completion")];
    (prop_oneof![1 => plain, 1 => weekly, 2 => on], end, from).prop_map(|(mut rule, end, from)| {
        rule["from"] = json!(from);
        rule.as_object_mut().unwrap().extend(end.as_object().unwrap().clone());
        rule
    })
}

fn completion() -> impl Strategy<Value = Completion> {
    let begin = (0i64..1_100, prop::option::of(0i64..1_440));
    let moved = prop_oneof![3 => Just(0i64), 1 => -20..60i64];
    let late = prop_oneof![2 => -1_440i64 * 10..1_440 * 20, 1 => -1_440i64 * 60..1_440 * 500];
    let place = (prop::sample::select(&ZONES[..]), prop::sample::select(Weekday::WORDS), any::<bool>());
    (rule(), begin, moved, late, place).prop_map(|(rule, (day, minute), moved, late, (zone, week_start, exactly))| {
        let first = date(2024, 1, 1) + Span::new().days(day);
        let series = match minute {
            Some(minute) => Due::At(first.at(0, 0, 0, 0) + Span::new().minutes(minute)),
            None => Due::On(first),
        };
        let due = first + Span::new().days(moved);
        let completed = if exactly { due.at(0, 0, 0, 0) } else { due.at(9, 30, 0, 0) + Span::new().minutes(late) };
        Completion { rule, series, due, completed, zone, week_start }
    })
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a setting of the test run, not of the program")]
fn ten_thousand_random_repetitions_go_on_after_the_present_date() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng);
    let completions = completion();
    let mut lines = String::new();
    for _ in 0..NUMBER {
        let completion = completions.new_tree(&mut runner).unwrap().current();
        writeln!(lines, "{}", completion.line()).unwrap();
    }
    if let Ok(file) = std::env::var("REPETITIONS") {
        std::fs::write(file, lines).unwrap();
    }
}
