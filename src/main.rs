//! The Lambda function. It reads its configuration once, connects during init, and then answers one request at a time.

use std::time::Duration;

use lambda_http::{Adapter, Context, LambdaEvent, Request, Service, lambda_runtime::Runtime, tower::ServiceExt};
use mimalloc::MiMalloc;
use todo_action::{
    api::{self, event::Event},
    app::{App, Clock, Ids},
    config::{Auth, LambdaConfig},
    mcp,
    store::{Connection, Store, TIMEOUT, connect},
};
use tracing::Level;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// How long init waits for DynamoDB and the OpenID provider. If they do not answer, the first request tries again.
const FIRST_CALL: Duration = Duration::from_millis(800);
/// The event that init answers, in the form of API Gateway.
const HEALTH: &str = include_str!("../infra/events/health.json");

/// A request allocates memory a thousand times, so a fast allocator saves time (docs/adr/0005-lean-lambda.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

// One request at a time needs only one thread. The multi-thread runtime takes 130 µs more for each request.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    // A fixed level instead of a filter saves a regex engine, and 60 µs for each request.
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false).with_span_list(false);
    // The SDK of MCP would write several lines about each message.
    let wanted = Targets::new().with_default(Level::INFO).with_target("rmcp", Level::ERROR);
    lines.with_max_level(Level::INFO).finish().with(wanted).init();
    let config = LambdaConfig::from_env().inspect_err(|error| tracing::error!("cannot start: {error}"))?;
    if let Auth::None(owner) = &config.config.auth {
        tracing::warn!("nobody needs a key: everybody shares the list of {}", owner.as_str());
    }
    let client = connect(Connection {
        region: config.region,
        endpoint: config.endpoint,
        credentials: config.credentials,
        transport: None,
        timeout: TIMEOUT,
    });
    let store = Store::new(client, &config.table);
    let app = App::new(config.config, store, Clock::system(), Ids::random());
    let router = mcp::router(app.clone());
    // The same service as in `lambda_http::run`, but `readable` first repairs the events.
    let service = |prepare: fn(Request) -> Request| {
        Adapter::from(router.clone().map_request(prepare)).map_request(api::event::readable)
    };
    let events = service(api::gateway::without_stage);
    tokio::join!(warm_up(service(unlogged)), fetch_keys(&app));
    // `lambda_runtime::run` would open a span for each event, but no line of the log shows it. A request has only our
    // own line.
    Runtime::new(events).run().await
}

/// Warms up: answers a `GET /health` that the program itself makes. This opens the connection to DynamoDB, and loads
/// the code that the first request needs. Init has a whole CPU, and is not billed with a request. If the warm-up fails,
/// the function still starts.
async fn warm_up<S>(mut events: S)
where
    S: Service<LambdaEvent<Event>, Error: Into<lambda_http::Error>>,
{
    let answer = async {
        let event = LambdaEvent::new(serde_json::from_str(HEALTH)?, Context::default());
        events.ready().await.map_err(Into::into)?.call(event).await.map_err(Into::into)
    };
    match tokio::time::timeout(FIRST_CALL, answer).await {
        // If DynamoDB did not answer, the log already says so.
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(request_id = "init", "init could not answer its event: {error}"),
        Err(_) => tracing::warn!(request_id = "init", "DynamoDB did not answer during init in time"),
    }
}

/// Prepares the request of [`warm_up`]. This request gets no line in the log.
fn unlogged(mut request: Request) -> Request {
    request.extensions_mut().insert(api::Unlogged);
    api::gateway::without_stage(request)
}

/// Fetches the keys of the OpenID provider, so that the first request with a token does not have to wait for them.
async fn fetch_keys(app: &App) {
    if let Some(provider) = &app.provider {
        match tokio::time::timeout(FIRST_CALL, provider.prepare(app.clock.now(), "init")).await {
            // If the provider did not answer, `prepare` has already logged it.
            Ok(Ok(()) | Err(_)) => {}
            Err(_) => tracing::warn!(request_id = "init", "the OpenID provider did not answer during init in time"),
        }
    }
}
