//! The first and the last days of months, quarters and years.

use jiff::{Span, civil::Date};

/// The first or the last day of a month, a quarter or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The number of months in the period: 1, 3 or 12.
    pub months: i8,
    /// 0 for this period, and 1 for the next one.
    pub ahead: i8,
    pub is_last: bool,
}

impl Edge {
    /// Reads `end of month`, `eoy`, `last day of next month`, `start of next year`. The start of a period needs `this`
    /// or `next`, because `start of month` may mean this month or the next month.
    pub fn parse(words: &[&str]) -> Option<Self> {
        let of = |months, ahead, is_last| Some(Self { months, ahead, is_last });
        match words {
            ["eom"] => return of(1, 0, true),
            ["eoq"] => return of(3, 0, true),
            ["eoy"] => return of(12, 0, true),
            _ => {}
        }
        let (is_last, rest) = side(words)?;
        let (which, unit) = match rest {
            [unit] => ("the", unit),
            [which, unit] => (*which, unit),
            _ => return None,
        };
        let months = match *unit {
            "month" => 1,
            "quarter" => 3,
            "year" => 12,
            _ => return None,
        };
        match which {
            "next" => of(months, 1, is_last),
            "this" => of(months, 0, is_last),
            "the" if is_last => of(months, 0, true),
            _ => None,
        }
    }

    /// The date of this day, if today is `today`. `None` if the date is outside the calendar.
    pub fn day(self, today: Date) -> Option<Date> {
        let month = (today.month() - 1) / self.months * self.months + 1;
        let first = today.first_of_month().with().month(month).build().ok()?;
        let add = |periods: i8| first.checked_add(Span::new().months(periods * self.months)).ok();
        if self.is_last { add(self.ahead + 1)?.yesterday().ok() } else { add(self.ahead) }
    }
}

/// Reads words such as `end of` and `start of`. Returns whether they mean the last day, and the words after them.
pub fn side<'a, 'b>(words: &'a [&'b str]) -> Option<(bool, &'a [&'b str])> {
    let words = match words {
        ["the", rest @ ..] => rest,
        words => words,
    };
    match words {
        ["end", "of", rest @ ..] | ["last", "day", "of", rest @ ..] => Some((true, rest)),
        ["start" | "beginning", "of", rest @ ..] | ["1st", "day", "of", rest @ ..] => Some((false, rest)),
        _ => None,
    }
}
