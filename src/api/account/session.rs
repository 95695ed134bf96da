//! At `/session`, the page of this service finds out whether somebody is signed in, signs in with an API key, and signs
//! out. `GET /sign-in` signs people in at the OpenID provider (`oauth/own_page.rs`). The session cookie contains the
//! credential, so no script can read the credential.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use deserr::Deserr;
use jiff::SignedDuration;
use serde::Serialize;

use super::programs;
use crate::{
    api::{
        access::{caller::Caller, cookie},
        answer::error::ApiError,
        lambda::gateway::BaseUrl,
        request::extract::{NoBody, Query},
    },
    app::App,
    config::AuthMode,
    domain::{input::scalar::Truth, secret::SecretHash},
};

/// A browser keeps a cookie for at most 400 days (RFC 6265bis, section 5.5). Each sign-in with the API key starts this
/// time again.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

#[derive(Debug, Serialize)]
struct Session {
    /// How this deployment authenticates its callers.
    authentication: &'static str,
    signed_in: bool,
    /// An id of the person who is signed in. Each person has a different id, and it stays the same. So the page notices
    /// another person, and removes the stored data of the person before.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<String>,
}

/// The query of `POST /session`.
#[derive(Debug, Deserr)]
#[deserr(deny_unknown_fields)]
pub struct KeyQuery {
    /// Whether the browser keeps the cookie after the browser is closed.
    #[deserr(default)]
    keep: Option<Truth>,
}

/// `GET /session` says how people sign in to this deployment, and whether the caller is signed in.
pub async fn get_session(
    State(app): State<App>,
    caller: Result<Caller, ApiError>,
) -> Result<impl IntoResponse, ApiError> {
    let person = caller.as_ref().ok().map(|caller| SecretHash::of(caller.owner.as_str()).id().to_owned());
    let authentication = match app.config.auth.mode() {
        AuthMode::None => "none",
        AuthMode::ApiKey => "api_key",
        AuthMode::OAuth => "oauth",
    };
    Ok(Json(Session { authentication, signed_in: is_known(caller)?, person }))
}

/// `POST /session` stores the API key of the header `Authorization` in the session cookie (204). Only the page of this
/// service may send this request, so no other site can sign a person in with the API key of another person.
pub async fn post_session(
    _: Caller,
    BaseUrl(base_url): BaseUrl,
    headers: HeaderMap,
    Query(KeyQuery { keep }): Query<KeyQuery>,
    _: NoBody,
) -> Result<Response, ApiError> {
    if !cookie::is_from_own_page(&headers) {
        return Err(ApiError::ForeignOrigin);
    }
    let sent = headers.get(header::AUTHORIZATION).and_then(|sent| sent.to_str().ok()).unwrap_or_default();
    let (_, key) = sent.trim().split_once(' ').ok_or(ApiError::NoCredential)?;
    let cookie = cookie::set(key.trim(), &base_url, keep.filter(|Truth(keep)| *keep).map(|_| KEPT));
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cookie.map(|cookie| (header::SET_COOKIE, cookie)))).into_response())
}

/// `DELETE /session` removes the session cookie, and ends the access of the page (204). An API key stays valid.
pub async fn delete_session(
    State(app): State<App>,
    caller: Result<Caller, ApiError>,
    BaseUrl(base_url): BaseUrl,
) -> Result<Response, ApiError> {
    if let Ok(caller) = &caller {
        programs::end_own_page(&app, caller).await?;
    }
    is_known(caller)?;
    let cookie = cookie::remove(&base_url).map(|cookie| (header::SET_COOKIE, cookie));
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cookie)).into_response())
}

/// Whether the service knows the caller. An error means that the service could not check the credential.
fn is_known<T>(caller: Result<T, ApiError>) -> Result<bool, ApiError> {
    match caller {
        Ok(_) => Ok(true),
        Err(ApiError::NoCredential | ApiError::BadCredential) => Ok(false),
        Err(error) => Err(error),
    }
}
