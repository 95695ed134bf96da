//! `POST /oauth/register` registers a program (dynamic client registration, RFC 7591).

use axum::{
    Extension, Json,
    body::Bytes,
    extract::rejection::BytesRejection,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    Front,
    error::OAuthError,
    redirect,
    registration::{CLIENT_ID, Registration},
};
use crate::{
    api::request::json,
    domain::{program::clean_name, scope::Scope},
};

/// The maximum number of redirect URIs in one registration.
const REDIRECT_URIS: usize = 20;

/// The data that a program sends about itself. The service ignores unknown members of this data (RFC 7591, section 2).
#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    redirect_uris: Vec<String>,
    client_name: Option<String>,
}

/// Registers the redirect URIs that the service allows. If the service does not allow some of the redirect URIs, this
/// function registers the others.
pub async fn post_register(
    Extension(front): Extension<Front>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, OAuthError> {
    let body = body.map_err(OAuthError::too_large)?;
    let asked = read(&body).map_err(|description| OAuthError::new("invalid_client_metadata", description))?;
    if asked.redirect_uris.is_empty() || asked.redirect_uris.len() > REDIRECT_URIS {
        let how_many = format!("Name 1 to {REDIRECT_URIS} redirect_uris.");
        return Err(OAuthError::new("invalid_redirect_uri", how_many));
    }
    let allowed = asked.redirect_uris.into_iter().filter(|uri| redirect::is_allowed(uri, front.oauth()));
    let redirect_uris: Vec<String> = allowed.collect();
    if redirect_uris.is_empty() {
        return Err(OAuthError::new(
            "invalid_redirect_uri",
            "This service does not know any of these redirect_uris. The operator of this service can add a redirect URI to OAUTH_REDIRECT_URIS. \
             A program on the person's own computer can use a loopback address, such as http://127.0.0.1:8000/callback.",
        ));
    }
    let name = asked.client_name.as_deref().map(clean_name).unwrap_or_default();
    let registration = Registration { name, redirect_uris };
    let Some(client_id) = registration.client_id() else {
        let description = format!("The client_id would be longer than {CLIENT_ID} bytes. Name fewer redirect_uris.");
        return Err(OAuthError::new("invalid_client_metadata", description));
    };
    let mut registered = serde_json::json!({
        "client_id": client_id,
        "redirect_uris": registration.redirect_uris,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": Scope::ALL.map(Scope::as_str).join(" "),
    });
    if !registration.name.is_empty() {
        registered["client_name"] = registration.name.into();
    }
    Ok((StatusCode::CREATED, Json(registered)).into_response())
}

/// Reads the registration. If the registration cannot be read, the result is a description of the error.
fn read(body: &[u8]) -> Result<Asked, String> {
    let expected = "Send a JSON object. The member redirect_uris of this object must be a list of texts. If the object \
        has a member client_name, this member must be a text.";
    let read = json::read(body).map_err(|error| format!("The body {}. {expected}", json::fault(&error)))?;
    serde_json::from_value(read).map_err(|_| expected.to_owned())
}
