//! The HTTP API. The folder `operations/` declares each operation only once.

mod access;
mod account;
mod answer;
pub mod export;
mod feeds;
pub mod import;
mod lambda;
mod log;
mod oauth;
mod operations;
mod pages;
mod request;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{
    app::App,
    domain::limits,
    store::{Fault, FaultKind},
};
pub use access::{caller::AnyCaller, origin};
pub use answer::{error::ApiError, suggestion::short};
pub use lambda::{event, gateway, reply};
pub use log::{InnerOperation, Unlogged};
pub use operations::{Declared, declared_operations, openapi};
pub use pages::FAVICON;
pub use request::{
    extract::{is_compressed, is_json},
    json,
};

/// The router for all requests: the operations, the pages, and the MCP endpoint (`mcp`).
pub fn router(app: App, mcp: Router<App>) -> Router {
    let names = declared_operations().into_iter().map(|operation| (operation.method, operation.path, operation.name));
    let around = Around { log: log::Log::new(names, &app), app: app.clone() };
    // Merging a router into another router costs as much as making its routes again. So all routes go into the largest
    // router.
    let routes = pages::files::other_paths().fold(operations::routes(), |routes, path| {
        routes.route(path, get(move |known| async move { pages::files::other(path, &known) }))
    });
    let routes = routes
        .route("/", get(pages::files::get_page))
        .route("/assets/{name}", get(pages::files::get_asset))
        .route("/connect", get(pages::get_connect))
        .route("/openapi.json", get(pages::get_openapi))
        .route("/privacy", get(pages::get_privacy))
        .route("/favicon.ico", get(pages::get_favicon))
        .merge(export::routes())
        .merge(feeds::routes())
        .merge(import::routes())
        .merge(account::routes(&app))
        .merge(oauth::routes(&app))
        .merge(mcp);
    answering_everything(routes).layer(middleware::from_fn_with_state(Arc::new(around), answered)).with_state(app)
}

/// What the middleware needs for each request.
struct Around {
    log: log::Log,
    app: App,
}

/// Answers a request: limits its body and its time, adds headers to the answer, and writes the log line. All of this is
/// one middleware, because axum makes each middleware anew for each route when the function starts.
async fn answered(State(around): State<Arc<Around>>, mut request: Request, next: Next) -> Response {
    DefaultBodyLimit::max(limits::BODY_BYTES).apply(&mut request);
    log::observe(&around.log, request, async |request| {
        let answer = async |request| in_time(next.run(request)).await;
        answer::headers::secured(access::challenge::add_metadata_address(&around.app, request, answer).await)
    })
    .await
}

/// The router for the operations that MCP tools run. This router has no middleware, because the MCP request has already
/// gone through the middleware. The MCP request has an extension that counts the calls to DynamoDB for the log line. So
/// the code that calls this router must copy the extensions of the MCP request into each request to this router.
pub fn operations(app: App) -> Router {
    answering_everything(operations::routes().layer(DefaultBodyLimit::max(limits::BODY_BYTES))).with_state(app)
}

/// If a path or a method is unknown, the answer is a problem document (RFC 9457).
fn answering_everything(router: Router<App>) -> Router<App> {
    router.fallback(async || ApiError::NoSuchPath).method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
}

/// The maximum time for a whole request. Lambda stops the function after 15 seconds (`infra/template.yaml`), and then
/// sends an answer that does not name the cause. So the program itself stops the request one second earlier.
const DEADLINE: Duration = Duration::from_secs(14);

async fn in_time(answer: impl Future<Output = Response>) -> Response {
    let late = || Fault { kind: FaultKind::Unavailable, cause: "the request took too long".to_owned() };
    tokio::time::timeout(DEADLINE, answer).await.unwrap_or_else(|_| ApiError::Failed(late()).into_response())
}
