//! Moves due dates by a duration, counted from the due date itself.

use deserr::{DeserializeError, Deserr, IntoValue, MergeWithError, Value, ValuePointerRef};

use super::{
    duration::{Direction, Duration, duration},
    phrase::normalised,
    plain::plain,
};
use crate::domain::{due::Due, input::value, invalid::Invalid, moment::Moment};

/// How far a due date moves, such as `+3d`, `-1h` or `2 weeks`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift(Duration);

impl Shift {
    fn parse(text: String) -> Result<Self, Invalid> {
        let words = normalised(&plain(&text));
        let words: Vec<&str> = words.split_whitespace().collect();
        let words = match &words[..] {
            ["by", rest @ ..] | [rest @ .., "later"] => rest,
            words => words,
        };
        let (words, earlier) = match words {
            [rest @ .., "earlier"] => (rest, true),
            words => (words, false),
        };
        let shift = duration(words).filter(|shift| !shift.span.is_zero());
        let shift =
            shift.map(|shift| if earlier { Duration { direction: Some(Direction::Past), ..shift } } else { shift });
        shift.map(Self).ok_or_else(|| {
            let shown: String = text.chars().take(60).collect();
            Invalid::new(format!(
                "cannot be \"{shown}\"; send how far to move the due date, such as +3d, -1h or 2 weeks"
            ))
        })
    }

    /// The due date, moved by this duration. The time of day stays, unless the shift contains hours or minutes. Hours
    /// count in real time: in a night in which the clocks change, the local time moves by one hour more or less.
    pub fn apply(self, due: Due, moment: &Moment) -> Result<Due, Invalid> {
        let span = self.0.signed(Direction::Coming);
        let far = |_| Invalid::new("moves the due date out of the calendar");
        match due {
            Due::On(_) if !self.0.is_of_days() => {
                Err(Invalid::new("has hours or minutes, but the due date has no time; send `due` with the new time"))
            }
            Due::On(date) => date.checked_add(span).map(Due::On).map_err(far),
            Due::At(time) if self.0.is_of_days() => time.checked_add(span).map(Due::At).map_err(far),
            Due::At(time) => {
                let at = moment.zone.to_zoned(time).and_then(|at| at.checked_add(span)).map_err(far)?;
                Ok(Due::At(at.date().at(at.hour(), at.minute(), 0, 0)))
            }
        }
    }
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for Shift {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        value::text(value, location, Self::parse)
    }
}
