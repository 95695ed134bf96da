//! Tests a running `todo serve`. The server answers, keeps its data, and stops on a signal. If the server cannot start,
//! the server prints a clear reason.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{
    command::{Server, refused, todo},
    folder::Folder,
};

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
fn the_commands_of_the_greeting_connect_an_assistant_make_a_key_and_add_a_todo() {
    let folder = Folder::new("first steps");
    for (auth, count, claude, codex) in [
        ("none", 0, "", ""),
        ("api-key", 1, " --header \"Authorization: Bearer $TODO_API_KEY\"", " --bearer-token-env-var TODO_API_KEY"),
    ] {
        let server = Server::start_with(&folder.file("todos.db"), &["--auth", auth]);
        let base = format!("http://{}", server.address);
        let commands: Vec<_> = server.greeting.lines().filter_map(|line| line.strip_prefix("  ")).collect();
        assert!(commands.contains(&format!("Your list  {base}").as_str()), "{}", server.greeting);
        assert!(commands.contains(&format!("claude mcp add --transport http todos {base}/mcp{claude}").as_str()));
        assert!(commands.contains(&format!("codex mcp add todos --url {base}/mcp{codex}").as_str()));
        let mut script = commands.clone();
        script.retain(|command| command.starts_with("curl") || command.starts_with("export"));
        let output = Command::new("sh").args(["-euc", &script.join("\n")]).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{script:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains(r#""status":"deleted""#), "{said}");
        assert_eq!(script.len(), count + 3, "{script:?}");
    }
}

#[test]
fn with_sign_in_the_greeting_says_what_the_provider_must_know_and_how_a_program_connects() {
    let folder = Folder::new("sign-in-greeting");
    let data = folder.file("todos.db");
    let start = |people: Option<&str>| {
        let mut command = todo(&["serve", "--port", "0", "--data", data.to_str().unwrap(), "--auth", "oauth"]);
        command.env("OAUTH_ISSUER", "http://127.0.0.1:9").env("OAUTH_CLIENT_ID", "todo").stderr(Stdio::piped());
        command.env_remove("OAUTH_PEOPLE").envs(people.map(|people| ("OAUTH_PEOPLE", people)));
        let mut server = Server::start_command(&mut command);
        let greeting = server.greeting.clone();
        let base = format!("http://{}", server.address);
        let mut log = server.child.stderr.take().unwrap();
        assert_eq!(server.send("GET", "/health", Value::Null).0, 200);
        server.interrupt();
        let mut said = String::new();
        log.read_to_string(&mut said).unwrap();
        (base, greeting, said)
    };
    let (base, greeting, said) = start(None);
    assert!(greeting.contains(&format!("redirect URI {base}/oauth/callback")), "{greeting}");
    assert!(greeting.contains(&format!("{base}/mcp && claude mcp login")), "{greeting}");
    assert!(said.contains("nobody may sign in; set OAUTH_PEOPLE"), "{said}");
    assert!(!start(Some("ada@example.com")).2.contains("OAUTH_PEOPLE"));
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
    let image = format!("Host: {}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors", server.address);
    assert_eq!(server.send_as("GET", "/todos", Value::Null, &image).0, 403);
    let link = image.replace("no-cors", "navigate");
    assert!(server.head("GET", "/todos", &link).to_lowercase().contains("cross-origin-resource-policy: same-origin"));
    assert_eq!(server.send_as("GET", "/todos", Value::Null, &link).0, 200);
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
fn an_address_that_others_can_reach_is_refused() {
    let folder = Folder::new("host");
    let data = folder.file("todos.db");
    for host in ["0.0.0.0", "::", "192.168.1.1"] {
        let said = refused(&["serve", "--host", host, "--port", "0", "--data", data.to_str().unwrap()]);
        assert!(said.contains(host) && said.contains("add --auth api-key"), "{said}");
    }
    assert!(!data.exists());
}

#[test]
fn a_public_address_without_encryption_is_refused() {
    let folder = Folder::new("public");
    let data = folder.file("todos.db");
    // Another program uses the port, so the server cannot start.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut command = todo(&["serve", "--port", &port, "--data", data.to_str().unwrap()]);
    let output = command.env("PUBLIC_URL", "http://todo.example.org").stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("PUBLIC_URL must begin with https://"), "{said}");
    assert!(!data.exists());
}

#[test]
fn the_document_is_printed_for_an_address() {
    let print =
        |arguments: &[&str]| -> Value { serde_json::from_slice(&todo(arguments).output().unwrap().stdout).unwrap() };
    let document = print(&["openapi", "--server-url", "https://todo.example.org/dev/"]);
    assert_eq!(document["servers"], json!([{"url": "https://todo.example.org/dev"}]));
    assert!(refused(&["openapi", "--server-url", "todo.example.org"]).contains("--server-url"));
}

#[cfg(target_os = "linux")]
#[test]
fn it_listens_on_its_own_port_and_on_nothing_else() {
    let folder = Folder::new("sockets");
    let data = folder.file("todos.db");
    for auth in ["none", "api-key"] {
        let server = Server::start_with(&data, &["--auth", auth]);
        let made = todo(&["keys", "create", "--name", auth, "--data", data.to_str().unwrap()]).output().unwrap().stdout;
        let headers = format!("Host: {}\r\nX-Api-Key: {}", server.address, String::from_utf8(made).unwrap().trim());
        // After the answer to this first write, all sockets of the server are open.
        assert_eq!(server.send_as("POST", "/todos", json!({"todos": [{"title": auth}]}), &headers).0, 201);
        assert_eq!(super::sockets::listening(server.child.id()), [server.address.rsplit(':').next().unwrap()]);
    }
}
