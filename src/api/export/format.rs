//! The formats of an export.

use crate::domain::words::words;

words! {
    /// The format of an export.
    Format {
        Json = "json",
        Csv = "csv",
        Ics = "ics" | "ical" | "icalendar" | "calendar" | "vtodo",
        TodoTxt = "todo.txt" | "todotxt" | "txt",
        Md = "md" | "markdown",
    }
}
