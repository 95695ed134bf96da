//! The formats that an import reads. Each format has a reader.

pub mod icalendar;
pub mod markdown;
pub mod microsoft;
pub mod own;
pub mod own_csv;
pub mod takeout;
pub mod ticktick;
pub mod todo_txt;
pub mod todoist;

mod html;
mod json;
mod lines;
mod own_exports;
mod times;
mod windows_zones;

use serde::Serialize;

use self::own::Restored;
use super::source::{Context, Found, SourceFile};

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Json,
    Csv,
    Todoist,
    Ticktick,
    GoogleTasks,
    MicrosoftToDo,
    Icalendar,
    Markdown,
    TodoTxt,
}

/// What a reader has found.
#[derive(Debug)]
pub enum Content {
    Tasks(Found),
    /// Our own JSON contains complete todos, with everything that the service knows about them.
    Todos(Restored),
}

/// Whether a text has a format.
type Is = fn(&str) -> bool;

/// The formats, in the order in which the program tries them. Almost every line could be a line of todo.txt, so
/// todo.txt comes last.
const FORMATS: [(Format, Is); 9] = [
    (Format::Json, own::is),
    (Format::GoogleTasks, takeout::is),
    (Format::MicrosoftToDo, microsoft::is),
    (Format::Icalendar, icalendar::is),
    (Format::Csv, own_csv::is),
    (Format::Todoist, todoist::is),
    (Format::Ticktick, ticktick::is),
    (Format::Markdown, markdown::is),
    (Format::TodoTxt, todo_txt::is),
];

impl Format {
    /// All formats.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().map(|(format, _)| *format)
    }

    /// The format of this text. `None` if the text has none of the formats.
    pub fn of(text: &str) -> Option<Self> {
        FORMATS.iter().find(|(_, is)| is(text)).map(|(format, _)| *format)
    }

    /// Reads a file in this format. The error is a sentence for the person.
    pub fn read(self, file: SourceFile<'_>, context: &Context) -> Result<Content, String> {
        let read = match self {
            Self::Json => return own::read(file, context).map(Content::Todos).map_err(|broken| broken.reason),
            Self::Csv => own_csv::read,
            Self::Todoist => todoist::read,
            Self::Ticktick => ticktick::read,
            Self::GoogleTasks => takeout::read,
            Self::MicrosoftToDo => microsoft::read,
            Self::Icalendar => icalendar::read,
            Self::Markdown => markdown::read,
            Self::TodoTxt => todo_txt::read,
        };
        Ok(Content::Tasks(read(file, context)))
    }

    /// The name of the format. The ids of imported todos depend on this name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Todoist => "todoist",
            Self::Ticktick => "ticktick",
            Self::GoogleTasks => "google_tasks",
            Self::MicrosoftToDo => "microsoft_to_do",
            Self::Icalendar => "icalendar",
            Self::Markdown => "markdown",
            Self::TodoTxt => "todo_txt",
        }
    }
}
