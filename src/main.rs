//! The Lambda function. During init, the function reads its configuration and connects to DynamoDB. After init, the
//! function answers one request at a time.

use std::time::Duration;

use lambda_http::{Adapter, Context, LambdaEvent, Request, Service, lambda_runtime::Runtime, tower::ServiceExt};
use mimalloc::MiMalloc;
use todo_action::{
    api::{self, event::Event, reply::Reply},
    app::{App, Clock, Ids},
    config::{Auth, LambdaConfig},
    mcp,
    store::{Connection, Store, TIMEOUT, connect},
};
use tracing::Level;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// The maximum time that the function waits for DynamoDB during init. If DynamoDB does not answer in time, the program
/// tries again during a later request.
const FIRST_CALL: Duration = Duration::from_millis(800);
/// An API Gateway event for `GET /health`. The function answers this event during init.
const HEALTH: &str = include_str!("../infra/events/health.json");

/// Each request allocates memory about a thousand times, so a fast allocator saves time (docs/adr/0005-lean-lambda.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

// The function answers one request at a time, so one thread is enough. The multi-thread runtime would add 130 µs to
// each request.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    // The log level is fixed. A log level from an environment variable would need a regex engine, and would add 60 µs
    // to each request.
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false).with_span_list(false);
    // At the level INFO, the MCP SDK (`rmcp`) would log several lines for each message. So `rmcp` may log only errors.
    let wanted = Targets::new().with_default(Level::INFO).with_target("rmcp", Level::ERROR);
    lines.with_max_level(Level::INFO).finish().with(wanted).init();
    let config = LambdaConfig::from_env().inspect_err(|error| tracing::error!("cannot start: {error}"))?;
    if let Auth::None(owner) = &config.config.auth {
        tracing::warn!("no key is needed: everybody uses the todos of {}", owner.as_str());
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
    let router = mcp::router(app);
    // This service works like the service in `lambda_http::run`, but the function `readable` first repairs each event,
    // and the type `Reply` converts the body of each answer.
    let service = |prepare: fn(Request) -> Request| {
        Adapter::from(router.clone().map_request(prepare).map_response(Reply)).map_request(api::event::readable)
    };
    let events = service(api::gateway::without_stage);
    warm_up(service(unlogged)).await;
    // The program does not call `lambda_runtime::run`, because `lambda_runtime::run` opens a tracing span for each
    // event. This program needs no such span, because its log lines do not show spans.
    Runtime::new(events).run().await
}

/// Warms up the function: the function sends itself the request `GET /health`, and answers this request. The warm-up
/// opens the connection to DynamoDB, and loads the code that the first request needs. The warm-up is fast during init,
/// because the function then has a whole CPU. If the warm-up fails, the function still starts.
async fn warm_up<S>(mut events: S)
where
    S: Service<LambdaEvent<Event>, Error: Into<lambda_http::Error>>,
{
    let answer = async {
        let event = LambdaEvent::new(serde_json::from_str(HEALTH)?, Context::default());
        events.ready().await.map_err(Into::into)?.call(event).await.map_err(Into::into)
    };
    match tokio::time::timeout(FIRST_CALL, answer).await {
        // If DynamoDB did not answer, the program has already logged the failure.
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(request_id = "init", "the warm-up request of init failed: {error}"),
        Err(_) => tracing::warn!(request_id = "init", "DynamoDB did not answer in time during init"),
    }
}

/// Prepares the request of [`warm_up`]. The extension [`api::Unlogged`] tells the program not to log a successful
/// warm-up.
fn unlogged(mut request: Request) -> Request {
    request.extensions_mut().insert(api::Unlogged);
    api::gateway::without_stage(request)
}
