//! The metadata for OAuth clients: documents about the API and the MCP endpoint (RFC 9728), and a document about the
//! authorization server (RFC 8414).

use axum::{Extension, Json, http::header, response::IntoResponse};
use serde_json::{Value, json};

use super::{BaseUrl, Front};

/// `GET /.well-known/oauth-protected-resource` returns the metadata of the API.
pub async fn get_api(BaseUrl(base_url): BaseUrl, Extension(front): Extension<Front>) -> impl IntoResponse {
    document(resource(&base_url, &base_url, &front))
}

/// `GET /.well-known/oauth-protected-resource/mcp` returns the metadata of the MCP endpoint.
pub async fn get_mcp(BaseUrl(base_url): BaseUrl, Extension(front): Extension<Front>) -> impl IntoResponse {
    document(resource(&format!("{base_url}/mcp"), &base_url, &front))
}

/// `GET /.well-known/oauth-authorization-server` returns the metadata of the authorization server. OAuth clients see
/// this service as the authorization server.
pub async fn get_authorization_server(
    BaseUrl(base_url): BaseUrl,
    Extension(front): Extension<Front>,
) -> impl IntoResponse {
    let mut server = json!({
        "issuer": base_url,
        "authorization_endpoint": format!("{base_url}/oauth/authorize"),
        "token_endpoint": format!("{base_url}/oauth/token"),
        "scopes_supported": [front.oauth.scope],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_post", "client_secret_basic"],
    });
    if front.oauth.public_client.is_some() {
        server["registration_endpoint"] = format!("{base_url}/oauth/register").into();
    }
    document(server)
}

/// Returns whether `resource` (RFC 8707) is one of our own addresses: the address of the API, or the address of the MCP
/// endpoint.
pub fn is_ours(resource: &str, base_url: &str) -> bool {
    let rest = resource.strip_prefix(base_url);
    rest.is_some_and(|rest| matches!(rest, "" | "/" | "/mcp" | "/mcp/"))
}

fn resource(resource: &str, base_url: &str, front: &Front) -> Value {
    json!({
        "resource": resource,
        "resource_name": "todo-action",
        "authorization_servers": [base_url],
        "scopes_supported": [front.oauth.scope],
        "bearer_methods_supported": ["header"],
    })
}

fn document(document: Value) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "public, max-age=3600")], Json(document))
}
