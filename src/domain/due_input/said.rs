//! Reads texts that people use although the table does not contain them, and finds the forms of the table that mean the
//! same.

use jiff::{Span, civil::Date};

use super::{
    day::{Place, month_number},
    duration::{Direction, number},
};
use crate::domain::{moment::Weekday, repeat::month_day::MonthDay};

/// The parts of a day, and the time that the program proposes for each part.
const PARTS: [(&str, &str); 4] =
    [("morning", "09:00"), ("afternoon", "15:00"), ("evening", "19:00"), ("night", "22:00")];

/// Words that people use, and the forms that these words may mean.
const WORDS: [(&str, &[&str]); 21] = [
    ("next weekend", &["next saturday"]),
    ("midnight", &["23:59", "00:00"]),
    ("24:00", &["23:59", "00:00"]),
    ("asap", &["today"]),
    ("immediately", &["now"]),
    ("earlier today", &["today"]),
    ("later today", &["tonight", "today"]),
    ("cob", &["eod"]),
    ("close of business", &["eod"]),
    ("after lunch", &["13:00"]),
    ("christmas eve", &["24 december"]),
    ("christmas", &["25 december"]),
    ("new year's eve", &["31 december"]),
    ("new year's day", &["1 january"]),
    ("new year", &["1 january"]),
    ("start of the month", &["start of next month", "start of this month"]),
    ("start of month", &["start of next month", "start of this month"]),
    ("beginning of the month", &["start of next month", "start of this month"]),
    ("start of the year", &["start of next year", "start of this year"]),
    ("start of year", &["start of next year", "start of this year"]),
    ("next 7 days", &["in 7 days"]),
];

/// The forms for a part of a day: `this evening`, `friday morning at 7`. If the program looks for a time in the past,
/// the form is the whole day, because the exact beginning of a part of a day is unknown.
pub fn part_of_day(words: &[&str], Place { moment, direction, .. }: Place<'_>) -> Option<Vec<String>> {
    let (at, (part, usual)) = words
        .iter()
        .enumerate()
        .find_map(|(at, word)| Some((at, PARTS.into_iter().find(|(part, _)| part == word)?)))?;
    let before = words[..at].iter().filter(|word| !["in", "the", "this", "at", "on"].contains(word));
    let rest: Vec<&str> = before.chain(words[at + 1..].iter().filter(|word| **word != "at")).copied().collect();
    let (times, days): (Vec<&str>, Vec<&str>) = rest.iter().partition(|word| hour_of(word, part).is_some());
    let day = match &days[..] {
        [] => "today".to_owned(),
        ["last"] => "yesterday".to_owned(),
        days => days.join(" "),
    };
    let time = match times[..] {
        [] if direction == Direction::Past => return Some(vec![day]),
        [] => usual.to_owned(),
        [time] => hour_of(time, part)?,
        _ => return None,
    };
    let form = format!("{day} {time}");
    let now = moment.zone.to_datetime(moment.now).strftime("%H:%M").to_string();
    let is_late =
        direction == Direction::Coming && day == "today" && usual >= "19:00" && times.is_empty() && now >= time;
    Some(if is_late { vec!["tonight".to_owned(), format!("tomorrow {time}")] } else { vec![form] })
}

/// The time of a word such as `7` or `10:30` in a part of the day.
fn hour_of(word: &str, part: &str) -> Option<String> {
    let (hours, minutes) = word.split_once(':').unwrap_or((word, "00"));
    let (hours, minutes) = (number(hours, 1..=2)?, number(minutes, 2..=2).filter(|minutes| *minutes < 60)?);
    let hours = match (part, hours) {
        ("morning", 0..=11) | (_, 12..=23) => hours,
        ("afternoon", 1..=11) | ("evening" | "night", 5..=11) => hours + 12,
        _ => return None,
    };
    Some(format!("{hours:02}:{minutes:02}"))
}

/// The forms for a time beside `tonight` that is not in the evening: `tonight at 1`, `tonight 9am`.
pub fn tonight(words: &[&str]) -> Option<Vec<String>> {
    words.contains(&"tonight").then_some(())?;
    let rest: Vec<&str> = words.iter().filter(|word| !["at", "tonight"].contains(word)).copied().collect();
    let time = match rest[..] {
        ["12" | "12:00"] => return Some(vec!["today 23:59".to_owned(), "tomorrow 00:00".to_owned()]),
        [hour] if number(hour, 1..=2).is_some() => format!("{hour}:00"),
        ref time => time.join(" "),
    };
    let days = ["today", "tomorrow"];
    (!time.is_empty()).then(|| days.map(|day| format!("{day} {time}")).to_vec())
}

