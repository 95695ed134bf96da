//! Fetches client ID metadata documents (draft-ietf-oauth-client-id-metadata-document), if the operator allows these
//! fetches. Anybody can make this service fetch an address. So this service fetches only public https addresses,
//! follows no redirects, and has small limits for size and time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use url::{Host, Url};

use super::http::Http;
use crate::{domain::moment::is_within, tls::Reach};

/// The maximum size of a document, in bytes.
const BYTES: usize = 5 * 1024;
/// The time-out for a document.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The maximum length of the address of a document, in bytes.
const ADDRESS: usize = 500;
/// How long the program remembers a document.
const LASTING: SignedDuration = SignedDuration::from_hours(1);
/// How long the program remembers that it could not fetch a document.
const LASTING_FAILURE: SignedDuration = SignedDuration::from_mins(1);
/// The maximum number of remembered documents.
const DOCUMENTS: usize = 100;
/// The maximum number of redirect URIs in a document.
const REDIRECT_URIS: usize = 20;

/// What a program says about itself in its client ID metadata document.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClientDocument {
    pub client_id: String,
    #[serde(default)]
    pub client_name: String,
    pub redirect_uris: Vec<String>,
    token_endpoint_auth_method: Option<String>,
    #[serde(default, alias = "token_endpoint_auth_methods_supported")]
    token_endpoint_auth_methods: Vec<String>,
}

/// The result and the time of a fetch. The error is a text for the log.
type Fetched = (Result<ClientDocument, String>, Timestamp);

/// Fetches documents, and remembers them. Clones of this value share the remembered documents.
#[derive(Debug, Clone)]
pub struct ClientDocuments {
    http: Http,
    seen: Arc<Mutex<HashMap<String, Fetched>>>,
    /// A request holds this lock while it fetches a document. So the program fetches one document at a time.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

impl ClientDocuments {
    pub fn new() -> Self {
        Self { http: Http::new(Reach::PublicInternet, BYTES), seen: Arc::default(), fetching: Arc::default() }
    }

    /// The document at this address. The error is a text for the log.
    pub async fn get(&self, address: &str, now: Timestamp) -> Result<ClientDocument, String> {
        if !is_fit(address) {
            return Err("client document: the address is not allowed".to_owned());
        }
        if let Some(known) = self.known(address, now) {
            return known;
        }
        let _one = self.fetching.lock().await;
        // While this request waited for the lock, another request may have fetched the same document.
        if let Some(known) = self.known(address, now) {
            return known;
        }
        let fetched = tokio::time::timeout(TIMEOUT, self.http.get(address)).await;
        let fetched = fetched.unwrap_or_else(|_| Err("no answer in time".to_owned()));
        let document = fetched.and_then(|answer| match answer.status {
            StatusCode::OK => read(address, &answer.body),
            // The HTTP client does not follow redirects, so a redirect is an error here.
            other => Err(other.to_string()),
        });
        let document = document.map_err(|cause| format!("client document: {cause}"));
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= DOCUMENTS {
            seen.clear();
        }
        seen.insert(address.to_owned(), (document.clone(), now));
        document
    }

    fn known(&self, address: &str, now: Timestamp) -> Option<Result<ClientDocument, String>> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (document, at) = seen.get(address)?;
        let lasting = if document.is_ok() { LASTING } else { LASTING_FAILURE };
        is_within(lasting, *at, now).then(|| document.clone())
    }
}

/// Whether the address can be a `client_id`. The address must have the scheme https, a host name (not an IP address),
/// the usual port and a path.
fn is_fit(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| {
        let own = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let named = matches!(url.host(), Some(Host::Domain(name)) if name.contains('.'));
        let usual = url.as_str() == address && address.len() <= ADDRESS;
        own && named && usual && url.scheme() == "https" && url.port().is_none() && url.path() != "/"
    })
}

/// Reads a document. The `client_id` in the document must be exactly the address of the document. For this service,
/// every program with such a document is a public client. So this function refuses the document if the program needs a
/// secret or a key.
fn read(address: &str, body: &[u8]) -> Result<ClientDocument, String> {
    let document: ClientDocument =
        serde_json::from_slice(body).map_err(|error| format!("unreadable at line {}", error.line()))?;
    let method = document.token_endpoint_auth_method.as_deref();
    let is_public = matches!(method, None | Some("none"))
        || document.token_endpoint_auth_methods.iter().any(|method| method == "none");
    if document.client_id != address {
        Err("the document names another client_id".to_owned())
    } else if document.redirect_uris.is_empty() || document.redirect_uris.len() > REDIRECT_URIS {
        Err("the document has no redirect URIs, or too many".to_owned())
    } else if is_public {
        Ok(document)
    } else {
        Err("the document does not allow a public client".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_with_a_host_name_and_a_path() {
        assert!(is_fit("https://app.example.com/oauth/client.json"));
        for unfit in [
            "http://app.example.com/client.json",
            "https://app.example.com/",
            "https://app.example.com",
            "https://localhost/client.json",
            "https://127.0.0.1/client.json",
            "https://[::1]/client.json",
            "https://2130706433/client.json",
            "https://app.example.com:8443/a",
            "https://a@app.example.com/a",
            "https://app.example.com/a#b",
            "https://app.example.com/a/../b",
            "HTTPS://app.example.com/a",
            "https://APP.example.com/a",
            "file:///etc/passwd",
            "client.json",
            "",
        ] {
            assert!(!is_fit(unfit), "{unfit}");
        }
        assert!(!is_fit(&format!("https://app.example.com/{}", "a".repeat(ADDRESS))));
    }

    #[test]
    fn a_document_names_its_own_address_and_allows_a_public_client() {
        let address = "https://app.example.com/client.json";
        let with = |more: &str| {
            read(
                address,
                format!(r#"{{"client_id": "{address}", "redirect_uris": ["https://app.example.com/cb"]{more}}}"#)
                    .as_bytes(),
            )
        };
        for accepted in [
            "",
            r#", "client_name": "App", "jwks_uri": "https://app.example.com/keys""#,
            r#", "token_endpoint_auth_method": "none""#,
            r#", "token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_methods_supported": ["private_key_jwt", "none"]"#,
        ] {
            assert!(with(accepted).is_ok(), "{accepted}");
        }
        for refused in [
            r#", "token_endpoint_auth_method": "private_key_jwt""#,
            r#", "token_endpoint_auth_method": "client_secret_basic""#,
        ] {
            assert!(with(refused).is_err(), "{refused}");
        }
        for body in [
            r#"{"client_id": "https://app.example.com/other.json", "redirect_uris": ["https://app.example.com/cb"]}"#,
            r#"{"client_id": "https://app.example.com/client.json", "redirect_uris": []}"#,
            r#"{"client_id": "https://app.example.com/client.json"}"#,
            "<html>",
            "[]",
            "",
        ] {
            assert!(read(address, body.as_bytes()).is_err(), "{body}");
        }
    }
}
