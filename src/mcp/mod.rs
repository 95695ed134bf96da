//! The operations as MCP tools: <https://modelcontextprotocol.io>. The SDK implements the protocol. The tools are made from
//! the OpenAPI document. A tool call becomes a request to the router that also answers all other requests.

mod call;
mod http;
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
use http::HttpTransport;
pub use server::Server;

/// Limit of a message in bytes: room for the largest body of an operation with every letter escaped (`\u00e4`). The router
/// then checks the size of the body itself.
const MESSAGE_BYTES: usize = 1024 * 1024;

/// The router of the whole service, with MCP at `/mcp`.
pub fn router(app: App) -> Router {
    let config = app.config.clone();
    // The address is empty, because tools do not name an address.
    let document = move || serde_json::from_str(&openapi::served("", &config)).unwrap_or(Value::Null);
    let transport = Arc::new(HttpTransport::new(Server::new(document, api::operations(app.clone()))));
    // The extractors run in this order: first foreign web pages are refused, then unknown callers. Only then is the message
    // read.
    let answer = move |_: OwnOrigin, _: Caller, request: Request| {
        let transport = transport.clone();
        async move { transport.answer(request).await }
    };
    let routes = Router::new()
        .route("/mcp", post(answer.clone()))
        .route("/mcp/", post(answer))
        .layer(DefaultBodyLimit::max(MESSAGE_BYTES));
    api::router(app, routes)
}
