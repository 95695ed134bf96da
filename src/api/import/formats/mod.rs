//! The formats that an import reads. Each format has a reader.

use serde::Serialize;

use super::source::{Broken, Context, Found, SourceFile};
use crate::{
    api::export::document::ExportedSettings,
    domain::{text::ListName, todo::Todo},
};

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
    /// Our own JSON has todos with everything that the service knows about them.
    Todos(Restored),
}

#[derive(Debug)]
pub struct Restored {
    pub todos: Vec<(super::source::At, Todo)>,
    pub lists: Vec<ListName>,
    pub settings: ExportedSettings,
    pub broken: Vec<Broken>,
}

impl Format {
    pub fn of(text: &str) -> Option<Self> {
        text.contains("- [").then_some(Self::Markdown)
    }
    pub fn word(self) -> &'static str {
        "markdown"
    }
    pub fn read(self, file: SourceFile<'_>, _context: &Context) -> Result<Content, String> {
        let todos = file.text.lines().enumerate().filter(|(_, line)| line.starts_with("- [")).map(|(n, line)| super::source::SourceTodo {
            at: super::source::At { unit: super::source::AtUnit::Line, number: n + 1 },
            title: line.trim_start_matches("- [ ] ").to_owned(),
            list: Some(file.name.to_owned()),
            ..Default::default()
        });
        Ok(Content::Tasks(Found { todos: todos.collect(), ..Default::default() }))
    }
}
