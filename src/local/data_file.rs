//! The file that keeps the data. It is the person's alone: other users of the machine can neither read nor change it.

use std::fmt::Display;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use dynoxide::Database;
use rusqlite::{Connection, OpenFlags};

use super::LocalError;

/// What SQLite keeps beside a file, under its name with these ends.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The data file where none is named: in the folder that the system has for a user's data.
pub fn default_file() -> Result<PathBuf, LocalError> {
    let why = "this user has no home folder; name a file with --data";
    default_folder().map(|folder| folder.join("todos.db")).ok_or_else(|| LocalError(why.to_owned()))
}

fn default_folder() -> Option<PathBuf> {
    ProjectDirs::from("", "", "todo-action").map(|folders| folders.data_dir().to_owned())
}

/// Opens the data file, making it and its folder when they do not exist; without a file the data is in memory.
/// A file that something else made is refused and left as it is.
///
/// Where there are Unix permissions, the file and what SQLite keeps beside it are their user's alone (0600), and so is a
/// folder that is made for it (0700). What an earlier version has left open is closed: the files, and the folder if it is
/// the default one or has nothing else in it. Other folders keep their permissions.
pub fn open(file: Option<&Path>) -> Result<Database, LocalError> {
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
    remove_rights_of_others(&file)?;
    for other in BESIDE.map(|end| with_end(&file, end)) {
        match remove_rights_of_others(&other) {
            // There is none, or none any more.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            done => done?,
        }
    }
    match file.parent() {
        Some(folder) if is_ours_alone(folder, &file)? => remove_rights_of_others(folder),
        _ => Ok(()),
    }
}

/// Whether nobody else can want to look into the folder of the file: it is the default one, or has the file, what SQLite
/// keeps beside it, and nothing besides. Folders of the system, such as /dev/shm and /srv, may be empty and are not ours.
fn is_ours_alone(folder: &Path, file: &Path) -> io::Result<bool> {
    if default_folder().and_then(|folder| folder.canonicalize().ok()).is_some_and(|default| default == folder) {
        return Ok(true);
    }
    let at_the_top = folder.parent().is_none_or(|above| above.parent().is_none());
    if at_the_top || !has_the_same_owner(folder, file)? {
        return Ok(false);
    }
    // Who may not list a folder did not make it.
    let Ok(mut entries) = fs::read_dir(folder) else { return Ok(false) };
    let beside = BESIDE.map(|end| with_end(file, end));
    let is_known = |path: PathBuf| path == file || beside.contains(&path);
    Ok(entries.all(|entry| entry.is_ok_and(|entry| is_known(entry.path()))))
}

/// The path with this behind it.
fn with_end(file: &Path, end: &str) -> PathBuf {
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
    // Others may keep things in such a folder.
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

/// The folder of a user is theirs alone there.
#[cfg(not(unix))]
fn has_the_same_owner(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(not(unix))]
fn remove_rights_of_others(_: &Path) -> io::Result<()> {
    Ok(())
}
