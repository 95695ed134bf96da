//! `todo serve`, the real command: it answers, keeps its data, and says clearly why it does not start.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

mod folder;
mod kept;

use folder::Folder;

/// A running server, stopped when dropped.
struct Server {
    child: Child,
    address: String,
    greeting: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    fn start_with(data: &Path, more: &[&str]) -> Self {
        let arguments = [&["serve", "--port", "0", "--data", data.to_str().unwrap()], more].concat();
        let mut child = todo(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut greeting = String::new();
        while !greeting.contains("/undo") {
            greeting += &lines.next().expect("a greeting").unwrap();
            greeting.push('\n');
        }
        // What it prints later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let base = greeting.lines().find_map(|line| line.trim().strip_prefix("API")).unwrap().trim();
        let address = base.strip_prefix("http://").unwrap().to_owned();
        Self { child, address, greeting }
    }

    fn send(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.send_as(method, path, body, &format!("Host: {}", self.address))
    }

    fn send_as(&self, method: &str, path: &str, body: Value, headers: &str) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\n{headers}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap_or_default())
    }

    /// Asks it to stop as Ctrl-C does, and waits until it has.
    fn interrupt(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success(), "Ctrl-C is a clean stop");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn todo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_todo"));
    let log = kept::file("tests-serve.log").map_or_else(Stdio::null, Stdio::from);
    command.args(arguments).stdin(Stdio::null()).stderr(log);
    for variable in ["PUBLIC_URL", "OWNER", "DEFAULT_TIME_ZONE", "CONFIRM"] {
        command.env_remove(variable);
    }
    command
}

