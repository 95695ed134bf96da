//! The OpenID provider where people sign in. The provider tells this service who a person is. But only this service
//! gives programs access (docs/adr/0019-an-authorization-server-of-our-own.md).

mod documents;
mod http;
mod id_token;
mod keys;

use std::sync::Arc;
use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

pub use self::documents::ClientDocument;
use self::{
    documents::ClientDocuments,
    http::{Http, ProviderAnswer},
    id_token::{About, Claims, Expected, Head},
    keys::{Keys, Metadata},
};
use crate::{config::OAuth, domain::owner::Owner, tls::Reach};

/// The time-out for one request to the provider. This time-out is short, because a person waits for the page.
const TIMEOUT: Duration = Duration::from_millis(4_500);
/// The maximum size of an answer of the provider, in bytes. A key set or an answer with tokens is only a few kilobytes
/// long.
const ANSWER_BYTES: usize = 256 * 1024;
/// This service asks the provider for the identity and the e-mail address of a person.
const SCOPE: &str = "openid email";
/// The maximum length of the e-mail address or the name that a person recognises, in characters. The limit is the
/// maximum length of an e-mail address (RFC 3696, erratum 1690).
const SHOWN: usize = 254;

/// The OpenID provider, with a cache of the provider's documents. Clones share the cache.
#[derive(Debug, Clone)]
pub struct Provider {
    oauth: Arc<OAuth>,
    documents: ClientDocuments,
    http: Http,
    keys: Keys,
}

/// One sign-in of a person, before the person goes to the provider.
#[derive(Debug)]
pub struct SignIn<'a> {
    /// The provider sends the person back to this address.
    pub redirect_uri: &'a str,
    pub state: &'a str,
    pub nonce: &'a str,
    /// The PKCE challenge (RFC 7636), made with the method S256.
    pub challenge: &'a str,
    /// Whether the provider must ask the person to choose another account.
    pub other_person: bool,
}

/// One sign-in of a person, after the person has come back from the provider.
#[derive(Debug)]
pub struct Return<'a> {
    pub code: &'a str,
    pub redirect_uri: &'a str,
    pub nonce: &'a str,
    /// The PKCE verifier (RFC 7636).
    pub verifier: &'a str,
}

/// A person who has signed in.
#[derive(Debug, Clone)]
pub struct Person {
    /// The owner's name contains the issuer and the subject of the person, because the subject alone does not identify
    /// a person (OpenID Connect Core 1.0, section 5.7).
    pub owner: Owner,
    /// The e-mail address, if the provider has verified the address.
    pub verified_email: Option<String>,
    /// The e-mail address or the name that the person recognises.
    pub shown: String,
}

/// The reason why nobody has signed in.
#[derive(Debug)]
pub enum NotSignedIn {
    /// The provider refused the sign-in, or the program cannot trust the answer of the provider. Only the log contains
    /// the text of this error.
    Refused(String),
    Outage(Outage),
}

/// The provider did not answer, or the program could not use the provider's answer.
#[derive(Debug)]
pub struct Outage {
    /// The reason for the log.
    pub cause: String,
    /// The caller can try again after this number of seconds.
    pub retry_after: u64,
}

/// The answer of the token endpoint (OpenID Connect Core 1.0, section 3.1.3.3).
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

/// The error of a token endpoint (RFC 6749, section 5.2).
#[derive(Deserialize)]
struct TokenError {
    error: String,
}

impl Provider {
    /// The OpenID provider of a deployment. This function sends no request.
    pub fn new(oauth: &OAuth) -> Self {
        let http = Http::new(Reach::Everywhere, ANSWER_BYTES);
        Self {
            oauth: Arc::new(oauth.clone()),
            documents: ClientDocuments::new(),
            keys: Keys::new(&oauth.issuer, http.clone()),
            http,
        }
    }

    /// The settings for sign-in.
    pub fn oauth(&self) -> &OAuth {
        &self.oauth
    }

