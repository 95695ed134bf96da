//! Tells a refused OAuth client where it finds the metadata that it needs to get a token (RFC 9728, section 5.1), and which
//! scope the token must have.

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::{api::lambda::gateway, app::App, config::Auth};

/// The paths of the metadata of two protected resources: the API, and its MCP endpoint (RFC 9728, section 3.1).
pub const METADATA: &str = "/.well-known/oauth-protected-resource";
pub const METADATA_OF_MCP: &str = "/.well-known/oauth-protected-resource/mcp";

/// In a deployment where people sign in, adds the scope and the address of the metadata to each challenge.
pub async fn add_metadata_address(State(app): State<App>, request: Request, next: Next) -> Response {
    let Auth::OAuth(oauth) = &app.config.auth else { return next.run(request).await };
    let metadata = if matches!(request.uri().path(), "/mcp" | "/mcp/") { METADATA_OF_MCP } else { METADATA };
    let address = gateway::base_url(&app.config, request.extensions()).map(|base_url| format!("{base_url}{metadata}"));
    let mut response = next.run(request).await;
    let challenge = response.headers().get(header::WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
    if let (Some(challenge), Some(address)) = (challenge.filter(|challenge| challenge.starts_with("Bearer")), address) {
        let challenge = format!("{challenge}, scope=\"{}\", resource_metadata=\"{address}\"", oauth.scope);
        if let Ok(value) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
    }
    response
}
