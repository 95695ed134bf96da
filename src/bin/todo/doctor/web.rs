//! Sends the requests of `todo doctor` to a service, and says in plain words why a request failed.

use std::error::Error;
use std::io;
use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, header},
};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use rustls::{CertificateError, Error as TlsError};
use serde_json::Value;
use todo_action::tls::{self, Connector, Reach, with_causes};

/// The maximum time for a complete answer.
const TIMEOUT: Duration = Duration::from_secs(15);
/// The maximum time for connecting.
const CONNECT: Duration = Duration::from_secs(5);
/// The maximum size of an answer in bytes.
const LARGEST_ANSWER: usize = 10 * 1024 * 1024;

/// A service at one address. The client follows no redirects.
pub struct Web {
    base_url: String,
    client: Client<Connector, Body>,
}

/// The answer of a service.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// The body as JSON, or `null` if the body is not JSON.
    pub body: Value,
}

/// Why there is no answer, and what to do.
pub struct NoAnswer {
    /// Whether the certificate of the service is the reason.
    pub is_certificate: bool,
    pub why: String,
    pub next: &'static str,
}

impl Answer {
    /// A header of the answer.
    pub fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Web {
    pub fn new(base_url: &str) -> Result<Self, String> {
        let client = Client::builder(TokioExecutor::new()).build(tls::connector(CONNECT, Reach::Everywhere)?);
        Ok(Self { base_url: base_url.to_owned(), client })
    }

    pub async fn get(&self, path: &str) -> Result<Answer, NoAnswer> {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, NoAnswer> {
        self.send(Method::POST, path, Some(body)).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, NoAnswer> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base_url));
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())));
        let request = request.map_err(|error| unknown(&error))?;
        let answer = async {
            let (parts, body) = self.client.request(request).await.map_err(|error| explain(&error))?.into_parts();
            let body = to_bytes(Body::new(body), LARGEST_ANSWER).await.map_err(|error| unknown(&error))?;
            let body = serde_json::from_slice(&body).unwrap_or_default();
            Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
        };
        let late = |_| NoAnswer {
            is_certificate: false,
            why: format!("there was no complete answer within {} seconds.", TIMEOUT.as_secs()),
            next: "look at the log of the service, and try again.",
        };
        tokio::time::timeout(TIMEOUT, answer).await.map_err(late)?
    }
}

fn explain(error: &(dyn Error + 'static)) -> NoAnswer {
    match certificate_error(error) {
        Some(certificate) => {
            let (why, next) = words(certificate);
            NoAnswer { is_certificate: true, why, next }
        }
        None => unknown(error),
    }
}

fn unknown(error: &(dyn Error + 'static)) -> NoAnswer {
    NoAnswer {
        is_certificate: false,
        why: format!("the service cannot be reached ({}).", with_causes(error)),
        next: "check the spelling of the address, the DNS record of the host, and whether the service runs.",
    }
}

/// The error of the certificate in an error and its causes. An I/O error does not name its own content as its cause, so
/// this function also looks into I/O errors.
fn certificate_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a CertificateError> {
    if let Some(TlsError::InvalidCertificate(certificate)) = error.downcast_ref() {
        return Some(certificate);
    }
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(content) => certificate_error(content),
        None => certificate_error(error.source()?),
    }
}

fn words(certificate: &CertificateError) -> (String, &'static str) {
    match certificate {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            "the certificate has expired.".to_owned(),
            "renew the certificate. If the certificate is new, the clock of this machine may be wrong.",
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
            "the certificate is not valid yet.".to_owned(),
            "check the clock of this machine. If the clock is right, use the former certificate until then.",
        ),
        CertificateError::UnknownIssuer => (
            "this machine does not know the authority that has issued the certificate.".to_owned(),
            "use a certificate of a public authority, and let the server also send the intermediate certificates. If \
             the authority is your own, name its root certificate in SSL_CERT_FILE; then assistants on the internet \
             still refuse the certificate.",
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            "the certificate is for another host name.".to_owned(),
            "use a certificate that contains the host name of --url, or use a host name of the certificate in --url.",
        ),
        other => (format!("the certificate is not valid ({other:?})."), "replace the certificate."),
    }
}
