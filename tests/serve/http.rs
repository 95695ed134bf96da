//! A small HTTP server for one test, with or without TLS. The test decides each answer.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use serde_json::Value;

/// A request.
pub struct Asked {
    pub path: String,
    /// The names are in lower case.
    pub headers: HashMap<String, String>,
    pub body: String,
}

/// An answer: the status, the header `Date`, and the body.
pub type Said = (u16, Option<String>, Value);

/// Starts a server. Returns its host and its port. The server stops when the test process ends.
pub fn serve(respond: impl Fn(Asked) -> Said + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || listener.incoming().for_each(|stream| answer(stream.unwrap(), &respond)));
    address
}

/// Reads one request, and answers it. If a client connects but sends nothing, there is no answer.
fn answer<S: Read + Write>(mut stream: S, respond: impl Fn(Asked) -> Said) {
    let mut reader = BufReader::new(&mut stream);
    let mut line = String::new();
    if reader.read_line(&mut line).is_err() || line.is_empty() {
        return;
    }
    let mut headers = HashMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers.get("content-length").map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    let path = line.split(' ').nth(1).unwrap().to_owned();
    let (status, date, body) = respond(Asked { path, headers, body: String::from_utf8(body).unwrap() });
    let (date, body) = (date.map(|date| format!("Date: {date}\r\n")).unwrap_or_default(), body.to_string());
    let head = format!("HTTP/1.1 {status} Here\r\n{date}Content-Type: application/json\r\nConnection: close");
    drop(write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    drop(stream.flush());
}

/// A certificate authority of a test.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Writes the root certificate into a file, for `SSL_CERT_FILE`.
    pub fn write_to(&self, file: &Path) {
        let encoded = BASE64_STANDARD.encode(self.0.der());
        let lines: Vec<_> = encoded.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
        std::fs::write(file, pem).unwrap();
    }

    /// Starts a TLS server with a certificate for this host. The certificate expires in this year. Returns the port.
    pub fn serve(&self, host: &str, year: i32, respond: impl Fn(Asked) -> Said + Send + 'static) -> u16 {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let certificate: CertificateDer<'static> = params.signed_by(&key, &self.0).unwrap().der().clone();
        serve_tls(certificate, &key, respond)
    }

    /// Starts a TLS server whose certificate is the certificate of an authority. The command `openssl req -x509` makes
    /// such certificates. Returns the port.
    pub fn serve_own(host: &str, respond: impl Fn(Asked) -> Said + Send + 'static) -> u16 {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap().der().clone();
        serve_tls(certificate, &key, respond)
    }
}

fn serve_tls(
    certificate: CertificateDer<'static>,
    key: &KeyPair,
    respond: impl Fn(Asked) -> Said + Send + 'static,
) -> u16 {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into());
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(vec![certificate], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let tls = ServerConnection::new(config.clone()).unwrap();
            answer(StreamOwned::new(tls, stream.unwrap()), &respond);
        }
    });
    port
}
