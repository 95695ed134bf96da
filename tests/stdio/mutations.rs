//! Sends thousands of mutated lines to `todo mcp`. A mutated line is a valid JSON-RPC message with small random
//! changes. The server must answer each request, and must never end.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdout, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Client, data_in,
    folder::Folder,
    mutator::{Mutator, number},
    todo,
};

/// The number of lines that the test sends before it reads the answers.
const AT_ONCE: usize = 20;
/// The test waits at most this long for an answer.
const WAIT: Duration = Duration::from_secs(20);

/// Returns valid messages. The ids of the requests are `null` here, and the test replaces them later. Each message contains data
/// about the client in `_meta`, like the messages of many clients.
fn messages(id: &str) -> Vec<Value> {
    let call = |name: &str, arguments: Value| ("tools/call", json!({"name": name, "arguments": arguments}));
    let notes = "A longer note about what to buy, and where. The shop at the corner closes at six.";
    let todo =
        json!({"title": "Buy milk", "notes": notes, "list": "Shopping", "tags": ["shop", "food"], "steps": [notes]});
    let edit = json!({"id": id, "title": "Buy bread", "append_notes": notes, "add_tags": ["a", "b"], "status": "open"});
    let requests = [
        call(
            "getTodos",
            json!({"status": "open", "q": "a longer note", "list": "Shopping", "tag": "shop", "limit": 3}),
        ),
        call("getTodo", json!({ "id": id })),
        call("addTodos", json!({"todos": [todo, todo], "allow_duplicate": false})),
        call("updateTodo", edit.clone()),
        call("updateTodos", json!({"todos": json!([edit]).to_string()})),
        call("deleteTodos", json!({ "ids": [id] })),
        call("undoChange", json!({})),
        call("getChanges", json!({"limit": 2})),
        call("getSettings", json!({})),
        call("getOverview", json!("{}")),
        ("tools/list", json!({})),
        ("resources/read", json!({"uri": "ui://todo-action/todos-0123456789abcdef.html"})),
        ("ping", json!({})),
    ];
    let notifications =
        [("notifications/initialized", json!({})), ("notifications/cancelled", json!({"requestId": "x"}))];
    let client = json!({
        "progressToken": "9f86d081", "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
        "example.com/session": {"id": "6740a3f2", "window": 3, "locale": "de-DE", "theme": "dark", "zone": "Europe/Berlin"},
        "example.com/model": {"name": "m", "effort": "low", "turn": 12, "stream": true, "tags": ["a", "b", "c"]},
    });
    let message = |(method, mut params): (&str, Value)| {
        params["_meta"] = client.clone();
        json!({"jsonrpc": "2.0", "method": method, "params": params})
    };
    let request = |request| {
        let mut message = message(request);
        message["id"] = Value::Null;
        message
    };
    requests.into_iter().map(request).chain(notifications.map(message)).collect()
}

/// Makes one or more changes to a message: to the JSON of the message, or to its text.
fn mutate(mut message: Value, mutator: &mut Mutator) -> String {
    let is_text = mutator.chance(10);
    if !is_text {
        mutator.value(&mut message);
        while mutator.chance(15) {
            mutator.value(&mut message);
        }
    }
    let mut line = message.to_string();
    if is_text {
        mutator.text(&mut line);
    }
    line.replace(['\n', '\r'], " ")
}

/// True if this line is a request with this id. The server must answer such a line.
fn is_request(line: &str, id: usize) -> bool {
    let message: Value = serde_json::from_str(line).unwrap_or_default();
    message["id"] == id && message["method"].is_string() && message["jsonrpc"] == "2.0"
}

/// Asserts that this is an answer of JSON-RPC. Returns its id, and whether a handler made the answer. If the handler of
/// an operation refuses a call, the answer is a problem document, for example `not_found`. If the arguments of a call
/// are invalid, no handler made the answer, because such a call does not reach the handler.
fn check(line: &str) -> (Value, bool) {
    let answer: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
    let (result, error) = (&answer["result"], &answer["error"]);
    let is_error = error["code"].is_i64() && error["message"].is_string();
    assert!(answer["jsonrpc"] == "2.0" && result.is_object() != is_error, "{line}");
    assert_ne!(error["code"], -32603, "{line}");
    let problem: Value =
        result["content"][0]["text"].as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
    let is_refused = result["isError"] == true;
    assert!(!is_refused || problem["status"].as_u64().is_some_and(|status| status < 500), "{line}");
    let is_handled = !is_refused || matches!(problem["status"].as_u64(), Some(404 | 409));
    (answer["id"].clone(), result.is_object() && is_handled)
}

/// Reads the lines of this output in another thread, so that a test can wait for a line with a time limit.
fn lines(output: ChildStdout) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || BufReader::new(output).lines().try_for_each(|line| sender.send(line.unwrap())));
    receiver
}

#[test]
fn mutated_lines_are_answered_and_do_not_end_the_server() {
    let folder = Folder::new("stdio-mutations");
    let mut client = Client::greeted(&data_in(&folder), None);
    let added = client.call("addTodos", json!({"todos": [{"title": "a"}]}));
    let messages = messages(added["structuredContent"]["todos"][0]["id"].as_str().unwrap());
    client.leave();

    let mut child = todo("mcp", &data_in(&folder))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let answers = lines(child.stdout.take().unwrap());
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let log = std::thread::spawn(move || std::io::read_to_string(&mut log).unwrap());
    let hello =
        json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    writeln!(input, "{}", json!({"jsonrpc": "2.0", "id": "hello", "method": "initialize", "params": hello})).unwrap();
    assert_eq!(check(&answers.recv_timeout(WAIT).unwrap()).0, "hello");

    let (number, mut mutator, mut handled, mut answered) = (number(), Mutator::new(6), 0, 0);
    let mut waiting = BTreeMap::new();
    for id in 0..number {
        let mut message = mutator.pick(&messages).clone();
        if let Some(member) = message.get_mut("id") {
            *member = json!(id);
        }
        let line = mutate(message, &mut mutator);
        if is_request(&line, id) {
            waiting.insert(id.to_string(), line.clone());
        }
        writeln!(input, "{line}").unwrap();
        while !waiting.is_empty() && (waiting.len() >= AT_ONCE || id + 1 == number) {
            let line = answers.recv_timeout(WAIT).unwrap_or_else(|error| panic!("{error}: {waiting:?}"));
            let (id, is_handled) = check(&line);
            waiting.remove(&id.to_string());
            answered += 1;
            handled += usize::from(is_handled);
        }
    }
    drop(input);
    for line in answers {
        handled += usize::from(check(&line).1);
        answered += 1;
    }
    assert!(child.wait().unwrap().success());
    assert!(!log.join().unwrap().contains("panicked"));
    println!("{number} lines, {answered} answers, {handled} of a handler");
    assert!(handled >= number / 2 && answered > handled, "{handled} of {answered}");
}
