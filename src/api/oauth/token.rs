//! `POST /oauth/token` exchanges a code or a refresh token for new tokens (RFC 6749, section 3.2).

use std::sync::Arc;

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde_json::json;

use super::{Front, browser::challenge_of, client::authenticated, error::OAuthError, parameters::Parameters, resource};
use crate::{
    api::lambda::gateway::BaseUrl,
    app::App,
    domain::{
        grant::{ACCESS_LASTS, Grant, Lasting, Randoms, Redemption, Refreshing, Tokens, Unusable},
        scope,
        secret::SecretHash,
        token::{Token, TokenKind},
    },
    store::{Taken, Usage},
};

/// The parameters that this endpoint knows.
const KNOWN: [&str; 9] = [
    "grant_type",
    "code",
    "redirect_uri",
    "client_id",
    "client_secret",
    "code_verifier",
    "refresh_token",
    "scope",
    "resource",
];

pub async fn post_token(
    State(app): State<App>,
    Extension(front): Extension<Front>,
    Extension(usage): Extension<Arc<Usage>>,
    BaseUrl(base_url): BaseUrl,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, OAuthError> {
    let body = body.map_err(OAuthError::too_large)?;
    let asked = Parameters::of_form(&headers, &body, &KNOWN)?;
    let client = authenticated(&asked, &headers, &app, &usage).await?;
    if !resource::are_ours(asked.resources(), &base_url) {
        return Err(OAuthError::new("invalid_target", "The resource must be the address of this service."));
    }
    let taking = Taking::new(&front, &app, &client, &base_url);
    let taken = match asked.need("grant_type")? {
        "authorization_code" => redeem(&asked, &taking, &app, &usage).await?,
        "refresh_token" => refresh(&asked, &taking, &app, &usage).await?,
        _ => {
            let description = "grant_type has to be authorization_code or refresh_token.";
            return Err(OAuthError::new("unsupported_grant_type", description));
        }
    };
    match taken {
        Taken::Tokens(tokens) => Ok(issued(&tokens)),
        Taken::Refused(Unusable::WiderScope) => Err(wider_scope()),
        Taken::Refused(Unusable::Refused(why) | Unusable::Stolen(why)) => Err(OAuthError::new("invalid_grant", why)),
        Taken::Ended => Err(OAuthError::new("invalid_grant", "The access has ended. Sign in again.")),
    }
}

/// The values that every exchange of tokens needs. If a request tries the exchange several times, all attempts use the
/// same random numbers.
struct Taking<'a> {
    client: &'a SecretHash,
    /// The address of this deployment.
    resource: &'a str,
    randoms: Randoms,
    lasting: Lasting,
    now: Timestamp,
}

impl<'a> Taking<'a> {
    fn new(front: &Front, app: &App, client: &'a SecretHash, resource: &'a str) -> Self {
        let oauth = front.oauth();
        let randoms = Randoms { access: app.ids.secret(), refresh: app.ids.secret(), seed: app.ids.secret() };
        let lasting = Lasting { idle: oauth.idle(), overlap: oauth.overlap() };
        Self { client, resource, randoms, lasting, now: app.clock.now() }
    }
}

async fn redeem(asked: &Parameters, taking: &Taking<'_>, app: &App, usage: &Usage) -> Result<Taken, OAuthError> {
    let code = asked.need("code")?;
    let verifier = asked.get("code_verifier");
    // A verifier has 43 to 128 characters (RFC 7636, section 4.1).
    if verifier.is_some_and(|verifier| !(43..=128).contains(&verifier.len())) {
        return Err(OAuthError::new("invalid_grant", "The code_verifier must have 43 to 128 characters (RFC 7636)."));
    }
    let Some(code) = Token::parse(TokenKind::Code, code) else {
        return Err(OAuthError::new("invalid_grant", "The code is not valid."));
    };
    let challenge = verifier.map(challenge_of);
    let redemption = Redemption {
        code: &code,
        client: taking.client,
        resource: taking.resource,
        redirect_uri: asked.get("redirect_uri"),
        challenge: challenge.as_deref(),
    };
    let take = |grant: &mut Grant| grant.redeem(&redemption, taking.randoms, taking.lasting, taking.now);
    Ok(app.store.take_tokens(&code.grant(), taking.now, usage, take).await?)
}

async fn refresh(asked: &Parameters, taking: &Taking<'_>, app: &App, usage: &Usage) -> Result<Taken, OAuthError> {
    let Some(token) = Token::parse(TokenKind::Refresh, asked.need("refresh_token")?) else {
        return Err(OAuthError::new("invalid_grant", "The refresh token is not valid."));
    };
    let scope = scope::asked(asked.get("scope")).map_err(|scope::Unknown| wider_scope())?;
    let refreshing = Refreshing { token: &token, client: taking.client, resource: taking.resource, scope };
    let take = |grant: &mut Grant| grant.refresh(&refreshing, taking.randoms, taking.lasting, taking.now);
    Ok(app.store.take_tokens(&token.grant(), taking.now, usage, take).await?)
}

/// A program cannot get more than the person has allowed (RFC 6749, section 6).
fn wider_scope() -> OAuthError {
    OAuthError::new("invalid_scope", "The person has not allowed this scope. Sign in again.")
}

/// The answer with the tokens (RFC 6749, section 5.1).
fn issued(tokens: &Tokens) -> Response {
    let body = json!({
        "access_token": tokens.access.reveal(),
        "token_type": "Bearer",
        "expires_in": ACCESS_LASTS.as_secs(),
        "refresh_token": tokens.refresh.reveal(),
        "scope": tokens.scope.as_str(),
    });
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::PRAGMA, HeaderValue::from_static("no-cache")),
    ];
    (headers, Json(body)).into_response()
}
