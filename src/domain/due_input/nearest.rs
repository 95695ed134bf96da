//! The error for a text that the program refuses. The error names the text, the present moment and a near form.

use jiff::Span;

use super::{
    day::Place,
    digits,
    duration::{Direction, duration},
    phrase::{Phrase, normalised, without_weekday},
    plain::plain,
    resolve::{Resolved, resolve},
    said, span, spelling,
};
use crate::domain::{invalid::Invalid, moment::Moment};

/// An error shows at most this number of characters of a caller's text.
const SHOWN: usize = 60;

/// Texts that mean that there is no due date.
const NO_DATE: [&str; 8] = ["", "none", "null", "never", "no date", "no due date", "nil", "undefined"];

/// The error for `text`. `reason` says what is wrong with the text. `reason` is `None` if no form of the table fits.
pub fn refusal(text: &str, reason: Option<String>, place: Place<'_>) -> Invalid {
    let shown: String = text.chars().take(SHOWN).collect();
    let now = now_text(place.moment);
    // The program does not read a text that is longer than the shown text.
    let advice = || if shown.len() < text.len() { example(&usual(place)) } else { advice(&plain(text), place) };
    Invalid::new(match reason {
        Some(reason) => format!("cannot be \"{shown}\": it {reason}; for the person, it is {now} now"),
        None => format!("cannot be \"{shown}\"; {}; for the person, it is {now} now", advice()),
    })
}

/// The present moment, such as `Thu 2026-11-26T10:00`.
fn now_text(moment: &Moment) -> String {
    moment.zone.to_datetime(moment.now).strftime("%a %Y-%m-%dT%H:%M").to_string()
}

/// What to send instead of the text.
fn advice(text: &str, place: Place<'_>) -> String {
    let lower = text.to_lowercase();
    if let Some(field) = other_field(&lower, place.direction) {
        return field.to_owned();
    }
    if has_zone(text) {
        let tomorrow = day_from(place, 1);
        return format!(
            "send the time on the person's clock without a zone, or with its UTC offset, such as {tomorrow}T17:00:00Z"
        );
    }
    let said = normalised(text);
    if let Some(advice) = span::advice(&said, place) {
        return advice;
    }
    if let Some((date, day)) = said::of_month(&said, place) {
        let repeats = format!("; if the todo repeats, send `repeat` with `on`: \"{day}\"");
        let repeats = if place.direction == Direction::Coming { repeats } else { String::new() };
        return format!("send the date, for example \"{date}\"{repeats}");
    }
    if is_too_long(&said) {
        return "send a number up to 9999, or a date".to_owned();
    }
    example(&forms(text, &said, place).unwrap_or_else(|| usual(place)))
}

fn example(forms: &[String]) -> String {
    let quoted: Vec<String> = forms.iter().map(|form| format!("\"{form}\"")).collect();
    format!("send for example {}", quoted.join(" or "))
}

/// What to do if the value belongs to another field.
fn other_field(text: &str, direction: Direction) -> Option<&'static str> {
    let repeats = ["daily", "weekly", "monthly", "yearly"].contains(&text) || text.starts_with("every ");
    match text {
        _ if NO_DATE.contains(&text) => Some(
            "for no date, leave the field out; to remove the due date of a todo, send `clear` with due; to find todos without a date, send the filter `due` with none",
        ),
        "overdue" | "past due" | "late" => Some("to find overdue todos, send the filter `due` with overdue"),
        "next_7_days" => Some("to find the todos of the next 7 days, send the filter `due` with next_7_days"),
        _ if repeats && direction == Direction::Coming => {
            Some("send the first day, such as friday, and how it repeats in `repeat`")
        }
        _ => None,
    }
}

