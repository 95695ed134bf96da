//! The operations as MCP tools: <https://modelcontextprotocol.io>. The SDK speaks the protocol; the tools are read from the
//! document, and a call of one is a request to the router that answers all others.

mod call;
mod door;
mod schema;
mod server;
mod tools;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    routing::post,
};
use serde_json::Value;

use crate::{
    api::{self, Caller, openapi, origin::OwnOrigin},
    app::App,
};
use door::Door;
pub use server::Server;

/// Bytes of a message: the largest body of an operation, which the router measures again, with every letter escaped (`\u00e4`).
const MESSAGE_BYTES: usize = 1024 * 1024;

/// Everything that is served, with MCP at `/mcp`.
pub fn router(app: App) -> Router {
    let config = app.config.clone();
    // The tools do not name an address.
    let document = move || serde_json::from_str(&openapi::served("", &config)).unwrap_or(Value::Null);
    let door = Arc::new(Door::new(Server::new(document, api::operations(app.clone()))));
    // The extractors run in this order: nobody's page, nobody unknown, and only then is the message looked at.
    let answer = move |_: OwnOrigin, _: Caller, request: Request| {
        let door = door.clone();
        async move { door.answer(request).await }
    };
    let doors = Router::new()
        .route("/mcp", post(answer.clone()))
        .route("/mcp/", post(answer))
        .layer(DefaultBodyLimit::max(MESSAGE_BYTES));
    api::router(app, doors)
}
