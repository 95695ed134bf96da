//! `POST /oauth/token` exchanges a code or a refresh token for new tokens (RFC 6749, section 3.2).

use std::sync::Arc;

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{Front, browser::challenge_of, client::authenticated, error::OAuthError, parameters::Parameters, resource};
use crate::{
    api::lambda::gateway::BaseUrl,
    app::App,
    domain::{
        grant::{ACCESS_LASTS, Grant, Lasting, Randoms, Redemption, Tokens, Unusable},
        scope::Scope,
        secret::SecretHash,
        token::{GrantId, Token, TokenKind},
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
    let taking = Taking::new(&front, &app, &client);
    let taken = match asked.need("grant_type")? {
        "authorization_code" => redeem(&asked, &taking, &app, &usage).await?,
        "refresh_token" => refresh(&asked, &taking, &app, &usage).await?,
        _ => {
            let description = "grant_type has to be authorization_code or refresh_token.";
            return Err(OAuthError::new("unsupported_grant_type", description));
        }
    };
    match taken {
        Taken::Tokens(grant, tokens) if grant.resource == base_url => Ok(issued(&grant, &tokens)),
        Taken::Tokens(..) => Err(OAuthError::new(
            "invalid_grant",
            "The access was given at another address of this service. Sign in again.",
        )),
        Taken::Refused(Unusable::Refused(why) | Unusable::Stolen(why)) => Err(OAuthError::new("invalid_grant", why)),
        Taken::Ended => Err(OAuthError::new("invalid_grant", "The access has ended. Sign in again.")),
    }
}

/// The values that every exchange of tokens needs. If a request tries the exchange several times, all attempts use the
/// same random numbers.
struct Taking<'a> {
    client: &'a SecretHash,
    randoms: Randoms,
    lasting: Lasting,
}

impl<'a> Taking<'a> {
    fn new(front: &Front, app: &App, client: &'a SecretHash) -> Self {
        let oauth = front.oauth();
        let randoms = Randoms { access: app.ids.secret(), refresh: app.ids.secret(), seed: app.ids.secret() };
        Self { client, randoms, lasting: Lasting { idle: oauth.idle(), overlap: oauth.overlap() } }
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
        redirect_uri: asked.get("redirect_uri"),
        challenge: challenge.as_deref(),
    };
    let take = |grant: &mut Grant| grant.redeem(&redemption, taking.randoms, taking.lasting, app.clock.now());
    Ok(app.store.take_tokens(&code.grant(), usage, take).await?)
}

async fn refresh(asked: &Parameters, taking: &Taking<'_>, app: &App, usage: &Usage) -> Result<Taken, OAuthError> {
    let Some(token) = Token::parse(TokenKind::Refresh, asked.need("refresh_token")?) else {
        return Err(OAuthError::new("invalid_grant", "The refresh token is not valid."));
    };
    let id: GrantId = token.grant();
    if let Some(scope) = asked.get("scope") {
        // A program cannot get more than the person has allowed (RFC 6749, section 6).
        let wanted = Scope::parse(scope);
        let allowed = app.store.grant(&id, usage).await?.map(|grant| grant.scope);
        if wanted.is_none_or(|wanted| allowed.is_some_and(|allowed| !allowed.allows(wanted))) {
            return Err(OAuthError::new("invalid_scope", "The person has not allowed this scope. Sign in again."));
        }
    }
    let take =
        |grant: &mut Grant| grant.refresh(&token, taking.client, taking.randoms, taking.lasting, app.clock.now());
    Ok(app.store.take_tokens(&id, usage, take).await?)
}

/// The answer with the tokens (RFC 6749, section 5.1).
fn issued(grant: &Grant, tokens: &Tokens) -> Response {
    let body = json!({
        "access_token": tokens.access.reveal(),
        "token_type": "Bearer",
        "expires_in": ACCESS_LASTS.as_secs(),
        "refresh_token": tokens.refresh.reveal(),
        "scope": grant.scope.as_str(),
    });
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::PRAGMA, HeaderValue::from_static("no-cache")),
    ];
    (headers, Json(body)).into_response()
}
