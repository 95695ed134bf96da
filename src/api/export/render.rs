//! Writes the data of a person as a file.

use jiff::tz::TimeZone;

use super::{calendar, csv, document::Document, markdown, todo_txt};
use crate::domain::export_format::ExportFormat;

/// The data as a file of this format. Only JSON contains everything. The other formats contain the todos. `zone` is the
/// time zone of the person. Markdown groups the todos by list. The other formats keep the order of the todos. The same
/// data always give the same file.
pub fn render(format: ExportFormat, document: &Document, zone: &TimeZone) -> String {
    let todos = &document.todos;
    match format {
        // All keys of the document are texts, so `to_string` cannot fail.
        ExportFormat::Json => serde_json::to_string(document).unwrap_or_default(),
        ExportFormat::Csv => csv::render(todos, zone),
        ExportFormat::Ics => calendar::render(todos, zone),
        ExportFormat::TodoTxt => todo_txt::render(todos, zone),
        ExportFormat::Md => markdown::render(todos, zone),
    }
}
