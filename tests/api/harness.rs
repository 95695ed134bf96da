//! Gives each test an API with its own owner and its own clock. Most tests share one DynamoDB server, which listens on
//! a port. `Api::embedded` and `Api::over` each open their own DynamoDB in the test process, without a port.

use std::io::Read;
use std::path::Path;
use std::sync::{
    Arc, LazyLock, Mutex,
    atomic::{AtomicI64, AtomicU64, Ordering},
};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{
    Client,
    config::{SharedHttpClient, retry::RetryPartition},
    types::TimeToLiveSpecification,
};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
};
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use todo_action::{
    api::{Declared, declared_operations},
    app::{App, Clock, Ids},
    config::{Auth, Config, Confirm, Operator, aws_credentials},
    domain::owner::Owner,
    local::{self, Access},
    mcp,
    store::{Connection, Store, TIMEOUT, connect},
};
use tower::ServiceExt;

use super::{kept, transport::Wire};

/// The method and path of an operation, and whether its requests have a body.
type Operation = (&'static str, &'static str, bool);

/// All operations that the program declares, whether the OpenAPI document shows them or not.
pub static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let operation = |operation: Declared| {
        // After `String::leak`, these texts stay in memory until the test process ends.
        let (method, path): (&str, &str) = (operation.method.to_string().leak(), operation.path.leak());
        (method, path, method == "POST" || method == "PATCH")
    };
    declared_operations().into_iter().map(operation).collect()
});

/// The time limit for one attempt of a call to DynamoDB. The limit is long, so that a test does not fail on a busy
/// machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// An API that serves one owner.
#[derive(Clone)]
pub struct Api {
    pub app: App,
    pub client: Client,
    /// The name of the table.
    pub table: &'static str,
    pub(super) router: Router,
    pub clock: TestClock,
    /// The connection to DynamoDB. Each API has its own connection.
    pub wire: Wire,
    /// The number of bytes in the bodies of all answers of this API.
    pub sent: Arc<AtomicU64>,
}

/// Each time the program reads this clock, the clock advances by 1 ms. A test can also set or advance the clock.
#[derive(Clone)]
pub struct TestClock(Arc<AtomicI64>);

/// An HTTP answer with its whole body.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    /// The body as JSON, or `null` if the body is not JSON.
    pub body: Value,
}

/// The connection to DynamoDB, and the name of the table that this test run has created.
static DYNAMODB: LazyLock<(Connection, String)> = LazyLock::new(|| {
    let table = format!("todo-action-test-{}", Ids::random().change().as_str());
    let made = table.clone();
    let (sender, receiver) = std::sync::mpsc::channel();
    // The DynamoDB server runs in its own thread, with its own Tokio runtime. Each test also has its own Tokio runtime.
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let connection = match given_endpoint() {
                Some(endpoint) => local::at(endpoint, aws_credentials()),
                None => {
                    let access = Access { key: Ids::random().access_key(), hosts: Vec::new() };
                    let credentials = Credentials::new(&access.key, "local", None, None, "test");
                    let database = local::open(None, Timestamp::UNIX_EPOCH).unwrap();
                    let (address, server) = local::serve(0, database, access, std::future::pending()).await.unwrap();
                    tokio::spawn(server);
                    local::at(format!("http://{address}"), Some(credentials))
                }
            };
            let client = connect(connection.clone());
            local::create_table(&client, &made).await.unwrap();
            keep_expired_items(&client, &made).await;
            sender.send(connection).unwrap();
            std::future::pending::<()>().await;
        });
    });
    (receiver.recv().unwrap(), table)
});

/// If `KEPT_LOGS` is set, the tests write a log file in the format of the Lambda's log.
static LOG: LazyLock<()> = LazyLock::new(|| {
    let Some(file) = kept::file("tests-api.log") else { return };
    let log = tracing_subscriber::fmt().json().flatten_event(true).with_max_level(tracing::Level::INFO);
    log.with_writer(Mutex::new(file)).init();
});

/// Switches off the removal of expired items. The clocks of the tests start on 22 November 2026, but DynamoDB uses the
/// present time. So DynamoDB would remove items that have not yet expired by the clock of a test.
async fn keep_expired_items(client: &Client, table: &str) {
    let off = TimeToLiveSpecification::builder().attribute_name("expires_at").enabled(false).build().unwrap();
    client.update_time_to_live().table_name(table).time_to_live_specification(off).send().await.unwrap();
}

