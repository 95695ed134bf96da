//! Reads the last day of a repetition. The program does not know the owner's local time here, so the text must contain
//! the year.

use jiff::civil::Date;

use super::{
    day::{Day, no_such_day},
    digits,
    period::Edge,
    phrase::{Phrase, normalised},
    plain::plain,
};
use crate::domain::{due, invalid::Invalid, moment::Weekday};

/// The program reads at most this number of characters of a caller's text, and an error shows at most this number.
const SHOWN: usize = 60;

/// The date in a text such as `2026-12-31`, `31 december 2026` or `2026-12-31T23:59`. The program ignores a time,
/// because the whole day belongs to the repetition. The error names the text, and says why it is no date or what to
/// send instead.
pub fn last_day(text: &str) -> Result<Date, Invalid> {
    let plain: String = plain(text).chars().take(SHOWN).collect();
    let phrase = Phrase::parse(&plain);
    let day = match phrase {
        Some(Phrase::Wall { day: Some(Day::Date(date)), weekday, .. }) => {
            if weekday.is_none_or(|weekday| weekday == Weekday::of(date)) {
                return Ok(date);
            }
            None
        }
        Some(Phrase::Wall { day, .. }) => day,
        _ => None,
    };
    let advice = match day {
        Some(Day::Iso { year, month, day }) => no_such_day(year, month, day),
        Some(Day::OfYear { month, day }) => with_year(month, day),
        Some(Day::Edge(Edge { months: 12, is_last: true, .. })) => with_year(12, 31),
        _ => match written(&plain) {
            Some(date) => format!("send the last day as YYYY-MM-DD, for example {date}"),
            None => "send the last day as YYYY-MM-DD, such as 2030-12-31, or leave it out for no end".to_owned(),
        },
    };
    let shown: String = text.chars().take(SHOWN).collect();
    Err(Invalid::new(format!("cannot be \"{shown}\": {advice}")))
}

fn with_year(month: i8, day: i8) -> String {
    format!("send the last day with its year, as YYYY-{month:02}-{day:02}")
}

/// A date that the text contains in another form: at the beginning of an instant, or as `31.12.2026`.
fn written(plain: &str) -> Option<String> {
    let of_instant = plain.split([' ', 't', 'T']).find_map(due::day).map(|date| date.to_string());
    let forms = || digits::forms(&normalised(plain)).or_else(|| digits::number_alone(plain).map(|form| vec![form]));
    let is_date = |form: &String| due::day(form).is_some();
    of_instant.or_else(|| {
        let dates: Vec<String> = forms()?.into_iter().filter(is_date).collect();
        (!dates.is_empty()).then(|| dates.join(" or "))
    })
}
