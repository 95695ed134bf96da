//! Task lists in Markdown, as Obsidian, GitHub and our own export write them.
//!
//! * A task is an item with a check box: `- [ ]`, `* [x]`, `+ [ ]`, `1. [ ]`, also in a quotation. Other text outside
//!   of tasks is left out, and code is never a task.
//! * The nearest heading above a task is its list.
//! * An item that is indented by two or more columns is a part of the item above. A tab ends at the next column that is
//!   a multiple of four.
//! * Text belongs to the notes of a task if it is indented below the task, or if it follows the task without an empty
//!   line.
//! * The end of a task's line can have the marks of the plugin Obsidian Tasks (`marks.rs`).

mod inline;
mod marks;

use super::{json, lines};
use crate::api::import::source::{At, Completed, Context, Found, Lost, Parent, SourceFile, SourceTodo};

/// A part of an item begins at least this number of columns to the right of the item.
const PART: usize = 2;
/// The reader keeps at most this number of items around an item.
const DEEPEST: usize = 200;
/// The characters that Markdown ignores at the beginning of a line. A no-break space is not one of them, but text.
const BLANK: [char; 2] = [' ', '\t'];

/// Whether the text has at least one task.
pub fn is(text: &str) -> bool {
    let other = json::begins(text) || super::icalendar::is(text) || lines::is_csv(text);
    !other && lines::of(text).any(|(_, line)| Item::parse(quoted(line)).is_some_and(|item| item.check.is_some()))
}

/// Reads all tasks.
pub fn read(file: SourceFile<'_>, context: &Context) -> Found {
    let mut reader =
        Reader { context, list: None, open: Vec::new(), after_blank: false, code: None, found: Found::default() };
    let mut text = lines::of(file.text).peekable();
    if text.peek().is_some_and(|(_, line)| line.trim_end() == "---") {
        skip_properties(file.text, &mut text);
    }
    for (number, line) in text {
        if reader.found.is_full(At::line(number)) {
            break;
        }
        reader.line(number, quoted(line));
    }
    let mut found = reader.found;
    for todo in &mut found.todos {
        for notes in &mut todo.notes {
            notes.truncate(notes.trim_end().len());
        }
    }
    found.lists = lines::lists(&found.todos);
    found
}

/// Skips the properties at the beginning of a file. They are between a line `---` and a second line `---` or `...`. If
/// there is no second line, the function skips nothing.
fn skip_properties<'a>(whole: &str, rest: &mut impl Iterator<Item = (usize, &'a str)>) {
    let is_end = |line: &str| matches!(line.trim_end(), "---" | "...");
    if lines::of(whole).skip(1).any(|(_, line)| is_end(line)) {
        rest.next();
        rest.find(|(_, line)| is_end(line));
    }
}

/// The line without the `>` of quotations. A `>` after a no-break space is text, because our own export writes such
/// lines.
fn quoted(line: &str) -> &str {
    let mut rest = line;
    while let Some(inner) = rest.trim_start_matches(BLANK).strip_prefix('>') {
        rest = inner.strip_prefix(' ').unwrap_or(inner);
    }
    rest
}

/// An item of a list.
#[derive(Debug, PartialEq)]
struct Item<'a> {
    column: usize,
    /// The character in the check box, if the item has one.
    check: Option<char>,
    text: &'a str,
}

impl<'a> Item<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (column, text) = indentation(line);
        let digits = text.bytes().take(10).take_while(u8::is_ascii_digit).count();
        let bullet = match digits {
            0 => text.strip_prefix(['-', '*', '+'])?,
            1..=9 => text[digits..].strip_prefix(['.', ')'])?,
            _ => return None,
        };
        let content = bullet.trim_start_matches(BLANK);
        if content.len() == bullet.len() {
            return None;
        }
        let checked = content.strip_prefix('[').and_then(|rest| {
            let check = rest.chars().next()?;
            let rest = rest[check.len_utf8()..].strip_prefix(']')?;
            let ends = rest.is_empty() || rest.starts_with([' ', '\t', '\u{a0}']);
            ends.then_some((check, rest))
        });
        Some(match checked {
            Some((check, text)) => Self { column, check: Some(check), text },
            None => Self { column, check: None, text: content },
        })
    }
}

/// The column at which the text begins, and the text.
fn indentation(line: &str) -> (usize, &str) {
    let text = line.trim_start_matches(BLANK);
    let spaces = &line[..line.len() - text.len()];
    let column = spaces.bytes().fold(0, |column, byte| if byte == b'\t' { (column / 4 + 1) * 4 } else { column + 1 });
    (column, text)
}

/// The text of a heading.
fn heading(line: &str) -> Option<&str> {
    let (column, text) = indentation(line);
    let rest = text.trim_start_matches('#');
    let level = text.len() - rest.len();
    if column > 3 || !(1..=6).contains(&level) || !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    let words = rest.trim();
    // If a space is before the `#` signs at the end, these signs are not a part of the text.
    let without = words.trim_end_matches('#');
    let ends = without.is_empty() || without.ends_with([' ', '\t']);
    Some(if ends { without.trim_end() } else { words })
}

/// Whether the line is a horizontal rule, such as `---`.
fn is_rule(text: &str) -> bool {
    text.len() > 2 && ['-', '*', '_'].iter().any(|sign| text.chars().all(|letter| letter == *sign))
}

/// An item whose parts can still follow.
struct Open {
    column: usize,
    /// The index of the task in [`Found::todos`]. If the item is not a task, the index of the task around it, or `None`
    /// if no task is around it.
    todo: Option<usize>,
}

