//! HTTP in, HTTP out, in rooms. Each operation is declared once, in `operations/`.

mod access;
mod answer;
mod lambda;
mod log;
mod oauth;
mod operations;
mod pages;
mod request;

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
    store::{Fault, FaultKind},
};
pub use access::{caller::Caller, origin};
pub use answer::{error::ApiError, suggestion::short};
pub use lambda::{event, gateway};
pub use log::{InnerOperation, Unlogged};
pub use operations::openapi;
pub use pages::FAVICON;
pub use request::extract::is_json;

/// Everything that is served: the operations, the pages, and other doors to the operations.
pub fn router(app: App, doors: Router<App>) -> Router {
    let log = log::Log::new(operations::operation_names(), &app);
    let pages = Router::new()
        .route("/", get(pages::get_start))
        .route("/openapi.json", get(pages::get_openapi))
        .route("/privacy", get(pages::get_privacy))
        .route("/favicon.ico", get(pages::get_favicon))
        .merge(oauth::routes(&app));
    answering_everything(
        operations::routes().merge(pages).layer(DefaultBodyLimit::max(limits::BODY_BYTES)).merge(doors),
    )
    .layer(middleware::from_fn(deadline))
    .layer(middleware::from_fn_with_state(app.clone(), access::challenge::tell_where))
    .layer(middleware::map_response(answer::headers::secured))
    .layer(middleware::from_fn_with_state(log, log::observe))
    .with_state(app)
}

/// The operations without middleware, for a caller inside (MCP) whose request is logged already. Such a caller passes on the
/// extensions of its request, in which the cost is counted.
pub fn operations(app: App) -> Router {
    answering_everything(operations::routes().layer(DefaultBodyLimit::max(limits::BODY_BYTES))).with_state(app)
}

/// Paths and methods that do not exist get a problem document too.
fn answering_everything(router: Router<App>) -> Router<App> {
    router.fallback(async || ApiError::NoSuchPath).method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
}

/// How long a request may take in all. API Gateway gives up after 30 seconds, and the caller then knows nothing.
const DEADLINE: Duration = Duration::from_secs(14);

async fn deadline(request: Request, next: Next) -> Response {
    let late = || Fault { kind: FaultKind::Unavailable, cause: "the request took too long".to_owned() };
    let answer = tokio::time::timeout(DEADLINE, next.run(request)).await;
    answer.unwrap_or_else(|_| ApiError::Failed(late()).into_response())
}
