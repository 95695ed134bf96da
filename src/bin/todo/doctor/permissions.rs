//! Checks who may read, change and replace a data file.

#[cfg(not(unix))]
use std::path::PathBuf;

#[cfg(not(unix))]
use super::Report;

#[cfg(unix)]
pub use unix::{check_access, check_protection};

#[cfg(not(unix))]
pub fn check_access(_: &mut Report, _: &[PathBuf]) -> bool {
    true
}

#[cfg(not(unix))]
pub fn check_protection(report: &mut Report, _: &[PathBuf]) {
    report.cannot_tell("permissions", "this operating system protects the folder of each user itself.", "");
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, File};
    use std::io;
    use std::os::unix::fs::MetadataExt;
    use std::path::{Path, PathBuf};

    use rustix::fs::{Access, access};
    use todo_action::local::this_user;

    use crate::{
        doctor::{Report, file::ANOTHER_USER},
        place::quoted,
    };

    const OTHERS: u32 = 0o077;
    const OTHERS_WRITE: u32 = 0o022;
    const OWNER_WRITES: u32 = 0o200;
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
            report.cannot_tell("owner", "the command cannot make a temporary folder.", "let TMPDIR name a folder.");
            return true;
        };
        for file in files {
            let owner = fs::metadata(file).map_or(user, |found| found.uid());
            let can_read = File::open(file);
            if owner != user {
                let found =
                    format!("{} belongs to the user {owner}, but the user {user} runs this command.", file.display());
                report.wrong("owner", found, ANOTHER_USER);
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
    fn obstacle(files: &[PathBuf]) -> Option<(String, String)> {
        files.iter().map(PathBuf::as_path).chain(files[0].parent()).find_map(|path| {
            let found = |why: &str| format!("this user cannot write to {} ({why}).", path.display());
            if mode(path) & OWNER_WRITES == 0 {
                let next = format!("run `chmod u+w {}`, or {ANOTHER_USER}", listed(&[path]));
                return Some((found("the permissions do not allow writing"), next));
            }
            let error = access(path, Access::WRITE_OK).err()?;
            let next = format!("{ANOTHER_USER} Also check that the disk is not read-only.");
            Some((found(&io::Error::from(error).to_string()), next))
        })
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
