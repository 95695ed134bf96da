//! The forms in which callers may write a day or a time. The documentation contains this table.

/// The weekdays in full, from Monday on.
pub const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A form, and what it means for a due date.
pub type Form = (&'static str, &'static str);

/// All forms. The texts are examples: each number, weekday and month may be another one.
pub const FORMS: &[Form] = &[
    ("2026-11-27", "the day (ISO 8601)"),
    ("2026-11-27T17:00", "the local time; also with a space, with seconds, or with `at`"),
    ("2026-11-27T17:00:00Z", "the moment (RFC 3339), converted to the local time"),
    ("fri 2026-11-27", "the day, if it is a Friday; also beside `today` or `tomorrow`, and with a time"),
    ("today", "today; also `tomorrow`, `yesterday`, `day after tomorrow` and `day before yesterday`"),
    ("friday", "the next Friday after today; also `fri` and `this friday`"),
    ("next friday", "the Friday of next week"),
    ("last friday", "the last Friday before today"),
    ("in 3 days", "so many days from today; also `+3d`, `3 days`; also weeks, months and years"),
    ("3 days ago", "so many days before today; also `-3d`"),
    ("in 90 minutes", "so long from now; also `+90min`, `+1h` and `in 1 hour`; `m` are minutes, and `mo` are months"),
    ("now", "this minute; also `just now` and `right now`"),
    (
        "end of month",
        "the last day of this month; also `end of next month`, `end of november`, `eoq`, `end of year` and `start of next month`",
    ),
    ("on the 15th", "the next 15th, from today on; also `the 15th of next month`"),
    ("24 december", "the next such day, from today on; also `dec 24` and `24 december 2026`"),
    ("17:00", "this time: today, or tomorrow if it is over; also `5pm` and `5:30 pm`"),
    ("noon", "12:00"),
    ("eod", "17:00; also `end of day`"),
    ("tonight", "20:00 today; after 20:00 it is 23:59; `tonight at 9` is 21:00"),
    ("tomorrow 17:00", "a day and a time, in any order; also with `at`"),
    ("tomorrow all day", "the day without a time, also if the todo had a time"),
];
