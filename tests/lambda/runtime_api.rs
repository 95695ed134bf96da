//! Runs the real executable of the Lambda as a child process. This module serves the Lambda Runtime API to the child
//! process (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicU64, Ordering},
    mpsc,
};
use std::time::Duration;

use aws_credential_types::Credentials;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use serde_json::Value;
use todo_action::{
    app::{Clock, Ids},
    domain::{
        api_key::{ApiKey, KeyName},
        owner::Owner,
    },
    local::{self, Access},
    store::{Connection, Store, connect},
};
use tokio::{net::TcpListener, runtime::Runtime, sync::Mutex, task::JoinHandle};

use super::{
    events::{Ask, Reply},
    kept,
};

/// A test waits at most this long for the process. If the process does nothing in this time, the test fails.
const WAIT: Duration = Duration::from_secs(40);

// Example credentials from the documentation of AWS. These credentials give no access to AWS.
pub const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
pub const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub const SESSION_TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLETOKEN";

/// The asynchronous runtime of the test servers. The tests themselves are not asynchronous.
pub static SERVERS: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());

/// The address of DynamoDB, and the name of the table that this test run has created.
static DYNAMODB: LazyLock<(String, String)> = LazyLock::new(|| SERVERS.block_on(dynamodb()));

/// The reaction of the process: an answer to an event, an error report, or the end of the process.
#[derive(Debug)]
pub enum Outcome {
    Response { id: String, body: Value },
    Error { id: String, body: Value },
    InitError,
    Exited,
}

/// A running process with its own Runtime API. `Drop` kills the process.
pub struct Lambda {
    child: Child,
    events: tokio::sync::mpsc::UnboundedSender<(String, Value)>,
    outcomes: mpsc::Receiver<Outcome>,
    stdout: mpsc::Receiver<String>,
    stderr: mpsc::Receiver<String>,
    api: JoinHandle<()>,
}

/// The exit status and the output of a process that has ended.
pub struct Remains {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

struct Api {
    events: Mutex<tokio::sync::mpsc::UnboundedReceiver<(String, Value)>>,
    outcomes: mpsc::Sender<Outcome>,
}

impl Lambda {
    /// Starts a function whose owner has no todos.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Does the same as `start`, but changes these environment variables. `None` removes a variable.
    pub fn start_with(changes: &[(&str, Option<&str>)]) -> Self {
        let (events, waiting) = tokio::sync::mpsc::unbounded_channel();
        let (sender, outcomes) = mpsc::channel();
        let listener = SERVERS.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let api = Api { events: Mutex::new(waiting), outcomes: sender.clone() };
        let api = SERVERS.spawn(async move { axum::serve(listener, router(api)).await.unwrap() });

        let mut command = Command::new(env!("CARGO_BIN_EXE_todo-action"));
        command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.envs(environment(&address));
        for (name, value) in changes {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let mut child = command.spawn().unwrap();
        let stderr = read(child.stderr.take().unwrap(), || {});
        // When the process ends, its output pipe closes.
        let stdout = read(child.stdout.take().unwrap(), move || drop(sender.send(Outcome::Exited)));
        Self { child, events, outcomes, stdout, stderr, api }
    }

    /// Sends an event to the process. Returns the id of the invocation, and the outcome.
    pub fn invoke(&self, event: Value) -> (String, Outcome) {
        static INVOCATIONS: AtomicU64 = AtomicU64::new(1);
        let id = format!("8f507cfc-5b1a-4697-b07a-{:012x}", INVOCATIONS.fetch_add(1, Ordering::Relaxed));
        self.events.send((id.clone(), event)).expect("the Runtime API is there");
        let outcome = self.outcome();
        if let Outcome::Response { id: of, .. } | Outcome::Error { id: of, .. } = &outcome {
            assert_eq!(*of, id, "the answer belongs to the event");
        }
        (id, outcome)
    }

    /// Makes an event from a request, and sends the event to the process. Returns the answer that the client gets.
    #[track_caller]
    pub fn send(&self, ask: Ask) -> Reply {
        self.send_event(&ask, ask.event())
    }

    /// Does the same as `send`, but sends an event that the caller has made from the request.
    #[track_caller]
    pub fn send_event(&self, ask: &Ask, event: Value) -> Reply {
        let (id, outcome) = self.invoke(event);
        assert!(matches!(outcome, Outcome::Response { .. }), "{ask:?} was not answered but {outcome:?}");
        let Outcome::Response { body, .. } = outcome else { unreachable!() };
        ask.door.reply(id, &body)
    }

    /// Kills the process. No log line is lost, because the process writes the log line before the process answers the
    /// event.
    pub fn stop(mut self) -> Remains {
        self.child.kill().unwrap();
        self.remains()
    }

    /// Waits until the process ends by itself.
    #[track_caller]
    pub fn exited(mut self) -> Remains {
        let outcome = self.outcome();
        assert!(matches!(outcome, Outcome::Exited), "{outcome:?}");
        self.remains()
    }

    fn outcome(&self) -> Outcome {
        self.outcomes.recv_timeout(WAIT).expect("the process does something in time")
    }

    fn remains(&mut self) -> Remains {
        let stdout = self.stdout.recv_timeout(WAIT).expect("its output ends");
        let stderr = self.stderr.recv_timeout(WAIT).expect("its error output ends");
        Remains { status: self.child.wait().unwrap(), stdout, stderr }
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.api.abort();
        for output in [&self.stdout, &self.stderr] {
            // Waits until all output of the process is in the log file that the test keeps.
            let rest = output.recv_timeout(WAIT).unwrap_or_default();
            if std::thread::panicking() {
                eprintln!("{rest}");
            }
        }
    }
}

impl Remains {
    /// Returns all output of the process.
    pub fn output(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }
}

/// Returns the environment variables that Lambda sets, and the variables that the template adds.
fn environment(api: &str) -> Vec<(&'static str, String)> {
    let (endpoint, table) = &*DYNAMODB;
    let owner = format!("owner-{}", Ids::random().change().as_str());
    let lambda = [
        ("AWS_LAMBDA_RUNTIME_API", api),
        ("AWS_LAMBDA_FUNCTION_NAME", "todo-action"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/todo-action"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/22/[$LATEST]0123456789abcdef0123456789abcdef"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        ("AWS_SESSION_TOKEN", SESSION_TOKEN),
        ("_HANDLER", "bootstrap"),
        ("LAMBDA_TASK_ROOT", "/var/task"),
        ("TZ", ":UTC"),
        ("TABLE_NAME", table),
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoint),
        ("AUTH_MODE", "none-everybody-shares-one-list"),
        ("OWNER", &owner),
    ];
    lambda.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}

async fn dynamodb() -> (String, String) {
    #[expect(
        clippy::disallowed_methods,
        reason = "which DynamoDB to test against is for whoever runs the tests to say"
    )]
    let endpoint = match std::env::var("DYNAMODB_ENDPOINT") {
        Ok(endpoint) => endpoint,
        Err(_) => {
            let access = Access { key: ACCESS_KEY.to_owned(), hosts: Vec::new() };
            let database = local::open(None, jiff::Timestamp::UNIX_EPOCH).unwrap();
            let (address, server) = local::serve(0, database, access, std::future::pending()).await.unwrap();
            tokio::spawn(server);
            format!("http://{address}")
        }
    };
    let table = format!("todo-action-test-{}", Ids::random().change().as_str());
    local::create_table(&connect(connection(&endpoint)), &table).await.unwrap();
    (endpoint, table)
}

