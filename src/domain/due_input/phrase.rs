//! Splits a text into the words that name the day, and the words that name the time.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    clock::{self, Clock, clock},
    day::{self, Day},
    duration::{Duration, duration},
};
use crate::domain::{due, moment::Weekday};

/// What a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phrase {
    /// A date and time with a UTC offset (RFC 3339).
    Instant(Timestamp),
    /// A duration with hours or minutes, from now: `in 90 minutes`, `+1h`.
    In(Duration),
    /// A day, a time on the owner's clock, or both. If the caller named the weekday of the day, the day must have this
    /// weekday.
    Wall { day: Option<Day>, weekday: Option<Weekday>, clock: Option<Clock> },
}

/// The maximum number of words. No form has more words.
const WORDS: usize = 12;

impl Phrase {
    /// Reads a text. `None` if no form of the table fits.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(instant) = instant(text).or_else(|| instant_on_weekday(text)) {
            return Some(Self::Instant(instant));
        }
        let text = normalised(text);
        let mut words: Vec<&str> = text.split_whitespace().collect();
        if words.is_empty() || words.len() > WORDS {
            return None;
        }
        // Answers write `2026-11-27T17:00 (fri)`.
        if let [date, _, .., last] = words[..]
            && due::day(date).is_some()
            && day::weekday(last).is_some()
        {
            words.rotate_right(1);
        }
        if let ["now"] | ["right" | "just", "now"] = words[..] {
            return Some(Self::In(Duration::default()));
        }
        if let Some(duration) = duration(&words).filter(|duration| !duration.is_of_days()) {
            return Some(Self::In(duration));
        }
        // The day may come before or after the time.
        (0..=words.len()).find_map(|at| {
            let (first, second) = words.split_at(at);
            Self::of(first, second).or_else(|| Self::of(second, first))
        })
    }

    fn of(days: &[&str], times: &[&str]) -> Option<Self> {
        let (day, weekday) = match days {
            [] => (None, None),
            days => {
                let (day, weekday) = checked_day(days)?;
                (Some(day), weekday)
            }
        };
        let fillers = ["at", "by", "@"];
        let (day, clock) = match (day, times) {
            (None, ["tonight", rest @ ..] | [rest @ .., "tonight"]) if !rest.is_empty() => {
                (Some(Day::Named(0)), Some(clock::evening(without(rest, &fillers))?))
            }
            (day, []) => (day, None),
            (day, times) => (day, Some(clock(without(times, &fillers))?)),
        };
        // `tonight` is always today, so it cannot stand beside another day.
        match (day, clock) {
            (None, None) => None,
            (Some(day), Some(Clock::Tonight)) if day != Day::Named(0) => None,
            _ => Some(Self::Wall { day, weekday, clock }),
        }
    }
}

/// A day, and the weekday that the caller named beside it: `fri 2026-11-27`.
fn checked_day(words: &[&str]) -> Option<(Day, Option<Weekday>)> {
    let words = without(words, &["on", "by", "due", "until"]);
    if let Some(day) = Day::parse(words) {
        return Some((day, None));
    }
    let with = |word: &str, rest: &[&str]| {
        let weekday = day::weekday(word)?;
        let day = Day::parse(without(rest, &["the"])).filter(|day| day.is_date())?;
        Some((day, Some(weekday)))
    };
    match words {
        ["this" | "coming", first, rest @ ..] | [first, rest @ ..] if !rest.is_empty() => {
            let (last, begin) = words.split_last()?;
            // `2nd friday` is the second Friday of a month.
            let is_ordinal = |(day, _): &(Day, _)| matches!(day, Day::OfMonth(_));
            with(first, rest).or_else(|| with(last, begin).filter(|day| !is_ordinal(day)))
        }
        _ => None,
    }
}

/// The words without the first word, if it is one of `fillers`.
fn without<'a, 'b>(words: &'a [&'b str], fillers: &[&str]) -> &'a [&'b str] {
    match words {
        [first, rest @ ..] if fillers.contains(first) && !rest.is_empty() => rest,
        words => words,
    }
}

/// The text in lower case, with digits for numbers in words. One space stands between words, and between a date and a
/// time.
pub fn normalised(text: &str) -> String {
    let text = text
        .to_lowercase()
        .replace([',', '(', ')'], " ")
        .replace("p.m.", "pm")
        .replace("a.m.", "am")
        .replace("+ ", "+");
    let words = text.split_whitespace().filter(|word| !["and", "o'clock"].contains(word)).map(|word| {
        let is_date = |date: &str| date.len() >= 8 && date.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
        match word.split_once(['t', '_']) {
            Some((date, time)) if is_date(date) => format!("{date} {time}"),
            _ => NUMBERS.iter().find(|(name, _)| *name == word).map_or(word, |(_, digits)| digits).to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Numbers in words.
const NUMBERS: [(&str, &str); 21] = [
    ("an", "1"),
    ("a", "1"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("fifteen", "15"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("sixty", "60"),
    ("ninety", "90"),
    ("first", "1st"),
];

/// Reads `Fri 2026-11-27T17:00:00Z` and `2026-11-27T17:00:00+01:00 (fri)`. The weekday must be the weekday of the
/// written date.
fn instant_on_weekday(text: &str) -> Option<Timestamp> {
    let (weekday, rest) = without_weekday(text)?;
    let is_right = Weekday::of(due::day(rest.get(..10)?)?) == weekday;
    is_right.then(|| instant(rest)).flatten()
}

/// The weekday with which the text begins or ends, and the other words.
pub fn without_weekday(text: &str) -> Option<(Weekday, &str)> {
    let (first, after) = text.split_once(' ')?;
    let (before, last) = text.rsplit_once(' ')?;
    let weekday = |word: &str| day::weekday(&word.trim_matches(['(', ')', ',']).to_lowercase());
    let (weekday, rest) = weekday(first).map(|day| (day, after)).or_else(|| weekday(last).map(|day| (day, before)))?;
    Some((weekday, rest.trim().trim_end_matches(',')))
}

/// Reads a date and time as in RFC 3339, section 5.6. The text contains a date, a "T" or a space, a time, and a UTC
/// offset. The seconds may be missing.
fn instant(text: &str) -> Option<Timestamp> {
    let text = text.to_ascii_uppercase();
    let (date, time) = (text.get(..10)?, text.get(11..)?);
    due::day(date)?;
    let is_separated = matches!(text.as_bytes()[10], b'T' | b' ');
    // RFC 3339 does not allow a time zone in brackets, such as `[Europe/Berlin]`. The parser would ignore a time zone
    // in brackets, so this check refuses the text.
    let offset = time.find(['Z', '+', '-'])?;
    let clock = time[..offset].trim_end();
    let shaped = is_separated && !time.contains('[') && clock.len() >= 5 && clock.as_bytes()[2] == b':';
    let clock = if clock.len() == 5 { format!("{clock}:00") } else { clock.to_owned() };
    let instant: Timestamp = shaped.then(|| format!("{date}T{clock}{}", &time[offset..]).parse().ok()).flatten()?;
    // In some time zones, the local date is one day before or after the date in UTC. So this function refuses a moment
    // near the first or the last possible date.
    let at = |year, month, day| TimeZone::UTC.to_timestamp(jiff::civil::date(year, month, day).at(0, 0, 0, 0)).ok();
    let (first, last) = (at(1, 1, 3)?, at(9999, 12, 29)?);
    (first..last).contains(&instant).then_some(instant)
}
