//! Sends requests to the token endpoint and to the userinfo endpoint of the OpenID provider.

use std::time::Duration;

use ::http::StatusCode;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, de::DeserializeOwned};

use super::{NotSignedIn, Outage, Provider, Return, http::ProviderAnswer, id_token::About, keys::Metadata};

/// The time-out for one request to the provider. This time-out is short, because a person waits for the page.
const TIMEOUT: Duration = Duration::from_millis(4_500);

/// The answer of the token endpoint (OpenID Connect Core 1.0, section 3.1.3.3).
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub id_token: String,
    pub access_token: Option<String>,
}

/// The error of a token endpoint (RFC 6749, section 5.2).
#[derive(Deserialize)]
struct TokenError {
    error: String,
}

impl Provider {
    /// Redeems the code of the provider (OpenID Connect Core 1.0, section 3.1.3.1).
    pub(super) async fn redeem(&self, back: &Return<'_>, metadata: &Metadata) -> Result<Tokens, NotSignedIn> {
        let (form, authorization) = self.token_request(back, metadata);
        let answer = self.http.post_form(&metadata.token_endpoint, form, authorization.as_deref());
        let answer = in_time("token endpoint", answer).await?;
        if answer.status.is_client_error() {
            let error = error_of(&answer);
            let advice = advice(&error, back.secret.is_some());
            return Err(NotSignedIn::Refused(format!("token endpoint: {} {error}{advice}", answer.status)));
        }
        read("token endpoint", &answer)
    }

    /// The form and the header `Authorization` of the request to the token endpoint.
    pub(super) fn token_request(&self, back: &Return<'_>, metadata: &Metadata) -> (String, Option<String>) {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs([
            ("grant_type", "authorization_code"),
            ("code", back.code),
            ("redirect_uri", back.redirect_uri),
            ("code_verifier", back.verifier),
        ]);
        let methods = metadata.token_endpoint_auth_methods_supported.as_deref();
        // If the provider lists no methods of client authentication, the method is `client_secret_basic` (OpenID
        // Connect Discovery 1.0).
        let basic = methods.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic"));
        let authorization = back.secret.filter(|_| basic).map(|secret| self.basic(secret.reveal()));
        if authorization.is_none() {
            form.append_pair("client_id", &self.oauth.client_id);
            if let Some(secret) = back.secret {
                form.append_pair("client_secret", secret.reveal());
            }
        }
        (form.finish(), authorization)
    }

    /// The header `Authorization` of this service (RFC 6749, section 2.3.1).
    fn basic(&self, secret: &str) -> String {
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(&self.oauth.client_id), encoded(secret));
        format!("Basic {}", BASE64_STANDARD.encode(pair))
    }

    /// Asks the userinfo endpoint of the provider for more claims about a person (OpenID Connect Core 1.0, section
    /// 5.3). The answer must be about the same person as the ID token.
    pub(super) async fn userinfo(&self, endpoint: &str, token: &str, subject: &str) -> Result<About, NotSignedIn> {
        #[derive(Deserialize)]
        struct Info {
            sub: String,
            #[serde(flatten)]
            about: About,
        }
        let answer = in_time("userinfo endpoint", self.http.get_with(endpoint, token)).await?;
        if answer.status.is_client_error() {
            return Err(NotSignedIn::Refused(format!("userinfo endpoint: {}", answer.status)));
        }
        let info: Info = read("userinfo endpoint", &answer)?;
        if info.sub == subject {
            Ok(info.about)
        } else {
            Err(NotSignedIn::Refused("the userinfo endpoint answers about another person".to_owned()))
        }
    }
}

/// The code of an error of the token endpoint, as a short text for the log. If the answer contains no code, the text is
/// empty.
pub(super) fn error_of(answer: &ProviderAnswer) -> String {
    let error = serde_json::from_slice::<TokenError>(&answer.body).map(|error| error.error).unwrap_or_default();
    error.chars().filter(|letter| letter.is_ascii_graphic()).take(60).collect()
}

/// What the operator can do about an error of the token endpoint, as a text for the log. Most providers answer
/// `invalid_client` if the secret is missing or wrong. If the secret is missing, Google answers `invalid_request`.
fn advice(error: &str, sent_a_secret: bool) -> &'static str {
    match (error, sent_a_secret) {
        ("invalid_client" | "unauthorized_client" | "invalid_request", false) => {
            "; the client secret may be missing, because this service has sent no secret; \
             store the secret with `todo provider set-secret`"
        }
        ("invalid_client" | "unauthorized_client", true) => {
            "; the client id or the client secret may be wrong; `todo provider set-secret` stores another secret, \
             and `todo provider remove-secret` removes the secret"
        }
        _ => "",
    }
}

/// Waits for an answer of the provider. If the status is 429, or neither 2xx nor 4xx, the answer counts as an outage.
pub(super) async fn in_time(
    endpoint: &str,
    answer: impl Future<Output = Result<ProviderAnswer, String>>,
) -> Result<ProviderAnswer, NotSignedIn> {
    let outage = |cause: String| NotSignedIn::Outage(Outage::new(format!("{endpoint}: {cause}")));
    let answer = tokio::time::timeout(TIMEOUT, answer).await.map_err(|_| outage("no answer in time".to_owned()))?;
    let answer = answer.map_err(&outage)?;
    let busy = answer.status == StatusCode::TOO_MANY_REQUESTS;
    if busy || !(answer.status.is_success() || answer.status.is_client_error()) {
        let retry_after = answer.retry_after.unwrap_or(5).clamp(1, 60);
        let cause = format!("{endpoint}: {}", answer.status);
        return Err(NotSignedIn::Outage(Outage { cause, retry_after }));
    }
    Ok(answer)
}

fn read<T: DeserializeOwned>(endpoint: &str, answer: &ProviderAnswer) -> Result<T, NotSignedIn> {
    // The text of a JSON error could contain a part of a token. So the log contains only the place of the error in the
    // JSON text.
    serde_json::from_slice(&answer.body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        NotSignedIn::Outage(Outage::new(format!("{endpoint}: the answer cannot be read, {place}")))
    })
}
