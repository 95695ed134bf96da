//! Values of filters that only filters have.

use deserr::Deserr;
use jiff::civil::Date;

use crate::domain::{due, invalid::Invalid, words::words};

words! {
    /// A group of todos, for example overdue todos or todos that are due tomorrow.
    DueWithin {
        Overdue = "overdue",
        Today = "today",
        Tomorrow = "tomorrow",
        NextSevenDays = "next_7_days",
        None = "none"
    } refused |word: &str| {
        let Invalid { message, allowed } = Invalid::word(word, DueWithin::WORDS);
        Invalid { message: format!("{message}; to choose other days, send `due_from` and `due_to`"), allowed }
    }
}

/// A day in a query.
#[derive(Debug, Clone, Copy, Deserr)]
#[deserr(try_from(String) = Day::parse -> Invalid)]
pub struct Day(pub Date);

impl Day {
    /// Reads a date such as 2026-11-27.
    fn parse(text: String) -> Result<Self, Invalid> {
        due::date(&text).map(Self)
    }
}
