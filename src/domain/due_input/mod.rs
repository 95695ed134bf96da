//! Reads the days and times that callers send, as people say them: `tomorrow 5pm`, `next friday`, `in 2 weeks`. The
//! same forms are accepted for due dates, in edits, in filters and for the beginning of a period. `table.rs` lists the
//! forms. The program refuses every other text, and the error names the value, the present moment and a near form.

mod clock;
mod day;
mod digits;
mod duration;
mod nearest;
mod period;
mod phrase;
mod plain;
mod resolve;
mod said;
pub mod shift;
mod span;
mod spelling;
pub mod table;
mod until;

use deserr::{DeserializeError, Deserr, IntoValue, MergeWithError, Value, ValuePointerRef};
use jiff::{SignedDuration, Timestamp, civil::Time};

use self::{clock::Clock, day::Day, duration::Duration, phrase::Phrase};
pub use self::{
    day::{Place, month_number},
    duration::Direction,
    resolve::Resolved,
    until::last_day,
};
use super::{due::Due, input::value, invalid::Invalid, moment::Moment};

/// The program does not read a text with more characters.
const CHARACTERS: usize = 60;
/// If a caller names only the day on which something was done, the program uses this time of the day.
const NOON: Time = Time::constant(12, 0, 0, 0);
/// The clock of a caller may be ahead of the clock of this service by at most this time.
const CLOCKS: SignedDuration = SignedDuration::from_secs(60);

/// A day, a time, or both, as a caller wrote them. The meaning may depend on the owner's local time and on the todo, so
/// the program first reads the text, and resolves the text later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueInput {
    text: String,
    /// `None` if no form of the table fits.
    phrase: Option<Phrase>,
}

impl DueInput {
    /// Reads a text. This function never fails: [`Self::resolve`] refuses a text in an unknown form, because the error
    /// names the present moment.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let phrase = (text.chars().count() <= CHARACTERS).then(|| Phrase::parse(&plain::plain(text))).flatten();
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

    /// The beginning of a period that ends now. A duration such as `3 days` counts back from the present moment, and a
    /// day means the beginning of the day.
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

    /// The moment that the text means. The program looks for days in the past. If the text names only a day, `time` is
    /// the time of this day.
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
        let Some(phrase) = &self.phrase else { return Err(nearest::refusal(&self.text, None, place)) };
        resolve::resolve(phrase, place).map_err(|reason| nearest::refusal(&self.text, Some(reason), place))
    }
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for DueInput {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        value::text(value, location, |text| Ok(Self::parse(&text)))
    }
}
