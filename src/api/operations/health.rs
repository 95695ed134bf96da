//! Checks the service: `/health`.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

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
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    #[schema(value_type = String)]
    status: &'static str,
    #[schema(value_type = String)]
    version: &'static str,
}

/// Check the service
#[utoipa::path(
    get, path = "/health", operation_id = "getHealth", extensions(("x-todo-open" = json!(true))),
    summary = "Check the service",
    description = "Tells whether the service works and can reach its storage.",
    responses((status = 200, description = "Both work", body = Health), super::openapi::Errors),
)]
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
