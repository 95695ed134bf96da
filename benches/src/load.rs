//! Sends requests from many clients at the same time to `todo serve`. Measures the number of answered requests, the
//! time of the slowest requests, and the memory of the server. Checks that the server has stored every confirmed write
//! exactly once.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::{
    Result,
    dynamodb::{ACCESS_KEY, DynamoDb},
    script,
    stats::Spread,
    throttle,
};

const CONNECTIONS: usize = 64;

#[derive(Debug, Default, Serialize)]
pub struct Load {
    pub seconds: f64,
    pub requests: usize,
    pub requests_per_second: f64,
    pub wall: Spread,
    /// The number of answers with a status of 500 or above.
    pub errors: usize,
    pub throttled_calls: u64,
    pub todos: usize,
    /// The number of lost todos. A todo is lost if the todo is missing, or if its last confirmed write is missing.
    pub lost: usize,
    pub doubled: usize,
    /// The server's memory in KiB, measured ten times at equal intervals.
    pub memory_kib: Vec<u64>,
}

/// The results of one connection.
#[derive(Default)]
struct Work {
    durations: Vec<Duration>,
    errors: usize,
    /// The id of each todo, and the version of the todo in the server's last answer.
    todos: Vec<(String, u64)>,
    /// The number of `addTodos` requests without a successful attempt.
    unknown: usize,
}

/// Starts a server, and sends requests to this server. If `throttling` is true, the server calls DynamoDB through a
/// proxy that throttles some calls.
#[tokio::main]
pub async fn run(todo: &Path, seconds: u64, throttling: bool) -> Result<Load> {
    let (dynamodb, mut throttled) = (DynamoDb::start(todo)?, None);
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("todos.db").to_string_lossy().into_owned();
    let server = if throttling {
        let (address, count) = throttle::before(dynamodb.address).await?;
        throttled = Some(count);
        Server::start(todo, &["--dynamodb", &format!("http://{address}")])?
    } else {
        Server::start(todo, &["--data", &data])?
    };
    let begun = Instant::now();
    let until = begun + Duration::from_secs(seconds);
    let workers: Vec<_> =
        (0..CONNECTIONS).map(|worker| tokio::spawn(work(server.address.clone(), worker, until))).collect();
    let mut load = Load::default();
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_secs(seconds) / 10).await;
        load.memory_kib.push(server.memory()?);
    }
    let mut done = Vec::new();
    for worker in workers {
        done.push(worker.await?.map_err(|error| error.to_string())?);
    }
    load.seconds = begun.elapsed().as_secs_f64();
    let durations: Vec<_> = done.iter().flat_map(|work| work.durations.iter().copied()).collect();
    load.requests = durations.len();
    load.requests_per_second = durations.len() as f64 / load.seconds;
    load.wall = Spread::of(&durations);
    load.errors = done.iter().map(|work| work.errors).sum();
    load.throttled_calls = throttled.map_or(0, |count| count.load(Ordering::Relaxed));
    compare(&server.address, &done, &mut load).await.map_err(|error| error.to_string())?;
    Ok(load)
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Adds, reads, lists, changes and deletes a todo, as an assistant does. The client repeats these requests until the
/// end of the test.
async fn work(address: String, worker: usize, until: Instant) -> std::result::Result<Work, Failure> {
    let mut client = Client::connect(&address).await?;
    let mut work = Work::default();
    while Instant::now() < until {
        let name = format!("{worker}-{}", work.todos.len() + work.unknown);
        let body = json!({ "todos": [script::todo(&name)], "idempotency_key": name });
        let Some(added) = work.ask(&mut client, Method::POST, "/todos", Some(body)).await? else {
            work.unknown += 1;
            continue;
        };
        let id = added["todos"][0]["id"].as_str().unwrap_or_default().to_owned();
        let path = format!("/todos/{id}");
        work.ask(&mut client, Method::GET, &path, None).await?;
        work.ask(&mut client, Method::GET, "/todos?limit=20", None).await?;
        let changed = json!({ "title": format!("{name}, changed"), "idempotency_key": format!("{name}-changed") });
        let mut version = 1;
        if let Some(updated) = work.ask(&mut client, Method::PATCH, &path, Some(changed)).await? {
            version = updated["todo"]["version"].as_u64().unwrap_or_default();
        }
        if let Some(deleted) = work.ask(&mut client, Method::DELETE, &path, None).await? {
            version = deleted["todo"]["version"].as_u64().unwrap_or_default();
        }
        work.todos.push((id, version));
    }
    Ok(work)
}

impl Work {
    /// Sends a request up to five times, until an attempt is successful. Returns `None` if no attempt was successful.
    async fn ask(
        &mut self,
        client: &mut Client,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> std::result::Result<Option<Value>, Failure> {
        for _ in 0..5 {
            let begun = Instant::now();
            let (status, answer) = client.ask(&method, path, body.as_ref()).await?;
            self.durations.push(begun.elapsed());
            match status {
                200..300 => return Ok(Some(answer)),
                500.. => self.errors += 1,
                _ => return Err(format!("{method} {path}: {status} {answer}").into()),
            }
        }
        Ok(None)
    }
}

/// Compares the stored todos with the server's answers. Counts the writes that are lost, and the writes that the server
/// executed twice.
async fn compare(address: &str, done: &[Work], load: &mut Load) -> std::result::Result<(), Failure> {
    let mut client = Client::connect(address).await?;
    for (id, version) in done.iter().flat_map(|work| &work.todos) {
        let (status, found) = client.ask(&Method::GET, &format!("/todos/{id}"), None).await?;
        let found = found["todo"]["version"].as_u64().filter(|_| status == 200).unwrap_or_default();
        load.lost += usize::from(found < *version);
        load.doubled += usize::from(found > *version);
    }
    let expected: usize = done.iter().map(|work| work.todos.len()).sum();
    for status in ["open", "deleted"] {
        let mut cursor = String::new();
        loop {
            let path = format!("/todos?status={status}&limit=100&cursor={cursor}");
            let (_, page) = client.ask(&Method::GET, &path, None).await?;
            load.todos += page["todos"].as_array().map_or(0, Vec::len);
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = next.to_owned();
        }
    }
    let unknown: usize = done.iter().map(|work| work.unknown).sum();
    load.doubled += load.todos.saturating_sub(expected + unknown);
    load.lost += expected.saturating_sub(load.todos);
    Ok(())
}

/// A client with one connection.
struct Client {
    sender: http1::SendRequest<Full<Bytes>>,
    host: String,
}

impl Client {
    async fn connect(address: &str) -> std::result::Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, host: address.to_owned() })
    }

    async fn ask(
        &mut self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> std::result::Result<(u16, Value), Failure> {
        let request = Request::builder().method(method).uri(path).header("host", &self.host);
        let request = request.header("content-type", "application/json");
        let body = body.map(Value::to_string).unwrap_or_default();
        self.sender.ready().await?;
        let response = self.sender.send_request(request.body(Full::from(body))?).await?;
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await?.to_bytes();
        Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }
}

/// A running `todo serve`. The process stops when this value is dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(todo: &Path, arguments: &[&str]) -> Result<Self> {
        let mut child = Command::new(todo)
            .args(["serve", "--port", "0"])
            .args(arguments)
            .envs([ACCESS_KEY])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().ok_or("no output")?));
        let address = lines.find_map(|line| line.ok()?.split("API        http://").nth(1).map(str::to_owned));
        // A thread reads the rest of the server's output. Without this thread, the server's next output would fail, and
        // the server would end.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { child, address: address.ok_or("todo serve did not say where it listens")? })
    }

    fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
