//! The error for a text that the program refuses. The error names the text, the present moment and a near form.

use super::{day::Place, duration::Direction, phrase::Phrase, table};
use jiff::Span;

use crate::domain::{
    invalid::Invalid,
    moment::{Moment, Weekday},
};

/// In errors, a text of a caller has at most this number of characters.
const SHOWN: usize = 60;

/// The error for `text`. `reason` says what is wrong with it; `None` if no form fits.
pub fn refusal(text: &str, reason: Option<String>, place: Place<'_>) -> Invalid {
    let shown: String = text.chars().take(SHOWN).collect();
    let now = now_text(place.moment);
    Invalid::new(match reason {
        Some(reason) => format!("cannot be \"{shown}\": it {reason}; for the person, it is {now} now"),
        None => format!("cannot be \"{shown}\"; {}; for the person, it is {now} now", advice(text, place)),
    })
}

/// The present moment, such as `Thu 2026-11-26T10:00`.
fn now_text(moment: &Moment) -> String {
    moment.zone.to_datetime(moment.now).strftime("%a %Y-%m-%dT%H:%M").to_string()
}

/// What to send instead of the text.
fn advice(text: &str, Place { moment, direction, .. }: Place<'_>) -> String {
    let lower = text.to_lowercase();
    if has_zone(text) {
        return "send the time on the person's clock without a zone, or with its UTC offset, such as 2026-11-27T17:00:00Z"
            .to_owned();
    }
    if NO_DATE.contains(&lower.as_str()) {
        return "for no date, leave the field out; to remove the due date of a todo, send `clear` with due".to_owned();
    }
    let repeats = ["daily", "weekly", "monthly", "yearly"].contains(&lower.as_str()) || lower.starts_with("every ");
    if repeats && direction == Direction::Coming {
        return "send the first day, such as friday, and how it repeats in `repeat`".to_owned();
    }
    let forms = dates(&lower).filter(|dates| !dates.is_empty()).or_else(|| number_alone(&lower).map(|form| vec![form]));
    let forms = forms.or_else(|| period(&lower, moment, direction)).or_else(|| part_of_past_day(&lower, direction));
    let forms = forms.or_else(|| replaced(text)).or_else(|| similar(&lower).map(|form| vec![form]));
    let forms = forms.unwrap_or_else(|| {
        let today = moment.today();
        let [first, second, third] = match direction {
            Direction::Coming => ["friday", "in 3 days", "5pm"],
            Direction::Past => ["10 minutes", "2 hours", "yesterday"],
        };
        vec![today.to_string(), format!("{today}T17:00"), first.to_owned(), second.to_owned(), third.to_owned()]
    });
    let quoted: Vec<String> = forms.iter().map(|form| format!("\"{form}\"")).collect();
    format!("send for example {}", quoted.join(" or "))
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

/// The form with the most similar letters. It must have the same digits: with other digits, it means another day.
fn similar(text: &str) -> Option<String> {
    let digits =
        |text: &str| text.chars().filter(|letter| letter.is_ascii_digit() || *letter == '-').collect::<String>();
    let distance = |form: &str| strsim::damerau_levenshtein(text, form);
    // A form with a date is only an example: the caller means another date.
    let forms = table::FORMS.iter().map(|(form, _)| *form).filter(|form| !form.contains("20")).chain(DAYS);
    let nearest = forms.min_by_key(|form| distance(form))?;
    let is_near = nearest.len() > 4 && distance(nearest) <= nearest.len() / 3 && digits(text) == digits(nearest);
    is_near.then(|| nearest.to_owned())
}

/// The dates that a text such as `27.11.2026` or `11/27/2026` may mean.
fn dates(text: &str) -> Option<Vec<String>> {
    let separator = ['.', '/'].into_iter().find(|separator| text.contains(*separator))?;
    let parts: Vec<i16> = text.split(separator).map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    let [first, second, year] = match parts[..] {
        [year, month, day] if year >= 1000 => [day, month, year],
        [first, second, year] => [first, second, year],
        _ => return None,
    };
    let year = if (0..100).contains(&year) { 2000 + year } else { year };
    let date = |day: i16, month: i16| {
        jiff::civil::Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok().map(|date| date.to_string())
    };
    // With dots, people write the day first.
    let swapped = if separator == '/' && parts[0] < 1000 { date(second, first) } else { None };
    let mut found: Vec<String> = date(first, second).into_iter().chain(swapped).collect();
    found.dedup();
    Some(found)
}

/// What a number alone means: four digits a time, eight digits a date, and more digits seconds or milliseconds since
/// 1970.
fn number_alone(text: &str) -> Option<String> {
    let number: i64 = text.parse().ok()?;
    let date =
        || format!("{}-{}-{}", text.get(..4)?, text.get(4..6)?, text.get(6..)?).parse::<jiff::civil::Date>().ok();
    let instant = match text.len() {
        8 => return date().map(|date| date.to_string()),
        4 if number < 2400 && number % 100 < 60 => return Some(format!("{:02}:{:02}", number / 100, number % 100)),
        10 => jiff::Timestamp::from_second(number).ok()?,
        13 => jiff::Timestamp::from_millisecond(number).ok()?,
        _ => return None,
    };
    Some(instant.to_string())
}

/// The first and the last day of a week, a month or a year, such as `last week`. For a due date, `next week` has nearer
/// forms.
fn period(text: &str, moment: &Moment, direction: Direction) -> Option<Vec<String>> {
    let (which, unit) = text.split_once(' ')?;
    let today = moment.today();
    let by = match which {
        "this" | "current" => 0,
        "last" | "past" | "previous" => -1,
        "next" if direction == Direction::Past => 1,
        _ => return None,
    };
    let (first, length) = match unit {
        "week" => {
            let since = Weekday::of(today).days_after(moment.week_start);
            (today.saturating_sub(Span::new().days(since)), Span::new().weeks(1))
        }
        "month" => (today.first_of_month(), Span::new().months(1)),
        "year" => (today.first_of_year(), Span::new().years(1)),
        _ => return None,
    };
    let begin = first.checked_add(length.checked_mul(by).ok()?).ok()?;
    let end = begin.checked_add(length).ok()?.yesterday().ok()?;
    Some(vec![begin.to_string(), end.to_string()])
}

/// For a time in the past, a part of a day such as `this morning` has no exact beginning. The whole day loses nothing.
fn part_of_past_day(text: &str, direction: Direction) -> Option<Vec<String>> {
    let is_past = !["tomorrow", "tonight", "midnight"].iter().any(|word| text.contains(word));
    let is_part = is_past && ["morning", "afternoon", "evening", "night"].iter().any(|part| text.ends_with(part));
    let day = if text.starts_with("yesterday") || text.starts_with("last") { "yesterday" } else { "today" };
    (is_part && direction == Direction::Past).then(|| vec![day.to_owned()])
}

/// Texts that mean that there is no due date.
const NO_DATE: [&str; 8] = ["", "none", "null", "never", "no date", "no due date", "nil", "undefined"];

/// Words for days beside the forms of the table.
const DAYS: [&str; 8] = ["tomorrow", "yesterday", "monday", "tuesday", "wednesday", "thursday", "saturday", "sunday"];

/// Words that people use, and the forms that may be meant.
const WORDS: [(&str, &[&str]); 13] = [
    ("next weekend", &["next saturday"]),
    ("end of the week", &["friday", "sunday"]),
    ("end of week", &["friday", "sunday"]),
    ("next week", &["next monday", "in 1 week"]),
    ("next month", &["in 1 month", "end of next month"]),
    ("next year", &["in 1 year"]),
    ("weekend", &["saturday", "sunday"]),
    ("midnight", &["23:59", "00:00"]),
    ("morning", &["09:00"]),
    ("afternoon", &["15:00"]),
    ("evening", &["19:00"]),
    ("night", &["22:00"]),
    ("asap", &["today"]),
];

/// The text with a word that the program does not know replaced by forms that it knows. A number alone may be an hour in
/// the morning or in the evening.
fn replaced(text: &str) -> Option<Vec<String>> {
    let is_read = |form: &String| Phrase::parse(form).is_some();
    let text = text.trim().trim_end_matches(" o'clock");
    let (day, last) = text.rsplit_once(' ').unwrap_or(("", text));
    if let Ok(hour @ 0..=23) = last.parse::<u8>() {
        let evening = (hour < 12).then(|| format!("{day} {}:00", hour + 12));
        let hours: Vec<String> = [format!("{day} {hour:02}:00")].into_iter().chain(evening).collect();
        return hours.iter().all(is_read).then(|| hours.iter().map(|hour| hour.trim().to_owned()).collect());
    }
    let text = text.to_lowercase();
    let (word, forms) = WORDS.iter().find(|(word, _)| text.contains(word))?;
    let rest = text.replace("in the ", "").replace("this ", "");
    let is_time = forms.iter().all(|form| form.ends_with(":00"));
    // A time without a day may be tomorrow's.
    let rest = if rest == *word && is_time { format!("today {rest}") } else { rest };
    let placed: Vec<String> = forms.iter().map(|form| rest.replace(word, form)).collect();
    placed.iter().all(is_read).then_some(placed)
}
