//! If the server refuses an OAuth client, the answer names the address of the OAuth metadata (RFC 9728, section 5.1).
//! The client needs this metadata to get a token. The answer also names the scope that the token must have.

use axum::{
    extract::Request,
    http::{HeaderValue, header},
    response::Response,
};

use crate::{api::lambda::gateway, app::App, config::Auth, domain::scope::Scope};

/// The paths of two metadata documents: one for the API, and one for the MCP endpoint (RFC 9728, section 3.1).
pub const METADATA: &str = "/.well-known/oauth-protected-resource";
pub const METADATA_OF_MCP: &str = "/.well-known/oauth-protected-resource/mcp";

/// If the deployment uses OAuth, adds two values to each header `WWW-Authenticate`: the scope, and the address of the
/// OAuth metadata.
pub async fn add_metadata_address(
    app: &App,
    request: Request,
    answer: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let Auth::OAuth(_) = &app.config.auth else { return answer(request).await };
    let metadata = if matches!(request.uri().path(), "/mcp" | "/mcp/") { METADATA_OF_MCP } else { METADATA };
    let address = gateway::base_url(&app.config, request.extensions()).map(|base_url| format!("{base_url}{metadata}"));
    let mut response = answer(request).await;
    let challenge = response.headers().get(header::WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
    if let (Some(challenge), Some(address)) = (challenge.filter(|challenge| challenge.starts_with("Bearer")), address) {
        let challenge = format!("{challenge}, scope=\"{}\", resource_metadata=\"{address}\"", Scope::Full.as_str());
        if let Ok(value) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
    }
    response
}
