//! Reads the CSV files of Todoist. A file contains one list, without ids and without completed tasks.

use crate::{
    api::import::{
        source::{Broken, Context, Found, Lost, Parent, SourceFile, SourceTodo},
        table::{Row, Table},
        words::{Said, said},
    },
    domain::todo::Priority,
};

/// The name of a file ends with the id of the list: `Home [6Xx8jQ886Wh4P5g].csv`. The id has at least this number of
/// characters.
const ID: usize = 8;

/// Whether the text is a CSV file of Todoist.
pub fn is(text: &str) -> bool {
    table(text).is_some()
}

fn table(text: &str) -> Option<Table<'_>> {
    Table::find(text, &["type", "content", "indent"])
}

/// The tasks of the file. The name of the list is the name of the file, without the id. Priority 1 is the highest, and
/// an empty cell means 1 too. Both 3 and 4 (no priority) become our normal priority. The function reads dates in the
/// local time of the person. It does not use the time zone in the file, because Todoist shows the time that the file
/// has. A task without a date is due on its deadline. Comments become lines of the notes.
pub fn read(file: SourceFile<'_>, context: &Context) -> Found {
    let list = list_name(file.name).to_owned();
    let mut reading = Reading::new(list.clone(), context);
    let mut broken = Vec::new();
    if let Some(table) = table(file.text) {
        table.rows(&mut broken, |row, broken| {
            if let Err(reason) = reading.row(row) {
                broken.push(Broken { at: row.at, reason });
            }
        });
    }
    let lists = if list.is_empty() { Vec::new() } else { vec![list] };
    Found { todos: reading.todos, lists, broken }
}

/// The todos of the rows so far, and what the next row needs to know about these rows.
struct Reading<'a> {
    context: &'a Context,
    list: String,
    todos: Vec<SourceTodo>,
    /// The tasks above that can have sub-tasks: their indents and their indices. The indents increase.
    above: Vec<(u32, usize)>,
    section: String,
    /// The author of the first row that has an author.
    author: Option<String>,
}

impl<'a> Reading<'a> {
    fn new(list: String, context: &'a Context) -> Self {
        Self { context, list, todos: Vec::new(), above: Vec::new(), section: String::new(), author: None }
    }

    /// Reads a row. The error is the reason why this row cannot be read.
    fn row(&mut self, row: Row<'_>) -> Result<(), String> {
        match &*row.cell("type").to_lowercase() {
            "task" => self.task(row),
            "section" => {
                row.cell("content").clone_into(&mut self.section);
                self.above.clear();
                Ok(())
            }
            "note" => self.note(row),
            "meta" => Ok(()),
            "" if row.cell("content").is_empty() => Ok(()),
            "" => Err("The row has no TYPE.".to_owned()),
            other => {
                let shown: String = other.chars().take(40).collect();
                Err(format!("The TYPE of the row is {shown}, and not task, section or note."))
            }
        }
    }

    fn task(&mut self, row: Row<'_>) -> Result<(), String> {
        let number = |column| Some(row.cell(column)).filter(|cell| !cell.is_empty()).map(str::parse::<u32>);
        let priority = match number("priority") {
            None | Some(Ok(1)) => Priority::Urgent,
            Some(Ok(2)) => Priority::High,
            Some(Ok(3 | 4)) => Priority::Normal,
            Some(_) => return Err("The PRIORITY of the row is no number from 1 to 4.".to_owned()),
        };
        let indent = number("indent").unwrap_or(Ok(1)).map_err(|_| "The INDENT of the row is no number.".to_owned())?;
        while self.above.last().is_some_and(|(above, _)| *above >= indent) {
            self.above.pop();
        }
        let parent = self.above.last().map(|(_, index)| Parent::Index(*index));
        self.above.push((indent, self.todos.len()));

        let mut todo = SourceTodo { at: row.at, parent, priority, ..SourceTodo::default() };
        todo.list = Some(self.list.clone()).filter(|list| !list.is_empty());
        let content = match row.cell("content").strip_prefix("* ") {
            Some(heading) => {
                todo.lost.push(Lost::HeadingAsTodo);
                heading
            }
            None => row.cell("content"),
        };
        (todo.title, todo.tags) = without_labels(content);
        if !self.section.is_empty() {
            todo.tags.push(self.section.clone());
            todo.lost.push(Lost::SectionAsTag);
        }
        add_text(&mut todo, row.cell("description"));
        self.dates(&mut todo, row);
        todo.lost.extend((!row.cell("responsible").is_empty()).then_some(Lost::Assignee));
        // Some files write `None` if there is no duration.
        todo.lost.extend(row.cell("duration").parse::<u32>().is_ok_and(|length| length > 0).then_some(Lost::Duration));
        if self.is_of_another(row) {
            todo.lost.push(Lost::Author);
        }
        self.todos.push(todo);
        Ok(())
    }

    fn dates(&self, todo: &mut SourceTodo, row: Row<'_>) {
        let said = |date, language| said(row.cell(date), row.cell(language), self.context);
        let (date, deadline) = (row.cell("date"), row.cell("deadline"));
        if let Some(Said { due, repeat }) = said("date", "date_lang") {
            (todo.due, todo.repeat) = (Some(due), repeat);
        } else if !date.is_empty() {
            todo.notes.push(format!("Date: {date}"));
            todo.lost.push(Lost::DateAsText);
        }
        match said("deadline", "deadline_lang") {
            Some(Said { due, repeat: None }) if date.is_empty() => todo.due = Some(due),
            _ if deadline.is_empty() => {}
            _ => {
                todo.notes.push(format!("Deadline: {deadline}"));
                todo.lost.push(Lost::Deadline);
            }
        }
    }

