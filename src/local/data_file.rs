//! The file that keeps the data of the embedded DynamoDB. Other users of the machine cannot read or change this file.

use std::fmt::Display;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use directories::ProjectDirs;
use dynoxide::{Database, storage_backend::sql_builders::SCHEMA_VERSION};
use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{LocalError, expired};

/// SQLite keeps further files beside a database file. The name of each further file ends with one of these texts. For
/// example, SQLite keeps `todos.db-wal` beside `todos.db`.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The default data file, in the folder where the operating system keeps the data of this user.
pub fn default_file() -> Result<PathBuf, LocalError> {
    let why = "this user has no home folder; name a file with --data";
    default_folder().map(|folder| folder.join("todos.db")).ok_or_else(|| LocalError(why.to_owned()))
}

fn default_folder() -> Option<PathBuf> {
    ProjectDirs::from("", "", "todo-action").map(|folders| folders.data_dir().to_owned())
}

/// Opens the data file. If the data file does not exist, this function creates the file and its folder. If `file` is
/// `None`, the data is only in memory. If the file belongs to another program, this function returns an error and does
/// not change the file. `now` is the present time. This function also removes expired items.
///
/// On Unix, only this user can access the data file and SQLite's files beside it (0600). If this function creates the
/// folder, only this user can access the folder (0700). An earlier version of this program may have created files and
/// folders that other users can access. So this function makes the data file and SQLite's files inaccessible to other
/// users. This function also makes two kinds of folders inaccessible to other users: the default folder, and a folder
/// that contains only the data file and SQLite's files. All other folders keep their permissions.
pub fn open(file: Option<&Path>, now: Timestamp) -> Result<Database, LocalError> {
    let Some(file) = file else {
        return Database::memory().map_err(|error| LocalError(format!("cannot open a database in memory: {error}")));
    };
    let failed = |what: &str, error: &dyn Display| LocalError(format!("{what} {}: {error}", file.display()));
    if fs::metadata(file).is_ok_and(|there| !there.is_file()) {
        return Err(failed("cannot keep data in", &"it is not a file"));
    }
    if let Some(folder) = file.parent() {
        private_folder().create(folder).map_err(|error| failed("cannot make the folder of", &error))?;
    }
    private_file().open(file).map_err(|error| failed("cannot write to the data file", &error))?;
    check_file(file)?;
    close_to_others(file).map_err(|error| failed("cannot protect the data file from other users", &error))?;
    let database =
        Database::new(&file.to_string_lossy()).map_err(|error| failed("cannot open the data file", &error))?;
    // The program removes expired items only here, when the program opens the data file.
    expired::remove(&database, now)
        .map_err(|error| failed("cannot remove expired items from the data file", &error))?;
    Ok(database)
}

/// Writes the data file anew, without the free space in which SQLite keeps the text of deleted items. Other processes
/// may use the file at the same time.
pub fn compact(file: &Path) -> Result<(), LocalError> {
    let sqlite = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE);
    let compacted = sqlite.and_then(|sqlite| {
        sqlite.busy_timeout(Duration::from_secs(10))?;
        sqlite.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")
    });
    compacted.map_err(|error| LocalError(format!("cannot compact the data file {}: {error}", file.display())))
}

/// Checks that the file is empty, or is a database of the embedded DynamoDB that this version can read. The error says
/// why the program cannot use the file.
fn check_file(file: &Path) -> Result<(), LocalError> {
    let found = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(|sqlite| {
        let mut query = sqlite.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
        let tables: Vec<String> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok((tables, newer_schema(&sqlite)))
    });
    let shown = file.display();
    let foreign = || format!("{shown} is not a data file of todo-action; choose another file with --data");
    let why = match found {
        Ok((_, Some(version))) => format!(
            "a newer version of todo has written the data file {shown} (schema {version}, but this version reads only \
             schemas up to {SCHEMA_VERSION}); install the newer version of todo"
        ),
        Ok((tables, None)) if tables.is_empty() || tables.iter().any(|table| table == "_tables") => return Ok(()),
        Ok(_) => foreign(),
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => foreign(),
            Some(ErrorCode::DatabaseCorrupt) => {
                format!("the data file {shown} is damaged ({error}); `todo doctor` says what is damaged")
            }
            Some(ErrorCode::DiskFull) => {
                format!("cannot write to the data file {shown}: {error}; delete other files on the disk")
            }
            _ => format!(
                "cannot use the data file {shown}: {error}; this user must be able to write to the file and to its \
                 folder, and the disk must not be full. `todo doctor` says what is wrong"
            ),
        },
    };
    Err(LocalError(why))
}

