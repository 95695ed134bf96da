//! Makes the network connections of this program. The connections use HTTP/1.1 over TLS, and trust the root
//! certificates of the machine. DynamoDB, OpenID providers and our own deployments all accept HTTP/1.1. Amazon's HTTP
//! client would also contain code for HTTP/2, which would make the Lambda function larger (docs/PERFORMANCE.md).

mod resolver;

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs, pki_types::CertificateDer};
use rustls_native_certs::{load_certs_from_paths, load_native_certs};

pub use resolver::Reach;
use resolver::Resolver;

/// Makes connections for an HTTP client.
pub type Connector = HttpsConnector<HttpConnector<Resolver>>;

/// If the connector cannot open a connection within the time `timeout`, the connector gives up. The text of the error
/// is for the log. The connector also accepts plain HTTP, because servers on this machine may use plain HTTP. The
/// caller of this function must make sure that a plain HTTP address belongs to this machine. `reach` says which hosts
/// the connector may reach.
pub fn connector(timeout: Duration, reach: Reach) -> Result<Connector, String> {
    let mut tcp = HttpConnector::new_with_resolver(Resolver::new(reach));
    tcp.set_connect_timeout(Some(timeout));
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    let connector = HttpsConnectorBuilder::new().with_tls_config(config()?);
    Ok(connector.https_or_http().enable_http1().wrap_connector(tcp))
}

/// The connections to DynamoDB, to the OpenID provider and to other hosts share this configuration. So the program
/// reads the root certificates only once.
fn config() -> Result<ClientConfig, String> {
    static TLS: LazyLock<Result<ClientConfig, String>> = LazyLock::new(tls);
    TLS.clone()
}

fn tls() -> Result<ClientConfig, String> {
    let roots = roots();
    if roots.is_empty() {
        tracing::warn!(
            "the program found no root certificates, so HTTPS requests will fail; install the package ca-certificates, or set SSL_CERT_FILE"
        );
    }
    let tls = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into());
    let tls = tls.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    Ok(tls.with_root_certificates(roots).with_no_client_auth())
}

/// The root certificates of this machine. If `SSL_CERT_FILE` names a file or `SSL_CERT_DIR` names a folder, the root
/// certificates come from this file or folder.
///
/// The library `rustls_native_certs` knows where the certificates are, but reads each file character by character. On
/// Linux, the library also reads a folder that usually contains the same certificates. The library took up to 40 % of
/// the init time of the Lambda function (docs/PERFORMANCE.md). So this function reads the certificate file itself. This
/// function uses the library only if there is no certificate file, or if the certificate file does not have the usual
/// simple format.
#[expect(clippy::disallowed_methods, reason = "many programs use these OpenSSL variables")]
fn roots() -> RootCertStore {
    let file = one_file(std::env::var_os("SSL_CERT_FILE"), std::env::var_os("SSL_CERT_DIR"));
    let simple = file.as_ref().and_then(|file| {
        let mut roots = RootCertStore::empty();
        // Adds the certificates one by one. A list of all certificates would permanently increase the memory that the
        // Lambda function uses. Leaves out invalid certificates.
        certificates(BufReader::new(File::open(file).ok()?), |certificate| drop(roots.add(certificate)))?;
        Some(roots).filter(|roots| !roots.is_empty())
    });
    simple.unwrap_or_else(|| {
        let found = file.map_or_else(load_native_certs, |file| load_certs_from_paths(Some(&file), None));
        found.errors.iter().for_each(|error| tracing::warn!("root certificates: {error}"));
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(found.certs);
        roots
    })
}

/// The file that contains all root certificates. If `SSL_CERT_FILE` is set, this variable contains the path of the
/// file. If `SSL_CERT_FILE` is not set, this file is the certificate file of the machine. `None` if no single file
/// contains all root certificates.
fn one_file(file: Option<OsString>, folder: Option<OsString>) -> Option<PathBuf> {
    match (file, folder) {
        (Some(file), None) => Some(file.into()),
        (None, None) if cfg!(target_os = "linux") => openssl_probe::probe().cert_file,
        _ => None,
    }
}

