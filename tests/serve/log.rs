//! The log of `todo serve` must contain no text from a client, because a client can send an API key in the wrong place.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;
use todo_action::app::Ids;

use super::{
    command::{Server, todo},
    folder::Folder,
};

/// Returns raw HTTP requests that contain the secret. Together these requests cover each part of a request.
fn everywhere(address: &str, secret: &str) -> Vec<String> {
    let request = |line: &str, headers: &str, body: &str| {
        let length = body.len();
        format!("{line}\r\nHost: {address}\r\n{headers}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    let as_json = "Content-Type: application/json\r\n";
    let todo = json!({"todos": [{"title": secret, "due": secret}], secret: secret}).to_string();
    let call = json!({"jsonrpc": "2.0", "id": secret, "method": secret, "params": {"name": secret}}).to_string();
    let mut requests = vec![
        request(&format!("{secret} /todos HTTP/1.1"), "", ""),
        request(&format!("GET /{secret} HTTP/1.1"), "", ""),
        request(&format!("GET /todos/{secret}?{secret}={secret} HTTP/1.1"), "", ""),
        request(&format!("GET http://{secret}/todos HTTP/1.1"), "", ""),
        request(&format!("GET {secret} HTTP/1.1"), "", ""),
        request(&format!("GET /todos {secret}"), "", ""),
        request("POST /todos HTTP/1.1", as_json, &todo),
        request("POST /todos HTTP/1.1", as_json, secret),
        request("POST /mcp HTTP/1.1", as_json, &call),
        request("GET /todos HTTP/1.1", &format!("{secret}: x\r\n"), ""),
        format!("GET /todos HTTP/1.1\r\nHost: {secret}\r\nConnection: close\r\n\r\n"),
        format!("{secret}\r\n\r\n"),
    ];
    for header in
        ["Authorization", "Cookie", "X-Api-Key", "Idempotency-Key", "OpenAI-Conversation-Id", "OpenAI-GPT-Id", "Origin"]
    {
        requests.push(request("GET /todos HTTP/1.1", &format!("{header}: {secret}\r\n"), ""));
    }
    requests
}

#[test]
fn each_line_names_the_credential_by_its_public_id_and_its_name() {
    let folder = Folder::new("log-credential");
    let (data, log) = (folder.file("todos.db"), folder.file("log"));
    let place = ["--data", data.to_str().unwrap()];
    let made = todo(&[&["keys", "create", "--name", "Ann's laptop"][..], &place].concat())
        .stderr(std::process::Stdio::piped())
        .output()
        .unwrap();
    let key = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let said = String::from_utf8(made.stderr).unwrap();
    let id = said.split("Made the key ").nth(1).unwrap()[..12].to_owned();
    let arguments = [&["serve", "--port", "0", "--auth", "api-key"][..], &place].concat();
    let server = Server::start_command(todo(&arguments).stderr(File::create(&log).unwrap()));
    let headers = format!("Host: {}\r\nX-Api-Key: {key}", server.address);
    assert_eq!(server.send_as("GET", "/todos", serde_json::Value::Null, &headers).0, 200);
    assert_eq!(server.send("GET", "/todos", serde_json::Value::Null).0, 401);
    server.interrupt();
    let log = std::fs::read_to_string(log).unwrap();
    let lines: Vec<_> = log.lines().filter(|line| line.contains("getTodos answered")).collect();
    assert_eq!(lines.len(), 2, "{log}");
    assert!(lines[0].contains(&format!("key {id}")) && lines[0].contains("Ann's laptop"), "{log}");
    assert!(!lines[1].contains("credential") && !log.contains(&key), "{log}");
}

#[test]
fn a_key_in_any_part_of_a_request_is_written_nowhere() {
    for auth in ["none", "api-key"] {
        let folder = Folder::new(&format!("log-{auth}"));
        let (data, log) = (folder.file("todos.db"), folder.file("log"));
        let arguments = ["serve", "--port", "0", "--auth", auth, "--data", data.to_str().unwrap()];
        let server = Server::start_command(todo(&arguments).stderr(File::create(&log).unwrap()));
        let secret = Ids::random().api_key().secret().to_owned();
        let requests = everywhere(&server.address, &secret);
        for request in &requests {
            let mut stream = TcpStream::connect(&server.address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            // If a request is not valid HTTP, the server closes the connection. Then the test sometimes cannot read the
            // answer.
            drop(stream.read_to_end(&mut Vec::new()));
        }
        server.interrupt();
        let log = std::fs::read_to_string(log).unwrap();
        assert!(log.lines().count() > requests.len() / 2, "{log}");
        assert!(!log.contains(&secret), "{log}");
    }
}
