//! Kills `todo serve` at each place of a change that is larger than one transaction. Then a new `todo serve` gets an
//! ordinary request. A proxy between the server and DynamoDB counts the writes, and kills the server before or after a
//! certain write.

use std::io::{BufRead, BufReader, Error, Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::{
    command::{Server, todo},
    dynamodb::Dynamodb,
    folder::Folder,
};

/// The number of todos. The change has five slices.
const TODOS: usize = 210;
/// The writes of the change: the record and a part of the draft, the beginning, five slices, the end, and the expiry of
/// the part.
const WRITES: usize = 10;
/// The number of the write that makes the change pending.
const BEGINNING: usize = 3;
/// The number of places that are tested at the same time.
const AT_ONCE: usize = 5;

/// The place at which the server dies: before or after the write with this number.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Before(usize),
    After(usize),
}

/// What the proxy does, and what the proxy has done.
#[derive(Default)]
struct Proxy {
    /// The process to kill, and the place. `None` if the proxy only forwards the calls.
    victim: Option<(u32, Place)>,
    writes: usize,
}

impl Proxy {
    /// Starts the proxy in front of the DynamoDB server at `upstream`. Returns the address of the proxy.
    fn before(upstream: &str) -> (String, Arc<Mutex<Self>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (proxy, upstream) = (Arc::new(Mutex::new(Self::default())), upstream.to_owned());
        let serving = proxy.clone();
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (proxy, upstream) = (serving.clone(), upstream.clone());
                // An error means that one of the two sides has closed the connection.
                std::thread::spawn(move || serve(&proxy, client?, &upstream));
            }
        });
        (address, proxy)
    }

    /// Counts a call. Returns the process to kill, and whether to kill it before the call.
    fn count(&mut self, call: &[u8]) -> Option<(u32, bool)> {
        let head = String::from_utf8_lossy(&call[..call.len().min(2_000)]).to_lowercase();
        let is_write = ["putitem", "updateitem", "transactwriteitems"];
        if !is_write.iter().any(|operation| head.contains(&format!("dynamodb_20120810.{operation}"))) {
            return None;
        }
        self.writes += 1;
        let (pid, place) = self.victim?;
        let is_now = place == Place::Before(self.writes) || place == Place::After(self.writes);
        is_now.then_some((pid, place == Place::Before(self.writes)))
    }
}

/// Forwards the calls of one connection.
fn serve(proxy: &Mutex<Proxy>, client: TcpStream, upstream: &str) -> Result<()> {
    let mut client = BufReader::new(client);
    let mut dynamodb = BufReader::new(TcpStream::connect(upstream)?);
    loop {
        let call = message(&mut client)?;
        let victim = proxy.lock().unwrap().count(&call);
        if let Some((pid, true)) = victim {
            return kill(pid);
        }
        dynamodb.get_mut().write_all(&call)?;
        let answer = message(&mut dynamodb)?;
        if let Some((pid, false)) = victim {
            return kill(pid);
        }
        client.get_mut().write_all(&answer)?;
    }
}

fn kill(pid: u32) -> Result<()> {
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status()?.success());
    Ok(())
}

/// Reads a message of HTTP/1.1.
fn message(from: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if from.read_line(&mut head)? == 0 {
            return Err(Error::other("the connection is closed"));
        }
    }
    let lower = head.to_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length:"));
    let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
    from.read_exact(&mut body)?;
    Ok([head.into_bytes(), body].concat())
}

/// A `todo serve` that uses the DynamoDB server at this address.
fn server(dynamodb: &Dynamodb, url: &str) -> Server {
    let arguments = ["serve", "--port", "0", "--dynamodb", url];
    Server::start_command(todo(&arguments).env("AWS_ACCESS_KEY_ID", &dynamodb.key))
}

