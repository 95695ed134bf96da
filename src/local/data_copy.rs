//! A private copy of a data file. A program can open the copy with SQLite, and the data file itself does not change.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::{Builder, TempDir};

use super::data_file::with_end;

/// The files with data. From these files, SQLite can make the file `-shm` again.
const WITH_DATA: [&str; 3] = ["", "-wal", "-journal"];
/// The size of the header of a write-ahead log, and of the header of each frame, in bytes
/// (<https://www.sqlite.org/fileformat2.html#walformat>).
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// A copy in a folder that only this user can read. `Drop` removes the folder.
pub struct DataCopy {
    folder: TempDir,
    /// Whether the data file did not change while this program copied the file.
    pub is_settled: bool,
}

impl DataCopy {
    /// Copies the data file and its files `-wal` and `-journal`.
    pub fn of(file: &Path) -> io::Result<Self> {
        let file = file.canonicalize()?;
        let folder = private_folder()?;
        let before = stamps(&file);
        for end in WITH_DATA {
            match File::open(with_end(&file, end)) {
                Ok(mut from) => {
                    io::copy(&mut from, &mut File::create(folder.path().join(format!("copy.db{end}")))?)?;
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound && !end.is_empty() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self { folder, is_settled: before == stamps(&file) })
    }

    /// The path of the copy.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("copy.db")
    }

    /// The write-ahead log in the copy. SQLite removes the log when SQLite closes the copy.
    pub fn log(&self) -> Log {
        Log(fs::read(with_end(&self.file(), "-wal")).unwrap_or_default())
    }
}

fn private_folder() -> io::Result<TempDir> {
    let mut builder = Builder::new();
    builder.prefix("todo-doctor-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// The id of the user who runs this program. This user owns every folder that the program creates.
#[cfg(unix)]
pub fn this_user() -> io::Result<u32> {
    use std::os::unix::fs::MetadataExt;
    Ok(fs::metadata(private_folder()?.path())?.uid())
}

/// The sizes of three files, and the times of their latest changes. The files are the data file, `-wal` and `-journal`.
pub(super) fn stamps(file: &Path) -> [Option<(u64, SystemTime)>; 3] {
    WITH_DATA.map(|end| {
        let found = fs::metadata(with_end(file, end)).ok()?;
        Some((found.len(), found.modified().ok()?))
    })
}

/// A write-ahead log: the changes that SQLite has not yet written into the database.
pub struct Log(Vec<u8>);

impl Log {
    /// Whether the log contains finished changes after the first `valid` frames. Such changes come after a damaged
    /// frame, so SQLite ignores them without an error. A log also contains old frames with other salts. SQLite has
    /// already written these old frames into the database.
    pub fn has_lost_changes(&self, valid: usize) -> bool {
        let Some((header, frames)) = self.0.split_at_checked(WAL_HEADER) else { return !self.0.is_empty() };
        let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let frame = FRAME_HEADER + number(8) as usize;
        let finished = |one: &[u8]| one[4..8] != [0; 4] && one[8..16] == header[16..24];
        let is_header_damaged = valid == 0 && frames.len() > FRAME_HEADER;
        is_header_damaged || frames.chunks_exact(frame).skip(valid).any(finished)
    }
}
