//! The Lambda: configured once, connected during init, then one request at a time.

use std::sync::Arc;
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

/// How long init waits for DynamoDB. A failure is tolerated: the first request tries again.
const FIRST_CALL: Duration = Duration::from_millis(800);

// One request at a time needs one thread; the multi-thread runtime costs 130 µs more for each.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    // A fixed level instead of a filter spares a regex engine and 60 µs for each request.
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false).with_span_list(false);
    // The SDK of MCP has several lines to say about each message; a request has one, and that is ours.
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
        patience: Patience::default(),
    });
    let store = Store::new(client, &config.table);
    // Init has a whole CPU and is not billed by the request: the place for the TLS handshake.
    match tokio::time::timeout(FIRST_CALL, store.ping(&Usage::default())).await {
        Ok(Ok(())) => {}
        Ok(Err(fault)) => tracing::warn!(cause = %fault, "DynamoDB did not answer during init"),
        Err(_) => tracing::warn!("DynamoDB did not answer during init in time"),
    }
    let app = App { config: Arc::new(config.config), store, clock: Clock::system(), ids: Ids::random() };
    let requests = Adapter::from(mcp::router(app).map_request(api::gateway::without_stage));
    // What `lambda_http::run` does, with events that it can read.
    lambda_runtime::run(requests.map_request(api::event::readable)).await
}
