//! Offers the operations of the API as MCP tools (<https://modelcontextprotocol.io>). The SDK `rmcp` implements the
//! protocol. The program makes the tools from the OpenAPI document. Each tool call becomes an HTTP request to the
//! router of the API.

mod call;
mod card;
mod http;
pub mod message;
mod schema;
mod server;
mod tools;

use std::sync::{Arc, LazyLock};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    routing::post,
};
use serde_json::Value;

use crate::{
    api::{self, AnyCaller, ApiError, openapi, origin::OwnOrigin},
    app::App,
};
use http::HttpTransport;
pub use server::Server;

/// The maximum size of an MCP message, in bytes. An MCP message of the maximum size can contain the largest body of an
/// operation, even if every letter is escaped (`\u00e4`). The router of the operations has its own limit for this body.
const MESSAGE_BYTES: usize = 1024 * 1024;
/// How long a client may cache the list of tools and the card, in milliseconds. They change only when the operator
/// updates the service. All callers get the same list and the same card.
const FRESH_MS: u64 = 300_000;

/// The router of the whole service. The path `/mcp` leads to the MCP server.
pub fn router(app: App) -> Router {
    let config = app.config.clone();
    // The program makes the tools from this OpenAPI document. The tools do not contain the address of the deployment,
    // so this document needs no address.
    let document = move || serde_json::from_str(&openapi::served("", &config)).unwrap_or(Value::Null);
    let operations = app.clone();
    // The program makes the server when the first message arrives, because no other request needs the server. The
    // routes for its tools would be 6 % of init.
    let make = move || HttpTransport::new(Server::new(document, api::operations(operations)));
    let transport = Arc::new(LazyLock::new(make));
    // The first check, `OwnOrigin`, refuses requests from foreign web pages. The second check, `AnyCaller`,
    // refuses requests of unknown callers. The server reads the MCP message only after both checks have accepted
    // the request.
    let answer = move |_: OwnOrigin, _: AnyCaller, request: Request| {
        let transport = transport.clone();
        async move { transport.answer(request).await }
    };
    let routes = Router::new()
        .route("/mcp", post(answer.clone()).fallback(only_post))
        .route("/mcp/", post(answer).fallback(only_post))
        .layer(DefaultBodyLimit::max(MESSAGE_BYTES));
    api::router(app, routes)
}

/// Answers `GET /mcp` and other methods. This server offers no stream, so the answer to a known caller is 405. The
/// answer to an unknown caller is 401, because some clients find the address for sign-in in this answer.
async fn only_post(_: OwnOrigin, _: AnyCaller) -> ApiError {
    ApiError::MethodNotAllowed
}
