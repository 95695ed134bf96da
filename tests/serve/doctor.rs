//! Tests `todo doctor` with intact and with broken data files.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;

use super::{
    command::{Server, todo},
    folder::Folder,
};

/// What `todo doctor` has printed.
pub struct Report {
    said: String,
    good: bool,
}

impl Report {
    /// Asserts that the line of this check has this result, and contains all these texts.
    #[track_caller]
    pub fn assert_line(&self, result: &str, check: &str, texts: &[&str]) {
        let line = self.said.lines().find(|line| line.contains(&format!(" {check}: "))).expect(&self.said);
        assert!(line.starts_with(&format!("{result} ")), "{line}");
        assert!(texts.iter().all(|text| line.contains(text)), "{texts:?}: {line}");
    }

    /// Asserts that the last line is this text.
    #[track_caller]
    pub fn assert_last(&self, text: &str) {
        assert_eq!(self.said.lines().last(), Some(text), "{}", self.said);
    }

    /// Asserts that only one line has the name of this check.
    #[track_caller]
    pub fn assert_once(&self, check: &str) {
        assert_eq!(self.said.matches(&format!(" {check}: ")).count(), 1, "{check}: {}", self.said);
    }

    /// Asserts that the command has said all these texts.
    #[track_caller]
    pub fn assert_says(&self, texts: &[&str]) {
        assert!(texts.iter().all(|text| self.said.contains(text)), "{texts:?}: {}", self.said);
    }

    /// Asserts that the command has not said this text.
    #[track_caller]
    pub fn assert_silent(&self, text: &str) {
        assert!(!self.said.contains(text), "{}", self.said);
    }

    /// The texts between backquotes, such as commands that mend something.
    pub fn commands(&self) -> Vec<String> {
        self.said.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// Asserts that the command has not made this check.
    #[track_caller]
    pub fn assert_no_line(&self, check: &str) {
        assert!(!self.said.contains(&format!(" {check}: ")), "{}", self.said);
    }

    /// Asserts that only these checks found something wrong. If the list is not empty, the command must have failed.
    /// Only if all checks are `ok`, the command may say that nothing is wrong.
    #[track_caller]
    pub fn assert_wrong(&self, checks: &[&str]) {
        let wrong = self.said.lines().filter(|line| line.starts_with("wrong "));
        let wrong: Vec<&str> = wrong.map(|line| line[13..].split(": ").next().unwrap()).collect();
        assert_eq!(wrong, checks, "{}", self.said);
        assert_eq!(self.good, checks.is_empty(), "{}", self.said);
        let is_clear = checks.is_empty() && !self.said.lines().any(|line| line.starts_with("cannot tell "));
        assert_eq!(self.said.contains("Nothing is wrong"), is_clear, "{}", self.said);
        let silent = self.said.lines().find(|line| line.starts_with("wrong ") && !line.contains(" What to do: "));
        assert_eq!(silent, None, "each wrong check says what to do");
    }
}

/// Runs `todo doctor`.
pub fn doctor(arguments: &[&str], configure: impl FnOnce(&mut Command)) -> Report {
    let mut command = todo(&[&["doctor"], arguments].concat());
    for variable in ["AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"] {
        command.env_remove(variable);
    }
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_CONFIG_FILE", "/nowhere");
    command.env("AWS_SHARED_CREDENTIALS_FILE", "/nowhere");
    configure(&mut command);
    report(&mut command)
}

/// Runs this command, which must be `todo doctor`.
pub fn report(command: &mut Command) -> Report {
    let Output { status, stdout, stderr } = command.stderr(Stdio::piped()).output().unwrap();
    let said = [stdout, stderr].map(|text| String::from_utf8(text).unwrap()).concat();
    assert!(!said.contains("panicked") && !said.contains("EXAMPLESECRET"), "{said}");
    Report { said, good: status.success() }
}

pub fn of_file(file: &Path) -> Report {
    doctor(&["--data", file.to_str().unwrap()], |_| ())
}

/// Whether root runs the tests.
pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|found| found.uid() == 0)
}

/// Takes the special rights of root from this command. So the permissions of files also apply to root.
pub fn without_rights_of_root(command: &Command) -> Command {
    let mut limited = Command::new(if is_root() { "setpriv" } else { "env" });
    limited.args(["--bounding-set=-all", "--inh-caps=-all"].iter().filter(|_| is_root()));
    limited.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null()).stderr(Stdio::piped());
    limited
}

