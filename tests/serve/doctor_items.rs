//! Tests `todo doctor` with data files whose items are damaged, or are in a newer format.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

use super::{
    command::{Server, refused},
    doctor::{data_file, of_file},
    folder::Folder,
};

fn execute(file: &Path, statements: &str) {
    Connection::open(file).unwrap().execute_batch(statements).unwrap();
}

#[test]
fn damaged_items_of_the_table_and_of_the_index_are_named() {
    let folder = Folder::new("doctor-items");
    let file = data_file(&folder);
    let sound = fs::read(&file).unwrap();
    let index = "\"todos::lsi::timeline\"";
    let one = "WHERE pk = 'S:user#me' AND item_json LIKE '%\"title\"%' AND item_json LIKE '%todo#%'";
    let set = |table: &str, value: &str| format!("UPDATE {table} SET item_json = {value} {one}");
    for (statement, why) in [
        (set(index, "substr(item_json, 1, 20)"), "1 item cannot be read: todo#"),
        (set(index, "CAST(x'7b22ff' AS TEXT)"), "1 item cannot be read: todo#"),
        (set(index, "replace(item_json, 'Inbox', 'Outbo')"), "1 item differs between the table and its index: todo#"),
        (set("todos", "replace(item_json, 'Inbox', 'Outbo')"), "1 item differs between the table and its index: todo#"),
        (set("todos", "replace(item_json, '\"S\"', '\"Q\"')"), "1 item cannot be read: todo#"),
        (set("todos", "replace(item_json, 'todo#', 'tudo#')"), "1 item cannot be read: todo#"),
        (set("todos", "'[]'"), "1 item cannot be read: todo#"),
        (format!("DELETE FROM {index} {one}"), "1 item differs between the table and its index: todo#"),
        (format!("DELETE FROM {index}"), "3 items differ between the table and its index, for example "),
        (format!("UPDATE {index} SET sk = 'S:open#' || sk {one}"), "items differ between the table and its index"),
        (format!("DELETE FROM todos {one}"), "1 item differs between the table and its index: an entry of the index"),
        (format!("DROP TABLE {index}"), "the index timeline is missing"),
        ("DROP TABLE todos".to_owned(), "the table todos is missing"),
        ("DELETE FROM _tables".to_owned(), "the description of the table todos is missing"),
        ("UPDATE _tables SET key_schema = '[]'".to_owned(), "the description of the table todos is damaged"),
        ("UPDATE _tables SET lsi_definitions = NULL".to_owned(), "the description of the table todos is damaged"),
        ("UPDATE _tables SET attribute_definitions = '{'".to_owned(), "the description of the table todos is damaged"),
    ] {
        fs::write(&file, &sound).unwrap();
        execute(&file, &statement);
        println!("{statement}");
        let report = of_file(&file);
        report.assert_wrong(&["damage"]);
        report.assert_line("wrong", "damage", &[why, "restore the file from a backup"]);
    }
    fs::write(&file, &sound).unwrap();
    of_file(&file).assert_wrong(&[]);
}

/// The place of a todo in the file, for the table and for the index.
fn places(bytes: &[u8]) -> Vec<usize> {
    let text = br#""title":{"S":"a"}"#;
    bytes.windows(text.len()).enumerate().filter(|(_, window)| window == text).map(|(place, _)| place).collect()
}

#[test]
fn an_overwritten_part_of_an_item_is_named_when_the_service_fails_too() {
    let folder = Folder::new("doctor-sector");
    let file = data_file(&folder);
    let sound = fs::read(&file).unwrap();
    let places = places(&sound);
    assert!(places.len() >= 2, "{places:?}");
    let mut failures = 0;
    for place in places {
        let mut bytes = sound.clone();
        bytes[place..place + 12].fill(b'x');
        fs::write(&file, bytes).unwrap();
        let report = of_file(&file);
        report.assert_wrong(&["damage"]);
        report.assert_line("wrong", "damage", &["cannot be read"]);
        let mut command = super::command::todo(&["serve", "--port", "0", "--data", file.to_str().unwrap()]);
        let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(500));
        failures += usize::from(child.try_wait().unwrap().is_some());
        drop(child.kill());
        child.wait().unwrap();
        fs::write(&file, &sound).unwrap();
    }
    assert!(failures > 0);
}

#[test]
fn a_file_with_a_newer_schema_needs_a_newer_version_of_todo() {
    let folder = Folder::new("doctor-schema");
    let file = data_file(&folder);
    execute(&file, "UPDATE _config SET value = value + 1 WHERE key = 'schema_version'");
    let before = fs::read(&file).unwrap();
    let report = of_file(&file);
    report.assert_wrong(&["format"]);
    report.assert_line("wrong", "format", &["a newer version of todo has written", "Install that version here"]);
    let said = refused(&["serve", "--port", "0", "--data", file.to_str().unwrap()]);
    assert!(said.contains("a newer version of todo") && !said.contains("Dynoxide"), "{said}");
    assert!(fs::read(&file).unwrap() == before, "a file of a newer version stays as it is");
    execute(&file, "UPDATE _config SET value = value - 1 WHERE key = 'schema_version'");
    of_file(&file).assert_line("ok", "format", &[]);
    let server = Server::start(&file);
    assert_eq!(server.send("GET", "/todos", Value::Null).0, 200);
}
