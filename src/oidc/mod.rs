//! The OpenID provider where people sign in: its addresses, its signing keys and its tokens. Clients use the OAuth
//! endpoints of this service and not the endpoints of the provider. The file docs/adr/0015-oauth-front-and-cognito.md
//! says why this service has its own OAuth endpoints.

mod http;
mod keys;
mod token;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use self::http::Http;
pub use self::http::ProviderAnswer;
use crate::{config::OAuth, domain::owner::Owner};
use keys::Keys;

/// The time-out for a token request to the provider. This time-out is short, because the person's assistant does not
/// wait long for an answer.
const TIMEOUT: Duration = Duration::from_millis(4_500);

/// The OpenID provider, with a cache of the provider's documents. Clones share the cache.
#[derive(Debug, Clone)]
pub struct Provider {
    rules: Arc<TokenRules>,
    http: Http,
    keys: Keys,
}

/// The program accepts a token only if the token has these values.
#[derive(Debug)]
struct TokenRules {
    issuer: String,
    clients: Vec<String>,
    audiences: Vec<String>,
    scope: String,
}

/// The reason why the program refuses a token.
#[derive(Debug)]
pub enum Refused {
    /// The text is not a token, or the provider did not make the token for this deployment, or the token is not valid
    /// now.
    Invalid,
    /// The token is valid, but it does not have the required scope.
    Scope,
    /// The program cannot check the token, because the provider does not answer.
    Unknown(Outage),
}

/// The provider did not answer, or the program could not use the provider's answer.
#[derive(Debug)]
pub struct Outage {
    /// Only for the log.
    pub cause: String,
    /// The caller can try again after this number of seconds.
    pub retry_after: u64,
}

impl Provider {
    /// The OpenID provider of a deployment. `base_url` is the address of the deployment. This function sends no
    /// request.
    pub fn new(oauth: &OAuth, base_url: Option<&str>) -> Self {
        // The addresses of the API and of its MCP endpoint. RFC 8707 calls such an address a resource.
        let own = base_url.into_iter().flat_map(|url| [url.to_owned(), format!("{url}/"), format!("{url}/mcp")]);
        let http = Http::new();
        Self {
            rules: Arc::new(TokenRules {
                issuer: oauth.issuer.clone(),
                clients: oauth.clients().map(|client| client.id.clone()).collect(),
                audiences: own.chain(oauth.audiences.iter().cloned()).collect(),
                scope: oauth.scope.clone(),
            }),
            keys: Keys::new(&oauth.issuer, http.clone()),
            http,
        }
    }

    /// Fetches the provider's keys, so that the first request does not have to wait for the keys.
    pub async fn prepare(&self, now: Timestamp, request_id: &str) -> Result<(), Outage> {
        self.keys.metadata(now, request_id).await.map(drop)
    }

    /// The owner of an access token. The owner's name contains the issuer and the subject of the token, because the
    /// subject alone does not identify a person (OpenID Connect Core 1.0, section 5.7).
    pub async fn owner(&self, token: &str, now: Timestamp, request_id: &str) -> Result<Owner, Refused> {
        let head = token::Head::read(token).ok_or(Refused::Invalid)?;
        let key =
            self.keys.find(&head.kid, now, request_id).await.map_err(Refused::Unknown)?.ok_or(Refused::Invalid)?;
        head.verify(token, &key, &self.rules, now)
    }

    /// The address where people sign in.
    pub async fn authorization_endpoint(&self, now: Timestamp, request_id: &str) -> Result<String, Outage> {
        Ok(self.keys.metadata(now, request_id).await?.authorization_endpoint.clone())
    }

    /// Sends a token request to the provider (RFC 6749, section 3.2), and returns the provider's answer.
    pub async fn exchange(
        &self,
        form: String,
        authorization: Option<&str>,
        now: Timestamp,
        request_id: &str,
    ) -> Result<ProviderAnswer, Outage> {
        let answering = async {
            let endpoint = self.keys.metadata(now, request_id).await?.token_endpoint.clone();
            let answer = self.http.post_form(&endpoint, form, authorization).await;
            let answer = answer.map_err(|cause| Outage::new(format!("token endpoint: {cause}")))?;
            // A successful answer must be JSON, because a successful answer must contain a token. If the provider
            // refuses the request, the program needs only the status of the answer. So a refusal may also be an HTML
            // page.
            let answers = answer.status.is_client_error() || (answer.status.is_success() && answer.is_json);
            if answers {
                return Ok(answer);
            }
            let outage = Outage::new(format!("token endpoint: {}, JSON: {}", answer.status, answer.is_json));
            Err(Outage { retry_after: answer.retry_after.unwrap_or(outage.retry_after), ..outage })
        };
        let late = |_| Err(Outage::new("the token endpoint did not answer in time".to_owned()));
        tokio::time::timeout(TIMEOUT, answering).await.unwrap_or_else(late)
    }
}

impl Outage {
    fn new(cause: String) -> Self {
        Self { cause, retry_after: 5 }
    }
}
