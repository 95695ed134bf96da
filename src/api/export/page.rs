//! Reads and writes one page of an export.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    document::{Document, ExportedSettings, FORMAT, FORMAT_VERSION, exported, exported_change},
    render::render,
};
use crate::{
    app::App,
    domain::{export_format::ExportFormat, lists::Lists, todo::Todo},
    store::{AllTodos, Fault, OwnerStore, Position},
};

/// If the changes on a page have more bytes than this, the page ends. Lambda allows 6 MB for an answer, and puts the
/// answer as text into JSON, where some characters need two bytes. Todos on a page have at most 1 MB in the table.
const CHANGES_BYTES: usize = 1_000_000;

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
    /// The time zone of a person who has not set one.
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
        let mut rest = found.rest;
        if self.format == ExportFormat::Json {
            if after.is_none() {
                document.lists = store.ordered_lists(&found.lists).await?;
            }
            if rest.is_none() {
                let (changes, unreadable, more) = self.changes(store, after, &found.lists).await?;
                document.changes = changes;
                document.unreadable += unreadable;
                rest = more;
            }
            document.next_cursor = rest.as_ref().and_then(cursor);
        }
        let body = render(self.format, &document, &zone);
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
    /// there are more changes.
    async fn changes(
        &self,
        store: &OwnerStore,
        after: Option<&Position>,
        lists: &Lists,
    ) -> Result<(Vec<serde_json::Value>, usize, Option<Position>), Fault> {
        let mut listing = store.all_changes(after, self.now).await?;
        let (mut changes, mut bytes) = (Vec::new(), 0);
        while let Some((change, differences)) = listing.next().await? {
            let (change, differences) = store.with_all_differences(change, differences, self.now).await?;
            let exported = exported_change(&change, &differences, lists);
            bytes += exported.to_string().len();
            changes.push(exported);
            if bytes > CHANGES_BYTES {
                break;
            }
        }
        let rest = listing.rest();
        Ok((changes, listing.unreadable, rest))
    }
}
