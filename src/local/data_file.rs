//! The file that keeps the data. It is the person's alone: other users of the machine can neither read nor change it.

use std::fmt::Display;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use dynoxide::Database;
use rusqlite::{Connection, OpenFlags};

use super::LocalError;

/// What SQLite keeps beside a file, under its name with these ends.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Opens the data file, making it and its folder when they do not exist; without a file the data is in memory.
/// A file that something else made is refused and left as it is.
///
/// Where there are Unix permissions, the file and what SQLite keeps beside it are readable by their user alone (0600), and
/// so is a folder that is made for it or has nothing else in it (0700); those of before are made so. A folder with other
/// things in it keeps its permissions.
pub fn open(file: Option<&Path>) -> Result<Database, LocalError> {
    let Some(file) = file else {
        return Database::memory().map_err(|error| LocalError(format!("cannot open a database in memory: {error}")));
    };
    let failed = |what: &str, error: &dyn Display| LocalError(format!("{what} {}: {error}", file.display()));
    if let Some(folder) = file.parent() {
        private_folder().create(folder).map_err(|error| failed("cannot make the folder of", &error))?;
    }
    private_file().open(file).map_err(|error| failed("cannot write to the data file", &error))?;
    if !is_ours(file) {
        return Err(LocalError(format!(
            "{} is not a data file of todo-action; choose another with --data",
            file.display()
        )));
    }
    close_to_others(file)
        .map_err(|error| failed("cannot keep other users of this machine from the data file", &error))?;
    let database =
        Database::new(&file.to_string_lossy()).map_err(|error| failed("cannot open the data file", &error))?;
    // Nothing else removes what has expired.
    database.sweep_ttl().map_err(|error| failed("cannot tidy up the data file", &error))?;
    Ok(database)
}

/// Whether the file is empty or a database of the embedded DynamoDB.
fn is_ours(file: &Path) -> bool {
    let tables = || -> rusqlite::Result<Vec<String>> {
        let sqlite = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mut query = sqlite.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
        query.query_map([], |row| row.get(0))?.collect()
    };
    tables().is_ok_and(|tables| tables.is_empty() || tables.iter().any(|table| table == "_tables"))
}

/// Makes what exists the user's alone. SQLite gives what it makes later the permissions of the file.
fn close_to_others(file: &Path) -> io::Result<()> {
    // SQLite follows links, and has its files beside the one that it comes to.
    let file = file.canonicalize()?;
    let beside = |end: &str| {
        let mut name = file.clone().into_os_string();
        name.push(end);
        PathBuf::from(name)
    };
    remove_rights_of_others(&file)?;
    for other in BESIDE.map(beside) {
        match remove_rights_of_others(&other) {
            // There is none, or none any more.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            done => done?,
        }
    }
    match file.parent() {
        Some(folder) if has_nothing_else(folder, &file).unwrap_or(false) => match remove_rights_of_others(folder) {
            // Somebody else's folder: what it has of ours is closed by itself.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
            done => done,
        },
        _ => Ok(()),
    }
}

/// Whether the folder holds the file, what is named after it, and nothing besides.
fn has_nothing_else(folder: &Path, file: &Path) -> io::Result<bool> {
    let name = file.file_name().unwrap_or_default().as_encoded_bytes();
    for entry in fs::read_dir(folder)? {
        if !entry?.file_name().as_encoded_bytes().starts_with(name) {
            return Ok(false);
        }
    }
    Ok(true)
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
    let mut permissions = fs::metadata(path)?.permissions();
    let mode = permissions.mode();
    if mode & OTHERS == 0 {
        return Ok(());
    }
    permissions.set_mode(mode & !OTHERS);
    fs::set_permissions(path, permissions)
}

/// The folder of a user is theirs alone there.
#[cfg(not(unix))]
fn remove_rights_of_others(_: &Path) -> io::Result<()> {
    Ok(())
}
