//! Finds the day or the time that a text means.

use jiff::civil::{Date, DateTime, Time};

use super::{
    clock::Clock,
    day::{Place, TOO_FAR},
    duration::Direction,
    phrase::Phrase,
    table,
};
use crate::domain::{due::Due, moment::Weekday};

/// The time that `tonight` means.
const TONIGHT: Time = Time::constant(20, 0, 0, 0);
/// The last minute of a day. `tonight` means this time if `TONIGHT` is already over.
const LAST_MINUTE: Time = Time::constant(23, 59, 0, 0);

/// A resolved text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// A day.
    On(Date),
    /// A local time. If the caller named an instant or a duration, the time has seconds.
    At(DateTime),
}

/// The day or the time that the phrase means. The error is the reason why there is no such day or time.
pub fn resolve(phrase: &Phrase, place: Place<'_>) -> Result<Resolved, String> {
    match phrase {
        Phrase::Instant(instant) => Ok(Resolved::At(place.moment.zone.to_datetime(*instant))),
        Phrase::In(span) => {
            let now = place.moment.now.to_zoned(place.moment.zone.clone());
            let at = now.checked_add(span.signed(place.direction)).ok();
            at.map(|at| Resolved::At(at.datetime())).ok_or_else(|| TOO_FAR.to_owned())
        }
        Phrase::Wall { day, weekday, clock } => {
            let date = match day {
                Some(day) => day.on(place)?,
                None => day_of(clock.as_ref(), place),
            };
            match weekday.filter(|weekday| *weekday != Weekday::of(date)) {
                Some(weekday) => Err(wrong_weekday(weekday, date)),
                None => Ok(at(date, clock.as_ref(), place)),
            }
        }
    }
}

/// The day, if the caller named only a time. It is the day of the present due date. If the todo has no due date, it is
/// today, or tomorrow if the time is already over and the program looks for coming days.
fn day_of(clock: Option<&Clock>, place: Place<'_>) -> Date {
    let now = place.moment.zone.to_datetime(place.moment.now);
    match (clock, place.present, place.direction) {
        (Some(Clock::At(_) | Clock::AllDay), Some(due), _) => due.date(),
        (Some(Clock::At(time)), None, Direction::Coming) if *time <= now.time() => {
            now.date().tomorrow().unwrap_or(now.date())
        }
        _ => now.date(),
    }
}

fn at(date: Date, clock: Option<&Clock>, place: Place<'_>) -> Resolved {
    let now = place.moment.zone.to_datetime(place.moment.now);
    match (clock, place.present) {
        (Some(Clock::At(time)), _) => Resolved::At(date.to_datetime(*time)),
        (Some(Clock::Tonight), _) => {
            let time = if now.time() < TONIGHT { TONIGHT } else { LAST_MINUTE };
            Resolved::At(date.to_datetime(time))
        }
        (None, Some(Due::At(time))) => Resolved::At(date.to_datetime(time.time())),
        (Some(Clock::AllDay) | None, _) => Resolved::On(date),
    }
}

fn wrong_weekday(said: Weekday, date: Date) -> String {
    let name = |weekday: Weekday| table::NAMES[weekday.days_after(Weekday::Mon) as usize];
    format!("names a {}, but {date} is a {}; send the date or the weekday alone", name(said), name(Weekday::of(date)))
}
