//! Reads and writes one page of an export.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    document::{Document, ExportedSettings, FORMAT, FORMAT_VERSION, exported, exported_change, leave_out_values},
    render::render,
};
use crate::{
    app::App,
    domain::{export_format::ExportFormat, lists::Lists, todo::Todo},
    store::{AllTodos, Fault, OwnerStore, Position},
};

/// The maximum size of a page, as [`size_in_lambda`] counts it. Lambda allows 6 MB for an answer, with its headers.
const PAGE_BYTES: usize = 5_500_000;

/// One page of an export. Each page is a complete file.
#[derive(Debug)]
pub struct ExportPage {
    pub body: String,
    /// The date in the person's time zone.
    pub date: String,
    /// The next page begins after this position. `None` if this is the last page.
    pub rest: Option<Position>,
}

/// What an export needs besides the data.
#[derive(Debug, Clone)]
pub struct Exporting {
    pub format: ExportFormat,
    pub now: Timestamp,
    /// The time zone for a person who has not set a time zone.
    pub default_zone: TimeZone,
}

impl Exporting {
    /// Makes the page after the position `after`. `cursor` makes the text of a cursor from a position. Only JSON
    /// contains a cursor.
    pub async fn page(
        &self,
        store: &OwnerStore,
        after: Option<&Position>,
        cursor: impl Fn(&Position) -> Option<String>,
    ) -> Result<ExportPage, Fault> {
        let mut found = store.all_todos(after, self.now).await?;
        let zone = found.settings.zone(&self.default_zone);
        let date = self.now.to_zoned(zone.clone()).date().to_string();
        let todos: Vec<Todo> = std::mem::take(&mut found.todos).into_iter().map(exported).collect();
        let mut document = self.document(&found, &zone);
        document.todos = todos;
        if self.format == ExportFormat::Json && after.is_none() {
            document.lists = store.ordered_lists(&found.lists).await?;
        }
        let mut rest = found.rest;
        let mut body = render(self.format, &document, &zone);
        // A todo can be much larger in the file than in the table. For example, iCalendar has a component for each
        // step.
        while size_in_lambda(&body) > PAGE_BYTES && document.todos.len() > 1 {
            document.todos.truncate(document.todos.len() / 2);
            rest = document.todos.last().map(|todo| Position::of_id(&todo.id));
            body = render(self.format, &document, &zone);
        }
        if self.format == ExportFormat::Json {
            if rest.is_none() {
                let room = PAGE_BYTES.saturating_sub(size_in_lambda(&body));
                let (changes, unreadable, more) = self.changes(store, after, &found.lists, room).await?;
                document.changes = changes;
                document.unreadable += unreadable;
                rest = more;
            }
            document.next_cursor = rest.as_ref().and_then(cursor);
            body = render(self.format, &document, &zone);
        }
        Ok(ExportPage { body, date, rest })
    }

    /// An export in this format, at this moment.
    pub fn of(app: &App, format: ExportFormat) -> Self {
        Self { format, now: app.clock.now(), default_zone: app.config.time_zone.clone() }
    }

    fn document(&self, found: &AllTodos, zone: &TimeZone) -> Document {
        Document {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            exported_at: self.now,
            settings: ExportedSettings::of(&found.settings, zone.iana_name().unwrap_or("UTC")),
            lists: Vec::new(),
            todos: Vec::new(),
            changes: Vec::new(),
            unreadable: found.unreadable,
            next_cursor: None,
        }
    }

    /// The changes after a position, the number of changes that the program cannot read, and the position after which
    /// there are more changes. The changes have at most `room` bytes. If a page has no todos and its first change is
    /// too large for a page, the values of this change are left out.
    async fn changes(
        &self,
        store: &OwnerStore,
        after: Option<&Position>,
        lists: &Lists,
        room: usize,
    ) -> Result<(Vec<serde_json::Value>, usize, Option<Position>), Fault> {
        let mut listing = store.all_changes(after, self.now).await?;
        let is_alone = after.is_some_and(|position| position.is_after_todos());
        let (mut changes, mut bytes) = (Vec::new(), 0);
        while let Some((change, differences)) = listing.next().await? {
            let (change, differences) = store.with_all_differences(change, differences, self.now).await?;
            let mut exported = exported_change(&change, &differences, lists);
            bytes += size_in_lambda(&exported.to_string());
            if bytes > room {
                if !is_alone || !changes.is_empty() {
                    let rest = listing.before_last().unwrap_or_else(Position::after_todos);
                    return Ok((changes, listing.unreadable, Some(rest)));
                }
                leave_out_values(&mut exported);
            }
            changes.push(exported);
        }
        let rest = listing.rest();
        Ok((changes, listing.unreadable, rest))
    }
}

/// The number of bytes that the text takes in an answer of Lambda. Lambda puts the text into JSON, where quotation
/// marks, backslashes, tabs and line breaks take two bytes, and other control characters take six bytes.
pub fn size_in_lambda(text: &str) -> usize {
    let size = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(size).sum()
}