/// DynamoDB Local has separate tables for each access key and region. So the tests use the same access key and region
/// as the process.
fn connection(endpoint: &str) -> Connection {
    Connection {
        region: "eu-west-1".to_owned(),
        ..local::at(
            endpoint.to_owned(),
            Some(Credentials::new(ACCESS_KEY, SECRET_KEY, Some(SESSION_TOKEN.to_owned()), None, "test")),
        )
    }
}

/// Creates an API key for a new owner, in the table of the functions.
pub fn new_key() -> ApiKey {
    let (endpoint, table) = &*DYNAMODB;
    let key = Ids::random().api_key();
    let owner = Owner::parse(&format!("owner-{}", Ids::random().change().as_str())).unwrap();
    let record = key.record(owner, KeyName::parse("test").unwrap(), Clock::system().now(), None);
    let store = Store::new(connect(connection(endpoint)), table);
    SERVERS.block_on(store.add_key(&record)).unwrap();
    key
}

fn read(mut pipe: impl Read + Send + 'static, then: impl FnOnce() + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        if let Some(mut file) = kept::file("tests-lambda.log") {
            file.write_all(&bytes).unwrap();
        }
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
        then();
    });
    receiver
}

fn router(api: Api) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::new(api))
}

async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
    let Some((id, event)) = api.events.lock().await.recv().await else { std::future::pending().await };
    let deadline = Clock::system().now().as_millisecond() + 30_000;
    let headers = [
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-west-1:123456789012:function:todo-action".to_owned(),
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-6740a3f2-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1".to_owned(),
        ),
    ];
    (headers, Json(event))
}

async fn response(State(api): State<Arc<Api>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    api.report(Outcome::Response { id, body: json(&body) })
}

async fn error(State(api): State<Arc<Api>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    api.report(Outcome::Error { id, body: json(&body) })
}

async fn init_error(State(api): State<Arc<Api>>) -> StatusCode {
    api.report(Outcome::InitError)
}

impl Api {
    fn report(&self, outcome: Outcome) -> StatusCode {
        // If the test has already ended, nobody receives the outcome.
        let _ = self.outcomes.send(outcome);
        StatusCode::ACCEPTED
    }
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("the process sends JSON")
}