struct Reader<'a> {
    context: &'a Context,
    list: Option<String>,
    /// The items around the present line, from the outside in.
    open: Vec<Open>,
    /// Whether the line before the present line is empty.
    after_blank: bool,
    /// The signs with which the present code block has begun, such as three backticks.
    code: Option<String>,
    found: Found,
}

impl Reader<'_> {
    fn line(&mut self, number: usize, line: &str) {
        let text = line.trim_matches(BLANK);
        if self.code.is_some() {
            self.code_line(line);
        } else if text.starts_with("```") || text.starts_with("~~~") {
            self.leave(indentation(line).0);
            self.code_line(line);
        } else if text.trim().is_empty() {
            self.after_blank = true;
            return;
        } else if let Some(words) = heading(line) {
            self.open.clear();
            self.list = Some(inline::plain(words)).filter(|list| !list.trim().is_empty());
        } else if is_rule(text) {
            self.open.clear();
        } else if let Some(item) = Item::parse(line) {
            self.item(number, &item);
        } else {
            self.text(line);
        }
        self.after_blank = false;
    }

    /// Reads a line of a code block, or a line that begins or ends a code block. Code below a task belongs to the notes
    /// of the task.
    fn code_line(&mut self, line: &str) {
        self.add_note(line, str::to_owned);
        let text = line.trim_matches(BLANK);
        match &self.code {
            Some(sign) => {
                if text.starts_with(sign.as_str()) && text.trim_start_matches(&sign[..1]).is_empty() {
                    self.code = None;
                }
            }
            None => {
                let rest = text.trim_start_matches(&text[..1]);
                self.code = Some(text[..text.len() - rest.len()].to_owned());
            }
        }
    }

    fn item(&mut self, number: usize, item: &Item<'_>) {
        self.leave(item.column);
        let parent = self.open.last().and_then(|open| open.todo);
        let Some(check) = item.check else {
            // Below a task, an item without a check box is a line of the notes. Elsewhere, it is only a name for the
            // items below it.
            if parent.is_some() {
                self.add_note(&format!("{}- {}", " ".repeat(item.column.min(DEEPEST)), item.text), inline::plain);
            }
            self.open(item.column, parent);
            return;
        };
        let mut todo = marks::read(item.text, self.context);
        todo.at = At::line(number);
        todo.parent = parent.map(Parent::Index);
        todo.list.clone_from(&self.list);
        add_check(&mut todo, check);
        self.open(item.column, Some(self.found.todos.len()));
        self.found.todos.push(todo);
    }

    /// Leaves each item around the present line that cannot contain a line that begins at this column.
    fn leave(&mut self, column: usize) {
        while self.open.last().is_some_and(|open| column < open.column + PART) {
            self.open.pop();
        }
    }

    fn open(&mut self, column: usize, todo: Option<usize>) {
        if self.open.len() < DEEPEST {
            self.open.push(Open { column, todo });
        }
    }

    /// Reads a line of text. If the line before it is not empty, the text belongs to the item above, at any column.
    fn text(&mut self, line: &str) {
        let (column, _) = indentation(line);
        if self.after_blank {
            self.leave(column);
        }
        self.add_note(line, inline::plain);
    }

    /// Adds a line to the notes of the innermost task.
    fn add_note(&mut self, line: &str, read: impl Fn(&str) -> String) {
        let Some(Open { column, todo: Some(todo) }) = self.open.last() else { return };
        let todo = &mut self.found.todos[*todo];
        let text = read(&note(line, column + PART));
        match todo.notes.last_mut() {
            Some(notes) => {
                notes.push_str(if self.after_blank { "\n\n" } else { "\n" });
                notes.push_str(&text);
            }
            None => todo.notes.push(text),
        }
    }
}

/// The line from this column on, without spaces at its end. Two such spaces would mean a line break.
fn note(line: &str, from: usize) -> String {
    let (column, text) = indentation(line);
    " ".repeat(column.saturating_sub(from).min(DEEPEST)) + text.trim_end_matches([' ', '\t', '\u{a0}'])
}

fn add_check(todo: &mut SourceTodo, check: char) {
    match check {
        ' ' | '\u{a0}' => todo.completed = None,
        'x' | 'X' => todo.completed = todo.completed.or(Some(Completed::Once)),
        '-' => {
            todo.completed = todo.completed.or(Some(Completed::Once));
            todo.keep_as_text(Lost::Status, "Status", "cancelled");
        }
        '/' => {
            todo.completed = None;
            todo.keep_as_text(Lost::Status, "Status", "in progress");
        }
        other => {
            todo.completed = None;
            todo.keep_as_text(Lost::Status, "Status", &format!("[{other}]"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_has_a_column_and_perhaps_a_check_box() {
        for (line, expected) in [
            ("- [ ] a", Some((0, Some(' '), " a"))),
            ("\t* [x] b", Some((4, Some('x'), " b"))),
            ("  10) [X]\u{a0}c", Some((2, Some('X'), "\u{a0}c"))),
            ("+ [ ]", Some((0, Some(' '), ""))),
            ("- [ ]a", Some((0, None, "[ ]a"))),
            ("- [a](b)", Some((0, None, "[a](b)"))),
            ("- a", Some((0, None, "a"))),
            ("-a", None),
            ("1234567890. [ ] a", None),
            ("---", None),
        ] {
            let item = Item::parse(line).map(|item| (item.column, item.check, item.text));
            assert_eq!(item, expected, "{line}");
        }
    }

    #[test]
    fn a_heading_has_a_space_after_its_signs() {
        for (line, expected) in [
            ("# Home #", Some("Home")),
            ("## C\\##", Some("C\\##")),
            ("#tag", None),
            ("####### x", None),
            ("#", Some("")),
        ] {
            assert_eq!(heading(line), expected, "{line}");
        }
    }
}
