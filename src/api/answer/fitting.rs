//! Keeps answers within the size that an assistant accepts.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::view::TodoView;
use crate::domain::todo::Todo;

/// The maximum number of characters of todos or changes in one answer. OpenAI closes the connection after 100,000
/// characters. The rest is for the other parts of the answer.
const ANSWER_CHARACTERS: usize = 90_000;

/// Characters of a title in an answer without room for whole titles.
const CUT_TITLE: usize = 100;

/// The maximum number of characters of the todos in a problem. The problem also has errors.
const PROBLEM_CHARACTERS: usize = 80_000;

/// The todos for an answer that must contain all of them. If they are too long together, some todos lose their longest
/// fields, and `omitted` names these fields.
pub fn fit<'a>(todos: impl IntoIterator<Item = &'a Todo>) -> Vec<TodoView> {
    fit_into(ANSWER_CHARACTERS, todos)
}

/// The same as [`fit`], in an answer with `others` characters of other content.
pub fn fit_beside<'a>(others: usize, todos: impl IntoIterator<Item = &'a Todo>) -> Vec<TodoView> {
    fit_into(ANSWER_CHARACTERS.saturating_sub(others), todos)
}

/// The same as [`fit`], for a problem, which also has errors.
pub fn fit_problem<'a>(todos: impl IntoIterator<Item = &'a Todo>) -> Vec<TodoView> {
    fit_into(PROBLEM_CHARACTERS, todos)
}

fn fit_into<'a>(room: usize, todos: impl IntoIterator<Item = &'a Todo>) -> Vec<TodoView> {
    let mut views: Vec<TodoView> = todos.into_iter().map(TodoView::from).collect();
    if views.iter().map(characters).sum::<usize>() <= room {
        return views;
    }
    let mut short: Vec<TodoView> = views.iter().map(TodoView::shortened).collect();
    let mut total: usize = short.iter().map(characters).sum();
    if total > room {
        // This happens if a call changes the maximum number of todos, another todo follows each of them, and the titles
        // are very long.
        short = short.iter().map(TodoView::cut).collect();
        total = short.iter().map(characters).sum();
    }
    for (view, short) in views.iter_mut().zip(short) {
        let more = characters(view).saturating_sub(characters(&short));
        if total + more <= room {
            total += more;
        } else {
            *view = short;
        }
    }
    views
}

impl TodoView {
    fn shortened(&self) -> Self {
        let mut short = Self { notes: None, repeat: None, tags: Vec::new(), steps: Vec::new(), ..self.clone() };
        let left_out = [
            ("notes", self.notes.is_some()),
            ("repeat", self.repeat.is_some()),
            ("tags", !self.tags.is_empty()),
            ("steps", !self.steps.is_empty()),
        ];
        short.omitted = left_out.into_iter().filter(|(_, had)| *had).map(|(name, _)| name).collect();
        short
    }

    /// The same todo with only the beginning of its title.
    fn cut(&self) -> Self {
        let mut cut = self.clone();
        if let Some((end, _)) = self.title.char_indices().nth(CUT_TITLE) {
            cut.title.truncate(end);
            cut.title.push('…');
            cut.omitted.push("title");
        }
        cut
    }
}

/// A page that a handler fills with items. It is full at the limit, or if the next item would make the answer too long.
#[derive(Debug)]
pub struct Page {
    /// The items as JSON. Each item is written as JSON only once, and then counted and sent.
    pub items: Vec<Box<RawValue>>,
    limit: usize,
    room: usize,
}

impl Page {
    /// An empty page of at most `limit` items.
    pub fn new(limit: usize) -> Self {
        Self { items: Vec::new(), limit, room: ANSWER_CHARACTERS }
    }

    /// Adds the item if there is room for it, and returns whether there was room. There is always room for the first
    /// item, because no todo or change is longer than an answer.
    pub fn take(&mut self, item: &impl Serialize) -> bool {
        if self.items.len() == self.limit {
            return false;
        }
        // This cannot fail, because all keys of an item are texts.
        let Ok(json) = to_raw_value(item) else { return true };
        let length = json.get().chars().count() + 1;
        if length > self.room && !self.items.is_empty() {
            return false;
        }
        self.room = self.room.saturating_sub(length);
        self.items.push(json);
        true
    }
}

/// The number of characters of a value in an answer, with the comma after it.
pub fn characters<T: Serialize>(value: &T) -> usize {
    serde_json::to_string(value).map_or(0, |json| json.chars().count() + 1)
}