/// The forms for a number alone, which may be an hour in the morning or in the evening: `friday 9`, `at 9 tomorrow`.
pub fn hour(words: &[&str]) -> Option<Vec<String>> {
    let words: Vec<&str> = words.iter().filter(|word| **word != "at").copied().collect();
    let (hour, day) = match words[..] {
        [ref day @ .., hour] if number(hour, 1..=2).is_some() => (hour, day),
        [hour, ref day @ ..] => (hour, day),
        [] => return None,
    };
    let hour = number(hour, 1..=2).filter(|hour| *hour < 24)?;
    let evening = (hour < 12).then_some(hour + 12);
    let form = |hour| format!("{} {hour:02}:00", day.join(" ")).trim().to_owned();
    Some([Some(hour), evening].into_iter().flatten().map(form).collect())
}

/// The date and the day of the month for texts such as `2nd friday` or `last workday of november`.
pub fn of_month(text: &str, Place { moment, direction, .. }: Place<'_>) -> Option<(Date, MonthDay)> {
    let today = moment.today();
    let (day, month) = text.split_once(" of ").unwrap_or((text, ""));
    let day = MonthDay::parse(day.to_owned()).ok().filter(|day| !matches!(day, MonthDay::Number(_)))?;
    let in_month =
        |months: i64| Some(day.in_month_of(today.first_of_month().checked_add(Span::new().months(months)).ok()?));
    let month = month.trim_start_matches("the ");
    let date = match month {
        "this month" => in_month(0),
        "next month" => in_month(1),
        "" | "month" => {
            let (next, fits): (i64, fn(Date, Date) -> bool) = match direction {
                Direction::Coming => (1, |date, today| date >= today),
                Direction::Past => (-1, |date, today| date <= today),
            };
            in_month(0).filter(|date| fits(*date, today)).or_else(|| in_month(next))
        }
        month => {
            let ahead = i64::from(month_number(month)? - today.month());
            let months = match direction {
                Direction::Coming => ahead.rem_euclid(12),
                Direction::Past => -(-ahead).rem_euclid(12),
            };
            in_month(months)
        }
    };
    Some((date?, day))
}

/// The forms for days from Monday to Friday: `next workday`, `in 5 business days`, `workday 9am`.
pub fn workday(text: &str, place: Place<'_>) -> Option<Vec<String>> {
    let text = text.replace("business day", "workday").replace("working day", "workday");
    let words: Vec<&str> = text.split(' ').collect();
    let (days, rest) = match &words[..] {
        ["next" | "the", "workday" | "weekday", rest @ ..] | ["the", "next", "workday" | "weekday", rest @ ..] => {
            (1, rest)
        }
        ["workday", rest @ ..] => (1, rest),
        ["in", days, "workday" | "workdays", rest @ ..] | [days, "workday" | "workdays", rest @ ..] => {
            (number(days, 1..=2)?, rest)
        }
        _ => return None,
    };
    (place.direction == Direction::Coming).then_some(())?;
    let is_workday = |date: &Date| !matches!(Weekday::of(*date), Weekday::Sat | Weekday::Sun);
    let after = std::iter::successors(place.moment.today().tomorrow().ok(), |date| date.tomorrow().ok());
    let date = after.filter(is_workday).nth(usize::try_from(days).ok()?.checked_sub(1)?)?;
    Some(vec![format!("{date} {}", rest.join(" ")).trim().to_owned()])
}

/// Replaces words that the program does not know by forms that the program knows.
pub fn replaced(text: &str, place: Place<'_>) -> Option<Vec<String>> {
    if let Some(rest) = text.strip_suffix(" next week").or_else(|| text.strip_prefix("next week ")) {
        return Some(vec![format!("next {rest}")]);
    }
    let padded = format!(" {text} ");
    let (word, forms) = WORDS
        .iter()
        .find(|(word, _)| padded.contains(&format!(" {word} ")))
        .map(|(word, forms)| (*word, forms.iter().map(|form| (*form).to_owned()).collect()))
        .or_else(|| end_of_week(&padded, place))?;
    let form = |form: String| padded.replace(&format!(" {word} "), &format!(" {form} ")).trim().to_owned();
    Some(forms.into_iter().map(form).collect())
}

/// The dates of the weekend, or of the end of this week. The result has dates, because a weekday alone never means
/// today.
fn end_of_week(padded: &str, place: Place<'_>) -> Option<(&'static str, Vec<String>)> {
    let weekend = ["this weekend", "the weekend", "weekend"];
    let end = ["end of the week", "end of this week", "end of week", "eow"];
    let word = weekend.into_iter().chain(end).find(|word| padded.contains(&format!(" {word} ")))?;
    let today = place.moment.today();
    let since = Weekday::of(today).days_after(Weekday::Mon);
    // If the program looks for days in the past, this is the last weekend that has already begun.
    let weeks = if place.direction == Direction::Past && since < 5 { 7 } else { 0 };
    let day = |weekday: i64| today.checked_add(Span::new().days(weekday - since - weeks)).ok();
    let days = if weekend.contains(&word) { [day(5), day(6)] } else { [day(4), day(6)] };
    Some((word, days.into_iter().flatten().map(|day| day.to_string()).collect()))
}
