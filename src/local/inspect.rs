//! Reads facts about a data file, without changing the file. The command `todo doctor` reports these facts.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};

use super::LocalError;
use crate::store::attributes::{FORMAT_NUMBER, PROVIDER_SECRET};

/// While another process holds the lock of the file, [`inspect`] waits for this time.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a data file contains.
#[derive(Debug, Clone, PartialEq)]
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

/// Why another program cannot write to a data file now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotWritable {
    /// Another process has held the lock of the file for two seconds.
    Locked,
    /// The reason, as a text for people.
    Other(String),
}

/// Reads the table with this name in the data file. `None` if the file is empty, or has no such table yet. Returns an
/// error if the file is not a database of todo-action.
pub fn inspect(file: &Path, table: &str) -> Result<Option<Facts>, LocalError> {
    let failed = |error: rusqlite::Error| LocalError(error.to_string());
    let sqlite = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
    sqlite.busy_timeout(PATIENCE).map_err(failed)?;
    let has = |name: &str| -> Result<bool, LocalError> {
        let query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1";
        Ok(sqlite.query_row(query, [name], |_| Ok(())).optional().map_err(failed)?.is_some())
    };
    let count: u64 = sqlite.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0)).map_err(failed)?;
    if count == 0 {
        return Ok(None);
    }
    if !has("_tables")? {
        return Err(LocalError("the file is a database of another program".to_owned()));
    }
    if !has(table)? {
        return Ok(None);
    }
    // The name of a table can contain only letters, digits and the characters `_`, `-` and `.`.
    let number = |name: &str| format!("max(CAST(json_extract(item_json, '$.{name}.N') AS INTEGER))");
    let query = format!("SELECT count(*), {}, {} FROM \"{table}\"", number("format"), number("sequence"));
    let (items, format, latest): (u64, Option<i64>, Option<i64>) =
        sqlite.query_row(&query, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).map_err(failed)?;
    let [partition, sk, attribute] = PROVIDER_SECRET;
    let query = format!("SELECT json_extract(item_json, '$.{attribute}.S') FROM \"{table}\" WHERE pk = ?1 AND sk = ?2");
    let key = [format!("S:{partition}"), format!("S:{sk}")];
    let secret = sqlite.query_row(&query, key, |row| row.get(0)).optional().map_err(failed)?;
    Ok(Some(Facts {
        items,
        is_newer: format.is_some_and(|format| format > FORMAT_NUMBER.into()),
        latest_change: latest.and_then(|latest| Timestamp::from_microsecond(latest).ok()),
        provider_secret: secret.flatten(),
    }))
}

/// Tests whether a program can write to the data file now. This function writes nothing.
pub fn can_write(file: &Path) -> Result<(), NotWritable> {
    let test = || -> rusqlite::Result<()> {
        let sqlite = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        sqlite.busy_timeout(PATIENCE)?;
        sqlite.execute_batch("BEGIN IMMEDIATE; ROLLBACK;")
    };
    test().map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => NotWritable::Locked,
        _ => NotWritable::Other(error.to_string()),
    })
}
