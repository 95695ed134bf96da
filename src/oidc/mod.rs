//! The OpenID provider where people sign in. The provider tells this service who a person is. But only this service
//! gives programs access (docs/adr/0019-an-authorization-server-of-our-own.md).

#[cfg(feature = "cli")]
mod checkup;
mod documents;
mod endpoints;
mod http;
mod id_token;
mod keys;

use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

#[cfg(feature = "cli")]
pub use self::checkup::Checkup;
pub use self::documents::ClientDocument;
use self::{
    documents::ClientDocuments,
    http::Http,
    id_token::{Claims, Expected, Head},
    keys::{Keys, Metadata},
};
use crate::{
    config::OAuth,
    domain::{owner::Owner, provider::ProviderSecret},
    tls::Reach,
};

/// The maximum size of an answer of the provider, in bytes. A key set or an answer with tokens is only a few kilobytes
/// long.
const ANSWER_BYTES: usize = 256 * 1024;
/// This service asks the provider for the identity and the e-mail address of a person.
const SCOPE: &str = "openid email";
/// The maximum length of `Person::shown`, in characters. The limit is the maximum length of an e-mail address (RFC
/// 3696, erratum 1690).
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
    /// The secret of this service at the provider. `None` if the provider gave no secret.
    pub secret: Option<&'a ProviderSecret>,
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
    /// The reason, as a text for the log.
    pub cause: String,
    /// The caller can try again after this number of seconds.
    pub retry_after: u64,
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

    /// Checks the issuer (`iss`) in a redirect of the provider. A redirect with an error contains the issuer too (RFC
    /// 9207, section 2.4).
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
        let owner =
            owner.map_err(|_| NotSignedIn::Refused("the subject cannot be part of the name of an owner".to_owned()))?;
        let shown = about.shown().unwrap_or(&claims.sub).chars().take(SHOWN).collect();
        Ok(Person { owner, verified_email: about.verified_email().map(str::to_owned), shown })
    }

    /// The value of `prompt` with which a person can choose another account. Google does not know `login`.
    fn prompt(&self, metadata: &Metadata) -> &'static str {
        let known = metadata.prompt_values_supported.as_deref().unwrap_or_default();
        let selects = known.iter().any(|value| value == "select_account");
        if selects || self.oauth.issuer == "https://accounts.google.com" { "select_account" } else { "login" }
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
}

impl Outage {
    fn new(cause: String) -> Self {
        Self { cause, retry_after: 5 }
    }
}
