//! Fetches and caches the discovery document (OpenID Connect Discovery 1.0) and the keys (RFC 7517) of the OpenID
//! provider.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{
    DecodingKey,
    jwk::{Jwk, PublicKeyUse},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Outage, http::Http};
use crate::{config::is_safe, domain::moment::is_within};

/// After this time, the program fetches the keys again. If the provider removes a key, the program still accepts this
/// key until the program fetches the keys again.
const LASTING: SignedDuration = SignedDuration::from_hours(1);
/// The shortest time between two requests to the provider. Anybody can send tokens with invented key names. Without
/// this limit, each token with an invented key name would cause a request to the provider.
const BETWEEN: SignedDuration = SignedDuration::from_secs(60);
/// The shortest time between two requests to the provider while the cache is empty. This time is shorter than the usual
/// time (`BETWEEN`), because the program cannot accept any token without keys.
const BETWEEN_FIRST: SignedDuration = SignedDuration::from_secs(5);
/// The time-out for fetching the discovery document and the keys together.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The keys of a provider. The program fetches the keys when a request needs them, and then caches the keys. Clones
/// share the cache.
#[derive(Debug, Clone)]
pub struct Keys {
    issuer: Arc<str>,
    http: Http,
    seen: Arc<Mutex<Cache>>,
    /// A request holds this lock while the request fetches the keys. So only one request fetches the keys, even if many
    /// requests need the keys at the same time.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

/// The cache: the last documents of the provider, and the times of the last requests to the provider.
#[derive(Debug, Clone, Default)]
struct Cache {
    known: Option<Arc<Documents>>,
    known_at: Timestamp,
    asked_at: Option<Timestamp>,
    /// The program sends a request to the provider if a key is not in the cache. This is the time of the last such
    /// request.
    asked_for_more_at: Option<Timestamp>,
    /// The reason why the last request to the provider failed. `None` if the last request succeeded.
    failed: Option<String>,
}

#[derive(Debug)]
struct Documents {
    metadata: Arc<Metadata>,
    keys: HashMap<String, Arc<Key>>,
}

/// The part of the discovery document that this program uses.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    jwks_uri: String,
    /// The address of the userinfo endpoint (OpenID Connect Core 1.0, section 5.3).
    pub userinfo_endpoint: Option<String>,
    /// Whether the provider writes its issuer into each redirect (RFC 9207).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// The values of `prompt` that the provider knows (Initiating User Registration via OpenID Connect 1.0, section 4).
    pub prompt_values_supported: Option<Vec<String>>,
}

/// A public key of the provider. The program verifies signatures with this key.
#[derive(Debug)]
pub struct Key {
    pub decoding: DecodingKey,
    /// The algorithm of the key, if the provider names the algorithm.
    pub algorithm: Option<String>,
}

#[derive(Debug, Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

impl Metadata {
    /// An unsafe address in the discovery document. The program must not use this address for requests or redirects. If
    /// the provider runs on another machine, all addresses of the provider must use https.
    fn unfit(&self) -> Option<&str> {
        let local = self.issuer.starts_with("http://");
        let is_fit = |address: &str| is_safe(address) && (local || address.starts_with("https://"));
        let always = [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri];
        always.into_iter().chain(&self.userinfo_endpoint).map(String::as_str).find(|address| !is_fit(address))
    }
}

impl Keys {
    pub fn new(issuer: &str, http: Http) -> Self {
        Self { issuer: issuer.into(), http, seen: Arc::default(), fetching: Arc::default() }
    }

    /// The discovery document.
    pub async fn metadata(&self, now: Timestamp, request_id: &str) -> Result<Arc<Metadata>, Outage> {
        let known = self.known_or_fetched(now, request_id, |_| true).await?;
        Ok(known.metadata.clone())
    }

    /// The key with this name. A token names its key in the header `kid`. `None` if the provider has no key with this
    /// name.
    pub async fn find(&self, kid: &str, now: Timestamp, request_id: &str) -> Result<Option<Arc<Key>>, Outage> {
        let known = self.known_or_fetched(now, request_id, |known| known.keys.contains_key(kid)).await?;
        Ok(known.keys.get(kid).cloned())
    }

    /// Returns the cached documents if they are fresh and `enough` returns true. If the cached documents are old or
    /// `enough` returns false, this function fetches the documents again. If the provider does not answer, but `enough`
    /// returns true, this function returns the old documents.
    async fn known_or_fetched(
        &self,
        now: Timestamp,
        request_id: &str,
        enough: impl Fn(&Documents) -> bool,
    ) -> Result<Arc<Documents>, Outage> {
        let seen = self.seen();
        if let Some(known) = seen.fresh(now).filter(|known| enough(known)) {
            return Ok(known);
        }
        let fetching = self.fetching.lock().await;
        // While this request waited for the lock, another request may have fetched the documents.
        let mut seen = self.seen();
        if !seen.fresh(now).is_some_and(|known| enough(&known)) {
            let more = seen.known.as_ref().is_some_and(|known| !enough(known));
            if seen.wait(now, more).is_none() {
                seen = self.ask(now, more, request_id).await;
            }
        }
        drop(fetching);
        match (&seen.known, &seen.failed) {
            (Some(known), None) => Ok(known.clone()),
            (Some(known), Some(_)) if enough(known) => Ok(known.clone()),
            (known, failed) => {
                let wait = seen.wait(now, known.is_some()).unwrap_or_default().as_secs();
                let retry_after = wait.clamp(1, BETWEEN.as_secs()).unsigned_abs();
                Err(Outage { cause: failed.clone().unwrap_or_default(), retry_after })
            }
        }
    }

