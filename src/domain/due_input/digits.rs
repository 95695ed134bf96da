//! Dates and times in digits that are not forms of the table, such as `27.11.2026`. Some of them have several meanings.

use jiff::civil::{Date, Time};

use super::day::{Day, MONTHS};

/// The text with its date or time in a form that the program reads, such as `2026-11-27` for `27.11.2026`. Everything
/// else in the text stays. If the date or time has several meanings, there is one text for each of them.
pub fn forms(text: &str) -> Option<Vec<String>> {
    let words: Vec<&str> = text.split(' ').collect();
    let (at, meant) = words.iter().enumerate().find_map(|(at, word)| {
        if Day::parse(&[word]).is_some() {
            return None;
        }
        let mut meant = dates(word).unwrap_or_default();
        meant.extend(time(word));
        (!meant.is_empty()).then_some((at, meant))
    })?;
    let placed = |form: String| {
        let mut words = words.clone();
        words[at] = &form;
        words.join(" ")
    };
    Some(meant.into_iter().map(placed).collect())
}

/// The dates that a word such as `27.11.2026`, `11/27/2026` or `12/24` may mean.
fn dates(word: &str) -> Option<Vec<String>> {
    let separator = ['.', '/', '-'].into_iter().find(|separator| word.contains(*separator))?;
    let parts: Vec<i16> =
        word.trim_end_matches('.').split(separator).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let written = |day: i16, month: i16, year: Option<i16>| {
        let (day, month) = (i8::try_from(day).ok()?, i8::try_from(month).ok()?);
        // Without a year, the check uses 2024, because this year has a 29 February.
        let date = Date::new(year.unwrap_or(2024), month, day).ok()?;
        Some(match year {
            Some(_) => date.to_string(),
            None => format!("{day} {}", MONTHS[usize::try_from(month).ok()? - 1]),
        })
    };
    let (first, second, year) = match parts[..] {
        [year, month, day] if year >= 1000 => return Some(written(day, month, Some(year)).into_iter().collect()),
        [first, second, year] if separator != '-' || year >= 1000 => {
            (first, second, Some(if (0..100).contains(&year) { 2000 + year } else { year }))
        }
        [first, second] if separator != '-' => (first, second, None),
        _ => return None,
    };
    // With dots, people write the day first.
    let swapped = if separator == '.' { None } else { written(second, first, year) };
    let mut found: Vec<String> = written(first, second, year).into_iter().chain(swapped).collect();
    found.dedup();
    Some(found)
}

/// The time that a word such as `17.30` or `17h30` may mean.
fn time(word: &str) -> Option<String> {
    let (hours, minutes) = word.split_once(['.', 'h'])?;
    let is_time = (1..=2).contains(&hours.len()) && minutes.len() == 2;
    let time = Time::new(hours.parse().ok()?, minutes.parse().ok()?, 0, 0).ok().filter(|_| is_time)?;
    Some(time.strftime("%H:%M").to_string())
}

/// What a number alone means. Four digits are a time, and eight digits are a date. Ten digits are seconds since 1970,
/// and 13 digits are milliseconds.
pub fn number_alone(text: &str) -> Option<String> {
    let number: i64 = text.parse().ok()?;
    let date = || format!("{}-{}-{}", text.get(..4)?, text.get(4..6)?, text.get(6..)?).parse::<Date>().ok();
    let instant = match text.len() {
        8 => return date().map(|date| date.to_string()),
        4 if number < 2400 && number % 100 < 60 => return Some(format!("{:02}:{:02}", number / 100, number % 100)),
        10 => jiff::Timestamp::from_second(number).ok()?,
        13 => jiff::Timestamp::from_millisecond(number).ok()?,
        _ => return None,
    };
    Some(instant.to_string())
}
