//! Requests to the OpenID provider: to addresses that its operator has configured or that it names itself, bounded in time
//! and size, without following anybody elsewhere.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request, StatusCode, header, request};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};

/// Key sets have a few kilobytes, answers with tokens too.
const ANSWER_BYTES: usize = 256 * 1024;
/// How long connecting may take.
const CONNECT: Duration = Duration::from_millis(1_500);

type Body = Full<Cursor<Vec<u8>>>;

/// A client for HTTP, or why there is none.
#[derive(Debug, Clone)]
pub struct Http(Result<Client<HttpsConnector<HttpConnector>, Body>, String>);

/// What the provider said.
#[derive(Debug)]
pub struct Said {
    pub status: StatusCode,
    /// Whether it calls its body JSON.
    pub is_json: bool,
    /// `Retry-After` in seconds.
    pub retry_after: Option<u64>,
    pub body: Vec<u8>,
}

impl Http {
    /// A client that trusts whom the machine trusts.
    pub fn new() -> Self {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            tracing::warn!("this machine trusts no certificate: an OpenID provider cannot be reached by https");
        }
        roots.add_parsable_certificates(found.certs);
        let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let tls = match tls.with_safe_default_protocol_versions() {
            Ok(tls) => tls.with_root_certificates(roots).with_no_client_auth(),
            Err(error) => return Self(Err(error.to_string())),
        };
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(CONNECT));
        tcp.enforce_http(false);
        // Plain HTTP is for providers on this machine, which `OAUTH_ISSUER` and the discovery document are held to.
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        let connector = connector.wrap_connector(tcp);
        // No connection is kept: requests are minutes apart, and those of a function that was frozen are dead.
        Self(Ok(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector)))
    }

    /// Asks for a JSON document.
    pub async fn get(&self, address: &str) -> Result<Said, String> {
        self.send(Request::builder().method(Method::GET).uri(address), Vec::new()).await
    }

    /// Sends a form, with the `Authorization` of whoever sends it.
    pub async fn post_form(&self, address: &str, form: String, authorization: Option<&str>) -> Result<Said, String> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.send(request, form.into_bytes()).await
    }

    /// The errors are for the log: they name addresses and causes, and nothing of what was sent.
    async fn send(&self, request: request::Builder, body: Vec<u8>) -> Result<Said, String> {
        let request = request
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, concat!("todo-action/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(Cursor::new(body)))
            .map_err(|error| error.to_string())?;
        let client = self.0.as_ref().map_err(Clone::clone)?;
        let response = client.request(request).await.map_err(|error| with_causes(&error))?;
        let (parts, body) = response.into_parts();
        let media_type =
            parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let retry_after = parts.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let is_json = media_type == "application/json" || media_type.ends_with("+json");
        let body = Limited::new(body, ANSWER_BYTES).collect().await.map_err(|error| with_causes(&*error))?;
        Ok(Said { status: parts.status, is_json, retry_after, body: body.to_bytes().to_vec() })
    }
}

fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
