//! The CSV of our own export (`export/csv.rs`), also if a spreadsheet has saved it again with another separator.
//!
//! Columns are found by their names. Deleted todos are left out. A tag with a comma and a space in it becomes two tags,
//! because a comma and a space separate the tags in a cell.

use super::{lines, times};
use crate::{
    api::{
        export::{COLUMNS, without_guard},
        import::{
            source::{Completed, Context, Found, Lost, SourceFile, SourceTodo},
            table::{Row, Table},
            words,
        },
    },
    domain::{
        due::Due,
        todo::{Priority, Status},
    },
};

/// Whether the text has the columns of our export.
pub fn is(text: &str) -> bool {
    Table::find(text, &COLUMNS).is_some()
}

/// Reads all todos that are not deleted.
pub fn read(file: SourceFile<'_>, context: &Context) -> Found {
    let (mut found, mut broken) = (Found::default(), Vec::new());
    let Some(table) = Table::find(file.text, &COLUMNS) else { return found };
    table.rows(&mut broken, |row, _| {
        if !found.is_full(row.at) {
            let todo = Cells(row).todo(context);
            found.todos.extend(todo.map(|todo| SourceTodo { at: row.at, ..todo }));
        }
    });
    found.broken.extend(broken);
    found.broken.sort_by_key(|broken| broken.at);
    found.lists = lines::lists(&found.todos);
    found
}

struct Cells<'a>(Row<'a>);

impl Cells<'_> {
    /// The text of the cell, without the `'` that the export puts before a formula. Empty if there is no such cell.
    fn cell(&self, name: &str) -> &str {
        without_guard(self.0.cell(name))
    }

    /// The cell, if it is not empty.
    fn words(&self, name: &str) -> Option<String> {
        Some(self.cell(name).to_owned()).filter(|text| !text.trim().is_empty())
    }

    /// The todo of this row. `None` if it is deleted.
    fn todo(&self, context: &Context) -> Option<SourceTodo> {
        let status = Status::parse(self.cell("status").to_owned()).ok();
        if status == Some(Status::Deleted) {
            return None;
        }
        let moment = |name| times::moment(self.cell(name));
        let mut todo = SourceTodo {
            id: self.words("id"),
            list: self.words("list"),
            title: self.cell("title").to_owned(),
            notes: self.words("notes").into_iter().collect(),
            due: Due::parse(self.cell("due").trim()),
            priority: Priority::parse(self.cell("priority").to_owned()).unwrap_or_default(),
            tags: self.cell("tags").split(", ").map(str::to_owned).filter(|tag| !tag.trim().is_empty()).collect(),
            steps: self.cell("steps").lines().filter(|line| !line.trim().is_empty()).map(step).collect(),
            created_at: moment("created_at"),
            updated_at: moment("updated_at"),
            ..SourceTodo::default()
        };
        if status == Some(Status::Completed) {
            let at = moment("completed_at").map(|at| at.min(context.now));
            todo.completed = Some(at.map_or(Completed::Once, Completed::At));
        }
        if status.is_none() {
            todo.keep_as_text(Lost::Status, "Status", self.cell("status"));
        }
        if todo.due.is_none() {
            todo.keep_as_text(Lost::DateAsText, "Date", self.cell("due"));
        }
        todo.repeat = words::repeat(self.cell("repeat"), "en", todo.due, context);
        if todo.repeat.is_none() {
            todo.keep_as_text(Lost::RepeatAsText, "Repeats", self.cell("repeat"));
        }
        Some(todo)
    }
}

/// `[x] title` or `[ ] title`. A line without a box is a step that is not done.
fn step(line: &str) -> (String, bool) {
    let boxes = [("[x] ", true), ("[X] ", true), ("[ ] ", false)];
    let found = boxes.iter().find_map(|(start, is_done)| Some((line.strip_prefix(start)?.to_owned(), *is_done)));
    found.unwrap_or_else(|| (line.to_owned(), false))
}
