//! Sends requests to the OpenID provider. The addresses come from the operator's configuration or from the provider's
//! discovery document. This module limits the time for connecting and the size of an answer. The callers of this module
//! limit the total time. The HTTP client does not follow redirects.

use std::io::Cursor;
use std::time::Duration;

use http::{Method, Request, StatusCode, header, request};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};

use crate::tls::{self, Connector, Reach, with_causes};

/// Time-out for connecting.
const CONNECT: Duration = Duration::from_millis(1_500);

type Body = Full<Cursor<Vec<u8>>>;

/// An HTTP client.
#[derive(Debug, Clone)]
pub struct Http {
    /// The client, or the reason why the program could not make the client.
    client: Result<Client<Connector, Body>, String>,
    /// The maximum size of an answer, in bytes.
    limit: usize,
}

/// An answer of the OpenID provider.
#[derive(Debug)]
pub struct ProviderAnswer {
    pub status: StatusCode,
    /// `Retry-After` in seconds.
    pub retry_after: Option<u64>,
    pub body: Vec<u8>,
}

impl Http {
    /// Makes an HTTP client that trusts the root certificates of the machine. An answer may have at most `limit` bytes.
    pub fn new(reach: Reach, limit: usize) -> Self {
        // The connector also accepts plain HTTP, because a provider on this machine may use plain HTTP. When the
        // program reads `OAUTH_ISSUER` or the discovery document, the program refuses plain HTTP addresses of other
        // machines.
        let connector = tls::connector(CONNECT, reach);
        // The client keeps no connections open. The program sends only a few requests to the provider. When Lambda
        // freezes the function between two requests, the function loses its open connections.
        let single = |connector| Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector);
        Self { client: connector.map(single), limit }
    }

    /// Requests a JSON document.
    pub async fn get(&self, address: &str) -> Result<ProviderAnswer, String> {
        self.send(Request::builder().method(Method::GET).uri(address), Vec::new()).await
    }

    /// Requests a JSON document. The request contains an access token (RFC 6750, section 2.1).
    pub async fn get_with(&self, address: &str, token: &str) -> Result<ProviderAnswer, String> {
        let request = Request::builder().method(Method::GET).uri(address);
        self.send(request.header(header::AUTHORIZATION, format!("Bearer {token}")), Vec::new()).await
    }

    /// Sends form data, with the `Authorization` header of the OAuth client.
    pub async fn post_form(
        &self,
        address: &str,
        form: String,
        authorization: Option<&str>,
    ) -> Result<ProviderAnswer, String> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.send(request, form.into_bytes()).await
    }

    /// The error texts are for the log. An error text contains addresses and causes, but no header and no body of the
    /// request.
    async fn send(&self, request: request::Builder, body: Vec<u8>) -> Result<ProviderAnswer, String> {
        let request = request
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, concat!("todo-action/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(Cursor::new(body)))
            .map_err(|error| error.to_string())?;
        let client = self.client.as_ref().map_err(Clone::clone)?;
        let response = client.request(request).await.map_err(|error| with_causes(&error))?;
        let (parts, body) = response.into_parts();
        let retry_after = parts.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let body = Limited::new(body, self.limit).collect().await.map_err(|error| with_causes(&*error))?;
        Ok(ProviderAnswer { status: parts.status, retry_after, body: body.to_bytes().to_vec() })
    }
}