/// The version of the file's schema, if this version is newer than the newest version that the embedded DynamoDB of
/// this program can read.
pub(super) fn newer_schema(sqlite: &Connection) -> Option<u32> {
    let query = "SELECT value FROM _config WHERE key = 'schema_version'";
    let version: String = sqlite.query_row(query, [], |row| row.get(0)).ok()?;
    version.trim().parse().ok().filter(|version| *version > SCHEMA_VERSION)
}

/// Makes the data file and SQLite's existing files inaccessible to other users. When SQLite creates a file later, this
/// file gets the permissions of the data file.
fn close_to_others(file: &Path) -> io::Result<()> {
    // If the data file is a link, SQLite keeps its other files beside the target of the link.
    let file = file.canonicalize()?;
    remove_rights_of_others(&file)?;
    for other in BESIDE.map(|end| with_end(&file, end)) {
        match remove_rights_of_others(&other) {
            // The file does not exist, or SQLite has just removed the file.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            done => done?,
        }
    }
    match file.parent() {
        Some(folder) if is_ours_alone(folder, &file)? => remove_rights_of_others(folder),
        _ => Ok(()),
    }
}

/// Whether the folder of the data file is only for this user. For the default folder, the result is `true`. Any other
/// folder must have the same owner as the data file, and must contain only the data file and SQLite's files. For a
/// folder directly below the root (for example, /srv), the result is `false`, because other users may need this folder.
fn is_ours_alone(folder: &Path, file: &Path) -> io::Result<bool> {
    if default_folder().and_then(|folder| folder.canonicalize().ok()).is_some_and(|default| default == folder) {
        return Ok(true);
    }
    let at_the_top = folder.parent().is_none_or(|above| above.parent().is_none());
    if at_the_top || !has_the_same_owner(folder, file)? {
        return Ok(false);
    }
    // If this user cannot read the list of files in the folder, the folder may belong to another user.
    let Ok(mut entries) = fs::read_dir(folder) else { return Ok(false) };
    let beside = BESIDE.map(|end| with_end(file, end));
    let is_known = |path: PathBuf| path == file || beside.contains(&path);
    Ok(entries.all(|entry| entry.is_ok_and(|entry| is_known(entry.path()))))
}

/// The data file, and SQLite's existing files beside the data file. If the data file is a link, the result is the
/// target of the link, and the files beside the target.
pub fn files_of(file: &Path) -> io::Result<Vec<PathBuf>> {
    let file = file.canonicalize()?;
    let beside = BESIDE.map(|end| with_end(&file, end)).into_iter().filter(|file| file.exists());
    Ok(std::iter::once(file.clone()).chain(beside).collect())
}

/// Appends the text `end` to the path.
pub(super) fn with_end(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn private_folder() -> DirBuilder {
    let mut folder = DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder
}

fn private_file() -> OpenOptions {
    let mut file = OpenOptions::new();
    file.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    file
}

#[cfg(unix)]
fn remove_rights_of_others(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    const OTHERS: u32 = 0o077;
    // The sticky bit: if a folder has this bit, other users may also keep files in the folder.
    const STICKY: u32 = 0o1000;
    let found = fs::metadata(path)?;
    let mut permissions = found.permissions();
    let mode = permissions.mode();
    if mode & OTHERS == 0 || (found.is_dir() && mode & STICKY != 0) {
        return Ok(());
    }
    permissions.set_mode(mode & !OTHERS);
    fs::set_permissions(path, permissions)
}

#[cfg(unix)]
fn has_the_same_owner(folder: &Path, file: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(fs::metadata(folder)?.uid() == fs::metadata(file)?.uid())
}

/// The program removes file permissions only on Unix. On other systems, the operating system already protects a user's
/// folder from other users.
#[cfg(not(unix))]
fn has_the_same_owner(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(not(unix))]
fn remove_rights_of_others(_: &Path) -> io::Result<()> {
    Ok(())
}
