//! Makes answers short enough for AI assistants.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::view::TodoView;
use crate::domain::todo::Todo;

/// The maximum total length of all todos or changes in one answer, in characters. OpenAI closes the connection if an
/// answer has more than 100,000 characters. The remaining 10,000 characters are for the other parts of the answer.
const ANSWER_CHARACTERS: usize = 90_000;

/// If an answer has no room for whole titles, the program cuts each title after this number of characters.
const CUT_TITLE: usize = 100;
/// If an answer has no room even for these titles, it shows only the id and the first characters of each title. With
/// this number of characters, an answer has room for 1,000 todos.
const SHORTEST_TITLE: usize = 35;

/// The maximum total length of all todos in a problem document, in characters. A problem document also needs
/// space for its errors.
const PROBLEM_CHARACTERS: usize = 80_000;

/// Prepares the todos for an answer that must contain all of these todos. If the todos together are too long, some
/// todos lose their notes, repetition, tags and steps. The field `omitted` of such a todo names the lost fields.
pub fn fit(todos: Vec<TodoView>) -> Vec<TodoView> {
    fit_into(ANSWER_CHARACTERS, todos)
}

/// Does the same as [`fit`], but keeps space for other text in the answer. The argument `others` is the length of the
/// other text, in characters.
pub fn fit_beside(others: usize, todos: Vec<TodoView>) -> Vec<TodoView> {
    fit_into(ANSWER_CHARACTERS.saturating_sub(others), todos)
}

/// Does the same as [`fit`] for the todos of a conflict, but keeps space for the errors of a problem document.
pub fn fit_problem(todos: &[Todo]) -> Vec<TodoView> {
    fit_into(PROBLEM_CHARACTERS, todos.iter().map(TodoView::current).collect())
}

fn fit_into(room: usize, mut views: Vec<TodoView>) -> Vec<TodoView> {
    let length = |views: &[TodoView]| views.iter().map(characters).sum::<usize>();
    if length(&views) <= room {
        return views;
    }
    // Even the shortened todos can be too long. This happens if a request adds many todos with very long titles.
    let forms = [TodoView::shortened, |view: &TodoView| view.shortened().cut(CUT_TITLE), TodoView::shortest];
    let shorter = forms.iter().map(|form| views.iter().map(form).collect::<Vec<_>>());
    let Some(short) = shorter.into_iter().reduce(|last, next| if length(&last) <= room { last } else { next }) else {
        return views;
    };
    let mut total = length(&short);
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

    /// The todo with at most the first `most` characters of its title.
    fn cut(mut self, most: usize) -> Self {
        if let Some((end, _)) = self.title.char_indices().nth(most) {
            self.title.truncate(end);
            self.title.push('…');
            self.omitted.push("title");
        }
        self
    }

    /// A todo that has only the id and the beginning of the title.
    fn shortest(&self) -> Self {
        let Self { id, title, .. } = self.clone();
        let shortest = Self { id, title, ..Self::default() }.cut(SHORTEST_TITLE);
        Self { omitted: Vec::new(), ..shortest }
    }
}

/// A page that a handler fills with items. The page is full if it has `limit` items, or if the next item would make the
/// answer too long.
#[derive(Debug)]
pub struct Page {
    /// The items as JSON. The program writes each item as JSON only once. The program counts the characters of this
    /// JSON, and puts the same JSON into the answer.
    pub items: Vec<Box<RawValue>>,
    limit: usize,
    room: usize,
}

impl Page {
    /// An empty page for at most `limit` items.
    pub fn new(limit: usize) -> Self {
        Self { items: Vec::new(), limit, room: ANSWER_CHARACTERS }
    }

    /// Sorts items by their keys. `keys` has a key with two parts for each item. The items are already in the order of
    /// the first parts. So this function only sorts items with equal first parts by their second parts.
    pub fn sort_equal<A: PartialEq, B: Ord>(&mut self, keys: &[(A, B)]) {
        let mut items: Vec<_> = std::mem::take(&mut self.items).into_iter().zip(keys).collect();
        for run in items.chunk_by_mut(|(_, one), (_, other)| one.0 == other.0) {
            run.sort_by(|(_, one), (_, other)| one.1.cmp(&other.1));
        }
        self.items = items.into_iter().map(|(item, _)| item).collect();
    }

    /// If the page has room for the item, adds the item and returns `true`. If the page has no room, returns `false`.
    /// The page always has room for the first item, because every todo and every change is short enough for an answer.
    pub fn take(&mut self, item: &impl Serialize) -> bool {
        if self.items.len() == self.limit {
            return false;
        }
        // `to_raw_value` cannot fail, because all keys of an item are strings.
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

/// The number of characters that a value needs in an answer, including the comma after the value.
pub fn characters<T: Serialize>(value: &T) -> usize {
    serde_json::to_string(value).map_or(0, |json| json.chars().count() + 1)
}

/// Returns whether the number is 0. If a number is 0, the answer does not contain this number.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls this function with a reference")]
pub fn is_zero(number: &usize) -> bool {
    *number == 0
}
