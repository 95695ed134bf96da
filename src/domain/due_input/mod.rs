//! Reads the days and times that callers send, as people say them: `tomorrow 5pm`, `next friday`, `in 2 weeks`. The same
//! forms are accepted for due dates, in edits, in filters and for the beginning of a period. `table.rs` lists the
//! forms. The program refuses every other text, and the error names the value, the present moment and a near form.

mod clock;
mod day;
mod duration;
mod nearest;
mod phrase;
pub mod shift;
pub mod table;

use deserr::{DeserializeError, Deserr, IntoValue, MergeWithError, Value, ValuePointerRef};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
};

use self::duration::Duration;
use self::{
    clock::Clock,
    day::{Day, TOO_FAR},
    phrase::Phrase,
};
pub use self::{day::Place, duration::Direction};
use super::{
    due::Due,
    input::value,
    invalid::Invalid,
    moment::{Moment, Weekday},
};

/// A longer text is not read.
const CHARACTERS: usize = 60;
/// `tonight` without a time.
const TONIGHT: Time = Time::constant(20, 0, 0, 0);
/// The time of a day on which something was done, if nobody said when.
const NOON: Time = Time::constant(12, 0, 0, 0);
/// The clock of a caller may be ahead by this time.
const CLOCKS: SignedDuration = SignedDuration::from_secs(60);
/// `tonight` after `TONIGHT`, and the last minute of a day.
const LAST_MINUTE: Time = Time::constant(23, 59, 0, 0);

/// A day, a time, or both, as a caller wrote them. The meaning may depend on the owner's local time and on the todo, so
/// the program first reads the text, and resolves the text later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueInput {
    text: String,
    /// `None` if no form of the table fits.
    phrase: Option<Phrase>,
}

/// A resolved text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// A day.
    On(Date),
    /// A local time. If the caller named an instant or a duration, the time has seconds.
    At(DateTime),
}

impl DueInput {
    /// Reads a text. This function never fails: [`Self::resolve`] refuses a text in an unknown form, because the error
    /// names the present moment.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let phrase = (text.chars().count() <= CHARACTERS).then(|| Phrase::parse(text)).flatten();
        Self { text: text.to_owned(), phrase }
    }

    /// Whether the meaning depends on the owner's local time, on the owner's time zone or on the todo. A refused text
    /// counts as relative, because the error names the local time.
    pub fn is_relative(&self) -> bool {
        let absolute = |phrase: &Phrase| matches!(phrase, Phrase::Wall { day: Some(Day::Date(_)), weekday: None, clock } if *clock != Some(Clock::Tonight));
        !self.phrase.as_ref().is_some_and(absolute)
    }

    /// Whether the text names an instant, with an offset from UTC.
    pub fn is_instant(&self) -> bool {
        matches!(self.phrase, Some(Phrase::Instant(_)))
    }

    /// Whether the text says only a time of day, such as `7:30`.
    pub fn is_time_alone(&self) -> bool {
        matches!(self.phrase, Some(Phrase::Wall { day: None, clock: Some(Clock::At(_)), .. }))
    }

    /// The text of the caller.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The beginning of a period that ends now. A duration such as `3 days` counts from the present minute, and a day
    /// means the beginning of the day.
    pub fn begin(&self, moment: &Moment) -> Result<Timestamp, Invalid> {
        let span = match &self.phrase {
            Some(Phrase::Wall { day: Some(Day::From(span)), weekday: None, clock: None }) => Some(span),
            _ => None,
        };
        match span {
            Some(span) => Ok(Self::before_now(*span, moment)),
            None => self.past(moment, Time::midnight()),
        }
    }

    /// The moment at which something was done. A day means its noon, but today means now. The error for a moment in the
    /// future names the present moment.
    pub fn done(&self, moment: &Moment) -> Result<Timestamp, Invalid> {
        let at = self.past(moment, NOON)?;
        let place = Place { moment, direction: Direction::Past, present: None };
        let is_today = self.resolve(place)? == Resolved::On(moment.today());
        if !is_today && at > moment.now.saturating_add(CLOCKS).unwrap_or(Timestamp::MAX) {
            return Err(nearest::refusal(&self.text, Some("is in the future".to_owned()), place));
        }
        Ok(if is_today { moment.now } else { at.min(moment.now) })
    }

    /// The moment that the text means. The program looks for days in the past, and `time` is the time of a day.
    fn past(&self, moment: &Moment, time: Time) -> Result<Timestamp, Invalid> {
        let local = match &self.phrase {
            Some(Phrase::Instant(instant)) => return Ok(*instant),
            Some(Phrase::In(span)) => return Ok(Self::before_now(*span, moment)),
            _ => match self.resolve(Place { moment, direction: Direction::Past, present: None })? {
                Resolved::On(date) => date.to_datetime(time),
                Resolved::At(time) => time,
            },
        };
        Ok(moment.zone.to_timestamp(local).unwrap_or(Timestamp::MIN))
    }

    fn before_now(span: Duration, moment: &Moment) -> Timestamp {
        let now = moment.now.to_zoned(moment.zone.clone());
        now.checked_add(span.signed(Direction::Past)).map_or(Timestamp::MIN, |at| at.timestamp())
    }

    /// The due date of a new todo, or of a todo with the due date `present`.
    pub fn due(&self, moment: &Moment, present: Option<Due>) -> Result<Due, Invalid> {
        let resolved = self.resolve(Place { moment, direction: Direction::Coming, present })?;
        Ok(match resolved {
            Resolved::On(date) => Due::On(date),
            Resolved::At(time) => Due::At(time.date().at(time.hour(), time.minute(), 0, 0)),
        })
    }

    /// The day or the time that the text means. The error names the text, the present moment and a form that is near.
    pub fn resolve(&self, place: Place<'_>) -> Result<Resolved, Invalid> {
        let refused = |reason: Option<String>| nearest::refusal(&self.text, reason, place);
        let Some(phrase) = &self.phrase else { return Err(refused(None)) };
        match phrase {
            Phrase::Instant(instant) => Ok(Resolved::At(place.moment.zone.to_datetime(*instant))),
            Phrase::In(span) => {
                let now = place.moment.now.to_zoned(place.moment.zone.clone());
                let at = now.checked_add(span.signed(place.direction)).ok();
                at.map(|at| Resolved::At(at.datetime())).ok_or_else(|| refused(Some(TOO_FAR.to_owned())))
            }
            Phrase::Wall { day, weekday, clock } => {
                let date = match day {
                    Some(day) => day.on(place).map_err(|reason| refused(Some(reason)))?,
                    None => Self::day_of(clock.as_ref(), place),
                };
                if let Some(weekday) = weekday.filter(|weekday| *weekday != Weekday::of(date)) {
                    return Err(refused(Some(wrong_weekday(weekday, date))));
                }
                Ok(Self::at(date, clock.as_ref(), place))
            }
        }
    }

    /// The day of a time without a day: the day of the todo, else today, or tomorrow if the time is over.
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
}

fn wrong_weekday(said: Weekday, date: Date) -> String {
    let name = |weekday: Weekday| table::NAMES[weekday.days_after(Weekday::Mon) as usize];
    format!("names a {}, but {date} is a {}; send the date or the weekday alone", name(said), name(Weekday::of(date)))
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for DueInput {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        value::text(value, location, |text| Ok(Self::parse(&text)))
    }
}