/// The connection to the DynamoDB of the tests. The calls have the same time-out as in the product.
pub fn dynamodb() -> Connection {
    Connection { timeout: TIMEOUT, ..DYNAMODB.0.clone() }
}

#[expect(clippy::disallowed_methods, reason = "a setting of the test run, not of the program")]
fn given_endpoint() -> Option<String> {
    std::env::var("DYNAMODB_ENDPOINT").ok()
}

impl Api {
    /// Creates an API for a new owner who has no todos. The time zone is UTC, and the clock starts at 10:00 on Sunday,
    /// 22 November 2026.
    pub fn new() -> Self {
        Self::in_zone("UTC")
    }

    /// Does the same as `Api::new`, but with another default time zone.
    pub fn in_zone(zone: &str) -> Self {
        Self::with(zone, PATIENCE, DYNAMODB.0.clone(), |_| {})
    }

    /// Does the same as `Api::new`, but `configure` changes the configuration.
    pub fn configured(configure: impl FnOnce(&mut Config)) -> Self {
        Self::with("UTC", PATIENCE, DYNAMODB.0.clone(), configure)
    }

    /// Does the same as `Api::new`, but calls to DynamoDB have the same time-out as in the product.
    pub fn impatient() -> Self {
        Self::with("UTC", TIMEOUT, DYNAMODB.0.clone(), |_| {})
    }

    /// Does the same as `Api::impatient`, but uses an embedded DynamoDB in this process, as `todo serve` does.
    pub async fn embedded() -> Self {
        Self::embedded_with(|_| {}).await
    }

    /// Does the same as `Api::embedded`, but `configure` changes the configuration. The table contains only what this
    /// test writes.
    pub async fn embedded_with(configure: impl FnOnce(&mut Config)) -> Self {
        let connection = local::in_process(local::open(None, Timestamp::UNIX_EPOCH).unwrap());
        let client = connect(connection.clone());
        local::create_table(&client, &DYNAMODB.1).await.unwrap();
        keep_expired_items(&client, &DYNAMODB.1).await;
        Self::with("UTC", TIMEOUT, connection, configure)
    }

    /// Opens a data file that an earlier version of `todo serve` has written. The file contains the data of one owner,
    /// and the API acts for this owner.
    pub fn over(file: &Path) -> Self {
        Self::over_at(file, Timestamp::UNIX_EPOCH)
    }

    /// Does the same as `Api::over`, but the clock of the machine shows `now` when the program opens the file.
    pub fn over_at(file: &Path, now: Timestamp) -> Self {
        let connection = local::in_process(local::open(Some(file), now).unwrap());
        let api =
            Self::with("UTC", TIMEOUT, connection, |config| config.auth = Auth::None(Owner::parse("me").unwrap()));
        let client = api.client.clone();
        api.with_client(client, "todos")
    }

    /// Does the same as `Api::impatient`, but calls DynamoDB with this client, and not with a `Wire`.
    pub fn through(client: Client) -> Self {
        Self::impatient().with_client(client, &DYNAMODB.1)
    }

    fn with(zone: &str, timeout: Duration, connection: Connection, configure: impl FnOnce(&mut Config)) -> Self {
        LazyLock::force(&LOG);
        let clock =
            TestClock(Arc::new(AtomicI64::new("2026-11-22T10:00:00Z".parse::<Timestamp>().unwrap().as_microsecond())));
        let wire = Wire::over(connection.transport.clone());
        let transport = Some(SharedHttpClient::new(wire.clone()));
        let client = connect(Connection { transport, timeout, ..connection });
        // The SDK limits the retries of all clients of a process together, and `cargo test` runs all tests in one
        // process. Without this line, a test with many faults would use up the retries of other tests.
        let alone = RetryPartition::new(Ids::random().change().as_str().to_owned());
        let client = Client::from_conf(client.config().to_builder().retry_partition(alone).build());
        let mut config = Config {
            public_url: Some("https://todo.test".to_owned()),
            auth: Auth::None(Owner::parse(&format!("owner-{}", Ids::random().change().as_str())).unwrap()),
            time_zone: TimeZone::get(zone).unwrap(),
            confirm: Confirm::None,
            operator: Operator::default(),
            log_retention_days: None,
            function: None,
        };
        configure(&mut config);
        let ticking = clock.clone();
        let store = Store::new(client.clone(), &DYNAMODB.1);
        let app = App::new(config, store, Clock::new(move || ticking.tick()), Ids::random());
        Self { router: mcp::router(app.clone()), app, client, table: &DYNAMODB.1, clock, wire, sent: Arc::default() }
    }

