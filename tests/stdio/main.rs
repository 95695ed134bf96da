//! Tests the real command `todo mcp`, which offers MCP over standard input and output. The todos are in a data file or
//! in a deployment.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};

mod deployment;
#[path = "../folder/mod.rs"]
mod folder;
mod mutations;
#[path = "../mutator/mod.rs"]
mod mutator;
#[cfg(target_os = "linux")]
#[path = "../sockets/mod.rs"]
mod sockets;

use folder::Folder;

/// Returns the arguments for a data file in this folder.
fn data_in(folder: &Folder) -> [String; 2] {
    ["--data".to_owned(), folder.file("todos.db").display().to_string()]
}

fn todo(subcommand: &str, arguments: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_todo"));
    command.arg(subcommand).args(arguments).stdin(Stdio::null()).stderr(Stdio::null());
    for variable in ["PUBLIC_URL", "OWNER", "DEFAULT_TIME_ZONE", "CONFIRM", "TODO_API_KEY"] {
        command.env_remove(variable);
    }
    command
}

/// A client that has started its own `todo mcp` process.
struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

impl Client {
    fn start(arguments: &[String], key: Option<&str>) -> Self {
        let mut command = todo("mcp", arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command.envs(key.map(|key| ("TODO_API_KEY", key)));
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()).lines());
        Self { child, input, output }
    }

    /// Does the same as `start`, but also sends `initialize`.
    fn greeted(arguments: &[String], key: Option<&str>) -> Self {
        let mut client = Self::start(arguments, key);
        let hello =
            json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
        assert_eq!(client.ask("initialize", hello)["serverInfo"]["name"], "todo-action");
        client.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        client
    }

    fn say(&mut self, message: &Value) {
        writeln!(self.input.as_mut().unwrap(), "{message}").unwrap();
    }

    /// Calls a method of MCP, and returns its result.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.say(&json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}));
        let line = self.output.next().expect("an answer").unwrap();
        // Each line of standard output must be a message of MCP.
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
        assert!(answer["result"].is_object(), "{answer}");
        answer["result"].clone()
    }

    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({"name": tool, "arguments": arguments}))
    }

    /// Closes the server's input, and waits until the server has ended. Real clients stop a server in the same way.
    fn leave(mut self) {
        drop(self.input.take());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Sends this input to a new server, and closes the input. Returns the server's answers.
fn answers(folder: &Folder, input: &str) -> Vec<Value> {
    let mut command = todo("mcp", &data_in(folder));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn messages_before_the_first_request_do_not_end_the_server() {
    let folder = Folder::new("stdio-early");
    let notification = |method: &str| json!({"jsonrpc": "2.0", "method": method, "params": {}});
    let request =
        |id: u64, method: &str, params: Value| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
    let meta = json!({"_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "c", "version": "1"},
    }});
    let early = [
        vec![],
        vec![notification("notifications/roots/list_changed")],
        vec![notification("notifications/initialized"), notification("notifications/cancelled")],
        vec![notification("$/setTrace"), json!({"jsonrpc": "2.0", "id": 9, "result": {}})],
        vec![json!({"jsonrpc": "2.0", "id": 9, "error": {"code": -1, "message": "no"}})],
        vec![request(7, "ping", json!({})), notification("notifications/roots/list_changed")],
        vec![request(7, "server/discover", meta), notification("notifications/roots/list_changed")],
        vec![request(7, "server/discover", json!({})), notification("notifications/roots/list_changed")],
    ];
    let hello =
        json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}});
    for early in early {
        let session = [
            request(2, "initialize", hello.clone()),
            notification("notifications/initialized"),
            request(3, "tools/call", json!({"name": "getSettings", "arguments": {}})),
        ];
        let lines: Vec<_> = early.iter().chain(&session).map(Value::to_string).collect();
        // The last line has no line break.
        let answers = answers(&folder, &lines.join("\n"));
        let last = answers.iter().find(|answer| answer["id"] == 3).unwrap_or_else(|| panic!("{early:?}: {answers:?}"));
        assert!(last["result"]["structuredContent"].is_object(), "{early:?}: {last}");
        assert!(answers.iter().all(|answer| answer["id"] != 9), "{answers:?}");
    }
}

/// The requests of a new client: `initialize`, and then this line.
fn after_hello(line: &str) -> String {
    let hello =
        json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello});
    format!("{hello}\n{line}\n{}\n", json!({"jsonrpc": "2.0", "id": 3, "method": "ping"}))
}

