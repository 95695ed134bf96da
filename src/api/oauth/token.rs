//! `POST /oauth/token` forwards a token request to the provider, and returns the provider's answer (RFC 6749, section
//! 3.2). The service also forwards the client's secret to the provider, but does not check or store this secret.

use std::sync::Arc;

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;

use super::{BaseUrl, Front, metadata, parameters::Parameters};
use crate::{
    api::answer::error::Cause,
    app::App,
    config::Client,
    oidc::{Outage, ProviderAnswer},
    store::Usage,
};

/// The parameters that this endpoint knows. The endpoint ignores unknown parameters, and does not send unknown
/// parameters to the provider.
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

/// An error answer for OAuth clients (RFC 6749, section 5.2).
#[derive(Debug)]
pub struct OAuthError {
    pub status: StatusCode,
    pub error: &'static str,
    pub description: String,
}

pub async fn post_token(
    State(app): State<App>,
    Extension(front): Extension<Front>,
    Extension(usage): Extension<Arc<Usage>>,
    BaseUrl(base_url): BaseUrl,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, OAuthError> {
    let form = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = form.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(invalid("Send a form: Content-Type application/x-www-form-urlencoded."));
    }
    let body = body.map_err(too_large)?;
    let asked = Parameters::read(&body, &KNOWN).map_err(invalid)?;
    let authorization = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default());
    let client = known_client(&front, &asked, authorization)?;
    check(&asked, client, front.oauth.public_client.as_ref() == Some(client))?;
    if asked.get("resource").is_some_and(|resource| !metadata::is_ours(resource, &base_url)) {
        let description = "The resource must be the address of this service.".to_owned();
        return Err(OAuthError { status: StatusCode::BAD_REQUEST, error: "invalid_target", description });
    }
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(asked.without(&["resource"])).finish();
    match front.provider.exchange(form, authorization, app.clock.now(), usage.request_id()).await {
        Ok(answer) => Ok(handed_back(answer)),
        Err(outage) => Ok(unanswered(outage)),
    }
}

/// Finds the OAuth client of a request. The request names the client in the form or in the HTTP Basic header (RFC 6749,
/// section 2.3.1).
fn known_client<'a>(
    front: &'a Front,
    asked: &Parameters,
    authorization: Option<&str>,
) -> Result<&'a Client, OAuthError> {
    let unknown = || OAuthError {
        status: StatusCode::UNAUTHORIZED,
        error: "invalid_client",
        description: "This service does not know this client.".to_owned(),
    };
    let named = match authorization {
        None => asked.get("client_id").map(str::to_owned),
        Some(_) if asked.get("client_secret").is_some() => {
            return Err(invalid(
                "Send the client's secret either in the form or in the Authorization header, not in both.",
            ));
        }
        Some(authorization) => {
            let by_header = basic_user(authorization).ok_or_else(unknown)?;
            if asked.get("client_id").is_some_and(|id| id != by_header) {
                return Err(invalid(
                    "The client in the form is different from the client in the Authorization header.",
                ));
            }
            Some(by_header)
        }
    };
    front.oauth.clients().find(|client| named.as_deref() == Some(client.id.as_str())).ok_or_else(unknown)
}

fn basic_user(authorization: &str) -> Option<String> {
    let (scheme, encoded) = authorization.split_once(' ')?;
    let decoded = BASE64_STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let user = decoded.split(|byte| *byte == b':').next()?;
    // The client must encode its id in the format `application/x-www-form-urlencoded` (RFC 6749, section 2.3.1). An
    // encoded id cannot contain `&` or `=`, so the program refuses an id with these characters.
    let one = !user.iter().any(|byte| matches!(byte, b'&' | b'='));
    form_urlencoded::parse(user).next().filter(|_| one).map(|(user, _)| user.into_owned())
}

fn check(asked: &Parameters, client: &Client, is_public: bool) -> Result<(), OAuthError> {
    let need = |name: &str| asked.get(name).map(drop).ok_or_else(|| invalid(format!("{name} is missing.")));
    match asked.get("grant_type") {
        Some("authorization_code") => {
            need("code")?;
            if is_public {
                need("code_verifier")?;
            }
        }
        Some("refresh_token") => need("refresh_token")?,
        Some(_) => {
            return Err(OAuthError {
                status: StatusCode::BAD_REQUEST,
                error: "unsupported_grant_type",
                description: "grant_type has to be authorization_code or refresh_token.".to_owned(),
            });
        }
        None => need("grant_type")?,
    }
    match asked.get("redirect_uri") {
        Some(uri) if !client.sends_back_to(uri) => Err(invalid("The redirect_uri is not on the list of this client.")),
        _ => Ok(()),
    }
}

/// Makes the answer to the client, with the status and the JSON of the provider's answer. The program does not copy the
/// provider's headers, except `Retry-After`.
fn handed_back(answer: ProviderAnswer) -> Response {
    if !answer.is_json {
        return invalid("The sign-in service refused the request, but did not say why.").into_response();
    }
    let mut response = (answer.status, [(header::CONTENT_TYPE, "application/json")], answer.body).into_response();
    if answer.status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(answer.retry_after.unwrap_or(5)));
    }
    challenge(&mut response);
    response
}

fn unanswered(outage: Outage) -> Response {
    let error = OAuthError {
        status: StatusCode::SERVICE_UNAVAILABLE,
        error: "temporarily_unavailable",
        description: "The sign-in service does not answer. The header Retry-After says how many seconds to wait."
            .to_owned(),
    };
    let mut response = error.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(outage.retry_after));
    response.extensions_mut().insert(Cause(outage.cause));
    response
}

/// Adds the header `WWW-Authenticate` to an answer with status 401.
fn challenge(response: &mut Response) {
    if response.status() == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"todo-action\""));
    }
}

/// The error if the server cannot read the whole body.
pub fn too_large(_: BytesRejection) -> OAuthError {
    let description = "The body is too large, or the connection broke.".to_owned();
    OAuthError { status: StatusCode::PAYLOAD_TOO_LARGE, error: "invalid_request", description }
}

/// The error `invalid_request` of RFC 6749, with this description.
pub fn invalid(description: impl Into<String>) -> OAuthError {
    OAuthError { status: StatusCode::BAD_REQUEST, error: "invalid_request", description: description.into() }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        let mut response = (self.status, Json(body)).into_response();
        challenge(&mut response);
        response
    }
}
