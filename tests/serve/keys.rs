//! `todo keys`, on a data file and on a table.

use std::process::{Output, Stdio};

use serde_json::{Value, json};

use super::{
    command::{Server, refused, todo},
    dynamodb::Dynamodb,
    folder::Folder,
};

/// What `todo keys` prints.
fn keys(arguments: &[&str], place: &[&str]) -> (String, String) {
    let mut command = todo(&[&["keys"], arguments, place].concat());
    let Output { status, stdout, stderr } = command.stderr(Stdio::piped()).output().unwrap();
    let [said, explained] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(status.success(), "{arguments:?}: {explained}");
    (said, explained)
}

#[test]
fn keys_are_made_listed_and_revoked_while_the_server_runs() {
    let folder = Folder::new("keys");
    let data = folder.file("todos.db");
    let server = Server::start_with(&data, &["--auth", "api-key", "--host", "127.0.0.1"]);
    let place = ["--data", data.to_str().unwrap()];
    let ask = |key: &str, body: Value| {
        let method = if body.is_null() { "GET" } else { "POST" };
        server.send_as(method, "/todos", body, &format!("Host: {}\r\nAuthorization: Bearer {key}", server.address))
    };
    assert_eq!(server.send("GET", "/todos", Value::Null).1["code"], "no_credential");

    let (made, explained) = keys(&["create", "--name", "Ann's laptop", "--owner", "ann", "--days", "30"], &place);
    let ann = made.trim();
    assert!(ann.starts_with("todo_") && ann.len() == 54 && made.lines().count() == 1, "{made}");
    assert!(!explained.contains(ann), "{explained}");
    let (made, _) = keys(&["create", "--name", "Bob"], &place);
    let bob = made.trim();
    assert_eq!(ask(ann, json!({"todos": [{"title": "secret"}]})).0, 201);
    assert_eq!(ask(bob, Value::Null).1["todos"], json!([]));

    let (listed, _) = keys(&["list"], &place);
    let line = listed.lines().find(|line| line.ends_with("Ann's laptop")).expect(&listed);
    assert!(line.contains(&ann[50..]) && line.contains("valid") && !listed.contains(ann), "{listed}");
    let id = line.split(' ').next().unwrap();
    keys(&["revoke", id], &place);
    let (listed, _) = keys(&["list"], &place);
    assert!(listed.lines().any(|line| line.starts_with(id) && line.contains("revoked")), "{listed}");
    assert!(refused(&["keys", "revoke", "000000000000", "--data", place[1]]).contains("there is no key"));
    server.interrupt();

    let server = Server::start_with(&data, &["--auth", "api-key"]);
    let headers = format!("Host: {}\r\nX-Api-Key: {ann}", server.address);
    assert_eq!(server.send_as("GET", "/todos", Value::Null, &headers).1["code"], "bad_credential");
    drop(server);
    for file in std::fs::read_dir(&folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for key in [ann, bob] {
            assert!(!bytes.windows(key.len()).any(|part| part == key.as_bytes()), "only the hash of a key is kept");
        }
    }
}

#[test]
fn keys_of_a_table_are_made_with_the_credentials_of_the_aws_cli() {
    let dynamodb = Dynamodb::start(&[], None);
    let table = |arguments: &[&str]| {
        let mut command = todo(&[&["keys"], arguments, &["--table", "todos", "--region", "us-east-1"]].concat());
        command.env("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.url());
        command.env("AWS_ACCESS_KEY_ID", &dynamodb.key).env("AWS_SECRET_ACCESS_KEY", "local");
        command.output().unwrap()
    };
    let made = table(&["create", "--name", "GPT"]);
    assert!(made.status.success() && made.stdout.starts_with(b"todo_"));
    assert!(String::from_utf8(table(&["list"]).stdout).unwrap().contains("GPT"));
}
