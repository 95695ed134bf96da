//! What is served beside the operations.

use axum::{
    extract::State,
    http::{Extensions, header},
    response::IntoResponse,
};

use super::{error::ApiError, gateway, openapi};
use crate::app::App;

/// `GET /openapi.json`: the document, with this deployment as its server.
pub async fn get_openapi(State(app): State<App>, extensions: Extensions) -> Result<impl IntoResponse, ApiError> {
    let base_url = gateway::base_url(&app.config, &extensions).ok_or(ApiError::NoPublicUrl)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], openapi::served(&base_url)))
}