/// Calls `add` with each certificate of a bundle (RFC 7468, section 5). A bundle in the strict format contains only
/// certificates and text between the certificates. Returns `None` if the bundle is not in the strict format.
fn certificates(bundle: impl BufRead, mut add: impl FnMut(CertificateDer<'static>)) -> Option<()> {
    let mut lines = bundle.lines();
    while let Some(line) = lines.next() {
        let line = line.ok()?;
        if line == "-----BEGIN CERTIFICATE-----" {
            let mut encoded = String::new();
            loop {
                match lines.next()?.ok()?.as_str() {
                    "-----END CERTIFICATE-----" => break,
                    line => encoded.push_str(line),
                }
            }
            add(BASE64_STANDARD.decode(encoded).ok()?.into());
        } else if line.starts_with("-----") || line.contains('\r') {
            return None;
        }
    }
    Some(())
}

/// The text of an error and of all its causes, for the log. Without its causes, a connection error says nothing more
/// than that the connection failed.
pub fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use rustls::pki_types::pem::PemObject;

    use super::*;

    /// A PEM block in the format of OpenSSL and p11-kit: the block begins with a comment, and no line has more than 64
    /// characters.
    fn block(label: &str, der: &[u8]) -> String {
        let encoded = BASE64_STANDARD.encode(der);
        let lines: Vec<_> = encoded.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        format!("# Főtanúsítvány\n-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
    }

    /// A PEM block. Some blocks have unusual line breaks, spaces or other details.
    fn part() -> impl Strategy<Value = String> {
        (0..14, vec(any::<u8>(), 1..100)).prop_map(|(kind, der)| {
            let block = block(if kind == 1 { "TRUSTED CERTIFICATE" } else { "CERTIFICATE" }, &der);
            match kind {
                2 => block.replace('\n', "\r\n"),
                3 => block.replace('\n', "\r"),
                4 => block.replace("-----BEGIN", "#-----BEGIN"),
                5 => block.replace('\n', "\n  "),
                6 => block.replace('\n', " \n"),
                7 => block.replace('=', ""),
                8 => block.replace("-----END", "-----AND"),
                9 => block.replace("-----BEGIN", "------BEGIN"),
                10 => block.replace("-----\n", "----- and more\n"),
                11 => block.replacen('\n', "\n!", 3),
                12 => block.replace('\n', ""),
                _ => block,
            }
        })
    }

    fn read(bundle: &str) -> Option<Vec<CertificateDer<'static>>> {
        let mut read = Vec::new();
        certificates(bundle.as_bytes(), |certificate| read.push(certificate)).map(|()| read)
    }

    proptest! {
        #[test]
        fn every_certificate_of_a_usual_bundle_is_read(ders in vec(vec(any::<u8>(), 1..2_000), 1..8)) {
            let bundle: String = ders.iter().map(|der| block("CERTIFICATE", der)).collect();
            prop_assert_eq!(read(&bundle), Some(ders.into_iter().map(Into::into).collect()));
        }

        #[test]
        fn what_is_read_of_any_bundle_is_what_the_library_reads(parts in vec(part(), 0..4)) {
            let bundle = parts.concat();
            let library: Vec<_> = CertificateDer::pem_slice_iter(bundle.as_bytes()).filter_map(Result::ok).collect();
            prop_assert!(read(&bundle).is_none_or(|read| read == library), "{bundle}");
        }
    }

    #[test]
    fn a_folder_that_is_named_is_read_and_a_named_file_counts_instead_of_the_machine_s() {
        let [file, folder] = ["/nowhere/roots.pem", "/nowhere/roots"].map(OsString::from);
        assert_eq!(one_file(Some(file.clone()), None), Some(file.clone().into()));
        assert_eq!(one_file(Some(file), Some(folder.clone())), None);
        assert_eq!(one_file(None, Some(folder)), None);
    }
}
