//! Calendar feeds. At `/feeds`, a person makes, lists, renews and ends feeds. At `/calendar/…`, a calendar reads a feed.
//! These paths are not in the OpenAPI document, because a model must not learn the address of a feed.

mod calendar;
mod manage;

use axum::{
    Router,
    routing::{delete, get, post},
};

use crate::app::App;

/// The routes of the feeds.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/feeds", get(manage::get_feeds).post(manage::post_feed))
        .route("/feeds/{id}", delete(manage::delete_feed))
        .route("/feeds/{id}/renew", post(manage::renew_feed))
        .route("/calendar/{secret}", get(calendar::get_calendar))
}
