//! The later dates of repeating todos in a period. The table contains only the present todo of each series, so the
//! program computes the later dates.

use jiff::civil::Date;

use super::filter::periods::Period;
use crate::{
    api::answer::fitting::characters,
    domain::{due::Due, moment::Moment, todo::Todo, values::cut},
};

/// All dates together have at most this number of characters. So an answer with a full page is still short enough.
const CHARACTERS: usize = 8_000;

/// The later dates in the days of a period.
#[derive(Debug)]
pub struct Upcoming {
    /// The first and the last day of the period.
    days: (Date, Date),
    /// The period in which dates must lie, if it may begin or end within a day.
    period: Option<Period>,
    /// The maximum number of dates.
    most: usize,
    dates: Vec<String>,
    /// Whether some dates were left out.
    is_cut: bool,
}

/// The last text if some dates were left out.
const MORE: &str = "… and more; to see them, list fewer days with getTodos";

impl Upcoming {
    /// Makes an empty collection for the dates on these days and in this period. The collection keeps the earliest
    /// dates, at most `most`.
    pub fn new(days: (Date, Date), period: Option<Period>, most: usize) -> Self {
        Self { days, period, most, dates: Vec::new(), is_cut: false }
    }

    /// The first day of the period.
    pub fn from(&self) -> Date {
        self.days.0
    }

    /// Adds the later dates of a todo.
    pub fn add(&mut self, todo: &Todo, moment: &Moment) {
        if todo.repeat.is_none() {
            return;
        }
        let (title, id) = (cut(todo.title.as_str()), todo.id.as_str());
        // If there is one date more than `most`, the program knows that it leaves out dates.
        let dates = todo.upcoming(self.days, self.most + 1, moment).into_iter();
        let is_within = |due: &Due| self.period.is_none_or(|period| period.has_due(*due));
        self.dates.extend(dates.filter(is_within).map(|due| format!("{} {title} ({id})", due.with_weekday())));
        // Each text begins with its due date, so the order of the texts is the order of the dates.
        if self.dates.len() > 10 * self.most {
            self.keep_first();
        }
    }

    /// The dates in their order, such as `2026-12-01T07:00 (tue) Bins (k7m2x9qa4t)`. If dates were left out, the last
    /// text says so.
    pub fn texts(mut self) -> Vec<String> {
        self.keep_first();
        let (mut left, all) = (CHARACTERS, self.dates.len());
        let fits = |text: &String| {
            let length = characters(text);
            let fits = length <= left;
            left = left.saturating_sub(length);
            fits
        };
        let mut texts: Vec<String> = self.dates.into_iter().take_while(fits).collect();
        if self.is_cut || texts.len() < all {
            texts.push(MORE.to_owned());
        }
        texts
    }

    fn keep_first(&mut self) {
        self.dates.sort_unstable();
        self.is_cut |= self.dates.len() > self.most;
        self.dates.truncate(self.most);
    }
}
