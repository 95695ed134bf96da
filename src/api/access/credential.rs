//! Reads the credential of a request.

use axum::http::{HeaderMap, header};

use super::cookie;
use crate::{
    api::answer::error::ApiError,
    domain::{
        api_key::ApiKey,
        token::{Token, TokenKind},
    },
};

/// An API key or an access token, which identifies the owner of the todos.
pub enum Credential {
    Key(ApiKey),
    /// An access token, which a program gets when a person signs in.
    Token(Token),
}

/// Whether the request has a header with a credential, even if the credential is not valid.
pub fn is_sent(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION) || headers.contains_key("x-api-key")
}

/// Reads the credential of a request from the header `Authorization: Bearer` (RFC 6750) or from the header `X-Api-Key`.
/// If a request sends both `Authorization` and `X-Api-Key`, the two credentials must be equal. A request without these
/// headers may have the [session cookie](cookie) of the page. `base_url` is the address of this deployment.
pub fn sent(headers: &HeaderMap, base_url: impl Fn() -> Option<String>) -> Result<Credential, ApiError> {
    let bearer = headers.get(header::AUTHORIZATION).map(|value| {
        let (scheme, token) = value.to_str().ok()?.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let plain = headers.get("x-api-key").map(|value| value.to_str().ok().map(str::trim));
    let sent = match (bearer, plain) {
        (None, None) => {
            let kept = cookie::credential(headers, base_url().as_deref()).ok_or(ApiError::NoCredential)?;
            return parsed(kept).ok_or(ApiError::BadCredential);
        }
        (Some(bearer), Some(plain)) if bearer != plain => None,
        (Some(sent), _) | (None, Some(sent)) => sent,
    };
    let sent = sent.ok_or(ApiError::BadCredential)?;
    // A client must send an access token in the header `Authorization` (RFC 6750, section 2.1).
    let allowed = |credential: &Credential| bearer.is_some() || matches!(credential, Credential::Key(_));
    parsed(sent).filter(allowed).ok_or(ApiError::BadCredential)
}

fn parsed(text: &str) -> Option<Credential> {
    let token = || Token::parse(TokenKind::Access, text).map(Credential::Token);
    ApiKey::parse(text).map(Credential::Key).or_else(token)
}