/// A data file with one todo. No server uses the file.
pub fn data_file(folder: &Folder) -> PathBuf {
    let file = folder.file("todos.db");
    let server = Server::start(&file);
    assert_eq!(server.send("POST", "/todos", json!({"todos": [{"title": "a"}]})).0, 201);
    server.interrupt();
    file
}

/// Replaces an attribute of the owner's head in the table and in the index of this data file.
fn set(file: &Path, attribute: &str, value: i64) {
    let sqlite = Connection::open(file).unwrap();
    for (table, key) in [("todos", "sk"), ("\"todos::lsi::timeline\"", "base_sk")] {
        let item = format!("json_set(item_json, '$.{attribute}.N', ?1)");
        let query = format!("UPDATE {table} SET item_json = {item} WHERE {key} = 'S:settings'");
        assert_eq!(sqlite.execute(&query, [value.to_string()]).unwrap(), 1);
    }
}

#[test]
fn a_sound_data_file_is_found_sound_and_is_not_changed() {
    let folder = Folder::new("doctor-sound");
    let file = data_file(&folder);
    let before = fs::read(&file).unwrap();
    let report = of_file(&file);
    report.assert_wrong(&[]);
    for check in ["owner", "disk", "permissions", "folder", "data file", "format", "latest change", "damage", "lock"] {
        report.assert_line("ok", check, &[]);
    }
    assert_eq!(fs::read(&file).unwrap(), before);
    let server = Server::start(&file);
    of_file(&file).assert_wrong(&[]);
    server.interrupt();
}

#[test]
fn a_data_file_that_is_missing_or_is_something_else_is_named() {
    let folder = Folder::new("doctor-missing");
    let missing = folder.file("none.db");
    let report = of_file(&missing);
    report.assert_wrong(&["data file"]);
    report.assert_line(
        "wrong",
        "data file",
        &["none.db cannot be found", &format!("run `todo serve --data {}` once", missing.display())],
    );
    assert!(!missing.exists(), "the command creates no file");
    let report = of_file(folder.as_ref());
    report.assert_line("wrong", "data file", &["is not a file", "--data"]);
    let text = folder.file("letter.txt");
    fs::write(&text, "Dear Ada, this is no database, and it is longer than a hundred bytes. ".repeat(20)).unwrap();
    let other = folder.file("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE songs (title TEXT)").unwrap();
    for file in [&text, &other] {
        let report = of_file(file);
        report.assert_wrong(&["data file"]);
        report.assert_line(
            "wrong",
            "data file",
            &["is not a data file of todo-action", "restore the file from a backup"],
        );
    }
}

#[test]
fn a_data_file_that_others_can_read_is_named_with_the_command_that_mends_it() {
    let folder = Folder::new("doctor-open");
    let file = data_file(&folder);
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let report = of_file(&file);
    report.assert_wrong(&["permissions"]);
    let mend = format!("chmod go= {}", file.display());
    report.assert_line("wrong", "permissions", &["other users of this machine can read or change the todos", &mend]);
    assert!(Command::new("sh").args(["-c", &mend]).status().unwrap().success());
    of_file(&file).assert_wrong(&[]);
}

#[test]
fn a_data_file_that_another_process_has_locked_is_named() {
    let folder = Folder::new("doctor-locked");
    let file = data_file(&folder);
    let other = Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let report = of_file(&file);
    report.assert_wrong(&["lock"]);
    report.assert_line("wrong", "lock", &[&format!("the process {} has locked the file", std::process::id()), "ps -p"]);
    other.execute_batch("ROLLBACK").unwrap();
    of_file(&file).assert_wrong(&[]);
}

#[test]
fn a_data_file_of_a_newer_version_is_named() {
    let folder = Folder::new("doctor-newer");
    let file = data_file(&folder);
    set(&file, "format", 99);
    let report = of_file(&file);
    report.assert_wrong(&["format"]);
    report.assert_line("wrong", "format", &["a newer version of todo has written this file", "Install that version"]);
}

#[test]
fn a_change_from_the_future_shows_that_a_clock_is_wrong() {
    let folder = Folder::new("doctor-future");
    let file = data_file(&folder);
    set(&file, "sequence", "2099-01-01T00:00:00Z".parse::<Timestamp>().unwrap().as_microsecond());
    let report = of_file(&file);
    report.assert_wrong(&["latest change"]);
    report.assert_line("wrong", "latest change", &["2099-01-01 00:00 UTC", "the clock is behind now", "NTP"]);
}
