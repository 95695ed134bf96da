//! How this program makes connections: HTTP/1.1, which all that it speaks to speaks, over TLS with those whom the machine
//! trusts. Amazon's client brings HTTP/2 as well, which was a tenth of the function (docs/PERFORMANCE.md).

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs, pki_types::CertificateDer};
use rustls_native_certs::load_native_certs;

/// What makes connections.
pub type Connector = HttpsConnector<HttpConnector>;

/// A connector that gives up after `patience`; or why there is none, for the log. Plain HTTP is for what is on this machine:
/// whoever uses it sees to the address.
pub fn connector(patience: Duration) -> Result<Connector, String> {
    // DynamoDB and the OpenID provider are trusted for the same reasons, which are read once.
    static TLS: LazyLock<Result<ClientConfig, String>> = LazyLock::new(tls);
    let mut tcp = HttpConnector::new();
    tcp.set_connect_timeout(Some(patience));
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    let connector = HttpsConnectorBuilder::new().with_tls_config(TLS.clone()?);
    Ok(connector.https_or_http().enable_http1().wrap_connector(tcp))
}

fn tls() -> Result<ClientConfig, String> {
    let trusted = trusted();
    if trusted.is_empty() {
        tracing::warn!("this machine trusts no certificate: nobody can be reached by https");
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(trusted);
    let tls = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into());
    let tls = tls.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    Ok(tls.with_root_certificates(roots).with_no_client_auth())
}

/// The certificates that the machine trusts, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name. Linux has them in one
/// file, and most of its distributions once more in a folder, which `load_native_certs` reads as well: that takes 4 ms more of a
/// cold start, and its decoder, letter by letter, 0.6 (docs/PERFORMANCE.md). Whoever put one into the folder alone names
/// the folder.
#[expect(clippy::disallowed_methods, reason = "the variables are not ours: OpenSSL's, which many programs know")]
fn trusted() -> Vec<CertificateDer<'static>> {
    let in_one_file = cfg!(target_os = "linux") && std::env::var_os("SSL_CERT_DIR").is_none();
    let named = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    let file = named.or_else(|| openssl_probe::probe().cert_file).filter(|_| in_one_file);
    let found = file.and_then(|file| std::fs::read_to_string(file).ok()).map(|text| certificates(&text));
    found.filter(|found| !found.is_empty()).unwrap_or_else(|| load_native_certs().certs)
}

/// The certificates of a text with other things between them (RFC 7468, section 5). One that cannot be read is left out.
fn certificates(text: &str) -> Vec<CertificateDer<'static>> {
    let parts = text.split("-----BEGIN CERTIFICATE-----").skip(1);
    let encoded = parts.filter_map(|part| Some(part.split_once("-----END CERTIFICATE-----")?.0));
    let decoded =
        encoded.filter_map(|lines| BASE64_STANDARD.decode(lines.lines().map(str::trim).collect::<String>()).ok());
    decoded.map(Into::into).collect()
}

/// What failed and why, for the log: an error of a connection alone says that there was one.
pub fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::{collection::vec, prelude::*};
    use rustls_native_certs::load_certs_from_paths;

    use super::*;

    /// As OpenSSL and p11-kit write it: with a comment before and 64 letters in a line.
    fn pem(label: &str, der: &[u8], newline: &str) -> String {
        let encoded = BASE64_STANDARD.encode(der);
        let lines: Vec<_> = encoded.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        let lines = lines.join(newline);
        format!(
            "# Főtanúsítvány{newline}-----BEGIN {label}-----{newline}{lines}{newline}-----END {label}-----{newline}"
        )
    }

    proptest! {
        #[test]
        fn every_certificate_of_a_bundle_is_read(ders in vec(vec(any::<u8>(), 1..2_000), 0..8), crlf: bool) {
            let newline = if crlf { "\r\n" } else { "\n" };
            let bundle: String = ders.iter().map(|der| pem("CERTIFICATE", der, newline)).collect();
            let read: Vec<_> = certificates(&bundle).iter().map(|certificate| certificate.to_vec()).collect();
            prop_assert_eq!(read, ders);
        }
    }

    #[test]
    fn what_is_damaged_or_no_certificate_does_not_hide_the_others() {
        let bundle = [
            pem("CERTIFICATE", b"one", "\n"),
            pem("TRUSTED CERTIFICATE", b"with attributes that only OpenSSL knows", "\n"),
            "-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n".to_owned(),
            pem("CERTIFICATE", b"two", " \n"),
            "-----BEGIN CERTIFICATE-----\nAAAA".to_owned(),
        ];
        assert_eq!(certificates(&bundle.concat()), [b"one".to_vec().into(), b"two".to_vec().into()]);
    }

    #[test]
    fn the_machine_trusts_the_same_certificates_however_they_are_read() {
        let Some(file) = openssl_probe::probe().cert_file else { return };
        let bytes = |certificates: &[CertificateDer<'_>]| -> BTreeSet<Vec<u8>> {
            certificates.iter().map(|certificate| certificate.to_vec()).collect()
        };
        let read = certificates(&std::fs::read_to_string(&file).unwrap());
        assert_eq!(bytes(&read), bytes(&load_certs_from_paths(Some(&file), None).certs));
    }
}
