//! Tests `todo feeds`, which makes, lists, renews and ends calendar feeds.

use std::process::{Output, Stdio};

use serde_json::json;

use super::{
    command::{Server, refused, todo},
    folder::Folder,
};

/// Runs `todo feeds`. Returns its standard output and its error output.
fn feeds(arguments: &[&str], key: Option<&str>) -> (String, String) {
    let mut command = todo(&[&["feeds"], arguments].concat());
    command.env_remove("PUBLIC_URL").env_remove("TODO_API_KEY").envs(key.map(|key| ("TODO_API_KEY", key)));
    let Output { status, stdout, stderr } = command.stderr(Stdio::piped()).output().unwrap();
    let [said, explained] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(status.success(), "{arguments:?}: {explained}");
    (said, explained)
}

/// The output has one line: the address of a feed of this server. Returns the path of the address.
#[track_caller]
fn path<'a>(said: &'a str, server: &str) -> &'a str {
    said.trim_end().strip_prefix(server).unwrap_or_else(|| panic!("{said}"))
}

/// The status and the text of the answer at this path.
fn get(server: &Server, path: &str) -> (u16, String) {
    let answer = server.exchange("GET", path, "", &format!("Host: {}", server.address), "text/plain");
    (answer["HTTP/1.1 ".len()..][..3].parse().unwrap(), answer)
}

#[test]
fn a_feed_of_a_data_file_is_read_while_the_server_runs() {
    let folder = Folder::new("feeds");
    let data = folder.file("todos.db");
    let server = Server::start(&data);
    let todos = json!({"todos": [{"title": "Buy milk", "list": "Home", "due": "2026-11-27"}]});
    assert_eq!(server.send("POST", "/todos", todos).0, 201);
    let place = ["--data", data.to_str().unwrap()];
    let here = format!("http://{}", server.address);
    let (said, explained) = feeds(&[&["add", "--list", "home", "--address", &here], &place[..]].concat(), None);
    let first = path(&said, &here).to_owned();
    assert!(explained.contains("not shown again") && !explained.contains("todocf_"), "{explained}");
    let (status, body) = get(&server, &first);
    assert_eq!((status, body.contains("SUMMARY:Buy milk\r\n")), (200, true), "{body}");
    // Without `--address`, the address of the feed begins with the usual address of `todo serve`.
    let (said, _) = feeds(&[&["add", "--name", "Everything"], &place[..]].concat(), None);
    path(&said, "http://127.0.0.1:9000/calendar/todocf_");

    let (listed, _) = feeds(&[&["list"], &place[..]].concat(), None);
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines.len() == 3 && lines[1].contains("Home") && lines[2].contains("all lists"), "{listed}");
    assert!(lines[2].ends_with("Everything") && !listed.contains("todocf_"), "{listed}");
    let id = lines[1].split(' ').next().unwrap();
    let (said, _) = feeds(&[&["renew", id, "--address", &here], &place[..]].concat(), None);
    let second = path(&said, &here).to_owned();
    assert_eq!((get(&server, &first).0, get(&server, &second).0), (404, 200));
    assert!(feeds(&[&["end", id], &place[..]].concat(), None).1.contains("no longer works"));
    assert_eq!(get(&server, &second).0, 404);
    let long = "x".repeat(101);
    for (arguments, reason) in [
        (&["end", id][..], "todo feeds list"),
        (&["end", "../todos"], "todo feeds list"),
        (&["add", "--list", "Hom"], "Home"),
        (&["add", "--name", long.as_str()], "name must be 1 to 100 characters"),
        (&["add", "--address", "http://example.com"], "--address"),
        (&["list", "--owner", "bob"], "has no list of the owner bob"),
    ] {
        let said = refused(&[&["feeds"], arguments, &place[..]].concat());
        assert!(said.contains(reason), "{arguments:?}: {said}");
    }
}

#[test]
fn a_feed_of_a_deployment_is_made_with_an_api_key() {
    let folder = Folder::new("feeds-url");
    let data = folder.file("todos.db");
    let server = Server::start_with(&data, &["--auth", "api-key"]);
    let made = todo(&["keys", "create", "--name", "ann", "--data", data.to_str().unwrap()]).output().unwrap();
    let key = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let url = format!("http://{}", server.address);
    let (said, _) = feeds(&["add", "--url", &url], Some(&key));
    let (status, body) = get(&server, path(&said, &url));
    assert_eq!((status, body.contains("BEGIN:VCALENDAR\r\n")), (200, true), "{body}");
    assert_eq!(feeds(&["list", "--url", &url], Some(&key)).0.lines().count(), 2);
    let mut without = todo(&["feeds", "list", "--url", &url]);
    let output = without.env_remove("TODO_API_KEY").stderr(Stdio::piped()).output().unwrap();
    assert!(!output.status.success() && String::from_utf8(output.stderr).unwrap().contains("TODO_API_KEY"));
}