    /// Fetches the client ID metadata document of a program that is not a known assistant. Returns `None` if the
    /// operator does not allow such programs. The error is a text for the log.
    pub async fn client_document(&self, address: &str, now: Timestamp) -> Option<Result<ClientDocument, String>> {
        if self.oauth.fetches_client_documents { Some(self.documents.get(address, now).await) } else { None }
    }

    /// The address where a person signs in (OpenID Connect Core 1.0, section 3.1.2.1).
    pub async fn sign_in_address(
        &self,
        sign_in: &SignIn<'_>,
        now: Timestamp,
        request_id: &str,
    ) -> Result<String, Outage> {
        let metadata = self.keys.metadata(now, request_id).await?;
        let address = Url::parse(&metadata.authorization_endpoint);
        let mut address = address.map_err(|error| Outage::new(format!("authorization endpoint: {error}")))?;
        address.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.oauth.client_id),
            ("redirect_uri", sign_in.redirect_uri),
            ("scope", SCOPE),
            ("state", sign_in.state),
            ("nonce", sign_in.nonce),
            ("code_challenge", sign_in.challenge),
            ("code_challenge_method", "S256"),
        ]);
        if sign_in.other_person {
            address.query_pairs_mut().append_pair("prompt", self.prompt(&metadata));
        }
        Ok(address.into())
    }

    /// Checks the issuer (`iss`) that a redirect of the provider names. A redirect with an error also names the issuer
    /// (RFC 9207, section 2.4).
    pub async fn check_issuer(&self, iss: Option<&str>, now: Timestamp, request_id: &str) -> Result<(), NotSignedIn> {
        let metadata = self.keys.metadata(now, request_id).await.map_err(NotSignedIn::Outage)?;
        let named = iss.is_some() || metadata.authorization_response_iss_parameter_supported;
        if named && iss != Some(&self.oauth.issuer) {
            return Err(NotSignedIn::Refused("the redirect names another issuer".to_owned()));
        }
        Ok(())
    }

    /// The person who has come back from the provider. Each code of the provider works only once.
    pub async fn person(&self, back: &Return<'_>, now: Timestamp, request_id: &str) -> Result<Person, NotSignedIn> {
        let metadata = self.keys.metadata(now, request_id).await.map_err(NotSignedIn::Outage)?;
        let tokens = self.redeem(back, &metadata).await?;
        let claims = self.verified(&tokens.id_token, back.nonce, now, request_id).await?;
        let mut about = claims.about;
        let needs_email = self.oauth.people.need_email() && about.verified_email().is_none();
        if (needs_email || about.shown().is_none())
            && let (Some(endpoint), Some(token)) = (&metadata.userinfo_endpoint, &tokens.access_token)
        {
            match self.userinfo(endpoint, token, &claims.sub).await {
                Ok(more) => about = more,
                // If the operator does not need e-mail addresses, the answer could only add a name for the consent
                // page. So this function ignores the error.
                Err(_) if !needs_email => {}
                Err(error) => return Err(error),
            }
        }
        let owner = Owner::parse(&format!("{}#{}", self.oauth.issuer, claims.sub));
        let owner = owner.map_err(|_| NotSignedIn::Refused("the subject is no name of an owner".to_owned()))?;
        let shown = about.shown().unwrap_or(&claims.sub).chars().take(SHOWN).collect();
        Ok(Person { owner, verified_email: about.verified_email().map(str::to_owned), shown })
    }

    /// The value of `prompt` with which a person can choose another account. Google does not know `login`.
    fn prompt(&self, metadata: &Metadata) -> &'static str {
        let known = metadata.prompt_values_supported.as_deref().unwrap_or_default();
        let selects = known.iter().any(|value| value == "select_account");
        if selects || self.oauth.issuer == "https://accounts.google.com" { "select_account" } else { "login" }
    }

    /// Redeems the code of the provider (OpenID Connect Core 1.0, section 3.1.3.1).
    async fn redeem(&self, back: &Return<'_>, metadata: &Metadata) -> Result<Tokens, NotSignedIn> {
        let (form, authorization) = self.token_request(back, metadata);
        let answer = self.http.post_form(&metadata.token_endpoint, form, authorization.as_deref());
        let answer = in_time("token endpoint", answer).await?;
        if answer.status.is_client_error() {
            let error = serde_json::from_slice::<TokenError>(&answer.body).map(|error| error.error).unwrap_or_default();
            let error: String = error.chars().filter(|letter| letter.is_ascii_graphic()).take(60).collect();
            return Err(NotSignedIn::Refused(format!("token endpoint: {} {error}", answer.status)));
        }
        read("token endpoint", &answer)
    }

    /// The form and the header `Authorization` of the request to the token endpoint.
    fn token_request(&self, back: &Return<'_>, metadata: &Metadata) -> (String, Option<String>) {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs([
            ("grant_type", "authorization_code"),
            ("code", back.code),
            ("redirect_uri", back.redirect_uri),
            ("code_verifier", back.verifier),
        ]);
        let secret = self.oauth.client_secret.as_ref();
        let methods = metadata.token_endpoint_auth_methods_supported.as_deref();
        // If the provider does not list its methods, its method is `client_secret_basic` (OpenID Connect Discovery
        // 1.0).
        let basic = methods.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic"));
        let authorization = secret.filter(|_| basic).map(|secret| self.basic(secret.reveal()));
        if authorization.is_none() {
            form.append_pair("client_id", &self.oauth.client_id);
            if let Some(secret) = secret {
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

    async fn verified(
        &self,
        token: &str,
        nonce: &str,
        now: Timestamp,
        request_id: &str,
    ) -> Result<Claims, NotSignedIn> {
        let refused = |cause: &str| NotSignedIn::Refused(cause.to_owned());
        let head = Head::read(token).ok_or_else(|| refused("the ID token cannot be read"))?;
        let key = self.keys.find(&head.kid, now, request_id).await.map_err(NotSignedIn::Outage)?;
        let key = key.ok_or_else(|| refused("the ID token is signed with an unknown key"))?;
        let expected = Expected { issuer: &self.oauth.issuer, client_id: &self.oauth.client_id, nonce };
        head.verify(token, &key, &expected, now).map_err(refused)
    }

    /// Asks the userinfo endpoint of the provider for more claims about a person (OpenID Connect Core 1.0, section
    /// 5.3). The answer must be about the same person as the ID token.
    async fn userinfo(&self, endpoint: &str, token: &str, subject: &str) -> Result<About, NotSignedIn> {
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

/// Waits for an answer of the provider. A status that is neither a success nor a refusal is an outage.
async fn in_time(
    endpoint: &str,
    answer: impl Future<Output = Result<ProviderAnswer, String>>,
) -> Result<ProviderAnswer, NotSignedIn> {
    let outage = |cause: String| NotSignedIn::Outage(Outage::new(format!("{endpoint}: {cause}")));
    let answer = tokio::time::timeout(TIMEOUT, answer).await.map_err(|_| outage("no answer in time".to_owned()))?;
    let answer = answer.map_err(&outage)?;
    let busy = answer.status == ::http::StatusCode::TOO_MANY_REQUESTS;
    if busy || !(answer.status.is_success() || answer.status.is_client_error()) {
        let retry_after = answer.retry_after.unwrap_or(5).clamp(1, 60);
        let cause = format!("{endpoint}: {}", answer.status);
        return Err(NotSignedIn::Outage(Outage { cause, retry_after }));
    }
    Ok(answer)
}

fn read<T: serde::de::DeserializeOwned>(endpoint: &str, answer: &ProviderAnswer) -> Result<T, NotSignedIn> {
    // The text of a JSON error could contain a part of a token. So the log contains only the place of the error in the
    // JSON text.
    serde_json::from_slice(&answer.body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        NotSignedIn::Outage(Outage::new(format!("{endpoint}: the answer cannot be read, {place}")))
    })
}

impl Outage {
    fn new(cause: String) -> Self {
        Self { cause, retry_after: 5 }
    }
}