/// Everything that the owner sees, without the versions of the todos, and the number of changes.
fn state(server: &Server) -> (Value, usize) {
    let get = |path: &str| {
        let (status, body) = server.send("GET", path, Value::Null);
        assert_eq!(status, 200, "{body}");
        body
    };
    let mut todos = Vec::new();
    for status in ["open", "completed", "deleted"] {
        let mut cursor = String::new();
        loop {
            let page = get(&format!("/todos?limit=100&status={status}&cursor={cursor}"));
            todos.extend(page["todos"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = next.to_owned();
        }
    }
    todos.iter_mut().for_each(|todo| _ = todo.as_object_mut().unwrap().remove("version"));
    todos.sort_by_key(|todo| todo["id"].to_string());
    let overview = get("/overview");
    let changes = get("/changes")["changes"].as_array().unwrap().len();
    (json!([todos, overview["lists"], overview["settings"]]), changes)
}

/// Fills a data file with one large list, which is the default list.
fn fill(folder: &Folder) {
    let server = Server::start(&folder.file("todos.db"));
    let todos: Vec<_> = (0..TODOS).map(|n| json!({"title": format!("guest {n}"), "list": "Party"})).collect();
    assert_eq!(server.send("POST", "/todos", json!({ "todos": todos })).0, 201);
    assert_eq!(server.send("PATCH", "/settings", json!({"default_list": "Party"})).0, 200);
    server.interrupt();
}

/// Sends the request that deletes the list, and waits until the server answers or dies.
fn delete_list(server: &Server) {
    let body = json!({"list": "Party", "delete": true}).to_string();
    let mut stream = TcpStream::connect(&server.address).unwrap();
    write!(
        stream,
        "PATCH /lists HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        server.address,
        body.len()
    )
    .unwrap();
    drop(stream.read_to_end(&mut Vec::new()));
}

/// Kills the server at this place, and compares what a new server shows with the start.
fn die(filled: &Folder, place: Place) {
    let folder = Folder::new(&format!("large-{place:?}"));
    let data = folder.file("todos.db");
    std::fs::copy(filled.file("todos.db"), &data).unwrap();
    let dynamodb = Dynamodb::start(&["--data", data.to_str().unwrap()], None);
    let (address, proxy) = Proxy::before(dynamodb.url().strip_prefix("http://").unwrap());
    let mut first = server(&dynamodb, &address);
    let (before, changes) = state(&first);
    *proxy.lock().unwrap() = Proxy { victim: Some((first.child.id(), place)), writes: 0 };
    delete_list(&first);
    let killed = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        first.child.try_wait().unwrap().is_some_and(|status| status.code().is_none())
    });
    assert!(killed, "{place:?}: the request has fewer writes, so nothing has killed the server");
    drop(first);
    proxy.lock().unwrap().victim = None;
    std::thread::sleep(Duration::from_millis(2_100));

    let second = server(&dynamodb, &dynamodb.url());
    let is_begun = !matches!(place, Place::Before(..=BEGINNING) | Place::After(..BEGINNING));
    let (mut after, number) = state(&second);
    if !is_begun {
        assert_eq!((&after, number), (&before, changes), "{place:?}");
        assert_eq!(second.send("PATCH", "/lists", json!({"list": "Party", "delete": true})).0, 200);
        after = state(&second).0;
    }
    let (_, shown) = second.send("GET", "/changes", Value::Null);
    assert_eq!(shown["changes"].as_array().unwrap().len(), changes + 1, "{place:?}");
    let todos = after[0].as_array().unwrap();
    assert_eq!(todos.len(), TODOS, "{place:?}");
    assert!(todos.iter().all(|todo| todo["status"] == "deleted"), "{place:?}");
    assert_eq!(after[1], json!([{"name": "Inbox", "open": 0}]), "{place:?}");
    assert_eq!(after[2]["default_list"], "Inbox", "{place:?}");
    let (status, undone) = second.send("POST", "/undo", json!({"change_id": shown["changes"][0]["id"]}));
    assert_eq!(status, 200, "{place:?}: {undone}");
    assert_eq!(state(&second), (before, changes + 2), "{place:?}");
}

#[test]
fn after_a_kill_at_any_place_of_a_large_change_the_next_request_shows_the_whole_change_or_nothing() {
    let filled = Folder::new("large");
    fill(&filled);
    let places = (1..=WRITES).flat_map(|write| [Place::Before(write), Place::After(write)]);
    let places = Mutex::new(places.collect::<Vec<_>>());
    let next = || places.lock().unwrap().pop();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(place) = next() {
                    die(&filled, place)
                }
            });
        }
    });
}
