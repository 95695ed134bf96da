//! Sends the requests of `todo doctor` to a service, and says in plain words why a request failed.

use std::error::Error;
use std::time::Duration;
use std::{fs, io};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, header},
};
use hyper_util::{
    client::{self, legacy::Client},
    rt::TokioExecutor,
};
use rustls::{CertificateError, Error as TlsError, OtherError};
use serde_json::Value;
use todo_action::{
    config::certificate_file,
    tls::{self, Connector, Reach},
};

use super::Report;

/// The maximum time for a complete answer.
const TIMEOUT: Duration = Duration::from_secs(15);
/// The maximum time for connecting.
const CONNECT: Duration = Duration::from_secs(5);
/// The maximum size of an answer in bytes.
const LARGEST_ANSWER: usize = 10 * 1024 * 1024;

/// Checks the file with the root certificates, if the variable `SSL_CERT_FILE` names such a file.
pub fn check_certificates(report: &mut Report) {
    let Some(file) = certificate_file() else { return };
    let why = match fs::read(&file) {
        Ok(bytes) if String::from_utf8_lossy(&bytes).contains("BEGIN CERTIFICATE") => return,
        Ok(_) => "the file contains no certificate in the format PEM".to_owned(),
        Err(error) => error.to_string(),
    };
    report.wrong(
        "root certificates",
        format!("SSL_CERT_FILE names {file}, but todo cannot use this file ({why}). So todo trusts no certificate."),
        "set SSL_CERT_FILE to a file with root certificates, or remove the variable.",
    );
}

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
            let (parts, body) =
                self.client.request(request).await.map_err(|error| explain(&self.base_url, &error))?.into_parts();
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

fn explain(base_url: &str, error: &(dyn Error + 'static)) -> NoAnswer {
    if let Some(certificate) = causes(error).find_map(certificate_error) {
        let (why, next) = words(certificate);
        return NoAnswer { is_certificate: true, why: why.to_owned(), next };
    }
    let has = |kind: io::ErrorKind| {
        causes(error).any(|error| error.downcast_ref().is_some_and(|error: &io::Error| error.kind() == kind))
    };
    let has_ended = has(io::ErrorKind::UnexpectedEof) || has(io::ErrorKind::ConnectionReset);
    let is_connect = error.downcast_ref::<client::legacy::Error>().is_some_and(client::legacy::Error::is_connect);
    let (why, next) = if has(io::ErrorKind::ConnectionRefused) {
        (
            "no program answers at this address (connection refused).",
            "check whether the service runs, and whether the port of the address is right.",
        )
    } else if causes(error).any(<dyn Error>::is::<TlsError>) || (has_ended && base_url.starts_with("https://")) {
        (
            "the program at this address does not use encryption, or uses an encryption that this command refuses.",
            "check the port of the address. If the service has no certificate, try http:// instead of https://.",
        )
    } else if !is_connect && base_url.starts_with("http://") {
        (
            "the program at this address does not answer over http://.",
            "check the port of the address. If the service has a certificate, try https:// instead of http://.",
        )
    } else {
        return unknown(error);
    };
    NoAnswer { is_certificate: false, why: why.to_owned(), next }
}

fn unknown(error: &(dyn Error + 'static)) -> NoAnswer {
    let cause = causes(error).last().unwrap_or(error);
    NoAnswer {
        is_certificate: false,
        why: format!("the service cannot be reached ({cause})."),
        next: "check the spelling of the address, the DNS record of the host, and whether the service runs.",
    }
}

/// An error and its causes. An I/O error can contain another error, and does not return this error as its cause. So
/// this function also looks into I/O errors.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let next = |error: &&'a (dyn Error + 'static)| -> Option<&'a (dyn Error + 'static)> {
        let error = *error;
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(content) => Some(content),
            None => error.source(),
        }
    };
    std::iter::successors(Some(error), next)
}

fn certificate_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a CertificateError> {
    match error.downcast_ref() {
        Some(TlsError::InvalidCertificate(certificate)) => Some(certificate),
        _ => None,
    }
}

fn words(certificate: &CertificateError) -> (&'static str, &'static str) {
    match certificate {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            "the certificate has expired.",
            "renew the certificate. If the certificate is new, the clock of this machine may be wrong.",
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
            "the certificate is not valid yet.",
            "check the clock of this machine. If the clock is right, use the former certificate until then.",
        ),
        CertificateError::UnknownIssuer => (
            "the certificate is self-signed, or this machine does not know the authority that has issued the \
             certificate.",
            "use a certificate of a public authority, and let the server also send the intermediate certificates. If \
             the authority is your own, name its root certificate in SSL_CERT_FILE; then assistants on the internet \
             still refuse the certificate.",
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            "the certificate is for another host name.",
            "use a certificate that contains the host name of --url, or use a host name of the certificate in --url.",
        ),
        CertificateError::Other(other) if is_authority(other) => (
            "the certificate is self-signed: it is the certificate of an authority, and not of a server.",
            "use a certificate of a public authority. Assistants on the internet refuse a self-signed certificate.",
        ),
        CertificateError::Revoked => ("the authority has revoked the certificate.", "replace the certificate."),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            ("the certificate is not a certificate for servers.", "use a certificate for TLS servers.")
        }
        _ => (
            "the certificate is not valid, because it breaks a rule for certificates of servers.",
            "use a certificate of a public authority.",
        ),
    }
}

/// Whether the server has sent the certificate of an authority as its own certificate. `openssl req -x509` makes such
/// certificates.
fn is_authority(other: &OtherError) -> bool {
    other.0.downcast_ref() == Some(&webpki::Error::CaUsedAsEndEntity)
}