    /// Asks the provider. The flag `more` is true if the key was not in the cached documents.
    async fn ask(&self, now: Timestamp, more: bool, request_id: &str) -> Cache {
        {
            // Before this function sends the request to the provider, it stores the present time. If the client
            // disconnects while this function waits for the provider, the rest of this function does not run.
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.asked_at = Some(now);
            if more {
                seen.asked_for_more_at = Some(now);
            }
        }
        let answer = tokio::time::timeout(TIMEOUT, self.look_up()).await;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match answer.unwrap_or_else(|_| Err("no answer in time".to_owned())) {
            Ok(known) => {
                seen.failed = None;
                seen.known_at = now;
                seen.known = Some(Arc::new(known));
            }
            Err(cause) => {
                let cause = format!("OpenID provider: {cause}");
                tracing::warn!(request_id, cause, "could not fetch the keys of the OpenID provider");
                seen.failed = Some(cause);
            }
        }
        seen.clone()
    }

    async fn look_up(&self) -> Result<Documents, String> {
        let discovery = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let metadata: Metadata = self.document(&discovery).await?;
        if metadata.issuer != *self.issuer {
            return Err(format!("{discovery} names another issuer: {}", shortened(&metadata.issuer)));
        }
        if let Some(unfit) = metadata.unfit() {
            return Err(format!("{discovery} names an address that is not https: {}", shortened(unfit)));
        }
        let set: KeySet = self.document(&metadata.jwks_uri).await?;
        // Skips keys that this program cannot read, and uses the other keys.
        let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok()).filter_map(usable);
        let keys: HashMap<_, _> = keys.collect();
        if keys.is_empty() {
            // If an empty key set replaced the cached keys, the program could not accept any token.
            return Err(format!("{} contains no key that this program can use", metadata.jwks_uri));
        }
        Ok(Documents { metadata: Arc::new(metadata), keys })
    }

    async fn document<T: DeserializeOwned>(&self, address: &str) -> Result<T, String> {
        let answer = self.http.get(address).await.map_err(|cause| format!("{address}: {cause}"))?;
        if !answer.status.is_success() {
            return Err(format!("{address}: {}", answer.status));
        }
        serde_json::from_slice(&answer.body).map_err(|error| format!("{address}: {error}"))
    }

    fn seen(&self) -> Cache {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Cache {
    fn fresh(&self, now: Timestamp) -> Option<Arc<Documents>> {
        self.known.clone().filter(|_| is_within(LASTING, self.known_at, now))
    }

    /// How long the program must wait before it may ask the provider again. `None` if the program may ask the provider
    /// now.
    fn wait(&self, now: Timestamp, more: bool) -> Option<SignedDuration> {
        let (asked_at, between) = match self.known {
            None => (self.asked_at, BETWEEN_FIRST),
            Some(_) if more => (self.asked_for_more_at, BETWEEN),
            Some(_) => (self.asked_at, BETWEEN),
        };
        asked_at.filter(|at| is_within(between, *at, now)).map(|at| between.min(between - now.duration_since(at)))
    }
}

/// Shortens a text of the provider for the log.
fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}

/// The name of a key, and the key. `None` if the key has no name or cannot verify signatures.
fn usable(jwk: Jwk) -> Option<(String, Arc<Key>)> {
    let name = jwk.common.key_id.clone()?;
    let signs = !matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption));
    let decoding = DecodingKey::from_jwk(&jwk).ok().filter(|_| signs)?;
    let algorithm = jwk.common.key_algorithm.map(|algorithm| algorithm.to_string());
    Some((name, Arc::new(Key { decoding, algorithm })))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// In this test, the provider runs on another machine. In the tests over HTTP, the provider always runs on this
    /// machine.
    #[test]
    fn a_provider_on_another_machine_has_only_https_addresses() {
        let unfit = |issuer: &str, member: &str, address: &str| {
            let mut document = json!({
                "issuer": issuer,
                "authorization_endpoint": "https://id.example.com/authorize",
                "token_endpoint": "https://id.example.com/token",
                "jwks_uri": "https://keys.example.com/keys",
                "userinfo_endpoint": "https://id.example.com/userinfo",
            });
            document[member] = address.into();
            serde_json::from_value::<Metadata>(document).unwrap().unfit().map(str::to_owned)
        };
        for member in ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"] {
            let local = "http://127.0.0.1:8080/path";
            assert_eq!(unfit("https://id.example.com", member, local).as_deref(), Some(local), "{member}");
            assert_eq!(unfit("http://127.0.0.1:8080", member, local), None, "{member}");
            for address in ["http://id.example.com/path", "https://a:b@id.example.com/path", "ftp://127.0.0.1/path", ""]
            {
                assert_eq!(unfit("http://127.0.0.1:8080", member, address).as_deref(), Some(address), "{member}");
            }
        }
    }
}
