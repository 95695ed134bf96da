//! Reads facts about a data file, without changing the file. The command `todo doctor` reports these facts.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use dynoxide::{Database, actions::describe_table::DescribeTableRequest};
use rusqlite::{Connection, ErrorCode};

use super::{
    LocalError,
    data_copy::DataCopy,
    data_file::newer_schema,
    items::{self, Facts, Tables, has_table},
};

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
    /// A newer version of the program has written the file. The number is the version of the file's schema.
    Newer(u32),
    /// The file is a data file, but is so damaged that nobody can read the items.
    Unreadable,
    Items(Facts),
}

/// Reads the table with this name in a copy of the data file. The copy is in a private temporary folder, and this
/// function removes the copy. Returns an error if this function cannot copy the file.
pub fn inspect(file: &Path, table: &str) -> Result<Inspection, LocalError> {
    let failed = |error: std::io::Error| LocalError(error.to_string());
    let mut inspection = inspect_copy(&DataCopy::of(file).map_err(failed)?, table);
    let is_sound = |found: &Inspection| found.damage.is_none() && !matches!(found.contents, Contents::Foreign(_));
    for copy in 1..COPIES {
        // A file may change so quickly that its times do not show the change. So a second copy must show the damage
        // too.
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
        let (contents, damaged_items) = contents(&sqlite, table)?;
        // The second value is the number of valid frames in the log. Without a log, the number is -1.
        let valid: i64 = sqlite.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1))?;
        let lost = usize::try_from(valid).is_ok_and(|valid| log.has_lost_changes(valid));
        let lost = lost.then(|| "the file with the latest changes (-wal) is damaged".to_owned());
        let is_foreign = matches!(contents, Contents::Foreign(_));
        let damage = if is_foreign { None } else { lost.or(damage(&sqlite)?).or(damaged_items) };
        Ok((contents, damage))
    }) {
        Ok((contents @ Contents::Items(_), None)) => (contents, refusal(&copy.file(), table)),
        Ok(found) => found,
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            (Contents::Foreign(error.to_string()), None)
        }
        Err(error) => (Contents::Unreadable, Some(error.to_string())),
    };
    Inspection { contents, damage, is_settled }
}

/// Reads the tables. The second value says what is damaged.
fn contents(sqlite: &Connection, table: &str) -> rusqlite::Result<(Contents, Option<String>)> {
    let count: u64 = sqlite.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    if count == 0 {
        return Ok((Contents::Nothing, None));
    }
    if !has_table(sqlite, "_tables")? {
        return Ok((Contents::Foreign("the file is a database of another program".to_owned()), None));
    }
    if let Some(version) = newer_schema(sqlite) {
        return Ok((Contents::Newer(version), None));
    }
    match items::read(sqlite, table) {
        Ok(Tables::None) => Ok((Contents::Nothing, None)),
        Ok(Tables::Incomplete(why)) => Ok((Contents::Unreadable, Some(why))),
        Ok(Tables::Complete(facts, damaged)) => Ok((Contents::Items(facts), damaged)),
        // A query finds only the damage in the pages that the query reads. The function `damage` finds all damage.
        Err(_) if damage(sqlite)?.is_some() => Ok((Contents::Unreadable, None)),
        Err(error) => Err(error),
    }
}

/// What is damaged in the database. This function also compares the indexes of SQLite with the tables of SQLite.
fn damage(sqlite: &Connection) -> rusqlite::Result<Option<String>> {
    let mut query = sqlite.prepare(&format!("PRAGMA integrity_check({MOST_PLACES})"))?;
    let found: Vec<String> = match query.query_map([], |row| row.get(0))?.collect() {
        Ok(found) => found,
        Err(error) => vec![error.to_string()],
    };
    Ok((found != ["ok"]).then(|| found.join("; ")))
}

/// Why the embedded DynamoDB cannot open the file, in the words of the embedded DynamoDB. The file must be a copy,
/// because this function may change the file.
fn refusal(file: &Path, table: &str) -> Option<String> {
    let described = Database::new(&file.to_string_lossy())
        .and_then(|database| database.describe_table(DescribeTableRequest { table_name: table.to_owned() }));
    described.err().map(|error| error.to_string())
}
