//! Checks a data file, without changing the file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use todo_action::{
    domain::provider::ProviderSecret,
    local::{Facts, NotWritable, can_write, inspect},
};

use super::{Report, Secret, check_latest_change};
use crate::TABLE;

/// Checks the file. Returns the stored secret of the OpenID provider.
pub fn check(report: &mut Report, file: &Path, now: Timestamp) -> Secret {
    let shown = file.display();
    if let Err(error) = fs::metadata(file) {
        let next = "start `todo serve` once, which creates the file, or name another file with --data.";
        report.wrong("data file", format!("{shown} cannot be found ({error})."), next);
        return Secret::NotLookedUp;
    }
    if !file.is_file() {
        report.wrong("data file", format!("{shown} is not a file."), "name a file with --data.");
        return Secret::NotLookedUp;
    }
    if let Err(error) = File::open(file) {
        let next = "run the command as the user who runs `todo serve`.";
        report.wrong("data file", format!("this user cannot read {shown} ({error})."), next);
        return Secret::NotLookedUp;
    }
    let secret = match inspect(file, TABLE) {
        Ok(facts) => check_contents(report, file, facts, now),
        Err(error) => {
            let next = "name the data file of `todo serve` with --data. If this is the data file, restore the file \
                        from a backup, because the file is damaged.";
            report.wrong("data file", format!("{shown} is not a data file of todo-action ({error})."), next);
            return Secret::NotLookedUp;
        }
    };
    check_rights(report, file);
    check_lock(report, file);
    secret
}

fn check_contents(report: &mut Report, file: &Path, facts: Option<Facts>, now: Timestamp) -> Secret {
    let Some(facts) = facts else {
        report.ok("data file", format!("{} is empty.", file.display()));
        return Secret::NotStored;
    };
    report.ok("data file", format!("{} contains {} items.", file.display(), facts.items));
    if facts.is_newer {
        let next = "use this file only with the newer version of todo. Install that version here.";
        report.wrong("version", "a newer version of todo has written this file, in a newer format.", next);
    } else {
        report.ok("version", "this version of todo can read the format of the file.");
    }
    check_latest_change(report, facts.latest_change, now);
    let secret = facts.provider_secret.and_then(|secret| ProviderSecret::parse(&secret).ok());
    secret.map_or(Secret::NotStored, Secret::Stored)
}

/// Checks that only the owner of the file can read and change the file.
#[cfg(unix)]
fn check_rights(report: &mut Report, file: &Path) {
    use std::os::unix::fs::PermissionsExt;

    const OTHERS: u32 = 0o077;
    let beside = |end: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let files = [file.to_owned(), beside("-wal"), beside("-shm"), beside("-journal")];
    let is_open = |file: &&PathBuf| fs::metadata(file).is_ok_and(|found| found.permissions().mode() & OTHERS != 0);
    let open: Vec<String> = files.iter().filter(is_open).map(|file| format!("'{}'", file.display())).collect();
    if open.is_empty() {
        report.ok("permissions", "only the owner of the file can read and change the file.");
    } else {
        report.wrong(
            "permissions",
            "other users of this machine can read or change the todos.",
            format!("run `chmod go= {}`, or start `todo serve`, which removes these permissions.", open.join(" ")),
        );
    }
}

#[cfg(not(unix))]
fn check_rights(report: &mut Report, _: &Path) {
    report.cannot_tell("permissions", "this operating system protects the folder of each user itself.", "");
}

fn check_lock(report: &mut Report, file: &Path) {
    match can_write(file) {
        Ok(()) => report.ok("lock", "no other process has locked the file. A running `todo serve` does not matter."),
        Err(NotWritable::Locked) => report.wrong(
            "lock",
            "another process has locked the file for more than two seconds, so todo cannot write to the file.",
            format!("find the process with `fuser '{}'`, and stop the process.", file.display()),
        ),
        Err(NotWritable::Other(why)) => report.wrong(
            "lock",
            format!("this user cannot write to the file ({why})."),
            "run the command as the user who runs `todo serve`, and check that the disk is not full and not read-only.",
        ),
    }
}
