//! Reads all items of a data file. Finds the items that the embedded DynamoDB cannot read, and differences between a
//! table and its indexes.

use dynoxide::{AttributeValue, Item};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Statement};

use super::table::stored_indexes;
use crate::store::attributes::{FORMAT, FORMAT_NUMBER, OWNER, PROVIDER_SECRET, SEQUENCE, SK};

/// What a data file contains.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// The number of items.
    pub items: u64,
    /// Whether a newer version of the program has written the file in a newer format.
    pub is_newer: bool,
    /// The time of the latest change. `None` if the file contains no change.
    pub latest_change: Option<Timestamp>,
    /// The stored secret of the OpenID provider.
    pub provider_secret: Option<String>,
}

/// An index of the table.
struct Index<'a> {
    name: String,
    sort_key: String,
    /// Finds the entry of an item.
    entry: Statement<'a>,
    /// The number of entries that belong to an item of the table.
    found: u64,
}

/// The problems of the items. Each text names one kind of problem.
#[derive(Default)]
struct Problems {
    unreadable: Vec<String>,
    different: Vec<String>,
}

/// What the tables of a data file contain.
pub(super) enum Tables {
    /// The file does not have the table, and has no part of the table.
    None,
    /// Tables of SQLite are missing, or the description of the table is damaged. The text is the reason.
    Incomplete(String),
    /// The second value says which items are damaged.
    Complete(Facts, Option<String>),
}

/// Reads the items of the table with this name, and the entries of its indexes.
pub(super) fn read(sqlite: &Connection, table: &str) -> rusqlite::Result<Tables> {
    let query = "SELECT key_schema, attribute_definitions, lsi_definitions FROM _tables WHERE table_name = ?1";
    let described: Option<[Option<String>; 3]> =
        sqlite.query_row(query, [table], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?])).optional()?;
    let Some(described) = described else {
        let parts = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND (name = ?1 OR name LIKE ?1 || '::%')";
        let parts: u64 = sqlite.query_row(parts, [table], |row| row.get(0))?;
        let why = format!("the description of the table {table} is missing");
        return Ok(if parts == 0 { Tables::None } else { Tables::Incomplete(why) });
    };
    let [keys, types, indexes] = described.map(Option::unwrap_or_default);
    let indexes = match stored_indexes(&keys, &types, &indexes) {
        Ok(Some(indexes)) => indexes,
        Ok(None) => return Ok(Tables::Incomplete(format!("the description of the table {table} is damaged"))),
        Err(error) => return Ok(Tables::Incomplete(error.to_string())),
    };
    if !has_table(sqlite, table)? {
        return Ok(Tables::Incomplete(format!("the table {table} is missing")));
    }
    let mut opened = Vec::new();
    for (name, sort_key) in indexes {
        if !has_table(sqlite, &name_of(table, &name))? {
            return Ok(Tables::Incomplete(format!("the index {name} is missing")));
        }
        let query = format!(
            "SELECT CAST(item_json AS BLOB) FROM \"{}\" WHERE pk = ?1 AND sk = ?2 AND base_pk = ?3 AND base_sk = ?4",
            name_of(table, &name)
        );
        opened.push(Index { name, sort_key, entry: sqlite.prepare(&query)?, found: 0 });
    }
    let (facts, mut problems) = read_items(sqlite, table, &mut opened)?;
    for index in &opened {
        let query = format!("SELECT count(*) FROM \"{}\"", name_of(table, &index.name));
        let entries: u64 = sqlite.query_row(&query, [], |row| row.get(0))?;
        if entries > index.found && problems.unreadable.is_empty() {
            let more = entries - index.found;
            problems.different.extend((0..more).map(|_| format!("an entry of the index {}", index.name)));
        }
    }
    Ok(Tables::Complete(facts, problems.words()))
}

