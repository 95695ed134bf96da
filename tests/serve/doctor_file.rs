//! Tests `todo doctor` with data files that are damaged, incomplete, or not protected.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use serde_json::json;

use super::{
    command::Server,
    doctor::{data_file, doctor, of_file},
    folder::Folder,
};

/// The path of a file that SQLite keeps beside the data file.
fn beside(file: &Path, end: &str) -> PathBuf {
    format!("{}{end}", file.display()).into()
}

/// A data file that a killed service has left, with a file `-wal` beside it.
fn left_by_a_killed_service(folder: &Folder) -> PathBuf {
    let file = folder.file("todos.db");
    let server = Server::start(&file);
    assert_eq!(server.send("POST", "/todos", json!({"todos": [{"title": "a"}]})).0, 201);
    drop(server);
    assert!(fs::metadata(beside(&file, "-wal")).unwrap().len() > 0);
    file
}

/// The names and the bytes of all files in the folder.
fn state(folder: &Folder) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut state: Vec<_> = paths.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    state.sort();
    state
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn the_files_of_a_killed_service_are_examined_and_stay_as_they_are() {
    let (folder, temporary) = (Folder::new("doctor-killed"), Folder::new("doctor-killed-temporary"));
    let file = left_by_a_killed_service(&folder);
    let before = state(&folder);
    let report = doctor(&["--data", file.to_str().unwrap()], |command| {
        command.env("TMPDIR", temporary.as_ref());
    });
    report.assert_wrong(&[]);
    report.assert_line("ok", "damage", &[]);
    report.assert_line("ok", "latest change", &["the latest change is from"]);
    assert!(state(&folder) == before, "the doctor has changed a file");
    assert_eq!(state(&temporary), [], "the doctor removes the copy");
}

#[test]
fn a_damaged_write_ahead_log_is_named_and_stays_as_it_is() {
    for (place, name) in [(40, "first"), (17, "header")] {
        let folder = Folder::new(&format!("doctor-log-{name}"));
        let file = left_by_a_killed_service(&folder);
        let log = beside(&file, "-wal");
        let mut bytes = fs::read(&log).unwrap();
        bytes[place] ^= 0xff;
        fs::write(&log, bytes).unwrap();
        let before = state(&folder);
        let report = of_file(&file);
        report.assert_wrong(&["damage"]);
        report.assert_line("wrong", "damage", &["the file with the latest changes (-wal) is damaged", "a backup"]);
        assert!(state(&folder) == before, "the doctor has changed a file");
    }
}

#[test]
fn a_damaged_part_of_a_data_file_is_named() {
    let folder = Folder::new("doctor-damaged");
    let file = data_file(&folder);
    let mut bytes = fs::read(&file).unwrap();
    let page = 4096;
    assert!(bytes.len() > 6 * page);
    bytes[3 * page..].fill(0xa5);
    fs::write(&file, bytes).unwrap();
    let report = of_file(&file);
    report.assert_wrong(&["damage"]);
    let texts = ["a part of the file is damaged (", "stop `todo serve`, keep a copy of the file, and restore the file"];
    report.assert_line("wrong", "damage", &texts);
}

#[test]
fn a_file_without_tables_contains_no_todos_yet() {
    let folder = Folder::new("doctor-empty");
    let file = folder.file("empty.db");
    fs::write(&file, "").unwrap();
    set_mode(&file, 0o600);
    let report = of_file(&file);
    report.assert_wrong(&[]);
    let log = format!("{} was not copied", beside(&file, "-wal").display());
    report.assert_line("cannot tell", "data file", &["exists, but contains no todos yet", "the wrong file", &log]);
    assert_eq!(fs::metadata(&file).unwrap().len(), 0);
}

#[test]
fn one_item_is_one_item() {
    let folder = Folder::new("doctor-one");
    let file = data_file(&folder);
    Connection::open(&file).unwrap().execute("DELETE FROM todos WHERE sk != 'S:settings'", []).unwrap();
    of_file(&file).assert_line("ok", "data file", &["contains 1 item."]);
}

#[test]
fn a_folder_where_others_can_write_is_named_with_the_command_that_mends_it() {
    let folder = Folder::new("doctor-folder of all");
    let file = data_file(&folder);
    set_mode(folder.as_ref(), 0o777);
    let report = of_file(&file);
    report.assert_wrong(&["folder"]);
    let mend = format!("chmod go-w '{}'", folder.as_ref().display());
    report.assert_line("wrong", "folder", &["other users can replace or delete the file", &mend]);
    set_mode(folder.as_ref(), 0o1777);
    of_file(&file).assert_line("ok", "folder", &[]);
    set_mode(folder.as_ref(), 0o777);
    assert!(Command::new("sh").args(["-c", &mend]).status().unwrap().success());
    of_file(&file).assert_wrong(&[]);
}

#[test]
fn a_file_of_another_user_is_named() {
    let folder = Folder::new("doctor-owner");
    let mut file = data_file(&folder);
    // Only root can give a file to another user. Without root, this test uses the program sh, which belongs to another
    // user.
    if chown(&file, Some(4711), None).is_err() {
        file = "/bin/sh".into();
    }
    let report = of_file(&file);
    report.assert_line(
        "wrong",
        "owner",
        &["belongs to the user ", "run the command as the user who runs `todo serve`", "run `sudo chown "],
    );
}

#[test]
fn a_data_file_that_a_service_changes_all_the_time_is_called_neither_damaged_nor_locked() {
    let folder = Folder::new("doctor-busy");
    let file = folder.file("todos.db");
    let server = Server::start(&file);
    let stopped = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for title in (0..).take_while(|_| !stopped.load(Ordering::Relaxed)) {
                let todo = json!({"todos": [{"title": format!("todo {title}")}]});
                assert_eq!(server.send("POST", "/todos", todo).0, 201);
            }
        });
        let reports: Vec<_> = (0..10).map(|_| of_file(&file)).collect();
        stopped.store(true, Ordering::Relaxed);
        reports.iter().for_each(|report| report.assert_wrong(&[]));
    });
}
