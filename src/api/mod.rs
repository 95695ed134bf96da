//! HTTP in, HTTP out. One file per resource; path, method, document and handler stand on one attribute.

mod broken;
mod caller;
mod challenge;
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
mod oauth;
pub mod openapi;
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

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    domain::limits,
    store::{Fault, Kind},
};
pub use broken::short;
pub use caller::Caller;
pub use error::ApiError;
pub use extract::is_json;
pub use log::Carried;
pub use pages::FAVICON;

/// Everything that is served: the operations, the pages, and other doors to the operations.
pub fn router(app: App, doors: Router<App>) -> Router {
    let (operations, document) = routes().split_for_parts();
    let log = log::Log::new(openapi::operations(&document), &app);
    let pages = Router::new()
        .route("/", get(pages::get_start))
        .route("/openapi.json", get(pages::get_openapi))
        .route("/privacy", get(pages::get_privacy))
        .route("/favicon.ico", get(pages::get_favicon))
        .merge(oauth::routes(&app));
    answering_everything(operations.merge(pages).layer(DefaultBodyLimit::max(limits::BODY_BYTES)).merge(doors))
        .layer(middleware::from_fn(deadline))
        .layer(middleware::from_fn_with_state(app.clone(), challenge::tell_where))
        .layer(middleware::map_response(headers::secured))
        .layer(middleware::from_fn_with_state(log, log::observe))
        .with_state(app)
}

/// The operations alone, for a door that has taken the request down already. Such a door hands on its own extensions,
/// in which the cost is counted.
pub fn operations(app: App) -> Router {
    answering_everything(routes().split_for_parts().0.layer(DefaultBodyLimit::max(limits::BODY_BYTES))).with_state(app)
}

/// Paths and methods that do not exist get a problem document too.
fn answering_everything(router: Router<App>) -> Router<App> {
    router.fallback(async || ApiError::NoSuchPath).method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
}

/// How long a request may take in all. API Gateway gives up after 30 seconds, and the caller then knows nothing.
const DEADLINE: Duration = Duration::from_secs(14);

async fn deadline(request: Request, next: Next) -> Response {
    let late = || Fault { kind: Kind::Unavailable, cause: "the request took too long".to_owned() };
    let answer = tokio::time::timeout(DEADLINE, next.run(request)).await;
    answer.unwrap_or_else(|_| ApiError::Failed(late()).into_response())
}

/// The operations of the document.
fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::Components::openapi())
        .routes(routes!(todos::get_todos, todos::add_todos, todos::update_todos, todos::delete_todos))
        .routes(routes!(todo::get_todo, todo::update_todo, todo::delete_todo))
        .routes(routes!(changes::undo_change))
        .routes(routes!(changes::get_changes))
        .routes(routes!(overview::get_overview))
        .routes(routes!(settings::get_settings, settings::update_settings))
        .routes(routes!(health::get_health))
}
