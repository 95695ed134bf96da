//! What the provider says of itself: its discovery document (OpenID Connect Discovery 1.0) and its keys (RFC 7517).

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
use crate::config::is_safe;

/// After this time the provider is asked again: a key that it has taken back is not taken for longer.
const LASTING: SignedDuration = SignedDuration::from_hours(1);
/// So often at most the provider is asked about keys that it did not have, which anybody can make up.
const BETWEEN: SignedDuration = SignedDuration::from_secs(60);
/// So often at most while nothing is known of it at all, and so nobody can be let in.
const BETWEEN_FIRST: SignedDuration = SignedDuration::from_secs(5);
/// How long both documents may take together.
const PATIENCE: Duration = Duration::from_secs(3);

/// The keys of a provider, asked for when they are needed and remembered. Clones share what is remembered.
#[derive(Debug, Clone)]
pub struct Keys {
    issuer: Arc<str>,
    http: Http,
    seen: Arc<Mutex<Seen>>,
    /// Held by whoever asks the provider, so that many requests at once ask it once.
    asking: Arc<tokio::sync::Mutex<()>>,
}

/// What was last seen of the provider, and when it was last asked.
#[derive(Debug, Clone, Default)]
struct Seen {
    known: Option<Arc<Known>>,
    known_at: Timestamp,
    asked_at: Option<Timestamp>,
    /// When it was last asked about a key that was not among those that are known.
    asked_for_more_at: Option<Timestamp>,
    /// Why it could not be asked, when it could not.
    failed: Option<String>,
}

#[derive(Debug)]
struct Known {
    metadata: Arc<Metadata>,
    keys: HashMap<String, Arc<Key>>,
}

/// The part of the discovery document that is used here.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    jwks_uri: String,
}

/// A key of the provider, to verify signatures with.
#[derive(Debug)]
pub struct Key {
    pub decoding: DecodingKey,
    /// The algorithm that the key is for, where the provider says it.
    pub algorithm: Option<String>,
}

#[derive(Debug, Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

impl Keys {
    pub fn new(issuer: &str, http: Http) -> Self {
        Self { issuer: issuer.into(), http, seen: Arc::default(), asking: Arc::default() }
    }

    /// What the provider says of itself.
    pub async fn metadata(&self, now: Timestamp) -> Result<Arc<Metadata>, Outage> {
        let known = self.known_or_fetched(now, |_| true).await?;
        Ok(known.metadata.clone())
    }

    /// The key of this name (`kid`), which tokens give; `None` when the provider has none.
    pub async fn find(&self, kid: &str, now: Timestamp) -> Result<Option<Arc<Key>>, Outage> {
        let known = self.known_or_fetched(now, |known| known.keys.contains_key(kid)).await?;
        Ok(known.keys.get(kid).cloned())
    }

    /// What is known of the provider, if that is `enough` and fresh; otherwise what the provider says now. While it does not
    /// answer, old keys stay in use.
    async fn known_or_fetched(&self, now: Timestamp, enough: impl Fn(&Known) -> bool) -> Result<Arc<Known>, Outage> {
        let seen = self.seen();
        if let Some(known) = seen.fresh(now).filter(|known| enough(known)) {
            return Ok(known);
        }
        let asking = self.asking.lock().await;
        // Somebody else may have asked meanwhile.
        let mut seen = self.seen();
        if !seen.fresh(now).is_some_and(|known| enough(&known)) {
            let more = seen.known.as_ref().is_some_and(|known| !enough(known));
            if seen.wait(now, more).is_none() {
                seen = self.ask(now, more).await;
            }
        }
        drop(asking);
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

    /// Asks the provider; for `more` when what is known was not enough.
    async fn ask(&self, now: Timestamp, more: bool) -> Seen {
        {
            // Before it answers, because whoever asks may hang up.
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.asked_at = Some(now);
            if more {
                seen.asked_for_more_at = Some(now);
            }
        }
        let answer = tokio::time::timeout(PATIENCE, self.look_up()).await;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match answer.unwrap_or_else(|_| Err("no answer in time".to_owned())) {
            Ok(known) => {
                seen.failed = None;
                seen.known_at = now;
                seen.known = Some(Arc::new(known));
            }
            Err(cause) => {
                let cause = format!("OpenID provider: {cause}");
                tracing::warn!(cause, "the keys of the OpenID provider cannot be had");
                seen.failed = Some(cause);
            }
        }
        seen.clone()
    }

    async fn look_up(&self) -> Result<Known, String> {
        let discovery = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let metadata: Metadata = self.document(&discovery).await?;
        if metadata.issuer != *self.issuer {
            return Err(format!("{discovery} is of another issuer: {}", loggable(&metadata.issuer)));
        }
        let addresses = [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
        // A provider elsewhere has nothing to say about addresses of this machine.
        let local = self.issuer.starts_with("http://");
        let is_fit = |address: &str| is_safe(address) && (local || address.starts_with("https://"));
        if let Some(unfit) = addresses.into_iter().find(|address| !is_fit(address)) {
            return Err(format!("{discovery} names an address that is not https: {}", loggable(unfit)));
        }
        let set: KeySet = self.document(&metadata.jwks_uri).await?;
        // A key that is not understood is of no use, and no reason to do without the others.
        let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok()).filter_map(usable);
        let keys: HashMap<_, _> = keys.collect();
        if keys.is_empty() {
            // Taken for true it would sign everybody out.
            return Err(format!("{} has no key that can be used", metadata.jwks_uri));
        }
        Ok(Known { metadata: Arc::new(metadata), keys })
    }

    async fn document<T: DeserializeOwned>(&self, address: &str) -> Result<T, String> {
        let said = self.http.get(address).await.map_err(|cause| format!("{address}: {cause}"))?;
        if !said.status.is_success() {
            return Err(format!("{address}: {}", said.status));
        }
        serde_json::from_slice(&said.body).map_err(|error| format!("{address}: {error}"))
    }

    fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Seen {
    fn fresh(&self, now: Timestamp) -> Option<Arc<Known>> {
        self.known.clone().filter(|_| now.duration_since(self.known_at) < LASTING)
    }

    /// How long until the provider may be asked; `None` when it may.
    fn wait(&self, now: Timestamp, more: bool) -> Option<SignedDuration> {
        let (asked_at, between) = match self.known {
            None => (self.asked_at, BETWEEN_FIRST),
            Some(_) if more => (self.asked_for_more_at, BETWEEN),
            Some(_) => (self.asked_at, BETWEEN),
        };
        asked_at.map(|at| between - now.duration_since(at)).filter(|wait| wait.is_positive())
    }
}

/// What somebody else wrote, for a line of the log.
fn loggable(text: &str) -> String {
    text.chars().take(200).collect()
}

/// A key by its name, if tokens can name it and it signs.
fn usable(jwk: Jwk) -> Option<(String, Arc<Key>)> {
    let name = jwk.common.key_id.clone()?;
    let signs = !matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption));
    let decoding = DecodingKey::from_jwk(&jwk).ok().filter(|_| signs)?;
    let algorithm = jwk.common.key_algorithm.map(|algorithm| algorithm.to_string());
    Some((name, Arc::new(Key { decoding, algorithm })))
}