    /// A comment belongs to the task above. A comment before the first task belongs to the list, and cannot be kept.
    fn note(&mut self, row: Row<'_>) -> Result<(), String> {
        let is_of_another = self.is_of_another(row);
        let Some(todo) = self.todos.last_mut() else {
            return Err("The row is a comment, but there is no task above it.".to_owned());
        };
        let (text, has_attachment) = without_attachment(row.cell("content"));
        for (is_lost, lost) in [(is_of_another, Lost::Author), (has_attachment, Lost::Attachment)] {
            if is_lost && !todo.lost.contains(&lost) {
                todo.lost.push(lost);
            }
        }
        add_text(todo, &text);
        Ok(())
    }

    /// Whether this row has another author than the first row that has an author.
    fn is_of_another(&mut self, row: Row<'_>) -> bool {
        let author = row.cell("author");
        !author.is_empty() && self.author.get_or_insert_with(|| author.to_owned()) != author
    }
}

fn add_text(todo: &mut SourceTodo, text: &str) {
    if !text.is_empty() {
        todo.notes.push(text.to_owned());
    }
}

/// The comment without the description of its attachment, `[[file {"file_name": …}]]`, and whether there was an
/// attachment.
fn without_attachment(text: &str) -> (String, bool) {
    let parts = text.split_once("[[file {").and_then(|(before, rest)| Some((before, rest.rsplit_once("}]]")?.1)));
    match parts {
        Some((before, after)) => (format!("{} {}", before.trim(), after.trim()).trim().to_owned(), true),
        None => (text.to_owned(), false),
    }
}

/// The title without its labels, and the labels. A label is a word that begins with `@`. A word in quotation marks is
/// not a label, and `anna@example.com` is not a label either. A title that contains only labels stays as it is.
fn without_labels(content: &str) -> (String, Vec<String>) {
    let (mut labels, mut title, mut quoted) = (Vec::new(), Vec::new(), false);
    let mut quotations = content.matches('"').count();
    // Each word keeps the white space after it, such as a line break. A label leaves the title together with this white
    // space.
    for word in content.split_inclusive(char::is_whitespace) {
        let marks = word.matches('"').count();
        let begins = !quoted && marks % 2 == 1 && quotations > 1;
        let label =
            word.trim().strip_prefix('@').map(|label| label.trim_end_matches([',', '.', ';', ':', '!', '?', ')']));
        match label.filter(|label| !label.is_empty() && !label.contains('@') && !quoted) {
            Some(label) => labels.push(label.to_owned()),
            None => title.push(word),
        }
        quoted = if quoted { marks % 2 == 0 } else { begins };
        quotations = quotations.saturating_sub(marks);
    }
    let title = title.concat().trim().to_owned();
    (if title.is_empty() { content.to_owned() } else { title }, labels)
}

/// The name of the file without `.csv`, without ` (1)` of a second download, and without the id.
fn list_name(name: &str) -> &str {
    let is_csv = |at: &usize| name.get(*at..).is_some_and(|ending| ending.eq_ignore_ascii_case(".csv"));
    let name = name.len().checked_sub(4).filter(is_csv).map_or(name, |at| &name[..at]).trim();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let first = match name.strip_suffix(')').and_then(|name| name.rsplit_once('(')) {
        Some((before, number)) if is_number(number) && before.trim_end().ends_with(']') => before.trim_end(),
        _ => name,
    };
    let is_id = |id: &str| {
        let has_digit = id.bytes().any(|byte| byte.is_ascii_digit());
        id.len() >= ID && has_digit && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match first.strip_suffix(']').and_then(|name| name.rsplit_once('[')) {
        Some((before, id)) if is_id(id) => before.trim_end(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_list_is_the_name_of_the_file_without_its_id() {
        for (file, list) in [
            ("Einkauf [6Xx8jQ886Wh4P5g].csv", "Einkauf"),
            ("Home [2203306141] (1).csv", "Home"),
            ("Ideen [alt].CSV", "Ideen [alt]"),
            ("Trip (2)", "Trip (2)"),
            ("[6Xx8jQ886Wh4P5g].csv", ""),
            ("é", "é"),
            ("", ""),
        ] {
            assert_eq!(list_name(file), list, "{file}");
        }
    }

    #[test]
    fn labels_are_words_that_begin_with_an_at_sign() {
        for (content, title, labels) in [
            ("Buy milk @shop @küche", "Buy milk", vec!["shop", "küche"]),
            ("Call @anna, then Bob", "Call then Bob", vec!["anna"]),
            ("Mail anna@example.com", "Mail anna@example.com", vec![]),
            ("Say \"meet @home\" @calls", "Say \"meet @home\"", vec!["calls"]),
            ("A 5\" pipe @shop", "A 5\" pipe", vec!["shop"]),
            ("Meet @ noon", "Meet @ noon", vec![]),
            ("Ask @a@b", "Ask @a@b", vec![]),
            ("@home", "@home", vec!["home"]),
            ("", "", vec![]),
        ] {
            assert_eq!(
                without_labels(content),
                (title.to_owned(), labels.into_iter().map(str::to_owned).collect()),
                "{content}"
            );
        }
    }
}
