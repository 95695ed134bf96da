//! The Lambda: configured once, connected during init, then one request at a time.

use std::time::Duration;

use lambda_http::{Adapter, Context, LambdaEvent, Request, Service, lambda_runtime::Runtime, tower::ServiceExt};
use mimalloc::MiMalloc;
use todo_action::{
    api::{self, event::Event},
    app::{App, Clock, Ids},
    config::{Auth, LambdaConfig},
    mcp,
    store::{Connection, PATIENCE, Store, connect},
};
use tracing::Level;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// How long init waits for DynamoDB and the OpenID provider. The first request tries again.
const FIRST_CALL: Duration = Duration::from_millis(800);
/// What init answers, as API Gateway sends it.
const HEALTH: &str = include_str!("../infra/events/health.json");

/// A request allocates a thousand times. docs/adr/0005-lean-lambda.md.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

// One request at a time needs one thread; the multi-thread runtime costs 130 µs more for each.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    // A fixed level instead of a filter spares a regex engine and 60 µs for each request.
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false).with_span_list(false);
    // The SDK of MCP has several lines to say about each message.
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
        patience: PATIENCE,
    });
    let store = Store::new(client, &config.table);
    let app = App::new(config.config, store, Clock::system(), Ids::random());
    let router = mcp::router(app.clone());
    // As `lambda_http::run` has it, with events that it can read.
    let service = |prepare: fn(Request) -> Request| {
        Adapter::from(router.clone().map_request(prepare)).map_request(api::event::readable)
    };
    let events = service(api::gateway::without_stage);
    tokio::join!(rehearse(service(unlogged)), fetch_keys(&app));
    // Without the span that `lambda_runtime::run` opens for each event and no line shows: a request has one line, and that
    // is ours.
    Runtime::new(events).run().await
}

/// Warms up: answers a `GET /health` that the program itself makes. It opens the connection to DynamoDB, and the first request
/// finds the code in memory. Init has a whole CPU and is not billed by the request. A failure does not keep the function from
/// starting.
async fn rehearse<S>(mut events: S)
where
    S: Service<LambdaEvent<Event>, Error: Into<lambda_http::Error>>,
{
    let answer = async {
        let event = LambdaEvent::new(serde_json::from_str(HEALTH)?, Context::default());
        events.ready().await.map_err(Into::into)?.call(event).await.map_err(Into::into)
    };
    match tokio::time::timeout(FIRST_CALL, answer).await {
        // What DynamoDB did not answer is logged by then.
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!("init could not answer its event: {error}"),
        Err(_) => tracing::warn!("DynamoDB did not answer during init in time"),
    }
}

/// Prepares the request of [`rehearse`], which gets no line in the log.
fn unlogged(mut request: Request) -> Request {
    request.extensions_mut().insert(api::Unlogged);
    api::gateway::without_stage(request)
}

/// The keys of the OpenID provider, which the first request with a token would have to wait for.
async fn fetch_keys(app: &App) {
    if let Some(provider) = &app.provider {
        match tokio::time::timeout(FIRST_CALL, provider.prepare(app.clock.now())).await {
            // What the provider did not answer it has logged itself.
            Ok(Ok(()) | Err(_)) => {}
            Err(_) => tracing::warn!("the OpenID provider did not answer during init in time"),
        }
    }
}
