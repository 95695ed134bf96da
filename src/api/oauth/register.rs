//! `POST /oauth/register` registers an OAuth client (dynamic client registration, RFC 7591). The OpenID provider has
//! one public client, and every registration returns the id of this client. The registration fails if the client sends
//! a redirect URI that the operator has not allowed.

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
    token::{OAuthError, invalid, too_large},
};
use crate::api::request::json;

/// The maximum number of redirect URIs in one registration.
const REDIRECT_URIS: usize = 20;
/// The answer contains at most this number of characters of the client's name.
const NAME: usize = 200;

/// The data that a client sends about itself. The program ignores unknown members of this data (RFC 7591, section 2).
#[derive(Debug, Deserialize)]
struct Registration {
    #[serde(default)]
    redirect_uris: Vec<String>,
    client_name: Option<String>,
}

pub async fn post_register(
    Extension(front): Extension<Front>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, OAuthError> {
    let body = body.map_err(too_large)?;
    let refused = |error, description: String| OAuthError { status: StatusCode::BAD_REQUEST, error, description };
    let asked = registration(&body).map_err(|description| refused("invalid_client_metadata", description))?;
    let Some(client) = &front.oauth.public_client else { return Err(invalid("Clients cannot register here.")) };
    if asked.redirect_uris.is_empty() || asked.redirect_uris.len() > REDIRECT_URIS {
        let how_many = format!("Name 1 to {REDIRECT_URIS} redirect_uris.");
        return Err(refused("invalid_redirect_uri", how_many));
    }
    if let Some(at) = asked.redirect_uris.iter().position(|uri| !client.sends_back_to(uri)) {
        let what = format!(
            "redirect_uris[{at}] is not on the list of this service. The operator of this service can add this redirect URI."
        );
        return Err(refused("invalid_redirect_uri", what));
    }
    let name: Option<String> = asked.client_name.map(|name| name.chars().take(NAME).collect());
    let mut registered = serde_json::json!({
        "client_id": client.id,
        "redirect_uris": asked.redirect_uris,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": front.oauth.scope,
    });
    if let Some(name) = name {
        registered["client_name"] = name.into();
    }
    Ok((StatusCode::CREATED, Json(registered)).into_response())
}

/// Reads the registration. If the registration cannot be read, the result is a description of the error.
fn registration(body: &[u8]) -> Result<Registration, String> {
    let expected = "Send a JSON object. The member redirect_uris of this object must be a list of texts.";
    let read = json::read(body).map_err(|error| format!("The body {}. {expected}", json::fault(&error)))?;
    serde_json::from_value(read).map_err(|_| expected.to_owned())
}
