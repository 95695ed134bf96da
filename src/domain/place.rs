//! The place of a todo among the todos of its list. A place is a text, and the alphabetical order of the places is the
//! order of the todos. So to move a todo, the program writes only this todo.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::TodoId;

/// The digits of a place, in the order of ASCII.
const DIGITS: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
/// The number of digits of a time. With 9 digits, the times reach to the year 2540.
const TIME: u32 = 9;
/// The first character of a place at the top. It sorts before `#` and before every digit.
const TOP: char = '!';
/// This character stands between the place of a todo and the time at which somebody has put another todo after it. It
/// sorts before every digit, and after the `#` that follows a place in the index.
const AFTER: char = '+';

/// The place of a todo. There are five kinds:
///
/// * the time of adding, or the time at which somebody has put the todo at the bottom;
/// * `!` and a time that counts down, for todos at the top;
/// * for a todo that somebody has put after another todo: the place of the other todo, `+`, and a time that counts
///   down. So the todo that was moved last comes directly after the other todo;
/// * a text between the places of two todos;
/// * `#` and the id, for a todo without a due date that an earlier version has stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Place(String);

impl Place {
    /// The maximum number of characters.
    pub const MAX: usize = 80;
    /// If the place of a todo has more characters, the place after this todo is made from the places of both
    /// neighbours, so that places stay short.
    const LONG: usize = 40;

    /// Reads a place that comes from outside. `None` if the text cannot be a place.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix([TOP, '#']).unwrap_or(text);
        let fits = |letter: char| letter == AFTER || u8::try_from(letter).is_ok_and(|byte| DIGITS.contains(&byte));
        (!rest.is_empty() && text.len() <= Self::MAX && rest.chars().all(fits)).then(|| Self(text.to_owned()))
    }

    /// The place after all todos with an earlier time.
    pub fn of_time(at: Timestamp) -> Self {
        Self(digits(micros(at)))
    }

    /// The place of a todo without a due date that an earlier version has stored. Such todos come before all todos of
    /// [`Self::of_time`], in the order of their ids.
    pub fn of_id(id: &TodoId) -> Self {
        Self(format!("#{}", id.as_str()))
    }

    /// The place before all todos that were put at the top earlier.
    pub fn top(at: Timestamp) -> Self {
        Self(format!("{TOP}{}", countdown(at)))
    }

    /// The place directly after the todo with this place. `at` is the present time. If somebody has put other todos
    /// after this todo earlier, they come later.
    pub fn after(&self, at: Timestamp) -> Self {
        Self(format!("{}{AFTER}{}", self.0, countdown(at)))
    }

    /// A short place between this place and the place `next`. `None` if `next` begins with this place, or does not come
    /// after this place.
    pub fn between(&self, next: &Self) -> Option<Self> {
        let (low, high) = (self.0.as_bytes(), next.0.as_bytes());
        let same = low.iter().zip(high).take_while(|(low, high)| low == high).count();
        if same == low.len() || same == high.len() || low[same] > high[same] {
            return None;
        }
        // The digit at the first difference must be smaller than the digit of `next`. The digits after it have no upper
        // limit.
        (same..=low.len()).find_map(|at| {
            let above = |digit: &&u8| low.get(at).is_none_or(|low| *digit > low);
            let below = |digit: &&u8| at > same || **digit < high[same];
            let free: Vec<u8> = DIGITS.iter().filter(above).filter(below).copied().collect();
            // Most moves put a todo after the todo that was moved before. So the new place is near this place, and most
            // of the gap stays free for the next moves.
            let digit = free.get(free.len() / 16)?;
            Some(Self(format!("{}{}", &self.0[..at], char::from(*digit))))
        })
    }

    /// Whether a place after this place must be made from this place and the place of the next todo.
    pub fn is_long(&self) -> bool {
        self.0.len() > Self::LONG
    }

    /// The text of the place. It contains no `~`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn micros(at: Timestamp) -> u64 {
    u64::try_from(at.as_microsecond()).unwrap_or_default()
}

/// A number of `TIME` digits that is smaller for a later time.
fn countdown(at: Timestamp) -> String {
    digits((1 << (6 * TIME)) - 1 - micros(at))
}

fn digits(number: u64) -> String {
    (0..TIME).rev().map(|place| char::from(DIGITS[(number >> (6 * place)) as usize % 64])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_microsecond(micros).unwrap()
    }

    proptest! {
        #[test]
        fn places_sort_by_time_and_countdowns_against_it(one in 0..1i64 << 53, other in 0..1i64 << 53) {
            let (one, other) = (at(one), at(other));
            prop_assert_eq!(Place::of_time(one).cmp(&Place::of_time(other)), one.cmp(&other));
            prop_assert_eq!(Place::top(one).cmp(&Place::top(other)), other.cmp(&one));
            prop_assert!(Place::top(one) < Place("#0000000000".to_owned()));
            let place = Place::of_time(one);
            prop_assert!(place < place.after(other) && place.after(one.min(other)) >= place.after(one.max(other)));
        }

        #[test]
        fn between_two_places_is_a_place(low in "[!#+0-9a-z-]{1,12}", high in "[!#+0-9a-z-]{1,12}") {
            let (low, high) = (Place(low), Place(high));
            match low.between(&high) {
                Some(between) => {
                    prop_assert!(low < between && between < high, "{:?}", between);
                    let child = format!("{}+", low.0);
                    prop_assert!(!between.0.starts_with(&child) && between.0.len() <= low.0.len() + 1);
                }
                None => prop_assert!(low >= high || high.0.starts_with(&low.0) || low.0.starts_with(&high.0)),
            }
        }
    }

    #[test]
    fn a_place_from_outside_has_the_characters_of_a_place() {
        let place = Place::of_time(at(1 << 50));
        let id = TodoId::parse("k7m2x9qa4t").unwrap();
        for own in [place.after(at(5)), Place::top(at(5)).after(at(7)), Place::of_id(&id), place] {
            assert_eq!(Place::parse(own.as_str()), Some(own));
        }
        for text in ["", "!", "#", "a~", "a#", "!!a", "a b", "é", &"a".repeat(Place::MAX + 1)] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_long_way_of_moves_into_one_gap_stays_short() {
        let (mut place, next) = (Place::of_time(at(1 << 50)), Place::of_time(at((1 << 50) + 1)));
        for moves in 1..3_000 {
            let after = if place.is_long() { place.between(&next) } else { None };
            place = after.unwrap_or_else(|| place.after(at((1 << 50) + 10 * moves)));
            assert!(place.0.len() <= Place::MAX && place < next, "{moves}: {place:?}");
        }
    }
}
