//! `GET /oauth/authorize` redirects a person to the OpenID provider to sign in (RFC 6749, section 4.1.1; RFC 7636).

use std::sync::Arc;

use axum::{
    Extension,
    extract::{RawQuery, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use url::Url;

use super::{ApiError, BaseUrl, Front, metadata, parameters::Parameters};
use crate::{app::App, config::Client, store::Usage};

/// The parameters that this endpoint knows. The endpoint ignores unknown parameters, and does not send unknown
/// parameters to the provider.
const KNOWN: [&str; 12] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "prompt",
    "login_hint",
    "ui_locales",
    "code_challenge",
    "code_challenge_method",
    "resource",
];

pub async fn get_authorize(
    State(app): State<App>,
    Extension(front): Extension<Front>,
    Extension(usage): Extension<Arc<Usage>>,
    BaseUrl(base_url): BaseUrl,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let query = query.unwrap_or_default();
    let asked = Parameters::read(query.as_bytes(), &KNOWN).map_err(ApiError::Malformed)?;
    // The handler checks the client and the redirect URI first. If the client or the redirect URI is wrong, the answer
    // is an error and not a redirect.
    let client = known_client(&front, &asked)?;
    let redirect_uri = asked.get("redirect_uri").filter(|uri| client.sends_back_to(uri)).ok_or_else(|| {
        ApiError::Malformed(
            "The redirect_uri is not on the list of this client. Ask the operator of this service to add this redirect_uri to the list."
                .into(),
        )
    })?;
    let is_public = front.oauth.public_client.as_ref() == Some(client);
    if let Err((error, why)) = check(&asked, is_public, &base_url) {
        return send_to(redirect_uri, &[("error", error), ("error_description", why)], asked.get("state"));
    }
    let endpoint = front.provider.authorization_endpoint(app.clock.now(), usage.request_id()).await;
    let endpoint = endpoint.map_err(ApiError::NoProvider)?;
    // If the request has no scope, the program sends the scope of this service to the provider.
    let scope = asked.get("scope").is_none().then_some(("scope", front.oauth.scope.as_str()));
    let told: Vec<_> = asked.without(&["resource", "state"]).chain(scope).collect();
    send_to(&endpoint, &told, asked.get("state"))
}

fn known_client<'a>(front: &'a Front, asked: &Parameters) -> Result<&'a Client, ApiError> {
    let id = asked.get("client_id");
    let client = front.oauth.clients().find(|client| id == Some(client.id.as_str()));
    client.ok_or_else(|| ApiError::Malformed("This service has no client with this client_id.".to_owned()))
}

/// Checks the other parameters. If a parameter is wrong, the client gets an error at its redirect URI (RFC 6749,
/// section 4.1.2.1).
fn check(asked: &Parameters, is_public: bool, base_url: &str) -> Result<(), (&'static str, &'static str)> {
    if asked.get("response_type") != Some("code") {
        return Err(("unsupported_response_type", "response_type has to be code."));
    }
    let method = asked.get("code_challenge_method");
    match asked.get("code_challenge") {
        None if is_public => Err(("invalid_request", "This client must send a code_challenge (PKCE).")),
        // If the request has no `code_challenge_method`, the method is "plain". The method "plain" does not protect the
        // authorization code.
        Some(_) if method != Some("S256") => Err(("invalid_request", "code_challenge_method has to be S256.")),
        _ => Ok(()),
    }?;
    match asked.get("resource") {
        // This endpoint checks `resource` (RFC 8707), but does not send `resource` to the provider. Few providers know
        // this parameter, and some providers refuse unknown parameters.
        Some(resource) if !metadata::is_ours(resource, base_url) => {
            Err(("invalid_target", "The resource must be the address of this service."))
        }
        _ => Ok(()),
    }
}

/// Redirects the browser to `address`. Adds the list of parameters (`told`) and the parameter `state` to this address.
fn send_to(address: &str, told: &[(&str, &str)], state: Option<&str>) -> Result<Response, ApiError> {
    // This address is always valid. When the program starts, the program checks the redirect URIs. When the program
    // fetches the provider's metadata, the program checks the provider's endpoint.
    let mut location =
        Url::parse(address).map_err(|_| ApiError::Malformed("The redirect_uri is no address.".to_owned()))?;
    location.query_pairs_mut().extend_pairs(told).extend_pairs(state.map(|state| ("state", state)));
    Ok((StatusCode::FOUND, [(header::LOCATION, location.to_string())]).into_response())
}
