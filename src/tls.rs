//! How this program makes connections: HTTP/1.1, which all that it speaks to speaks, over TLS with those whom the machine
//! trusts. Amazon's client brings HTTP/2 as well, which was a tenth of the function (docs/PERFORMANCE.md).

use std::time::Duration;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};

/// What makes connections.
pub type Connector = HttpsConnector<HttpConnector>;

/// A connector that gives up after `patience`; or why there is none, for the log. Plain HTTP is for what is on this machine:
/// whoever uses it sees to the address.
pub fn connector(patience: Duration) -> Result<Connector, String> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        tracing::warn!("this machine trusts no certificate: nobody can be reached by https");
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    let tls = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into());
    let tls = tls.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    let tls = tls.with_root_certificates(roots).with_no_client_auth();
    let mut tcp = HttpConnector::new();
    tcp.set_connect_timeout(Some(patience));
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    Ok(HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp))
}

/// What failed and why, for the log: an error of a connection alone says that there was one.
pub fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
