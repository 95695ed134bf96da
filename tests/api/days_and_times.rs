//! Tests how the service reads what people say about days and times: as a due date, and as the beginning of a period.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use todo_action::domain::{
    due::Due,
    due_input::{Direction, DueInput, Place, Resolved, table},
    moment::{Moment, Weekday},
};

/// One text on each line.
const SAID: &str = include_str!("days_and_times.txt");

fn moment(now: &str, zone: &str) -> Moment {
    let zone = TimeZone::get(zone).unwrap();
    let now = zone.to_timestamp(now.parse().unwrap()).unwrap();
    Moment { now, zone, week_start: Weekday::Mon }
}

fn become_text(text: &str, moment: &Moment, direction: Direction) -> String {
    match DueInput::parse(text).resolve(Place { moment, direction, present: None }) {
        Ok(Resolved::On(date)) => date.to_string(),
        Ok(Resolved::At(time)) => time.strftime("%Y-%m-%dT%H:%M").to_string(),
        Err(error) => format!("refused: it {}", error.message.split("; for the person").next().unwrap()),
    }
}

#[test]
fn what_people_say_becomes_a_day_or_a_time_or_is_refused_with_something_near() {
    let moment = moment("2026-11-26T10:00", "Europe/Berlin");
    let line = |text: &str| {
        let [due, since] = [Direction::Coming, Direction::Past].map(|direction| become_text(text, &moment, direction));
        if due == since { format!("{text} | {due}\n") } else { format!("{text} | {due} | since: {since}\n") }
    };
    insta::assert_snapshot!(SAID.lines().map(line).collect::<String>());
}

#[test]
fn the_documentation_contains_the_table() {
    let documentation = include_str!("../../docs/API-DESIGN.md");
    for (form, means) in table::FORMS {
        assert!(documentation.contains(&format!("| `{form}` | {means} |")), "{form}");
    }
    assert!(SAID.lines().count() >= 200);
}

/// Each form of the table is read at 01:30 in the nights in which clocks go forward and back.
#[test]
fn every_form_of_the_table_is_read_in_three_zones_and_when_clocks_change() {
    let nights = [
        ("Europe/Berlin", "2026-03-29T01:30"),
        ("Europe/Berlin", "2026-10-25T01:30"),
        ("America/New_York", "2026-03-08T01:30"),
        ("America/New_York", "2026-11-01T01:30"),
        ("Australia/Lord_Howe", "2026-10-04T01:45"),
        ("Australia/Lord_Howe", "2026-04-05T01:15"),
    ];
    let mut lines = String::new();
    for (form, _) in table::FORMS {
        for (zone, now) in nights {
            let becomes = become_text(form, &moment(now, zone), Direction::Coming);
            lines.push_str(&format!("{form} | {zone} {now} | {becomes}\n"));
        }
    }
    insta::assert_snapshot!(lines);
}

#[test]
fn a_day_alone_keeps_the_time_of_the_todo_and_a_time_alone_keeps_its_day() {
    let moment = moment("2026-11-26T10:00", "Europe/Berlin");
    let (timed, dated) = (Due::parse("2026-12-01T15:00"), Due::parse("2026-12-01"));
    for (text, of_timed, of_dated) in [
        ("2026-12-24", "2026-12-24T15:00", "2026-12-24"),
        ("tomorrow", "2026-11-27T15:00", "2026-11-27"),
        ("+3d", "2026-11-29T15:00", "2026-11-29"),
        ("next friday", "2026-12-04T15:00", "2026-12-04"),
        ("9:00", "2026-12-01T09:00", "2026-12-01T09:00"),
        ("4pm", "2026-12-01T16:00", "2026-12-01T16:00"),
        ("tomorrow 4pm", "2026-11-27T16:00", "2026-11-27T16:00"),
        ("tomorrow all day", "2026-11-27", "2026-11-27"),
        ("+1h", "2026-11-26T11:00", "2026-11-26T11:00"),
        ("tonight", "2026-11-26T20:00", "2026-11-26T20:00"),
    ] {
        let due = |present| DueInput::parse(text).due(&moment, present).unwrap().to_string();
        assert_eq!([due(timed), due(dated)], [of_timed, of_dated], "{text}");
    }
}

