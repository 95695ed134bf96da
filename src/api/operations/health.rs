//! Checks the service: `/health`.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use serde::Serialize;

use crate::{
    api::{
        access::origin::OwnSite,
        answer::error::ApiError,
        request::extract::{NoBody, NoQuery, Query},
    },
    app::App,
    store::Usage,
};

/// The answer if the service works.
#[derive(Debug, Serialize)]
pub struct Health {
    status: &'static str,
    version: &'static str,
}

/// Tells whether the service works and can reach its storage. This operation needs no credential.
#[utoipa::path(get, path = "/health", operation_id = "getHealth")]
pub async fn get_health(
    State(app): State<App>,
    _: OwnSite,
    Extension(usage): Extension<Arc<Usage>>,
    _: Query<NoQuery>,
    _: NoBody,
) -> Result<Json<Health>, ApiError> {
    app.store.ping(&usage).await?;
    Ok(Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") }))
}