    /// An instance of the service with this app. The clock of the test does not move the clock of the app.
    pub fn of(app: App, client: Client, table: &'static str) -> Self {
        let (clock, wire) = (TestClock(Arc::default()), Wire::over(None));
        Self { router: mcp::router(app.clone()), app, client, table, clock, wire, sent: Arc::default() }
    }

    /// Creates another instance of the service for the same owner. The caches of the new instance are empty.
    pub fn elsewhere(&self) -> Self {
        self.clone().with_client(self.client.clone(), self.table)
    }

    fn with_client(self, client: Client, table: &'static str) -> Self {
        let store = Store::new(client.clone(), table);
        let app = App::new((*self.app.config).clone(), store, self.app.clock.clone(), self.app.ids.clone());
        Self { router: mcp::router(app.clone()), app, client, table, ..self }
    }

    /// Creates an instance of the service with another configuration, for the same table. The clock and the connection
    /// are the same, and the caches of the new instance are empty.
    pub fn beside(&self, configure: impl FnOnce(&mut Config)) -> Self {
        let mut config = (*self.app.config).clone();
        configure(&mut config);
        let store = Store::new(self.client.clone(), self.table);
        let app = App::new(config, store, self.app.clock.clone(), self.app.ids.clone());
        Self { router: mcp::router(app.clone()), app, ..self.clone() }
    }

    /// Sends this request unchanged.
    pub async fn raw(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        self.sent.fetch_add(bytes.len() as u64, Ordering::SeqCst);
        let text = match parts.headers.get("content-encoding") {
            // A file of the page. It may be an image.
            Some(_) => {
                let mut file = Vec::new();
                GzDecoder::new(&*bytes).read_to_end(&mut file).unwrap();
                String::from_utf8_lossy(&file).into_owned()
            }
            None => String::from_utf8(bytes.to_vec()).unwrap(),
        };
        let body = serde_json::from_str(&text).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, text, body }
    }

    /// Sends a request with these headers. If `body` is `null`, the request has no body.
    pub async fn send(&self, method: &str, path: &str, body: Value, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        };
        self.raw(request.body(body).unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, Value::Null, &[]).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, body, &[]).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, body, &[]).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, Value::Null, &[]).await
    }

    /// Adds todos with these titles, and returns their ids.
    #[track_caller]
    pub fn add(&self, titles: &[&str]) -> impl Future<Output = Vec<String>> {
        let todos: Vec<Value> = titles.iter().map(|title| json!({ "title": title })).collect();
        let caller = std::panic::Location::caller();
        async move {
            let answer = self.post("/todos", json!({ "todos": todos, "allow_duplicate": true })).await;
            assert_eq!(answer.status, 201, "adding at {caller}: {}", answer.text);
            answer.ids()
        }
    }
}

/// Sends all requests at the same time, each in its own task.
pub async fn at_once(api: &Api, requests: Vec<(&'static str, String, Value)>) -> Vec<Answer> {
    let tasks: Vec<_> = requests
        .into_iter()
        .map(|(method, path, body)| {
            let api = api.clone();
            tokio::spawn(async move { api.send(method, &path, body, &[]).await })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

impl TestClock {
    pub fn advance(&self, span: jiff::Span) {
        self.0.fetch_add(span.total(jiff::Unit::Microsecond).unwrap() as i64, Ordering::SeqCst);
    }

    /// Sets the clock to this local time in this time zone.
    pub fn set(&self, local: &str, zone: &str) {
        let at = local.parse::<jiff::civil::DateTime>().unwrap().in_tz(zone).unwrap().timestamp();
        self.0.store(at.as_microsecond(), Ordering::SeqCst);
    }

    fn tick(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.fetch_add(1_000, Ordering::SeqCst)).unwrap()
    }
}
