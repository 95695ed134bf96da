//! What a file contains, before the rules of this service are applied.

use std::fmt;

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::domain::{due::Due, moment::Weekday, repeat::Repeat, todo::Priority};

/// What a reader needs to know besides the file.
#[derive(Debug, Clone)]
pub struct Context {
    /// The moment of the import. All requests of one import use the same moment, so they all read the same todos.
    pub now: Timestamp,
    /// The person's time zone.
    pub zone: TimeZone,
    /// The day on which the person's weeks begin.
    pub week_start: Weekday,
}

/// One file, as text. A reader must accept every text. The time that it needs may only grow in proportion to the length
/// of the text.
#[derive(Debug, Clone, Copy)]
pub struct SourceFile<'a> {
    /// The name of the file without its folders. It can be the name of the list (Todoist).
    pub name: &'a str,
    pub text: &'a str,
}

/// Where something stands in a file, for messages: `row 12`, `line 3`, `task 4`. Rows and lines count from 1, and the
/// header of a CSV file is row 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct At {
    pub unit: AtUnit,
    pub number: usize,
}

/// What the number in [`At`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum AtUnit {
    /// A record of CSV, which can have several lines.
    Row,
    /// A line of a text.
    #[default]
    Line,
    /// An element of a JSON array, or a component of iCalendar.
    Task,
}

impl At {
    /// The line with this number, from 1 on.
    pub fn line(number: usize) -> Self {
        Self { unit: AtUnit::Line, number }
    }

    /// The task with this number, from 1 on.
    pub fn task(number: usize) -> Self {
        Self { unit: AtUnit::Task, number }
    }
}

impl fmt::Display for At {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            AtUnit::Row => "row",
            AtUnit::Line => "line",
            AtUnit::Task => "task",
        };
        write!(formatter, "{unit} {}", self.number)
    }
}

/// A task as the source has it. Texts are as they are in the file, without the marks of the format: they can be empty,
/// too long, or contain line breaks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceTodo {
    pub at: At,
    /// The id that the source gives this task. `None` if the format has no ids.
    pub id: Option<String>,
    pub parent: Option<Parent>,
    /// The name of the list. `None` if the source names no list.
    pub list: Option<String>,
    pub title: String,
    /// The paragraphs of the notes. The reader also puts texts here that it keeps but does not understand, such as
    /// `Date: jeden Neumond`.
    pub notes: Vec<String>,
    pub due: Option<Due>,
    pub repeat: Option<Repeat>,
    pub priority: Priority,
    pub tags: Vec<String>,
    /// Titles of steps, and whether they are done.
    pub steps: Vec<(String, bool)>,
    /// Whether and when the task was completed.
    pub completed: Option<Completed>,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    /// What this service cannot keep of this task.
    pub lost: Vec<Lost>,
}

impl SourceTodo {
    /// Says that this service cannot keep something of this task.
    pub fn lose(&mut self, lost: Lost) {
        if !self.lost.contains(&lost) {
            self.lost.push(lost);
        }
    }

    /// Keeps something as a text in the notes, such as `Date: next new moon`, and adds `lost` to the losses. Does
    /// nothing if the text is empty.
    pub fn keep_as_text(&mut self, lost: Lost, label: &str, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.notes.push(format!("{label}: {text}"));
            self.lose(lost);
        }
    }
}

/// When a task was completed, as far as the source says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completed {
    At(Timestamp),
    /// The source does not say when.
    Once,
}

/// The task of which another one is a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parent {
    /// The id of the source. The parent can come later in the file, or can be missing.
    Id(String),
    /// The index in [`Found::todos`].
    Index(usize),
}

/// What this service cannot keep, or keeps only as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lost {
    Assignee,
    Attachment,
    Author,
    /// A comment that cannot be kept. Comments with a text go into the notes, and are not lost.
    Comment,
    Deadline,
    Duration,
    /// A folder of lists.
    Folder,
    Location,
    Reminder,
    StartDate,
    /// The date is not understood. It is kept as text in the notes.
    DateAsText,
    /// The repetition is not understood, or this service has no such repetition. It is kept as text in the notes.
    RepeatAsText,
    /// A section or heading. It is kept as a tag.
    SectionAsTag,
    /// A heading that cannot be completed. It becomes a todo.
    HeadingAsTodo,
    /// The task had a title without visible characters.
    NoTitle,
    /// A sub-task that becomes a todo of its own, or a step of a task above its parent.
    Nesting,
    /// The text is longer than this service allows. For a title, the rest is in the notes; other texts are cut.
    LongText,
    /// More tags or steps than a todo can have.
    TooMany,
    /// A status such as `cancelled` or `waiting`.
    Status,
    /// The link to another task or web page, if it is not in the notes.
    Link,
}

/// A task that cannot be read. The reader still reads the other tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub at: At,
    /// A sentence for the person, such as `The row has 3 cells, but the header has 12.`
    pub reason: String,
}

/// What a reader has found in a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// In the order of the file.
    pub todos: Vec<SourceTodo>,
    /// The names of the lists in their order, also of lists without tasks. A list that is missing here comes at the end.
    pub lists: Vec<String>,
    pub broken: Vec<Broken>,
}

impl Found {
    /// The maximum number of tasks that are read from one file. Without a maximum, a file of a few megabytes that has a
    /// task in every second byte would take more memory than the function has.
    pub const MOST: usize = 100_000;

    /// Adds a task that cannot be read.
    pub fn add_broken(&mut self, at: At, reason: impl Into<String>) {
        self.broken.push(Broken { at, reason: reason.into() });
    }

    /// Whether the reader must stop before the task at this place, because the file has too many tasks. The first time,
    /// the function also adds a message to `broken`.
    pub fn is_full(&mut self, at: At) -> bool {
        let read = self.todos.len() + self.broken.len();
        if read == Self::MOST {
            let reason = format!("The file has more than {} tasks. The rest of the file is not read.", Self::MOST);
            self.add_broken(at, reason);
        }
        read >= Self::MOST
    }
}
