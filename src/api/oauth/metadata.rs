//! The metadata for OAuth clients: documents about the API and the MCP endpoint (RFC 9728), and a document about the
//! authorization server (RFC 8414).

use axum::{Json, http::header, response::IntoResponse};
use serde_json::{Value, json};

use super::resource::MCP;
use crate::{
    api::{access::challenge::METADATA, lambda::gateway::BaseUrl},
    domain::scope::Scope,
};

const SERVER: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";

/// The paths at which clients look for the document about the authorization server. If the address of the deployment
/// has a path, some clients put this path after the well-known part (RFC 8414, section 3.1), and other clients put this
/// path before the well-known part (OpenID Connect Discovery 1.0, section 4.1). A proxy can remove this path from the
/// request, or leave the path in the request. Some clients believe that the MCP endpoint is the authorization server.
pub fn places_of_server(path: &str) -> Vec<String> {
    let mut places = Vec::new();
    for well_known in [SERVER, OPENID] {
        for behind in [String::new(), path.to_owned(), MCP.to_owned(), format!("{path}{MCP}")] {
            places.push(format!("{well_known}{behind}"));
        }
        places.push(format!("{path}{well_known}"));
        places.push(format!("{MCP}{well_known}"));
    }
    distinct(places)
}

/// The paths at which clients look for the documents about the API and the MCP endpoint. The second value of each pair
/// is the path of the resource below the address of the deployment.
pub fn places_of_resources(path: &str) -> Vec<(String, &'static str)> {
    let mut places = Vec::new();
    for resource in ["", MCP] {
        let behind = [resource.to_owned(), format!("{path}{resource}")].map(|behind| format!("{METADATA}{behind}"));
        let before = format!("{path}{METADATA}{resource}");
        places
            .extend(distinct(behind.into_iter().chain([before]).collect()).into_iter().map(|place| (place, resource)));
    }
    places
}

fn distinct(mut places: Vec<String>) -> Vec<String> {
    places.sort();
    places.dedup();
    places
}

/// The metadata of the API (`resource` is empty) or of the MCP endpoint.
pub async fn get_resource(BaseUrl(base_url): BaseUrl, resource: &'static str) -> impl IntoResponse {
    document(json!({
        "resource": format!("{base_url}{resource}"),
        "resource_name": "todo-action",
        "authorization_servers": [base_url],
        "scopes_supported": Scope::ALL.map(Scope::as_str),
        "bearer_methods_supported": ["header"],
        "resource_policy_uri": format!("{base_url}/privacy"),
    }))
}

/// The metadata of the authorization server. The document has members for OpenID Connect, because some clients refuse a
/// document without these members. This service issues no ID tokens.
pub async fn get_authorization_server(BaseUrl(base_url): BaseUrl) -> impl IntoResponse {
    let methods = ["none", "client_secret_basic", "client_secret_post"];
    document(json!({
        "issuer": base_url,
        "authorization_endpoint": format!("{base_url}/oauth/authorize"),
        "token_endpoint": format!("{base_url}/oauth/token"),
        "registration_endpoint": format!("{base_url}/oauth/register"),
        "revocation_endpoint": format!("{base_url}/oauth/revoke"),
        "scopes_supported": Scope::ALL.map(Scope::as_str),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "authorization_response_iss_parameter_supported": true,
        "client_id_metadata_document_supported": true,
        "op_policy_uri": format!("{base_url}/privacy"),
        "jwks_uri": format!("{base_url}/oauth/jwks"),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

/// `GET /oauth/jwks`: this service signs nothing, so it has no keys.
pub async fn get_keys() -> impl IntoResponse {
    document(json!({ "keys": [] }))
}

fn document(document: Value) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "public, max-age=3600")], Json(document))
}
