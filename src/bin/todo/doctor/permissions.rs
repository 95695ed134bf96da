//! Checks who may read, change and replace a data file.

#[cfg(not(unix))]
use std::path::{Path, PathBuf};

#[cfg(not(unix))]
use super::Report;

#[cfg(unix)]
pub use unix::{check_access, check_protection, check_space, closed_folder};

/// What to do if the user who runs the command must not use the file.
const ANOTHER_USER: &str = "run the command as the user who runs `todo serve`.";

#[cfg(not(unix))]
pub fn check_access(_: &mut Report, _: &[PathBuf]) -> bool {
    true
}

#[cfg(not(unix))]
pub fn check_protection(report: &mut Report, _: &[PathBuf]) {
    report.cannot_tell("permissions", "this operating system protects the folder of each user itself.", "");
}

#[cfg(not(unix))]
pub fn check_space(report: &mut Report, _: &Path) {
    report.cannot_tell("disk", "on this operating system, the command does not know the free space of the disk.", "");
}

#[cfg(not(unix))]
pub fn closed_folder(_: &Path) -> String {
    ANOTHER_USER.to_owned()
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, File};
    use std::io;
    use std::os::unix::fs::MetadataExt;
    use std::path::{Path, PathBuf};

    use rustix::fs::{Access, access, statvfs};
    use todo_action::local::this_user;

    use super::ANOTHER_USER;
    use crate::{doctor::Report, place::quoted};

    const OTHERS: u32 = 0o077;
    const OTHERS_WRITE: u32 = 0o022;
    /// With less free space than this number of bytes, changes may fail. SQLite's file `-wal` may grow to 4 MiB, and
    /// the changes need space in the data file too.
    const LEAST_SPACE: u64 = 10 << 20;
    const MEBIBYTE: u64 = 1 << 20;
    /// In a folder with the sticky bit, only the owner of a file can replace the file.
    const STICKY: u32 = 0o1000;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).map_or(0, |found| found.mode())
    }

    fn listed(paths: &[&Path]) -> String {
        paths.iter().map(|path| quoted(&path.to_string_lossy())).collect::<Vec<_>>().join(" ")
    }

    /// Checks that this user owns the files, and can read the files. `false` if this user cannot read one of
    /// the files.
    pub fn check_access(report: &mut Report, files: &[PathBuf]) -> bool {
        let Ok(user) = this_user() else {
            let next = "set TMPDIR to a folder in which this user can make files.";
            report.cannot_tell("owner", "the command cannot make a temporary folder.", next);
            return true;
        };
        for file in files {
            let owner = fs::metadata(file).map_or(user, |found| found.uid());
            let can_read = File::open(file);
            if owner != user {
                let found =
                    format!("{} belongs to the user {owner}, but the user {user} runs this command.", file.display());
                let next = format!(
                    "{ANOTHER_USER} If `todo serve` runs as the user {user}, run `sudo chown {user} {}`.",
                    listed(&files.iter().map(PathBuf::as_path).collect::<Vec<_>>())
                );
                report.wrong("owner", found, next);
                return can_read.is_ok();
            }
            // SQLite may have removed a file beside the data file in the meantime.
            if let Some(error) = can_read.err().filter(|error| error.kind() != io::ErrorKind::NotFound) {
                let found = format!("the owner of {} cannot read the file ({error}).", file.display());
                report.wrong("permissions", found, format!("run `chmod u+rw {}`.", listed(&[file])));
                return false;
            }
        }
        report.ok("owner", "the file belongs to the user who runs this command.");
        true
    }

    /// Checks that this user can write to the files, and that other users can neither read nor change nor replace the
    /// files.
    pub fn check_protection(report: &mut Report, files: &[PathBuf]) {
        check_permissions(report, files);
        check_folder(report, &files[0]);
    }

    fn check_permissions(report: &mut Report, files: &[PathBuf]) {
        let open: Vec<&Path> = files.iter().map(PathBuf::as_path).filter(|file| mode(file) & OTHERS != 0).collect();
        if let Some((found, next)) = obstacle(files) {
            report.wrong("permissions", found, next);
        } else if open.is_empty() {
            report.ok("permissions", "this user can write to the file, and no other user can read or change the file.");
        } else {
            report.wrong(
                "permissions",
                "other users of this machine can read or change the todos.",
                format!("run `chmod go= {}`, or start `todo serve`, which removes these permissions.", listed(&open)),
            );
        }
    }

    /// Why this user cannot write to the files or to their folder, and what to do. SQLite makes files in the folder.
    /// The files belong to this user, but the folder may belong to another user.
    fn obstacle(files: &[PathBuf]) -> Option<(String, String)> {
        let folder = files[0].parent();
        let user = fs::metadata(&files[0]).map_or(0, |found| found.uid());
        files.iter().map(PathBuf::as_path).chain(folder).find_map(|path| {
            let error = io::Error::from(access(path, Access::WRITE_OK).err()?);
            let owner = fs::metadata(path).map_or(user, |found| found.uid());
            let shown = listed(&[path]);
            let next = match error.kind() {
                io::ErrorKind::NotFound => return None,
                io::ErrorKind::ReadOnlyFilesystem => "let the operating system mount the disk for writing.".to_owned(),
                io::ErrorKind::PermissionDenied if owner == user => format!("run `chmod u+w {shown}`."),
                io::ErrorKind::PermissionDenied => format!(
                    "{shown} belongs to the user {owner}. Run `sudo chown {user} {shown}`, or stop `todo serve` and \
                     move the data file to a folder of the user {user}."
                ),
                _ => "look for errors of the disk in the log of the operating system.".to_owned(),
            };
            Some((format!("this user cannot write to {} ({error}).", path.display()), next))
        })
    }

    /// What to do if this user must not look into one of the folders above the file.
    pub fn closed_folder(file: &Path) -> String {
        let mut above: Vec<&Path> = file.ancestors().skip(1).filter(|path| !path.as_os_str().is_empty()).collect();
        above.reverse();
        let closed = above.into_iter().find(|folder| access(*folder, Access::EXEC_OK).is_err());
        let Some((folder, found)) = closed.and_then(|folder| Some((folder, fs::metadata(folder).ok()?))) else {
            return ANOTHER_USER.to_owned();
        };
        let (shown, owner) = (listed(&[folder]), found.uid());
        if this_user().is_ok_and(|user| user == owner) {
            format!("run `chmod u+x {shown}`.")
        } else {
            format!("{shown} belongs to the user {owner}. {ANOTHER_USER} That user must be able to look into {shown}.")
        }
    }

    /// Checks that the disk of the file has space for changes.
    pub fn check_space(report: &mut Report, file: &Path) {
        let found = match statvfs(file) {
            Ok(found) => found,
            Err(error) => {
                let why = format!("the command cannot find out how much space is free on the disk ({error}).");
                return report.cannot_tell("disk", why, "look at the free space with `df`.");
            }
        };
        if found.f_blocks == 0 {
            let why = "the file system of the data file does not say how much space is free.";
            return report.cannot_tell("disk", why, "look at the free space with `df`.");
        }
        // The operating system keeps some space for root.
        let is_root = this_user().is_ok_and(|user| user == 0);
        let free = found.f_frsize * if is_root { found.f_bfree } else { found.f_bavail };
        let next = "delete other files on this disk. Or stop `todo serve`, and move the data file to another disk.";
        if free < LEAST_SPACE {
            let free = free as f64 / MEBIBYTE as f64;
            let why = format!(
                "the disk of the file has only {free:.1} MiB of free space. On a full disk, every change fails."
            );
            report.wrong("disk", why, next);
        } else if found.f_files > 0 && found.f_favail == 0 {
            report.wrong("disk", "the disk of the file can hold no more files, so todo cannot save changes.", next);
        } else {
            report.ok("disk", format!("the disk of the file has {} MiB of free space.", free / MEBIBYTE));
        }
    }

    /// Checks that other users cannot replace the file.
    fn check_folder(report: &mut Report, file: &Path) {
        let Some(folder) = file.parent() else { return };
        let mode = mode(folder);
        if mode & OTHERS_WRITE == 0 || mode & STICKY != 0 {
            return report.ok("folder", "other users cannot replace or delete the file.");
        }
        report.wrong(
            "folder",
            format!(
                "other users can replace or delete the file, because they can write to the folder {}.",
                folder.display()
            ),
            format!("run `chmod go-w {}`.", listed(&[folder])),
        );
    }
}
