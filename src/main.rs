//! The Lambda: configured once, connected during init, then one request at a time.

use std::time::Duration;

use lambda_http::{Adapter, lambda_runtime, tower::ServiceExt};
use todo_action::{
    api,
    app::{App, Clock, Ids},
    config::{Auth, LambdaConfig},
    mcp,
    store::{Connection, Patience, Store, Usage, connect},
};
use tracing::Level;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// How long init waits for DynamoDB and the OpenID provider. A failure is tolerated: the first request tries again.
const FIRST_CALL: Duration = Duration::from_millis(800);

// One request at a time needs one thread; the multi-thread runtime costs 130 µs more for each.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    // A fixed level instead of a filter spares a regex engine and 60 µs for each request.
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false).with_span_list(false);
    // The SDK of MCP has several lines to say about each message, and the runtime opens a span for each event, which no line
    // shows; a request has one line, and that is ours.
    let wanted = Targets::new()
        .with_default(Level::INFO)
        .with_target("rmcp", Level::ERROR)
        .with_target("lambda_runtime", Level::WARN);
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
        patience: Patience::default(),
    });
    let store = Store::new(client, &config.table);
    let app = App::new(config.config, store, Clock::system(), Ids::random());
    prepare(&app).await;
    let requests = Adapter::from(mcp::router(app).map_request(api::gateway::without_stage));
    // What `lambda_http::run` does, with events that it can read.
    lambda_runtime::run(requests.map_request(api::event::readable)).await
}

/// What the first request would have to wait for: the TLS handshake with DynamoDB, and the keys of the OpenID provider.
/// Init has a whole CPU and is not billed by the request.
async fn prepare(app: &App) {
    let usage = Usage::default();
    let dynamodb = async {
        match tokio::time::timeout(FIRST_CALL, app.store.ping(&usage)).await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => tracing::warn!(cause = %fault, "DynamoDB did not answer during init"),
            Err(_) => tracing::warn!("DynamoDB did not answer during init in time"),
        }
    };
    let keys = async {
        if let Some(provider) = &app.provider {
            match tokio::time::timeout(FIRST_CALL, provider.prepare(app.clock.now())).await {
                // What the provider did not answer it has logged itself.
                Ok(Ok(()) | Err(_)) => {}
                Err(_) => tracing::warn!("the OpenID provider did not answer during init in time"),
            }
        }
    };
    tokio::join!(dynamodb, keys);
}
