//! `POST /oauth/revoke` ends a token (RFC 7009).

use std::sync::Arc;

use axum::{
    Extension,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
};

use super::{client::authenticated, error::OAuthError, parameters::Parameters};
use crate::{
    app::App,
    domain::token::{Token, TokenKind},
    store::Usage,
};

const KNOWN: [&str; 4] = ["token", "token_type_hint", "client_id", "client_secret"];

/// If the token is a refresh token, the whole access of the program ends. If the token is an access token, only this
/// token ends. If the token is unknown, the answer is a success too, because an unknown token gives no access (RFC
/// 7009, section 2.2).
pub async fn post_revoke(
    State(app): State<App>,
    Extension(usage): Extension<Arc<Usage>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, OAuthError> {
    let body = body.map_err(OAuthError::too_large)?;
    let asked = Parameters::of_form(&headers, &body, &KNOWN)?;
    let client = authenticated(&asked, &headers, &app, &usage).await?;
    let sent = asked.need("token")?;
    let parsed = [TokenKind::Refresh, TokenKind::Access].map(|kind| Token::parse(kind, sent));
    let (refresh, access) = (parsed[0].as_ref(), parsed[1].as_ref());
    let Some(token) = refresh.or(access) else { return Ok(StatusCode::OK) };
    let grant = app.store.grant(&token.grant(), &usage).await?;
    // A program can end only its own tokens.
    if let Some(grant) = grant.filter(|grant| grant.program.client == client && grant.has(token)) {
        match refresh {
            Some(_) => app.store.end_grant(&grant, &usage).await?,
            None => app.store.forget_access(token, &usage).await?,
        }
    }
    Ok(StatusCode::OK)
}