#[test]
fn arguments_that_are_json_text_are_read() {
    let folder = Folder::new("stdio-text");
    let arguments = json!({"todos": json!([{"title": "a"}]).to_string(), "allow_duplicate": "true"});
    for arguments in [arguments.clone(), json!(arguments.to_string())] {
        let params = json!({"name": "addTodos", "arguments": arguments});
        let call = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params}).to_string();
        let answers = answers(&folder, &after_hello(&call));
        let added = answers.iter().find(|answer| answer["id"] == 2).unwrap();
        assert_eq!(added["result"]["structuredContent"]["todos"][0]["title"], "a", "{added}");
    }
}

#[test]
fn an_unreadable_line_is_refused_with_its_reason_and_does_not_end_the_server() {
    let folder = Folder::new("stdio-unreadable");
    let call = |arguments: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{{"name":"addTodos","arguments":{arguments}}}}}"#
        )
    };
    let long = format!(r#"{{"jsonrpc":"2.0","id":2,"method":"ping","params":{{"x":"{}"}}}}"#, "x".repeat(17 << 20));
    for (line, id, says) in [
        (call(r#"{"todos":[{"title":"a","title":"b"}]}"#), json!(2), Some("the member \"title\" twice")),
        (call(r#""{\"todos\":[],\"todos\":[]}""#), json!(2), Some("the member \"todos\" twice")),
        (r#"{"jsonrpc":"2.0","id":2,"id":4,"method":"ping"}"#.to_owned(), Value::Null, Some("the member \"id\" twice")),
        (r#"{"jsonrpc":"2.0","id":2}"#.to_owned(), json!(2), Some("exactly one JSON-RPC message")),
        (
            r#"{"jsonrpc":"2.0","id":2,"method":"x","method":"ping"}"#.to_owned(),
            json!(2),
            Some("the member \"method\" twice"),
        ),
        (r#"["x"]"#.to_owned(), Value::Null, Some("exactly one JSON-RPC message")),
        ("[]".to_owned(), Value::Null, Some("exactly one JSON-RPC message")),
        (r#"{"jsonrpc":"2.0","method":"notifications/initialized","a":1,"a":1}"#.to_owned(), Value::Null, None),
        ("not JSON".to_owned(), Value::Null, None),
        (String::new(), Value::Null, None),
        (long, Value::Null, None),
    ] {
        let answers = answers(&folder, &after_hello(&line));
        let start: String = line.chars().take(100).collect();
        assert_eq!(answers.len(), 2 + usize::from(says.is_some()), "{start}: {answers:?}");
        assert!(answers.iter().any(|answer| answer["id"] == 3 && answer["result"].is_object()), "{start}");
        let refused = answers.iter().find(|answer| answer["error"].is_object());
        let message = refused.map(|answer| answer["error"]["message"].as_str().unwrap());
        assert_eq!(message.is_some_and(|message| message.contains(says.unwrap())), says.is_some(), "{answers:?}");
        assert_eq!(refused.map_or(&Value::Null, |answer| &answer["id"]), &id, "{start}");
    }
}

#[test]
fn what_one_client_adds_the_next_one_finds() {
    let folder = Folder::new("stdio-file");
    let mut client = Client::greeted(&data_in(&folder), None);
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    let operations = document["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len());
    let tools = client.ask("tools/list", json!({}))["tools"].as_array().unwrap().len();
    // There is one more tool than operations: `showTodos` shows the answer of an operation as a card.
    assert_eq!(tools, operations.sum::<usize>() + 1);
    let added = client.call("addTodos", json!({"todos": [{"title": "a"}]}));
    assert_eq!(added["structuredContent"]["todos"][0]["title"], "a", "{added}");
    let refused = client.call("addTodos", json!({"todos": [{"titel": "a"}]}));
    assert_eq!(refused["isError"], true);
    client.leave();

    let mut client = Client::greeted(&data_in(&folder), None);
    assert_eq!(client.call("getTodos", json!({}))["structuredContent"]["todos"][0]["title"], "a");
    client.leave();
}

#[test]
fn a_client_that_does_not_initialize_is_served_as_well() {
    let folder = Folder::new("stdio-discover");
    let mut client = Client::start(&data_in(&folder), None);
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let found = client.ask("server/discover", json!({ "_meta": meta }));
    assert!(found["supportedVersions"].as_array().unwrap().contains(&json!("2026-07-28")), "{found}");
    let listed = client.ask("tools/call", json!({"name": "getTodos", "_meta": meta}));
    assert_eq!((&listed["resultType"], &listed["structuredContent"]["todos"]), (&json!("complete"), &json!([])));
    client.leave();
}

#[test]
fn a_client_that_leaves_without_a_word_is_no_failure() {
    let folder = Folder::new("stdio-silent");
    Client::start(&data_in(&folder), None).leave();
}

#[test]
fn a_deployment_is_asked_with_the_key_of_the_environment() {
    let folder = Folder::new("stdio-remote");
    let serve = [&["--port", "0", "--auth", "api-key"].map(str::to_owned)[..], &data_in(&folder)].concat();
    let mut server = todo("serve", &serve).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = lines.find_map(|line| line.trim().strip_prefix("API").map(|url| url.trim().to_owned())).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    let create = [&["create", "--name", "test"].map(str::to_owned)[..], &data_in(&folder)].concat();
    let key = String::from_utf8(todo("keys", &create).output().unwrap().stdout).unwrap().trim().to_owned();
    let url = ["--url".to_owned(), address];

    let mut client = Client::greeted(&url, Some(&key));
    let added = client.call("addTodos", json!({"todos": [{"title": "a"}], "idempotency_key": "k"}));
    assert_eq!(added["structuredContent"]["todos"][0]["title"], "a", "{added}");
    let listed = client.call("getTodos", json!({"limit": 1}));
    assert_eq!(listed["structuredContent"]["todos"][0]["title"], "a", "{listed}");

    let mut stranger = Client::greeted(&url, None);
    let refused = stranger.call("getTodos", json!({}));
    assert!(refused["isError"] == true && refused.to_string().contains("no_credential"), "{refused}");

    server.kill().unwrap();
    server.wait().unwrap();
    let lost = client.call("getTodos", json!({}));
    assert!(lost["isError"] == true && lost.to_string().contains("cannot be reached"), "{lost}");
}

#[test]
fn a_deployment_that_is_none_is_named() {
    let nobody = "http://127.0.0.1:9";
    for (url, says) in [(nobody, "error"), ("todo.example.com", "--url")] {
        let arguments = ["--url".to_owned(), url.to_owned()];
        let Output { status, stderr, stdout } = todo("mcp", &arguments).stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8(stderr).unwrap();
        assert!(!status.success() && stdout.is_empty() && said.contains(says) && said.contains(url), "{said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn it_listens_on_nothing() {
    let folder = Folder::new("stdio-sockets");
    let mut client = Client::greeted(&data_in(&folder), None);
    assert_ne!(client.call("addTodos", json!({"todos": [{"title": "a"}]}))["isError"], true);
    assert_eq!(sockets::listening(client.child.id()), [""; 0]);
    client.leave();
}

#[test]
fn a_key_in_any_part_of_a_message_is_written_nowhere() {
    let folder = Folder::new("stdio-log");
    let secret = todo_action::app::Ids::random().api_key().secret().to_owned();
    let call = |name: &str, arguments: Value| json!({"name": name, "arguments": arguments});
    let message =
        |method: &str, params: Value| json!({"jsonrpc": "2.0", "id": secret, "method": method, "params": params});
    let messages = [
        message(
            "initialize",
            json!({"protocolVersion": secret, "capabilities": {}, "clientInfo": {"name": secret, "version": secret}}),
        ),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        message("tools/call", call(&secret, json!({&secret: secret}))),
        message("tools/call", call("getTodo", json!({"id": secret, &secret: secret}))),
        message("tools/call", call("addTodos", json!({"todos": [{"title": secret, "due": secret}]}))),
        message(&secret, json!({&secret: secret})),
        json!(secret),
    ];
    let mut command = todo("mcp", &data_in(&folder));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    for message in messages {
        // If a line is not a message, the server is allowed to end. Then the test cannot write the next line.
        drop(writeln!(input, "{message}"));
    }
    drop(input);
    let Output { stdout, stderr, .. } = child.wait_with_output().unwrap();
    let [answered, log] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(answered.lines().count() >= 3, "{answered}");
    assert!(!log.contains(&secret), "{log}");
}

#[test]
fn without_an_address_an_export_is_answered_with_the_command_for_the_person() {
    let folder = Folder::new("stdio-export");
    let mut client = Client::greeted(&data_in(&folder), None);
    let result = client.call("exportTodos", json!({"format": "csv"}));
    let problem: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!((&result["isError"], &problem["status"]), (&json!(true), &json!(501)), "{result}");
    assert_eq!(problem["code"], "no_downloads", "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("todo export --format csv"), "{problem}");
}
