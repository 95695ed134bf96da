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
mod line;
mod log;
mod metrics;
mod oauth;
pub mod openapi;
#[macro_use]
mod operations;
pub mod origin;
mod overview;
mod pages;
mod problem;
mod settings;
mod settings_view;
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
    let log = log::Log::new(operation_names(), &app);
    let pages = Router::new()
        .route("/", get(pages::get_start))
        .route("/openapi.json", get(pages::get_openapi))
        .route("/privacy", get(pages::get_privacy))
        .route("/favicon.ico", get(pages::get_favicon))
        .merge(oauth::routes(&app));
    answering_everything(routes().merge(pages).layer(DefaultBodyLimit::max(limits::BODY_BYTES)).merge(doors))
        .layer(middleware::from_fn(deadline))
        .layer(middleware::from_fn_with_state(app.clone(), challenge::tell_where))
        .layer(middleware::map_response(headers::secured))
        .layer(middleware::from_fn_with_state(log, log::observe))
        .with_state(app)
}

/// The operations alone, for a door that has taken the request down already. Such a door hands on its own extensions,
/// in which the cost is counted.
pub fn operations(app: App) -> Router {
    answering_everything(routes().layer(DefaultBodyLimit::max(limits::BODY_BYTES))).with_state(app)
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

operations! {
    [todos::get_todos, todos::add_todos, todos::update_todos, todos::delete_todos]
    [todo::get_todo, todo::update_todo, todo::delete_todo]
    [changes::undo_change]
    [changes::get_changes]
    [overview::get_overview]
    [settings::get_settings, settings::update_settings]
    [health::get_health]
}
