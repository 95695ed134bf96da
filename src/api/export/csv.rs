//! CSV (RFC 4180), for spreadsheets and for other programs.
//!
//! Every cell is in quotes. So a `;`, a tab or a line break in a text does not begin a new cell, even if a program
//! expects another separator than the comma. The file has no byte order mark. A cell that a spreadsheet could read as a
//! formula gets a `'` in front (OWASP, CSV injection). To read the file again, remove the `'` from exactly these cells.
//!
//! The file contains todos of every status. It does not contain the order of undated todos, the series of a completed
//! todo, or the version of a todo.

use jiff::tz::TimeZone;

use super::repetition;
use crate::{
    api::answer::view::with_offset,
    domain::{todo::Todo, unicode::is_ignorable},
};

/// The names of the columns.
pub const COLUMNS: [&str; 14] = [
    "id",
    "title",
    "status",
    "list",
    "priority",
    "due",
    "repeat",
    "notes",
    "tags",
    "steps",
    "created_at",
    "updated_at",
    "completed_at",
    "deleted_at",
];

/// A line with the names of the columns, and a record for each todo. Times have the UTC offset of the person's clock.
pub fn render(todos: &[Todo], zone: &TimeZone) -> String {
    let mut text = record(COLUMNS);
    for todo in todos {
        let at = |at| with_offset(at, zone);
        let tags: Vec<_> = todo.tags.iter().map(|tag| tag.as_str()).collect();
        let step = |done, title| format!("[{}] {title}", if done { "x" } else { " " });
        let steps: Vec<_> = todo.steps.iter().map(|each| step(each.done, each.title.as_str())).collect();
        let optional = |text: Option<String>| text.unwrap_or_default();
        text += &record([
            todo.id.as_str(),
            todo.title.as_str(),
            todo.status.word(),
            todo.list.as_str(),
            todo.priority.word(),
            &optional(todo.due.map(|due| due.to_string())),
            &optional(repetition::in_words(todo)),
            todo.notes.as_ref().map_or("", |notes| notes.as_str()),
            &tags.join(", "),
            &steps.join("\n"),
            &at(todo.created_at),
            &at(todo.updated_at),
            &optional(todo.completed_at.map(at)),
            &optional(todo.deleted_at.map(at)),
        ]);
    }
    text
}

fn record(cells: [&str; COLUMNS.len()]) -> String {
    let cell = |text: &str| {
        let guard = if could_be_a_formula(text) { "'" } else { "" };
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    };
    cells.map(cell).join(",") + "\r\n"
}

/// Whether a spreadsheet could read the cell as a formula. Some programs ignore spaces and quotes at the beginning, and
/// read the full-width characters of Chinese and Japanese keyboards (such as `＝`) like the usual ones.
fn could_be_a_formula(text: &str) -> bool {
    let quote = |letter: char| matches!(letter, '\'' | '"' | '\u{2018}'..='\u{201f}' | '＇' | '＂');
    let rest = text.trim_start_matches(|letter: char| {
        letter.is_whitespace() || letter.is_control() || is_ignorable(letter) || quote(letter)
    });
    text.trim_start_matches(quote).starts_with(['\t', '\r', '\n'])
        || rest.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '−'])
}

/// The text of a cell of an exported file. If the export has put a `'` before a possible formula, this function removes
/// the `'`.
pub fn without_guard(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| could_be_a_formula(rest)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::export::samples::{any_todos, changed, todo, zone};
    use proptest::prelude::*;
    use serde_json::json;

    /// The cells of each record, as the crate `csv` reads them.
    fn read(text: &str) -> Vec<Vec<String>> {
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn a_todo_is_a_record() {
        let todo = changed(
            todo(json!({
                "title": "Pay \"rent\"; now", "due": "2026-11-30T09:30", "list": "Home", "priority": "high",
                "repeat": {"unit": "month"}, "notes": "one\n\ttwo", "tags": ["a b", "c"],
                "steps": [{"title": "Look", "done": true}, "Pay"],
            })),
            "completed",
        );
        let read = read(&render(&[todo], &zone("Europe/Berlin")));
        assert_eq!(read[0], COLUMNS);
        let expected = [
            "Pay \"rent\"; now",
            "completed",
            "Home",
            "high",
            "2026-11-30T09:30",
            "every month on the 30th",
            "one\n\ttwo",
            "a b, c",
            "[x] Look\n[ ] Pay",
            "2026-11-20T10:00:00+01:00",
            "2026-11-21T10:00:00+01:00",
            "2026-11-21T10:00:00+01:00",
            "",
        ];
        assert_eq!(read[1][1..], expected);
    }

    #[test]
    fn a_formula_gets_a_quotation_mark_in_front() {
        for formula in
            ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\nx", " =1", "'=1", "\" =1", "＝1", "－1", "\u{feff}=1"]
        {
            assert!(could_be_a_formula(formula), "{formula:?}");
        }
        for text in ["a=1", "1-1", "", "'quoted'", "(=1)", "👍 =1", "مرحبا"] {
            assert!(!could_be_a_formula(text), "{text:?}");
        }
        assert!(render(&[todo(json!({"title": "=1+1"}))], &TimeZone::UTC).contains(",\"'=1+1\","));
    }

    proptest! {
        #[test]
        fn no_cell_is_a_formula_and_every_text_comes_back(todos in any_todos()) {
            let text = render(&todos, &TimeZone::UTC);
            let read = read(&text);
            prop_assert_eq!(read.len(), todos.len() + 1);
            for (todo, cells) in todos.iter().zip(&read[1..]) {
                for cell in cells {
                    let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
                    prop_assert!(!cell.trim_start().starts_with(signs), "{cell:?}");
                    prop_assert!(!cell.starts_with(['\t', '\r', '\n']), "{cell:?}");
                }
                prop_assert_eq!(without_guard(&cells[1]), todo.title.as_str());
                prop_assert_eq!(without_guard(&cells[3]), todo.list.as_str());
                prop_assert_eq!(without_guard(&cells[7]), todo.notes.as_ref().map_or("", |notes| notes.as_str()));
                prop_assert_eq!(cells[9].lines().count(), todo.steps.iter().count());
            }
        }
    }
}
