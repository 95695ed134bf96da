//! Fetches client ID metadata documents (draft-ietf-oauth-client-id-metadata-document), if the operator allows it. Anybody
//! can make this service fetch an address, so the guards are strict: only https, only public addresses, no redirects, and
//! small limits for size and time.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::{
    client::legacy::{
        Client,
        connect::dns::{GaiResolver, Name},
    },
    rt::TokioExecutor,
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tower::Service;
use url::{Host, Url};

use crate::{
    domain::moment::is_within,
    tls::{self, with_causes},
};

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

/// Fetches documents, and remembers them. Clones share the memory.
#[derive(Debug, Clone, Default)]
pub struct ClientDocuments {
    seen: Arc<Mutex<HashMap<String, Fetched>>>,
    /// A request holds this lock while it fetches a document. So the program fetches one document at a time.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

impl ClientDocuments {
    /// The document at this address. The error is a text for the log.
    pub async fn get(&self, address: &str, now: Timestamp) -> Result<ClientDocument, String> {
        if !is_fit(address) {
            return Err("client document: the address is not allowed".to_owned());
        }
        let _one = self.fetching.lock().await;
        if let Some(known) = self.known(address, now) {
            return known;
        }
        let fetched = tokio::time::timeout(TIMEOUT, fetch(address)).await;
        let document =
            fetched.unwrap_or_else(|_| Err("no answer in time".to_owned())).and_then(|body| read(address, &body));
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

/// Whether the address can be a `client_id`: https, a host name and not an IP address, the usual port, and a path.
fn is_fit(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| {
        let own = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let named = matches!(url.host(), Some(Host::Domain(name)) if name.contains('.'));
        let usual = url.as_str() == address && address.len() <= ADDRESS;
        own && named && usual && url.scheme() == "https" && url.port().is_none() && url.path() != "/"
    })
}

/// Reads a document. Its `client_id` must be its address, letter for letter. A program that can only prove itself with a
/// secret or a key is refused, because this service treats each program with a document as a public client.
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

async fn fetch(address: &str) -> Result<Vec<u8>, String> {
    let connector = tls::public_connector(PublicResolver(GaiResolver::new()), TIMEOUT)?;
    let client: Client<_, Empty<&[u8]>> =
        Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector);
    let request = Request::get(address)
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, concat!("todo-action/", env!("CARGO_PKG_VERSION")))
        .body(Empty::new())
        .map_err(|error| error.to_string())?;
    let answer = client.request(request).await.map_err(|error| with_causes(&error))?;
    // The client does not follow redirects, so a redirect is refused here.
    if answer.status() != StatusCode::OK {
        return Err(answer.status().to_string());
    }
    let body = Limited::new(answer.into_body(), BYTES).collect().await.map_err(|error| with_causes(&*error))?;
    Ok(body.to_bytes().to_vec())
}

/// Resolves a host name to its public addresses. The connection goes to one of the checked addresses. So a second answer
/// of the name server cannot lead the program into a private network (DNS rebinding).
#[derive(Clone)]
pub struct PublicResolver(GaiResolver);

impl Service<Name> for PublicResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = std::io::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let found = self.0.call(name);
        Box::pin(async move {
            let public: Vec<_> = found.await?.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(std::io::Error::other("the host has no public address"));
            }
            Ok(public.into_iter())
        })
    }
}

/// Whether an address belongs to the public internet (IANA special-purpose address registries, RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, third, _] = v4.octets();
            let special = v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_documentation()
                || matches!(
                    (first, second, third),
                    (0 | 240.., _, _) | (100, 64..=127, _) | (192, 0, 0) | (198, 18 | 19, _)
                );
            !special
        }
        IpAddr::V6(v6) => {
            let segments = v6.segments();
            let embedded = || {
                let [high, low] = [segments[6], segments[7]].map(u16::to_be_bytes);
                IpAddr::V4(Ipv4Addr::new(high[0], high[1], low[0], low[1]))
            };
            match segments {
                [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => is_public(embedded()),
                // Only 2000::/3 is in public use. 2001::/23 has special purposes, 2001:db8::/32 is for examples, and 2002::/16
                // contains IPv4 addresses.
                [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] => false,
                [first, ..] => (0x2000..0x4000).contains(&first),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_reached() {
        for public in ["1.1.1.1", "172.15.0.1", "100.63.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for special in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.1",
            "192.168.1.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
        ] {
            assert!(!is_public(special.parse().unwrap()), "{special}");
        }
    }

    #[tokio::test]
    async fn a_name_without_a_public_address_is_not_reached() {
        let mut resolver = PublicResolver(GaiResolver::new());
        let found = resolver.call("localhost".parse().unwrap()).await;
        assert!(found.unwrap_err().to_string().contains("no public address"));
    }

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
