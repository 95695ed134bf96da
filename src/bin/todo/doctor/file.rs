//! Checks a data file, without changing the file.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use todo_action::{
    domain::provider::ProviderSecret,
    local::{Contents, Deleted, Facts, Inspection, Lock, deleted_files, files_of, inspect, lock},
};

use super::{Report, Secret, check_latest_change, permissions};
use crate::{TABLE, place::quoted};

/// What to do if a newer version of the program has written the file.
const NEWER: &str = "use this file only with the newer version of todo. Install that version here.";

/// Checks the file. Returns the stored secret of the OpenID provider.
pub fn check(report: &mut Report, file: &Path, now: Timestamp) -> Secret {
    let Some(files) = find(report, file) else { return Secret::Unreadable };
    if !permissions::check_access(report, &files) {
        return Secret::Unreadable;
    }
    permissions::check_space(report, &files[0]);
    say_deleted(report, file, true);
    let found = match inspect(file, TABLE) {
        Ok(found) => found,
        Err(error) => {
            let next = "set TMPDIR to a folder with enough space for a copy of the file.";
            report.cannot_tell("data file", format!("the command cannot examine a copy of the file ({error})."), next);
            return Secret::Unreadable;
        }
    };
    // If the file belongs to another program, the command does not check the permissions of the file.
    let is_ours = !matches!(found.contents, Contents::Foreign(_));
    if is_ours {
        permissions::check_protection(report, &files);
    }
    let secret = check_contents(report, file, found, now);
    if is_ours {
        check_lock(report, file);
    }
    secret
}

/// Finds the data file, and SQLite's files beside the data file.
fn find(report: &mut Report, file: &Path) -> Option<Vec<PathBuf>> {
    let shown = file.display();
    match fs::metadata(file).and_then(|found| Ok((found.is_file(), files_of(file)?))) {
        Ok((true, files)) => return Some(files),
        Ok((false, _)) => report.wrong("data file", format!("{shown} is not a file."), "name a file with --data."),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            let next = permissions::closed_folder(file);
            report.wrong("permissions", format!("this user cannot look at {shown} ({error})."), next);
        }
        Err(_) if say_deleted(report, file, false) => {}
        Err(error) => {
            let command = format!("todo serve --data {}", quoted(&file.to_string_lossy()));
            let next = format!("run `{command}` once, which creates the file, or name another file with --data.");
            report.wrong("data file", format!("{shown} cannot be found ({error})."), next);
        }
    }
    None
}

/// Finds a process that still uses the file after somebody has deleted the file, and says how to save the todos.
/// `false` if there is no such process. `is_replaced` says whether there is a new file with the same name.
fn say_deleted(report: &mut Report, file: &Path, is_replaced: bool) -> bool {
    let deleted = deleted_files(file);
    let Some(Deleted { process, .. }) = deleted.iter().find(|one| one.end.is_empty()) else { return false };
    let shown = file.display();
    let copy = |one: &Deleted| {
        let target = format!("{shown}.saved{}", one.end);
        format!("`cp {} {}`", quoted(&one.link.to_string_lossy()), quoted(&target))
    };
    let copies = deleted.iter().map(copy).collect::<Vec<_>>().join(" and ");
    let found = if is_replaced {
        format!("the process {process} does not use the present file {shown}, but a deleted file with the same name.")
    } else {
        format!("{shown} was deleted, but the process {process} still uses the file.")
    };
    let next = format!(
        "do not stop the process {process}, because then the todos in the deleted file are lost. First run {copies}. \
         Then stop the process, and start `todo serve` with the file that you want to use."
    );
    report.wrong(if is_replaced { "deleted file" } else { "data file" }, found, next);
    true
}

fn check_contents(report: &mut Report, file: &Path, found: Inspection, now: Timestamp) -> Secret {
    let shown = file.display();
    let Inspection { contents, damage, is_settled } = found;
    let secret = match contents {
        Contents::Items(facts) => check_facts(report, file, facts, now),
        Contents::Nothing => {
            let next =
                format!("if you expect todos, this is the wrong file, or {shown}-wal was not copied with the file.");
            report.cannot_tell("data file", format!("{shown} exists, but contains no todos yet."), next);
            Secret::NotStored
        }
        Contents::Foreign(_) if !is_settled => {
            report.cannot_tell("data file", "another process changes the file all the time.", "try again later.");
            return Secret::Unreadable;
        }
        Contents::Foreign(why) => {
            let next = "name the data file of `todo serve` with --data. If this is the data file, restore the file \
                        from a backup, because the file is damaged.";
            report.wrong("data file", format!("{shown} is not a data file of todo-action ({why})."), next);
            return Secret::Unreadable;
        }
        Contents::Newer(schema) => {
            let found = format!("a newer version of todo has written {shown} (schema {schema}).");
            report.wrong("format", found, NEWER);
            Secret::Unreadable
        }
        Contents::Unreadable => {
            report.cannot_tell("data file", format!("nobody can read the todos in {shown}. See `damage`."), "");
            Secret::Unreadable
        }
    };
    match damage {
        None => report.ok("damage", "no part of the file is damaged."),
        Some(why) if is_settled => report.wrong(
            "damage",
            format!("a part of the file is damaged ({why})."),
            "stop `todo serve`, keep a copy of the file, and restore the file from a backup.",
        ),
        Some(_) => report.cannot_tell(
            "damage",
            "another process changes the file all the time, so the command cannot read the file as a whole.",
            "stop `todo serve`, and run the command again.",
        ),
    }
    secret
}

fn check_facts(report: &mut Report, file: &Path, facts: Facts, now: Timestamp) -> Secret {
    let items = if facts.items == 1 { "1 item".to_owned() } else { format!("{} items", facts.items) };
    report.ok("data file", format!("{} contains {items}.", file.display()));
    if facts.is_newer {
        report.wrong("format", "a newer version of todo has written this file, in a newer format.", NEWER);
    } else {
        report.ok("format", "this version of todo can read the format of the file.");
    }
    check_latest_change(report, facts.latest_change, now);
    let secret = facts.provider_secret.and_then(|secret| ProviderSecret::parse(&secret).ok());
    secret.map_or(Secret::NotStored, Secret::Stored)
}

fn check_lock(report: &mut Report, file: &Path) {
    match lock(file) {
        Lock::Free => report.ok("lock", "no other process has locked the file. `todo serve` may run at the same time."),
        Lock::Held(process) => report.wrong(
            "lock",
            format!(
                "the process {process} has locked the file for more than two seconds, so todo cannot write to the file."
            ),
            format!("look at the process with `ps -p {process}`, and stop the process."),
        ),
        Lock::Unknown(why) => report.cannot_tell("lock", format!("the lock of the file is not known ({why})."), ""),
    }
}
