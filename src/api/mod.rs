//! HTTP in, HTTP out. One file per resource; path, method, document and handler stand on one attribute.

mod broken;
mod caller;
mod changes;
mod credential;
mod cursor;
mod error;
pub mod event;
mod extract;
mod filter;
pub mod gateway;
mod headers;
mod health;
mod log;
mod metrics;
pub mod openapi;
#[macro_use]
mod operations;
pub mod origin;
mod overview;
mod pages;
mod problem;
mod settings;
mod todo;
mod todos;
mod view;
mod write;

use std::time::Duration;

use crate::{
    app::App,
    domain::limits,
    store::{Fault, Kind},
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use error::ApiError;

/// Everything that is served.
pub fn router(app: App) -> Router {
    let log = log::Log::new(operation_names(), &app);
    routes()
        .route("/", get(pages::get_start))
        .route("/openapi.json", get(pages::get_openapi))
        .route("/privacy", get(pages::get_privacy))
        .route("/favicon.ico", get(pages::get_favicon))
        .fallback(async || ApiError::NoSuchPath)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES))
        .layer(middleware::from_fn(deadline))
        .layer(middleware::map_response(headers::secured))
        .layer(middleware::from_fn_with_state(log, log::observe))
        .with_state(app)
}

/// How long a request may take in all. API Gateway gives up after 30 seconds, and the caller then knows nothing.
const DEADLINE: Duration = Duration::from_secs(14);

async fn deadline(request: Request, next: Next) -> Response {
    let late = || Fault { kind: Kind::Unavailable, cause: "the request took too long".to_owned() };
    let answer = tokio::time::timeout(DEADLINE, next.run(request)).await;
    answer.unwrap_or_else(|_| ApiError::Failed(late()).into_response())
}

operations! {
    [todos::get_todos, todos::add_todos, todos::update_todos, todos::delete_todos]
    [todo::get_todo, todo::update_todo, todo::delete_todo]
    [changes::undo_change]
    [changes::get_changes]
    [overview::get_overview]
    [settings::get_settings, settings::update_settings]
    [health::get_health]
}
