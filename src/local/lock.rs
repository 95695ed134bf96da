//! Finds out whether another process has locked a data file, or still uses a deleted data file. This file opens no
//! database, and takes no lock.

use std::path::{Path, PathBuf};

/// The lock of a data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lock {
    Free,
    /// The text is the id of a process. For two seconds, this process has held the lock, and nobody has changed the
    /// file. So no program can write to the file.
    Held(String),
    /// The operating system does not say who holds the lock. Only Linux says who holds the lock. The text is the
    /// reason.
    Unknown(String),
}

/// A file that somebody has deleted, although a process still uses the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// The id of the process.
    pub process: String,
    /// A path under which this machine can still read the file.
    pub link: PathBuf,
    /// The end of the file's name: `-wal` for the file with the latest changes, or nothing for the data file.
    pub end: &'static str,
}

/// Finds the process that still uses this data file after somebody has deleted the file. The operating system shows
/// only processes of this user. If no process uses the file, the list is empty.
#[cfg(target_os = "linux")]
pub fn deleted_files(file: &Path) -> Vec<Deleted> {
    linux::deleted_files(file).unwrap_or_default()
}

/// Only Linux says which files a process uses.
#[cfg(not(target_os = "linux"))]
pub fn deleted_files(_: &Path) -> Vec<Deleted> {
    Vec::new()
}

/// Waits for two seconds while another process holds the lock.
pub fn lock(file: &Path) -> Lock {
    #[cfg(target_os = "linux")]
    match linux::holder(file) {
        Ok(None) => Lock::Free,
        Ok(Some(process)) => Lock::Held(process),
        Err(error) => Lock::Unknown(error.to_string()),
    }
    #[cfg(not(target_os = "linux"))]
    Lock::Unknown(format!("this operating system does not say who has locked {}", file.display()))
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::{self, File};
    use std::io::{self, BufRead, BufReader};
    use std::ops::Range;
    use std::os::unix::fs::MetadataExt;
    use std::path::{Path, PathBuf};
    use std::thread::sleep;
    use std::time::Duration;

    use super::Deleted;
    use crate::local::{data_copy::stamps, data_file::with_end};

    /// The bytes that a writer locks in the database file: `PENDING_BYTE`, `RESERVED_BYTE` and the `SHARED_SIZE` bytes
    /// (os.h of SQLite). A reader locks these bytes only for reading.
    const DATABASE: Range<u64> = 0x4000_0000..0x4000_0200;
    /// The byte `WAL_WRITE_LOCK` in the file `-shm` (<https://www.sqlite.org/walformat.html#wal_locks>).
    const LOG: Range<u64> = 120..121;
    /// The maximum number of times that the program reads Linux's list of locks.
    const LISTS: u32 = 20;
    /// If many locks change while Linux makes a list, the list may lack a lock that a process holds. If the lock is
    /// missing in more lists than this number, the lock is free.
    const MOST_GAPS: u32 = 2;
    /// The time between two reads of the list.
    const PAUSE: Duration = Duration::from_millis(100);

    /// The process that has locked the data file and does not change the file. If the file changes, the result is
    /// `None`, because a process that changes the file unlocks the file later.
    pub fn holder(file: &Path) -> io::Result<Option<String>> {
        let file = file.canonicalize()?;
        let before = stamps(&file);
        let (mut found, mut gaps) = (None, 0);
        for _ in 0..LISTS {
            let Some(process) = holder_in_list(&file)? else {
                gaps += 1;
                if gaps > MOST_GAPS {
                    return Ok(None);
                }
                continue;
            };
            found = Some(process);
            sleep(PAUSE);
            if stamps(&file) != before {
                return Ok(None);
            }
        }
        Ok(found)
    }

    /// The data file and the file `-wal` that one process still uses.
    pub fn deleted_files(file: &Path) -> io::Result<Vec<Deleted>> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = folder.canonicalize()?.join(file.file_name().unwrap_or_default());
        let names = ["", "-wal"].map(|end| (end, with_end(&file, &format!("{end} (deleted)"))));
        for process in fs::read_dir("/proc")?.flatten() {
            // A process of another user keeps its list of files for itself.
            let Ok(open) = fs::read_dir(process.path().join("fd")) else { continue };
            let links: Vec<PathBuf> = open.flatten().map(|link| link.path()).collect();
            let found = names.iter().filter_map(|(end, name)| {
                let link = links.iter().find(|link| fs::read_link(link).is_ok_and(|target| target == *name))?.clone();
                Some(Deleted { process: process.file_name().to_string_lossy().into_owned(), link, end })
            });
            let found: Vec<Deleted> = found.collect();
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    fn holder_in_list(file: &Path) -> io::Result<Option<String>> {
        // With a large buffer, Linux makes large parts of the list at once. Between two parts, a list may have a gap.
        let mut lines = BufReader::with_capacity(64 * 1024, File::open("/proc/locks")?);
        let mut locks = String::new();
        while lines.read_line(&mut locks)? > 0 {}
        let database = fs::metadata(file)?.ino();
        if let Some(process) = locks.lines().find_map(|line| writer(line, database, &DATABASE)) {
            return Ok(Some(process));
        }
        match fs::metadata(with_end(file, "-shm")) {
            Ok(shared) => Ok(locks.lines().find_map(|line| writer(line, shared.ino(), &LOG))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads a line of /proc/locks. Returns the process if the process has locked one of these bytes of the file for
    /// writing. An example of a line is `1: POSIX ADVISORY WRITE 4711 fd:00:98765 120 120` (proc_locks(5)). The last
    /// four parts are the process, the inode, the first byte and the last byte.
    fn writer(line: &str, inode: u64, bytes: &Range<u64>) -> Option<String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, _, _, "WRITE", process, place, first, last] = words[..] else { return None };
        let is_file = place.rsplit(':').next()?.parse() == Ok(inode);
        let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().unwrap_or(u64::MAX));
        (is_file && first < bytes.end && last >= bytes.start).then(|| process.to_owned())
    }
}
