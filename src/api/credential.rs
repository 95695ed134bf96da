//! The credential of a request.

use axum::http::{HeaderMap, header};

use super::error::ApiError;
use crate::domain::api_key::ApiKey;

/// The API key of a request: `Authorization: Bearer` (RFC 6750), or `X-Api-Key`. Sent in both places it must be the same.
pub fn sent_key(headers: &HeaderMap) -> Result<ApiKey, ApiError> {
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
    sent.and_then(ApiKey::parse).ok_or(ApiError::BadCredential)
}
