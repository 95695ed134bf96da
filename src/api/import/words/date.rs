//! Dates in English words.

use jiff::{Span, civil::Date};

use crate::{
    api::import::source::Context,
    domain::{
        due::Due,
        due_input::{DueInput, month_number},
        moment::Moment,
        repeat::month_day::MonthDay,
    },
};

/// If a date in the present year is more months ago than this, the date of the next year is meant.
const MONTHS_AGO: i64 = 6;
/// If a date in the present year is more months ahead than this, the date of the previous year is meant.
const MONTHS_AHEAD: i64 = 11;

pub fn moment(context: &Context) -> Moment {
    Moment { now: context.now, zone: context.zone.clone(), week_start: context.week_start }
}

/// The day or the time that the words mean. The words have the forms of a due date that a person sends. Dates without a
/// year have the year that [`super::said`] describes.
pub fn due(words: &[&str], context: &Context) -> Option<Due> {
    let moment = moment(context);
    let text = with_year(words, moment.today()).unwrap_or_else(|| words.join(" "));
    DueInput::parse(&text).due(&moment, None).ok()
}

/// The words with a year added after a day and a month. `None` if they already have a year, or no day and month.
fn with_year(words: &[&str], today: Date) -> Option<String> {
    let at = words.windows(2).position(|pair| day_of_year(pair).is_some())?;
    let (month, day) = day_of_year(&words[at..at + 2])?;
    let is_year = |word: &&str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    if words.get(at + 2).is_some_and(is_year) {
        return None;
    }
    let date = near(month, day, today)?.to_string();
    let (before, after) = (&words[..at], &words[at + 2..]);
    Some([before, &[date.as_str()], after].concat().join(" "))
}

/// Reads `4 jan`, `jan 4` or `4th january`.
fn day_of_year(pair: &[&str]) -> Option<(i8, i8)> {
    let [first, second] = pair else { return None };
    let (month, day) = match (month_number(first), month_number(second)) {
        (Some(month), None) => (month, second),
        (None, Some(month)) => (month, first),
        _ => return None,
    };
    match MonthDay::parse((*day).to_owned()) {
        Ok(MonthDay::Number(day)) => Some((month, day)),
        _ => None,
    }
}

/// The date in the present year, in the next year or in the previous year. For 29 February, also in a later year.
fn near(month: i8, day: i8, today: Date) -> Option<Date> {
    let in_year = |years: i16| Date::new(today.year().checked_add(years)?, month, day).ok();
    let months = |months| Span::new().months(months);
    let is_near = |date: &Date| {
        *date >= today.saturating_sub(months(MONTHS_AGO)) && *date <= today.saturating_add(months(MONTHS_AHEAD))
    };
    // Only 29 February does not exist in some years.
    [0, 1, -1].into_iter().filter_map(in_year).find(is_near).or_else(|| (1..=8).find_map(in_year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_without_a_year_is_near() {
        for (today, month, day, expected) in [
            ("2026-11-28", 1, 4, "2027-01-04"),
            ("2026-11-28", 11, 20, "2026-11-20"),
            ("2026-11-28", 6, 1, "2026-06-01"),
            ("2026-11-28", 5, 1, "2027-05-01"),
            ("2027-01-02", 12, 28, "2026-12-28"),
            ("2027-01-25", 12, 20, "2027-12-20"),
            ("2027-01-02", 1, 1, "2027-01-01"),
            ("2027-11-28", 2, 29, "2028-02-29"),
            ("2026-11-28", 2, 29, "2028-02-29"),
        ] {
            let date = near(month, day, today.parse().unwrap()).unwrap();
            assert_eq!(date.to_string(), expected, "{today} {month} {day}");
        }
        assert_eq!(near(2, 30, "2026-11-28".parse().unwrap()), None);
    }
}
