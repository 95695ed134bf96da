//! The file formats of an export.

use super::words::words;

words! {
    /// The file format of an export. The file docs/EXPORT.md says what each format keeps.
    ExportFormat {
        Json = "json",
        Csv = "csv",
        Ics = "ics" | "ical" | "icalendar" | "calendar" | "vtodo",
        TodoTxt = "todo.txt" | "todotxt" | "txt",
        Md = "md" | "markdown",
    }
}

impl ExportFormat {
    /// The extension of the file name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::TodoTxt => "txt",
            Self::Json | Self::Csv | Self::Ics | Self::Md => self.word(),
        }
    }

    /// Whether the file contains deleted todos.
    pub fn has_deleted(self) -> bool {
        match self {
            Self::Json | Self::Csv | Self::Ics => true,
            Self::TodoTxt | Self::Md => false,
        }
    }

    /// Whether the file may begin with a byte order mark. A JSON file (RFC 8259, section 8.1) and an iCalendar file
    /// must not.
    pub fn may_have_bom(self) -> bool {
        match self {
            Self::Csv | Self::TodoTxt | Self::Md => true,
            Self::Json | Self::Ics => false,
        }
    }

    /// The media type of a file.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            // RFC 4180, section 3
            Self::Csv => "text/csv; charset=utf-8; header=present",
            // RFC 5545, section 8.1
            Self::Ics => "text/calendar; charset=utf-8",
            Self::TodoTxt => "text/plain; charset=utf-8",
            // RFC 7763
            Self::Md => "text/markdown; charset=utf-8",
        }
    }
}