#[test]
fn a_time_that_is_over_is_tomorrows_and_tonight_ends_at_midnight() {
    let becomes = |text, now| become_text(text, &moment(now, "Europe/Berlin"), Direction::Coming);
    assert_eq!(becomes("17:00", "2026-11-26T16:59"), "2026-11-26T17:00");
    assert_eq!(becomes("17:00", "2026-11-26T17:00"), "2026-11-27T17:00");
    assert_eq!(becomes("eod", "2026-11-26T18:00"), "2026-11-27T17:00");
    assert_eq!(becomes("tonight", "2026-11-26T21:00"), "2026-11-26T23:59");
}

/// The forms that the error for this due date suggests. Empty if the service understands the text.
fn suggested(text: &str, moment: &Moment) -> Vec<String> {
    let said = become_text(text, moment, Direction::Coming);
    let Some((_, forms)) = said.split_once("for example ") else { return Vec::new() };
    // The words after the semicolon are not about due dates, but about filters and repetitions.
    let forms = forms.split(';').next().unwrap();
    forms.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn late_in_the_evening_no_suggestion_is_over() {
    let late = moment("2026-11-27T23:48", "Europe/Berlin");
    for (text, forms) in [
        ("this evening", vec!["tonight", "tomorrow 19:00"]),
        ("morning", vec!["tomorrow 09:00"]),
        ("in the morning", vec!["tomorrow 09:00"]),
        ("this afternoon", vec!["tomorrow 15:00"]),
        ("today at 9", vec!["tomorrow 09:00", "tomorrow 21:00"]),
        ("end of week", vec!["2026-11-27", "2026-11-29"]),
        ("tonight at 1", vec!["tomorrow 1:00"]),
        ("nonsense", vec!["2026-11-28", "2026-11-28T17:00", "friday", "in 3 days", "5pm"]),
    ] {
        assert_eq!(suggested(text, &late), forms, "{text}");
    }
    // The texts that this filter leaves out name a date or a day in the past. For all other texts, no suggestion may be
    // in the past.
    for text in SAID.lines().filter(|text| {
        !["1795", "last ", "11/12/2026", "2026-11-27T", "Thu 2026", "friday 27"]
            .iter()
            .any(|past| text.starts_with(past))
    }) {
        for form in suggested(text, &late) {
            let becomes = become_text(&form, &late, Direction::Coming);
            let now = if becomes.len() > 10 { "2026-11-27T23:48" } else { "2026-11-27" };
            assert!(becomes.as_str() >= now && !becomes.starts_with("refused"), "{text}: {form}: {becomes}");
        }
    }
}

#[test]
fn weeks_begin_on_the_day_that_the_person_chose() {
    // On Sunday 29 November 2026, a week that begins on Sunday has just begun.
    let monday = moment("2026-11-29T10:00", "Europe/Berlin");
    let sunday = Moment { week_start: Weekday::Sun, ..monday.clone() };
    let becomes = |moment| become_text("next friday", moment, Direction::Coming);
    assert_eq!([becomes(&monday), becomes(&sunday)], ["2026-12-04", "2026-12-11"]);
}

proptest! {
    #[test]
    fn an_absolute_text_becomes_itself(
        year in 0i16..=9999, month in 1i8..=12, day in 1i8..=28, hour in 0i8..24, minute in 0i8..60,
        zone in prop::sample::select(&["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"][..]),
    ) {
        let moment = moment("2026-11-22T10:00", zone);
        let date = format!("{year:04}-{month:02}-{day:02}");
        for text in [date.clone(), format!("{date}T{hour:02}:{minute:02}")] {
            let due = DueInput::parse(&text).due(&moment, None).unwrap();
            prop_assert_eq!(due.to_string(), text);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,24}", words in prop::collection::vec(prop::sample::select(SAID.lines().collect::<Vec<_>>()), 0..4)) {
        let moment = moment("2026-11-22T10:00", "Europe/Berlin");
        for text in [text, words.join(" ")] {
            let _ = DueInput::parse(&text).due(&moment, Due::parse("2026-12-01T15:00"));
        }
    }
}
