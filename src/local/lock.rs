//! Finds out whether another process has locked a data file. This file opens no database, and takes no lock.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use super::data_file::with_end;

/// The bytes that a writer locks in the database file: `PENDING_BYTE`, `RESERVED_BYTE` and the `SHARED_SIZE` bytes
/// (os.h of SQLite). A reader locks these bytes only for reading.
const DATABASE: Range<u64> = 0x4000_0000..0x4000_0200;
/// The byte `WAL_WRITE_LOCK` in the file `-shm` (<https://www.sqlite.org/walformat.html#wal_locks>).
const LOG: Range<u64> = 120..121;
/// [`lock`] looks up to this number of times.
const LOOKS: u32 = 20;
/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// The number of lists for one look, and the time between two lists.
#[cfg(target_os = "linux")]
const LISTS: u32 = 4;
#[cfg(target_os = "linux")]
const LIST_PAUSE: Duration = Duration::from_millis(10);

/// The lock of a data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lock {
    Free,
    /// The process with this number has held the lock for two seconds, so no program can write to the file.
    Held(String),
    /// The operating system does not say who holds the lock, for this reason. Only Linux says who holds the lock.
    Unknown(String),
}

/// Waits for two seconds while another process holds the lock.
pub fn lock(file: &Path) -> Lock {
    let mut holder = holder(file);
    for _ in 0..LOOKS {
        if !matches!(holder, Ok(Some(_))) {
            break;
        }
        sleep(PAUSE);
        holder = self::holder(file);
    }
    match holder {
        Ok(None) => Lock::Free,
        Ok(Some(process)) => Lock::Held(process),
        Err(error) => Lock::Unknown(error.to_string()),
    }
}

/// The process that writes to the data file now. If many locks change while this function reads the list of locks, a
/// list may lack a lock. So this function reads several lists.
#[cfg(target_os = "linux")]
fn holder(file: &Path) -> io::Result<Option<String>> {
    for _ in 1..LISTS {
        if let Some(process) = holder_in_list(file)? {
            return Ok(Some(process));
        }
        sleep(LIST_PAUSE);
    }
    holder_in_list(file)
}

#[cfg(target_os = "linux")]
fn holder_in_list(file: &Path) -> io::Result<Option<String>> {
    use std::os::unix::fs::MetadataExt;

    let file = file.canonicalize()?;
    // Linux fills one large buffer at once, so that the list has no gaps.
    let mut list = io::BufReader::with_capacity(64 * 1024, fs::File::open("/proc/locks")?);
    let mut locks = String::new();
    while io::BufRead::read_line(&mut list, &mut locks)? > 0 {}
    let database = fs::metadata(&file)?.ino();
    if let Some(process) = locks.lines().find_map(|line| writer(line, database, &DATABASE)) {
        return Ok(Some(process));
    }
    match fs::metadata(with_end(&file, "-shm")) {
        Ok(shared) => Ok(locks.lines().find_map(|line| writer(line, shared.ino(), &LOG))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The process in a line of /proc/locks, if this process has locked one of these bytes of the file for writing. Such a
/// line is `1: POSIX ADVISORY WRITE 4711 fd:00:98765 120 120` (proc_locks(5)): the process, the inode, and the first
/// and the last byte.
#[cfg(target_os = "linux")]
fn writer(line: &str, inode: u64, bytes: &Range<u64>) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, _, _, "WRITE", process, place, first, last] = words[..] else { return None };
    let is_file = place.rsplit(':').next()?.parse() == Ok(inode);
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().unwrap_or(u64::MAX));
    (is_file && first < bytes.end && last >= bytes.start).then(|| process.to_owned())
}

#[cfg(not(target_os = "linux"))]
fn holder(_: &Path) -> io::Result<Option<String>> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this operating system does not say who holds a lock"))
}
