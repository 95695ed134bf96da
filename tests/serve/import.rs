//! Tests `todo import`, which reads files with todos of other programs.

use std::io::{BufRead, BufReader};
use std::process::{Output, Stdio};

use serde_json::Value;

use super::{
    command::{Server, refused, todo},
    folder::Folder,
};

/// Runs `todo import`, and returns what it says.
fn import(arguments: &[&str]) -> String {
    let mut command = todo(&[&["import"], arguments].concat());
    let Output { status, stderr, .. } = command.env_remove("TODO_API_KEY").stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert!(status.success(), "{arguments:?}: {said}");
    said
}

fn checklist(todos: usize) -> String {
    let todos = (0..todos).map(|number| format!("- [ ] Todo {number}\n"));
    format!("# Home\n\n{}", todos.collect::<String>())
}

fn total(server: &Server, status: &str) -> Value {
    server.send("GET", &format!("/todos?status={status}&list=Home&limit=1&sort=list"), Value::Null).1["total"].clone()
}

#[test]
fn a_file_is_previewed_imported_and_undone_while_the_server_runs() {
    let folder = Folder::new("import");
    let (data, file) = (folder.file("todos.db"), folder.file("list.md"));
    std::fs::write(&file, checklist(3)).unwrap();
    let server = Server::start(&data);
    let place = [file.to_str().unwrap(), "--data", data.to_str().unwrap()];
    let said = import(&[&place[..], &["--preview"]].concat());
    assert!(said.contains("Home: 3 todos, 3 of them new"), "{said}");
    assert_eq!(total(&server, "open"), 0, "a preview imports nothing");
    assert_eq!(server.send("GET", "/import", Value::Null).1["imports"], serde_json::json!([]));
    let said = import(&place);
    assert!(said.contains("Added: 3. Changed: 0. Left as they are: 0."), "{said}");
    assert_eq!(total(&server, "open"), 3);
    let said_again = import(&place);
    assert!(said_again.contains("3 are here already") && said_again.contains("Added: 0."), "{said_again}");
    let id = said.split("--undo ").nth(1).unwrap().split([',', ' ']).next().unwrap();
    let said = import(&["--undo", id, "--data", data.to_str().unwrap()]);
    assert!(said.contains("Undone: 3 todos."), "{said}");
    assert_eq!(total(&server, "deleted"), 3);
}

#[test]
fn a_command_that_is_killed_in_the_middle_is_finished_by_the_next_one_and_undone_as_one() {
    let folder = Folder::new("import-killed");
    let (data, file) = (folder.file("todos.db"), folder.file("list.md"));
    std::fs::write(&file, checklist(3_000)).unwrap();
    let server = Server::start(&data);
    let place = [file.to_str().unwrap(), "--data", data.to_str().unwrap()];
    let mut killed = todo(&[&["import"], &place[..]].concat()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(killed.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().trim() == "500 of 3000"), "the progress is seen");
    killed.kill().unwrap();
    killed.wait().unwrap();
    let said = import(&place);
    assert!(said.contains("It goes on.") && said.contains("Added: 3000."), "{said}");
    let imports = server.send("GET", "/import", Value::Null).1["imports"].clone();
    assert_eq!(imports.as_array().unwrap().len(), 1, "{imports}");
    assert_eq!(total(&server, "open"), 3_000);
    let said = import(&["--undo", imports[0]["import"].as_str().unwrap(), "--data", data.to_str().unwrap()]);
    assert!(said.contains("Undone: 3000 todos."), "{said}");
}

#[test]
fn a_file_that_cannot_be_imported_is_named_with_the_reason() {
    let folder = Folder::new("import-refused");
    let (data, file) = (folder.file("todos.db"), folder.file("picture.csv"));
    std::fs::write(&file, [0x89, b'P', b'N', b'G', 0, 1, 2]).unwrap();
    let place = ["--data", data.to_str().unwrap()];
    let said = refused(&[&["import", file.to_str().unwrap()], &place[..]].concat());
    assert!(said.contains("picture.csv") && said.contains("Todoist"), "{said}");
    let missing = folder.file("missing.csv");
    let said = refused(&[&["import", missing.to_str().unwrap()], &place[..]].concat());
    assert!(said.contains("missing.csv"), "{said}");
    let said = refused(&[&["import", "--undo", "0000000000000000"], &place[..]].concat());
    assert!(said.contains("404") && said.contains("Send the file again"), "{said}");
}
