//! The OpenID provider that people sign in with: where it is, which keys it signs with, and what its tokens say.
//! docs/adr/0015-oauth-front-and-cognito.md says why callers meet it behind a front of ours.

mod http;
mod keys;
mod token;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use self::http::Http;
pub use self::http::Said;
use crate::{config::OAuth, domain::owner::Owner};
use keys::Keys;

/// How long the provider may take to answer about tokens. A person waits, and their assistant gives up soon.
const PATIENCE: Duration = Duration::from_millis(4_500);

/// The provider, with what was last seen of it. Clones share that.
#[derive(Debug, Clone)]
pub struct Provider {
    agreed: Arc<Agreed>,
    http: Http,
    keys: Keys,
}

/// What a token has to be, to be taken.
#[derive(Debug)]
struct Agreed {
    issuer: String,
    clients: Vec<String>,
    audiences: Vec<String>,
    scope: String,
}

/// Why nobody is let in.
#[derive(Debug)]
pub enum Refused {
    /// The token is none, or not one of the provider's for this deployment, or not valid now.
    Invalid,
    /// The token is good, and does not allow todos.
    Scope,
    /// Nobody can say, because the provider does not answer.
    Unknown(Outage),
}

/// The provider did not answer, or not as one.
#[derive(Debug)]
pub struct Outage {
    /// For the log alone.
    pub cause: String,
    /// Seconds after which asking again can help.
    pub retry_after: u64,
}

impl Provider {
    /// The provider of a deployment at `base_url`. Nothing is asked yet.
    pub fn new(oauth: &OAuth, base_url: Option<&str>) -> Self {
        // The address of the API and that of its MCP endpoint: what RFC 8707 calls the resource.
        let own = base_url.into_iter().flat_map(|url| [url.to_owned(), format!("{url}/"), format!("{url}/mcp")]);
        let http = Http::new();
        Self {
            agreed: Arc::new(Agreed {
                issuer: oauth.issuer.clone(),
                clients: oauth.clients().map(|client| client.id.clone()).collect(),
                audiences: own.chain(oauth.audiences.iter().cloned()).collect(),
                scope: oauth.scope.clone(),
            }),
            keys: Keys::new(&oauth.issuer, http.clone()),
            http,
        }
    }

    /// Learns the provider's keys, so that the first request need not.
    pub async fn prepare(&self, now: Timestamp) -> Result<(), Outage> {
        self.keys.metadata(now).await.map(drop)
    }

    /// The person to whom an access token belongs, whose name is made of the issuer and the subject (OpenID Connect Core
    /// 1.0, section 5.7: only both together name somebody).
    pub async fn owner(&self, token: &str, now: Timestamp) -> Result<Owner, Refused> {
        let head = token::Head::read(token).ok_or(Refused::Invalid)?;
        let key = self.keys.find(&head.kid, now).await.map_err(Refused::Unknown)?.ok_or(Refused::Invalid)?;
        head.verify(token, &key, &self.agreed, now)
    }

    /// Where people sign in.
    pub async fn authorization_endpoint(&self, now: Timestamp) -> Result<String, Outage> {
        Ok(self.keys.metadata(now).await?.authorization_endpoint.clone())
    }

    /// Hands a token request on (RFC 6749, section 3.2), and back what the provider says of it.
    pub async fn exchange(&self, form: String, authorization: Option<&str>, now: Timestamp) -> Result<Said, Outage> {
        let asking = async {
            let endpoint = self.keys.metadata(now).await?.token_endpoint.clone();
            let said = self.http.post_form(&endpoint, form, authorization).await;
            let said = said.map_err(|cause| Outage::new(format!("token endpoint: {cause}")))?;
            // Success without a token is none; a refusal may be a page, of which the status is enough.
            let answers = said.status.is_client_error() || (said.status.is_success() && said.is_json);
            if answers {
                return Ok(said);
            }
            let outage = Outage::new(format!("token endpoint: {}, JSON: {}", said.status, said.is_json));
            Err(Outage { retry_after: said.retry_after.unwrap_or(outage.retry_after), ..outage })
        };
        let late = |_| Err(Outage::new("token endpoint: no answer in time".to_owned()));
        tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(late)
    }
}

impl Outage {
    fn new(cause: String) -> Self {
        Self { cause, retry_after: 5 }
    }
}
