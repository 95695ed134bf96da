//! Reads facts about a data file, without changing the file. The command `todo doctor` reports these facts.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OptionalExtension};

use super::{LocalError, data_copy::DataCopy};
use crate::store::attributes::{FORMAT_NUMBER, PROVIDER_SECRET};

/// While a running service changes the file, a copy may be incomplete. So [`inspect`] makes up to this number of
/// copies.
const COPIES: u32 = 5;
/// The time between two copies.
const PAUSE: Duration = Duration::from_millis(200);
/// The maximum number of damaged places in a report.
const MOST_PLACES: usize = 3;

/// What an inspection has found.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    pub contents: Contents,
    /// What is damaged, in the words of SQLite. `None` if nothing is damaged.
    pub damage: Option<String>,
    /// `false` if another process changed the file during the inspection. Then `damage` may be wrong.
    pub is_settled: bool,
}

/// The contents of a data file.
#[derive(Debug, Clone, PartialEq)]
pub enum Contents {
    /// The file has no tables, or does not have the table that the caller asked for.
    Nothing,
    /// The file is not a data file of todo-action. The text is the reason.
    Foreign(String),
    /// The file is a data file, but is so damaged that nobody can read the items.
    Unreadable,
    Items(Facts),
}

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

/// Reads the table with this name in a copy of the data file. The copy is in a private temporary folder, and this
/// function removes the copy. Returns an error if this function cannot copy the file.
pub fn inspect(file: &Path, table: &str) -> Result<Inspection, LocalError> {
    let failed = |error: std::io::Error| LocalError(error.to_string());
    let mut inspection = inspect_copy(&DataCopy::of(file).map_err(failed)?, table);
    let is_sound = |found: &Inspection| found.damage.is_none() && !matches!(found.contents, Contents::Foreign(_));
    for copy in 1..COPIES {
        // A file may change so quickly that its times do not show the change. So a second copy must show the damage too.
        if is_sound(&inspection) || (inspection.is_settled && copy > 1) {
            break;
        }
        sleep(PAUSE);
        inspection = inspect_copy(&DataCopy::of(file).map_err(failed)?, table);
    }
    Ok(inspection)
}

fn inspect_copy(copy: &DataCopy, table: &str) -> Inspection {
    let log = copy.log();
    let is_settled = copy.is_settled;
    let (contents, damage) = match Connection::open(copy.file()).and_then(|sqlite| {
        let contents = contents(&sqlite, table)?;
        // The second value is the number of valid frames in the log. Without a log, the number is -1.
        let valid: i64 = sqlite.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1))?;
        let lost = usize::try_from(valid).is_ok_and(|valid| log.has_lost_changes(valid));
        let lost = lost.then(|| "the file with the latest changes (-wal) is damaged".to_owned());
        let damage = if matches!(contents, Contents::Foreign(_)) { None } else { lost.or(damage(&sqlite)?) };
        Ok((contents, damage))
    }) {
        Ok(found) => found,
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            (Contents::Foreign(error.to_string()), None)
        }
        Err(error) => (Contents::Unreadable, Some(error.to_string())),
    };
    Inspection { contents, damage, is_settled }
}

fn contents(sqlite: &Connection, table: &str) -> rusqlite::Result<Contents> {
    let has = |name: &str| -> rusqlite::Result<bool> {
        let query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1";
        Ok(sqlite.query_row(query, [name], |_| Ok(())).optional()?.is_some())
    };
    let count: u64 = sqlite.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    if count > 0 && !has("_tables")? {
        return Ok(Contents::Foreign("the file is a database of another program".to_owned()));
    }
    if count == 0 || !has(table)? {
        return Ok(Contents::Nothing);
    }
    match facts(sqlite, table) {
        Ok(facts) => Ok(Contents::Items(facts)),
        // A query finds only the damage in the pages that the query reads. The function `damage` finds all damage.
        Err(_) if damage(sqlite)?.is_some() => Ok(Contents::Unreadable),
        Err(error) => Err(error),
    }
}

/// What is damaged in the database.
fn damage(sqlite: &Connection) -> rusqlite::Result<Option<String>> {
    let mut query = sqlite.prepare(&format!("PRAGMA quick_check({MOST_PLACES})"))?;
    let found: Vec<String> = match query.query_map([], |row| row.get(0))?.collect() {
        Ok(found) => found,
        Err(error) => vec![error.to_string()],
    };
    Ok((found != ["ok"]).then(|| found.join("; ")))
}

fn facts(sqlite: &Connection, table: &str) -> rusqlite::Result<Facts> {
    // The name of a table can contain only letters, digits and the characters `_`, `-` and `.`.
    let number = |name: &str| format!("max(CAST(json_extract(item_json, '$.{name}.N') AS INTEGER))");
    let query = format!("SELECT count(*), {}, {} FROM \"{table}\"", number("format"), number("sequence"));
    let (items, format, latest): (u64, Option<i64>, Option<i64>) =
        sqlite.query_row(&query, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let [partition, sk, attribute] = PROVIDER_SECRET;
    let query = format!("SELECT json_extract(item_json, '$.{attribute}.S') FROM \"{table}\" WHERE pk = ?1 AND sk = ?2");
    let key = [format!("S:{partition}"), format!("S:{sk}")];
    let secret: Option<Option<String>> = sqlite.query_row(&query, key, |row| row.get(0)).optional()?;
    Ok(Facts {
        items,
        is_newer: format.is_some_and(|format| format > FORMAT_NUMBER.into()),
        latest_change: latest.and_then(|latest| Timestamp::from_microsecond(latest).ok()),
        provider_secret: secret.flatten(),
    })
}
