//! An HTTPS proxy in front of the embedded DynamoDB. The benchmark needs HTTPS, because a Lambda function uses HTTPS
//! with the real DynamoDB.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use crate::Result;

/// A running proxy, which ends together with this process.
pub struct Tls {
    pub endpoint: String,
    /// A file with the machine's root certificates and the proxy's root certificate. This file contains about as many
    /// certificates as a function usually reads.
    pub roots: PathBuf,
    _folder: tempfile::TempDir,
}

/// The files with the root certificates on Debian, Red Hat and Amazon Linux.
const BUNDLES: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

impl Tls {
    pub fn before(target: SocketAddr) -> Result<Self> {
        let mut authority = CertificateParams::new(Vec::new())?;
        // OpenSSL treats a certificate as self-signed if the issuer and the subject have the same name. So the
        // certificate authority and the server's certificate need different names.
        authority.distinguished_name.push(DnType::CommonName, "todo-action bench");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &authority)?;

        let folder = tempfile::tempdir()?;
        let roots = folder.path().join("roots.pem");
        let machine = BUNDLES.iter().find_map(|bundle| std::fs::read_to_string(bundle).ok()).unwrap_or_default();
        std::fs::write(&roots, format!("{machine}\n{}", authority.pem()))?;

        let private_key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private_key)?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        let endpoint = format!("https://localhost:{}", listener.local_addr()?.port());
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::spawn(move || runtime.block_on(serve(listener, acceptor, target)));
        Ok(Self { endpoint, roots, _folder: folder })
    }
}

async fn serve(listener: std::net::TcpListener, acceptor: TlsAcceptor, target: SocketAddr) -> std::io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            stream.set_nodelay(true)?;
            let mut front = acceptor.accept(stream).await?;
            let mut back = TcpStream::connect(target).await?;
            back.set_nodelay(true)?;
            tokio::io::copy_bidirectional(&mut front, &mut back).await
        });
    }
}
