//! Tests `todo export`, which writes everything of a person into a file.

use std::process::{Output, Stdio};

use serde_json::{Value, json};

use super::{
    command::{Server, refused, todo},
    folder::Folder,
};

/// Runs `todo export`. Returns its standard output and its error output.
fn export(arguments: &[&str], key: Option<&str>) -> (String, String) {
    let mut command = todo(&[&["export"], arguments].concat());
    command.env_remove("TODO_API_KEY").envs(key.map(|key| ("TODO_API_KEY", key)));
    let Output { status, stdout, stderr } = command.stderr(Stdio::piped()).output().unwrap();
    let [said, explained] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(status.success(), "{arguments:?}: {explained}");
    (said, explained)
}

fn new_key(name: &str, data: &str) -> String {
    let made = todo(&["keys", "create", "--name", name, "--data", data]).output().unwrap();
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_data_file_is_exported_in_every_format_while_the_server_runs() {
    let folder = Folder::new("export");
    let data = folder.file("todos.db");
    let server = Server::start(&data);
    let todos = json!({"todos": [{"title": "Buy milk", "list": "Home"}, {"title": "=1+1", "due": "2026-11-27"}]});
    assert_eq!(server.send("POST", "/todos", todos).0, 201);
    let place = ["--data", data.to_str().unwrap()];
    for (format, begin) in [
        ("json", "{\"format\":\"todo-action\","),
        ("csv", "\"id\","),
        ("ics", "BEGIN:VCALENDAR\r\n"),
        ("todo.txt", ""),
        ("md", "#"),
    ] {
        let (file, explained) = export(&[&["--format", format], &place[..]].concat(), None);
        assert!(file.starts_with(begin) && file.contains("Buy milk"), "{format}: {file}");
        assert!(explained.contains("Todos in the file: 2.") && explained.contains("time zone"), "{explained}");
        let with_mark = [&["--format", format, "--bom"], &place[..]].concat();
        if ["json", "ics"].contains(&format) {
            assert!(refused(&[&["export"], &with_mark[..]].concat()).contains("no byte order mark"));
        } else {
            assert!(export(&with_mark, None).0.starts_with('\u{feff}'));
        }
    }
    let (json, _) = export(&place, None);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["lists"], json!(["Inbox", "Home"]));
    assert_eq!((json["todos"].as_array().unwrap().len(), json["changes"].as_array().unwrap().len()), (2, 1));
    assert!(json.get("next_cursor").is_none(), "{json}");
    // The server goes on.
    assert_eq!(server.send("POST", "/todos", json!({"todos": [{"title": "later"}]})).0, 201);
    let output = folder.file("todos.csv");
    let to_file = [&["--format", "CSV", "--output", output.to_str().unwrap()], &place[..]].concat();
    assert_eq!(export(&to_file, None).0, "");
    let written = std::fs::read_to_string(&output).unwrap();
    assert!(written.contains("later") && written.contains("'=1+1"), "{written}");
    let said = refused(&[&["export"], &to_file[..]].concat());
    assert!(said.contains("todos.csv") && said.contains("exists"), "{said}");
    assert_eq!(std::fs::read_to_string(&output).unwrap(), written, "an existing file stays as it is");
    let said = refused(&["export", "--format", "xlsx", "--data", place[1]]);
    assert!(said.contains("json, csv, ics, todo.txt, md"), "{said}");
}

#[test]
fn a_large_list_becomes_one_file() {
    let folder = Folder::new("export-large");
    let data = folder.file("todos.db");
    let server = Server::start(&data);
    for _ in 0..30 {
        let todo = |number: usize| json!({"title": format!("todo {number}"), "notes": "é".repeat(4_000)});
        let todos: Vec<_> = (0..10).map(todo).collect();
        assert_eq!(server.send("POST", "/todos", json!({"todos": todos, "allow_duplicate": true})).0, 201);
    }
    let (ics, explained) = export(&["--format", "ics", "--data", data.to_str().unwrap()], None);
    assert_eq!(ics.matches("BEGIN:VTODO\r\n").count(), 300);
    assert_eq!(ics.matches("BEGIN:VCALENDAR\r\n").count(), 1);
    assert!(explained.contains("Todos in the file: 300."), "{explained}");
}

#[test]
fn another_owner_is_named_and_an_unknown_owner_is_refused() {
    let folder = Folder::new("export-owner");
    let data = folder.file("todos.db");
    let place = data.to_str().unwrap();
    let server = Server::start_with(&data, &["--auth", "api-key"]);
    let (ann, bob) = (new_key("ann", place), new_key("bob", place));
    for (key, title) in [(&ann, "Ann's"), (&bob, "Bob's")] {
        let headers = format!("Host: {}\r\nX-Api-Key: {key}", server.address);
        assert_eq!(server.send_as("POST", "/todos", json!({"todos": [{ "title": title }]}), &headers).0, 201);
    }
    let (file, _) = export(&["--owner", "ann", "--data", place], None);
    assert!(file.contains("Ann's") && !file.contains("Bob's"), "{file}");
    for owner in ["me", "carl", "Ann"] {
        let said = refused(&["export", "--owner", owner, "--data", place]);
        assert!(said.contains(&format!("has no list of the owner {owner}")) && said.contains("--owner"), "{said}");
    }
    assert!(refused(&["export", "--data", place]).contains("has no list of the owner me"));
    assert!(refused(&["export", "--owner", "", "--data", place]).contains("--owner"));
    let mistyped = folder.file("mistyped.db");
    assert!(refused(&["export", "--data", mistyped.to_str().unwrap()]).contains("there is no data file"));
    assert!(!mistyped.exists());
    // With `--url`, the API key says whose list it is. So the command refuses `--owner` together with `--url`.
    assert!(refused(&["export", "--owner", "ann", "--url", "http://127.0.0.1:9"]).contains("--url"));
}

#[test]
fn a_deployment_is_exported_with_an_api_key() {
    let folder = Folder::new("export-url");
    let data = folder.file("todos.db");
    let server = Server::start_with(&data, &["--auth", "api-key"]);
    let key = new_key("ann", data.to_str().unwrap());
    let headers = format!("Host: {}\r\nX-Api-Key: {key}", server.address);
    for _ in 0..20 {
        let todos: Vec<_> = (0..10).map(|_| json!({"title": "Buy milk", "notes": "é".repeat(4_000)})).collect();
        let body = json!({"todos": todos, "allow_duplicate": true});
        assert_eq!(server.send_as("POST", "/todos", body, &headers).0, 201);
    }
    let url = format!("http://{}", server.address);
    for url in [url.clone(), format!("{url}/"), format!("{url}/mcp")] {
        let (file, explained) = export(&["--url", &url], Some(&key));
        let document: Value = serde_json::from_str(&file).unwrap();
        assert_eq!(document["todos"].as_array().unwrap().len(), 200);
        assert!(explained.contains("Todos in the file: 200.") && !explained.contains(&key), "{explained}");
    }
    let mut without = todo(&["export", "--url", &url]);
    let output = without.env_remove("TODO_API_KEY").stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("TODO_API_KEY"), "{said}");
    let mut dead = todo(&["export", "--url", "http://127.0.0.1:9"]);
    let output = dead.env("TODO_API_KEY", &key).stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && !said.contains("panicked") && !said.contains(&key), "{said}");
}
