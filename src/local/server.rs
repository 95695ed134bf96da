//! Serves the embedded DynamoDB on a port, for other programs. Every user of the machine can reach the port. Every web
//! page that a user opens can also reach the port. So this server answers only calls that contain the access key, and
//! never answers calls from web pages.

use std::fmt;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode, header, uri::Authority},
};
use dynoxide::Database;
use subtle::ConstantTimeEq;
use tokio::net::TcpListener;

use super::{
    LocalError,
    connections::serve_router,
    operations::{self, Tokens, refusal},
};

/// The maximum size of the body of a call, in bytes. DynamoDB accepts 16 MB.
const BODY: usize = 16 * 1024 * 1024;
/// The host names that always mean this machine.
const OWN_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The rules that decide which calls the server answers.
#[derive(Clone)]
pub struct Access {
    /// The access key id that every call must contain. The server does not check signatures, so the access key id is
    /// the secret.
    pub key: String,
    /// Further names of this machine that the server accepts as host names. These names contain no port. The server
    /// always accepts `localhost` and the loopback addresses.
    pub hosts: Vec<String>,
}

impl fmt::Debug for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Access").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

/// Serves the database on this port of the loopback address. The parameter `stop` is a Rust future. When `stop`
/// completes, the server stops. If `port` is 0, the operating system chooses a free port. Returns the address and the
/// server.
pub async fn serve(
    port: u16,
    database: Database,
    access: Access,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(SocketAddr, impl Future<Output = ()> + Send), LocalError> {
    let failed = |error: std::io::Error| LocalError(format!("cannot listen on 127.0.0.1:{port}: {error}"));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let router = Router::new().fallback(answer).with_state((database, Arc::new(access)));
    Ok((address, serve_router(listener, router, stop)))
}

async fn answer(State((database, access)): State<(Database, Arc<Access>)>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    if let Some(refusal) = access.refuses(parts.uri.authority(), &parts.headers) {
        return refusal.map(Body::from);
    }
    let Ok(body) = to_bytes(body, BODY).await else {
        let why = "the body is larger than 16 MB, or incomplete";
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "SerializationException", why).map(Body::from);
    };
    let target = text(&parts.headers, "x-amz-target").unwrap_or_default();
    operations::answer(&database, Tokens::Kept, target, &body).map(Body::from)
}

impl Access {
    /// The refusal of a call, or `None` if the server may answer the call. This function runs before the server reads
    /// the body of the call.
    fn refuses(&self, authority: Option<&Authority>, headers: &HeaderMap) -> Option<Response<String>> {
        let denied = |why| Some(refusal(StatusCode::FORBIDDEN, "AccessDeniedException", why));
        if headers.contains_key(header::ORIGIN) {
            return denied("web pages are not answered");
        }
        let named = headers.get_all(header::HOST).iter().map(|host| Authority::try_from(host.as_bytes()).ok());
        let mut named = named.chain(authority.cloned().map(Some)).peekable();
        let own = |authority: Option<Authority>| {
            authority.is_some_and(|authority| !authority.as_str().contains('@') && self.is_own(authority.host()))
        };
        if named.peek().is_none() || !named.all(own) {
            return denied(
                "the server does not know this host name; if this machine has this name, allow the name with --allow-host",
            );
        }
        let key = text(headers, header::AUTHORIZATION.as_str()).and_then(access_key);
        let Some(key) = key else {
            let why = "the call is not signed; sign it with the access key of the running `todo dynamodb` (AWS_ACCESS_KEY_ID)";
            return Some(refusal(StatusCode::BAD_REQUEST, "MissingAuthenticationTokenException", why));
        };
        if !bool::from(key.as_bytes().ct_eq(self.key.as_bytes())) {
            let why = "this is not the access key of the running `todo dynamodb`; set AWS_ACCESS_KEY_ID to the access key of `todo dynamodb`";
            return Some(refusal(StatusCode::BAD_REQUEST, "UnrecognisedClientException", why));
        }
        None
    }

    fn is_own(&self, host: &str) -> bool {
        OWN_HOSTS.into_iter().chain(self.hosts.iter().map(String::as_str)).any(|own| own.eq_ignore_ascii_case(host))
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The access key id (`KEY`) in an `Authorization` header of AWS Signature Version 4. The `Authorization` header has
/// this format: `AWS4-HMAC-SHA256 Credential=KEY/date/region/service/aws4_request, SignedHeaders=…, Signature=…`.
fn access_key(authorization: &str) -> Option<&str> {
    let parameters = authorization.strip_prefix("AWS4-HMAC-SHA256 ")?;
    let scope = parameters.split(',').find_map(|parameter| parameter.trim().strip_prefix("Credential="))?;
    scope.split_once('/').map(|(key, _)| key)
}
