//! What a person can do with the account as a whole: sign in and out, see and end the access of programs, and erase
//! everything. These paths are not in the OpenAPI document, because an assistant does not need them.

mod erase;
mod programs;
mod session;

use axum::{
    Router,
    routing::{delete, get},
};

use crate::{app::App, config::AuthMode};

/// The routes below `/account`. Only a deployment with OAuth has the paths of programs, because programs have no access
/// in the other deployments.
pub fn routes(app: &App) -> Router<App> {
    let routes = Router::new().route("/account", delete(erase::delete_account));
    let session = get(session::get_session).delete(session::delete_session);
    match app.config.auth.mode() {
        AuthMode::None => return routes.route("/session", session),
        AuthMode::ApiKey => return routes.route("/session", session.post(session::post_session)),
        AuthMode::OAuth => {}
    }
    routes
        .route("/session", session.post(session::post_session))
        .route("/account/programs", get(programs::get_programs).delete(programs::delete_programs))
        .route("/account/programs/{id}", delete(programs::delete_program))
}
