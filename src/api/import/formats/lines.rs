//! What the readers of lines have in common.

use std::collections::HashSet;

use crate::{api::import::source::SourceTodo, domain::unicode::is_ignorable};

/// The lines with their numbers. The first line has the number 1. A line ends with LF, CRLF or CR.
pub fn of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rest = Some(text).filter(|text| !text.is_empty());
    let lines = std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = memchr::memchr2(b'\n', b'\r', text.as_bytes()) else {
            rest = None;
            return Some(text);
        };
        let after = &text[end..];
        let after = after.strip_prefix("\r\n").unwrap_or(&after[1..]);
        rest = Some(after).filter(|after| !after.is_empty());
        Some(&text[..end])
    });
    (1..).zip(lines)
}

/// The names of the lists of these todos, each once, in the order of the file.
pub fn lists(todos: &[SourceTodo]) -> Vec<String> {
    let mut seen = HashSet::new();
    todos.iter().filter_map(|todo| todo.list.as_ref()).filter(|list| seen.insert(list.as_str())).cloned().collect()
}

/// A name with spaces instead of `_`. An `_` stands for a space only if it is between two visible characters other than
/// `_`.
pub fn with_spaces(name: &str) -> String {
    let is_plain = |letter: Option<char>| letter.is_some_and(|letter| letter != '_' && !is_ignorable(letter));
    let (mut written, mut before) = (String::with_capacity(name.len()), None);
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_space = letter == '_' && is_plain(before) && is_plain(letters.peek().copied());
        written.push(if is_space { ' ' } else { letter });
        before = Some(letter);
    }
    written
}

/// Whether the text begins like the CSV of another program: with a cell in quotation marks, or with the names of
/// columns.
pub fn is_csv(text: &str) -> bool {
    let first = of(text).map(|(_, line)| line.trim()).find(|line| !line.is_empty()).unwrap_or_default();
    let names = ["content", "due date", "folder name", "id", "list name", "subject", "title", "type"];
    let cells: Vec<_> = first.split([',', ';', '\t']).map(|cell| cell.trim_matches(['"', ' '])).collect();
    first.starts_with('"') || cells.len() > 2 && cells.iter().any(|cell| names.contains(&&*cell.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_three_ways() {
        let lines: Vec<_> = of("\u{feff}a\r\nb\rc\n\nd\n").collect();
        assert_eq!(lines, [(1, "a"), (2, "b"), (3, "c"), (4, ""), (5, "d")]);
        assert_eq!(of("").count(), 0);
    }

    #[test]
    fn an_underscore_between_two_letters_is_a_space() {
        for (name, expected) in
            [("a_b_c", "a b c"), ("_a__b_", "_a__b_"), ("_", "_"), ("é_é", "é é"), ("a_\u{180b}", "a_\u{180b}")]
        {
            assert_eq!(with_spaces(name), expected);
        }
    }
}