/// Whether the file contains a table of SQLite with this name.
pub(super) fn has_table(sqlite: &Connection, name: &str) -> rusqlite::Result<bool> {
    let query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1";
    Ok(sqlite.query_row(query, [name], |_| Ok(())).optional()?.is_some())
}

/// The table of SQLite in which the embedded DynamoDB keeps an index.
fn name_of(table: &str, index: &str) -> String {
    format!("{table}::lsi::{index}")
}

fn read_items(sqlite: &Connection, table: &str, indexes: &mut [Index<'_>]) -> rusqlite::Result<(Facts, Problems)> {
    let (mut facts, mut problems, mut latest) = (Facts::default(), Problems::default(), None);
    // As a BLOB, SQLite also returns a text that is not valid UTF-8.
    let columns = ["pk", "sk", "item_json"].map(|column| format!("CAST({column} AS BLOB)")).join(", ");
    let mut query = sqlite.prepare(&format!("SELECT {columns} FROM \"{table}\""))?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let [owner, sk, json] = [row.get(0)?, row.get(1)?, row.get(2)?].map(Option::<Vec<u8>>::unwrap_or_default);
        facts.items += 1;
        let [owner, sk] = [owner, sk].map(|key| String::from_utf8_lossy(&key).into_owned());
        let item = serde_json::from_slice::<Item>(&json).ok();
        let Some(item) =
            item.filter(|item| key(item, OWNER).as_ref() == Some(&owner) && key(item, SK).as_ref() == Some(&sk))
        else {
            problems.unreadable.push(sk);
            continue;
        };
        facts.is_newer |= number(&item, FORMAT).is_some_and(|format| format > FORMAT_NUMBER.into());
        latest = latest.max(number(&item, SEQUENCE));
        let [place, name, attribute] = PROVIDER_SECRET;
        if owner == format!("S:{place}") && sk == format!("S:{name}") {
            facts.provider_secret = text(&item, attribute);
        }
        for index in &mut *indexes {
            let Some(view) = key(&item, &index.sort_key) else { continue };
            let entry =
                index.entry.query_row([&owner, &view, &owner, &sk], |row| row.get::<_, Vec<u8>>(0)).optional()?;
            index.found += u64::from(entry.is_some());
            match entry.map(|entry| serde_json::from_slice::<Item>(&entry)) {
                Some(Err(_)) => problems.unreadable.push(format!("{sk} in the index {}", index.name)),
                Some(Ok(entry)) if entry == item => {}
                Some(Ok(_)) | None => problems.different.push(sk.clone()),
            }
        }
    }
    facts.latest_change = latest.and_then(|latest| Timestamp::from_microsecond(latest).ok());
    Ok((facts, problems))
}

/// The text by which the embedded DynamoDB finds the value of a key.
fn key(item: &Item, name: &str) -> Option<String> {
    item.get(name).and_then(AttributeValue::to_key_string)
}

fn number(item: &Item, name: &str) -> Option<i64> {
    match item.get(name) {
        Some(AttributeValue::N(digits)) => digits.parse().ok(),
        _ => None,
    }
}

fn text(item: &Item, name: &str) -> Option<String> {
    match item.get(name) {
        Some(AttributeValue::S(text)) => Some(text.clone()),
        _ => None,
    }
}

impl Problems {
    /// The problems in words. `None` if there are no problems.
    fn words(&self) -> Option<String> {
        let words = |items: &[String], one: &str, more: &str| {
            let first = items.first()?.trim_start_matches("S:").escape_debug().to_string();
            let count = items.len();
            Some(if count == 1 { format!("1 {one}: {first}") } else { format!("{count} {more}, for example {first}") })
        };
        let unreadable = words(&self.unreadable, "item cannot be read", "items cannot be read");
        let [one, more] = ["item differs", "items differ"].map(|how| format!("{how} between the table and its index"));
        let different = words(&self.different, &one, &more);
        let all: Vec<String> = [unreadable, different].into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}
