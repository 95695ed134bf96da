//! Reads the credential of a request.

use axum::http::{HeaderMap, header};

use crate::{api::answer::error::ApiError, domain::api_key::ApiKey};

/// An API key or an access token, which identifies the owner of the todos.
pub enum Credential<'a> {
    Key(ApiKey),
    /// An access token. Every `Bearer` value that does not look like an API key counts as an access token.
    Token(&'a str),
}

/// Reads the credential of a request from the header `Authorization: Bearer` (RFC 6750) or from the header `X-Api-Key`.
/// If a request sends both `Authorization` and `X-Api-Key`, the two credentials must be equal.
pub fn sent(headers: &HeaderMap) -> Result<Credential<'_>, ApiError> {
    let bearer = headers.get(header::AUTHORIZATION).map(|value| {
        let (scheme, token) = value.to_str().ok()?.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let plain = headers.get("x-api-key").map(|value| value.to_str().ok().map(str::trim));
    let sent = match (bearer, plain) {
        (None, None) => return Err(ApiError::NoCredential),
        (Some(bearer), Some(plain)) if bearer != plain => None,
        (Some(sent), _) | (None, Some(sent)) => sent,
    };
    let sent = sent.ok_or(ApiError::BadCredential)?;
    match ApiKey::parse(sent) {
        Some(key) => Ok(Credential::Key(key)),
        None if bearer.is_none() || ApiKey::looks_like_key(sent) => Err(ApiError::BadCredential),
        None => Ok(Credential::Token(sent)),
    }
}