/// Forms that mean the same as the text. No form leaves out a part of the text.
fn forms(text: &str, said: &str, place: Place<'_>) -> Option<Vec<String>> {
    let words: Vec<&str> = said.split(' ').collect();
    // These forms mean exactly the date that the caller wrote, so they may lie in the past.
    let exact = digits::forms(said).or_else(|| digits::number_alone(said).map(|form| vec![form]));
    let instant = || {
        let part = text.split_once('[').or_else(|| without_weekday(text).map(|(_, rest)| (rest, "")));
        part.map(|(instant, _)| vec![instant.to_owned()]).filter(|_| text.contains(':'))
    };
    exact
        .and_then(read)
        .or_else(|| read(instant()?))
        .or_else(|| usable(&said::part_of_day(&words, place)?, place))
        .or_else(|| usable(&said::tonight(&words)?, place))
        .or_else(|| usable(&said::hour(&words)?, place))
        .or_else(|| usable(&said::workday(said, place)?, place))
        .or_else(|| usable(&said::replaced(said, place)?, place))
        .or_else(|| usable(&[spelling::corrected(said)?], place))
}

/// Keeps the forms that the program can read. `None` if there are none.
fn read(forms: Vec<String>) -> Option<Vec<String>> {
    let forms: Vec<String> = forms.into_iter().filter(|form| Phrase::parse(form).is_some()).collect();
    (!forms.is_empty()).then_some(forms)
}

/// Keeps the forms that the program can read, and that lie in the direction in which the program looks. If there are
/// none, a due date gets the forms with `tomorrow` instead of `today`, and a time in the past gets all forms that the
/// program can read. `None` if there are no such forms either.
fn usable(forms: &[String], place: Place<'_>) -> Option<Vec<String>> {
    let right = |forms: &mut dyn Iterator<Item = String>| {
        let forms: Vec<String> = forms.filter(|form| is_on_the_right_side(form, place)).collect();
        (!forms.is_empty()).then_some(forms)
    };
    let tomorrow = |form: &String| form.replace("today", "tomorrow");
    match place.direction {
        Direction::Coming => right(&mut forms.iter().cloned()).or_else(|| right(&mut forms.iter().map(tomorrow))),
        Direction::Past => right(&mut forms.iter().cloned()).or_else(|| read(forms.to_vec())),
    }
}

fn is_on_the_right_side(form: &str, place: Place<'_>) -> bool {
    let now = place.moment.zone.to_datetime(place.moment.now);
    let Some(Ok(resolved)) = Phrase::parse(form).map(|phrase| resolve(&phrase, place)) else { return false };
    match (resolved, place.direction) {
        (Resolved::On(date), Direction::Coming) => date >= now.date(),
        (Resolved::On(date), Direction::Past) => date <= now.date(),
        // A time in the present minute is not over yet.
        (Resolved::At(time), Direction::Coming) => time.saturating_add(Span::new().minutes(1)) > now,
        (Resolved::At(time), Direction::Past) => time <= now,
    }
}

/// Examples for a text that the program does not understand at all.
fn usual(place: Place<'_>) -> Vec<String> {
    let (date, others) = match place.direction {
        Direction::Coming => (day_from(place, 1), ["friday", "in 3 days", "5pm"]),
        Direction::Past => (day_from(place, -1), ["10 minutes", "2 hours", "yesterday"]),
    };
    [date.clone(), format!("{date}T17:00")].into_iter().chain(others.map(str::to_owned)).collect()
}

fn day_from(place: Place<'_>, days: i64) -> String {
    place.moment.today().saturating_add(Span::new().days(days)).to_string()
}

/// Whether the text is a duration with a number of more than four digits.
fn is_too_long(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let short = text.replace(&digits, "9999");
    digits.len() > 4 && duration(&short.split(' ').collect::<Vec<_>>()).is_some()
}

/// Whether the text ends with the name of a time zone, such as `CET` or `Z`, after a time.
fn has_zone(text: &str) -> bool {
    let before = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let zone = text.get(before.len()..).unwrap_or_default();
    let is_name = ["z", "utc", "gmt"].contains(&zone.to_lowercase().as_str())
        || ((3..=4).contains(&zone.len()) && zone.bytes().all(|byte| byte.is_ascii_uppercase()));
    let before = before.trim_end();
    is_name
        && (before.contains(':') || before.ends_with("am") || before.ends_with("pm"))
        && Phrase::parse(before).is_some()
}