fn refused(arguments: &[&str]) -> String {
    let Output { status, stderr, .. } = todo(arguments).stderr(Stdio::piped()).output().unwrap();
    assert!(!status.success(), "{arguments:?}");
    let said = String::from_utf8(stderr).unwrap();
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[test]
fn a_session_goes_on_after_a_restart() {
    let folder = Folder::new("session");
    let data = folder.file("new/folder/todos.db");
    let server = Server::start(&data);
    let (status, added) =
        server.send("POST", "/todos", json!({"todos": [{"title": "a"}, {"title": "b"}, {"title": "c"}]}));
    assert_eq!(status, 201, "{added}");
    let id = |at: usize| added["todos"][at]["id"].as_str().unwrap().to_owned();
    assert_eq!(server.send("GET", "/todos", Value::Null).1["todos"].as_array().unwrap().len(), 3);
    assert_eq!(server.send("PATCH", &format!("/todos/{}", id(0)), json!({"due": "2026-11-27"})).0, 200);
    let done = [1, 2].map(|at| json!({"id": id(at), "status": "completed"}));
    assert_eq!(server.send("PATCH", "/todos", json!({"todos": done})).0, 200);
    assert_eq!(server.send("DELETE", &format!("/todos/{}", id(0)), Value::Null).0, 200);
    let (_, undone) = server.send("POST", "/undo", Value::Null);
    assert_eq!(undone["todos"][0]["status"], "open", "{undone}");
    let (_, redone) = server.send("POST", "/undo", json!({"change_id": undone["change"]["id"]}));
    assert_eq!(redone["todos"][0]["status"], "deleted", "{redone}");
    let state = |server: &Server| {
        ["open", "completed", "deleted"]
            .map(|status| server.send("GET", &format!("/todos?status={status}"), Value::Null).1["todos"].clone())
    };
    let before = state(&server);
    assert_eq!(before.each_ref().map(|todos| todos.as_array().unwrap().len()), [0, 2, 1]);
    server.interrupt();

    let server = Server::start(&data);
    assert_eq!(state(&server), before);
    assert_eq!(server.send("GET", "/changes", Value::Null).1["changes"].as_array().unwrap().len(), 6);
}

#[test]
fn what_was_written_survives_a_kill() {
    let folder = Folder::new("kill");
    let data = folder.file("todos.db");
    let mut server = Server::start(&data);
    assert_eq!(server.send("POST", "/todos", json!({"todos": [{"title": "a"}]})).0, 201);
    server.child.kill().unwrap();
    drop(server);
    let server = Server::start(&data);
    assert_eq!(server.send("GET", "/todos", Value::Null).1["todos"][0]["title"], "a");
}

#[test]
fn the_greeting_says_where_it_is_and_the_document_says_the_same() {
    let folder = Folder::new("greeting");
    let server = Server::start(&folder.file("todos.db"));
    let base = format!("http://{}", server.address);
    for said in [format!("{base}/openapi.json"), format!("{base}/todos"), folder.file("todos.db").display().to_string()]
    {
        assert!(server.greeting.contains(&said), "{said}");
    }
    assert_eq!(server.send("GET", "/openapi.json", Value::Null).1["servers"], json!([{ "url": base }]));
}

#[test]
fn a_web_page_of_somebody_else_is_refused() {
    let folder = Folder::new("origin");
    let server = Server::start(&folder.file("todos.db"));
    assert_eq!(server.send("POST", "/todos", json!({"todos": [{"title": "a"}]})).0, 201);
    let port = server.address.rsplit(':').next().unwrap();
    let foreign = [
        format!("Host: {}\r\nOrigin: https://evil.example", server.address),
        format!("Host: {}\r\nOrigin: null", server.address),
        format!("Host: evil.example:{port}"),
    ];
    for headers in &foreign {
        let (status, answer) = server.send_as("POST", "/undo", Value::Null, headers);
        assert_eq!((status, &answer["code"]), (403, &json!("foreign_origin")), "{headers}");
    }
    let own = format!("Host: localhost:{port}\r\nOrigin: http://localhost:{port}");
    assert_eq!(server.send_as("GET", "/todos", Value::Null, &own).1["todos"].as_array().unwrap().len(), 1);
}

#[test]
fn a_half_sent_request_does_not_keep_it_from_stopping() {
    let folder = Folder::new("half");
    let server = Server::start(&folder.file("todos.db"));
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.write_all(b"POST /todos HTTP/1.1\r\nContent-Le").unwrap();
    assert_eq!(server.send("GET", "/health", Value::Null).0, 200);
    server.interrupt();
}

#[test]
fn a_busy_port_is_named() {
    let folder = Folder::new("port");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = refused(&["serve", "--port", &port, "--data", folder.file("todos.db").to_str().unwrap()]);
    assert!(said.contains(&format!("127.0.0.1:{port}")) && said.contains("--port"), "{said}");
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let folder = Folder::new("unwritable");
    std::fs::write(folder.file("file"), "not a folder").unwrap();
    for data in [folder.as_ref().to_path_buf(), folder.file("file/todos.db")] {
        let said = refused(&["serve", "--port", "0", "--data", data.to_str().unwrap()]);
        assert!(said.contains(data.to_str().unwrap()) && said.contains("cannot"), "{said}");
    }
}

#[test]
fn a_file_of_something_else_is_refused_and_left_as_it_is() {
    let folder = Folder::new("foreign");
    let (text, database) = (folder.file("notes.txt"), folder.file("other.db"));
    std::fs::write(&text, "my diary\n".repeat(1_000)).unwrap();
    let other = rusqlite::Connection::open(&database).unwrap();
    other.execute_batch("CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES ('x');").unwrap();
    drop(other);
    for file in [text, database] {
        let before = std::fs::read(&file).unwrap();
        let said = refused(&["serve", "--port", "0", "--data", file.to_str().unwrap()]);
        assert!(said.contains("is not a data file of todo-action"), "{said}");
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let folder = Folder::new("host");
    let data = folder.file("todos.db");
    for host in ["0.0.0.0", "::", "192.168.1.1"] {
        let said = refused(&["serve", "--host", host, "--port", "0", "--data", data.to_str().unwrap()]);
        assert!(said.contains(host) && said.contains("add --auth api-key"), "{said}");
    }
    assert!(!data.exists());
}

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
    let mut child = todo(&["dynamodb", "--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut greeting = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut greeting).unwrap();
    let address = greeting.split(' ').find(|word| word.starts_with("http://")).expect(&greeting).to_owned();
    let table = |arguments: &[&str]| {
        let mut command = todo(&[&["keys"], arguments, &["--table", "todos", "--region", "us-east-1"]].concat());
        command.env("AWS_ENDPOINT_URL_DYNAMODB", &address);
        command.env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
        command.output().unwrap()
    };
    let made = table(&["create", "--name", "GPT"]);
    assert!(made.status.success() && made.stdout.starts_with(b"todo_"));
    assert!(String::from_utf8(table(&["list"]).stdout).unwrap().contains("GPT"));
    drop(child.kill());
    drop(child.wait());
}

#[test]
fn the_document_is_printed_for_an_address() {
    let print =
        |arguments: &[&str]| -> Value { serde_json::from_slice(&todo(arguments).output().unwrap().stdout).unwrap() };
    let document = print(&["openapi", "--server-url", "https://todo.example.org/dev/"]);
    assert_eq!(document["servers"], json!([{"url": "https://todo.example.org/dev"}]));
    assert!(refused(&["openapi", "--server-url", "todo.example.org"]).contains("--server-url"));
}

#[test]
fn the_embedded_dynamodb_is_served_alone_with_the_table_in_it() {
    let mut child = todo(&["dynamodb", "--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut greeting = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut greeting).unwrap();
    let address = greeting.split(' ').find_map(|word| word.strip_prefix("http://")).expect(&greeting).to_owned();
    let mut server = Server { child, address, greeting };
    let ask = "Host: localhost\r\nX-Amz-Target: DynamoDB_20120810.DescribeTable\r\n\
        Authorization: AWS4-HMAC-SHA256 Credential=local/20261122/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0\r\n\
        X-Amz-Date: 20261122T100000Z";
    let (status, table) = server.send_as("POST", "/", json!({"TableName": "todos"}), ask);
    assert_eq!((status, &table["Table"]["TableStatus"]), (200, &json!("ACTIVE")), "{table}");
    let pid = server.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(server.child.wait().unwrap().success());
}
