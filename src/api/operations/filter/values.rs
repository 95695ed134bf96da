//! Types of values that only filters have.

use deserr::Deserr;

use crate::domain::{due_input::DueInput, invalid::Invalid, words::words};

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

/// A day or a time in a query.
#[derive(Debug, Clone, PartialEq, Eq, Deserr)]
#[deserr(from(String) = Day::parse, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct Day(pub DueInput);

impl Day {
    /// Reads a day, written as in a due date.
    fn parse(text: String) -> Self {
        Self(DueInput::parse(&text))
    }
}
