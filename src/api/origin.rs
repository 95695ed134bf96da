//! Who may speak to a server that trusts everybody on its machine: nobody's web page.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::error::ApiError;

/// The hosts, with their ports, under which a server is reached.
#[derive(Debug, Clone)]
pub struct OwnHosts(pub Arc<[String]>);

/// Refuses requests that a web page made: those with a foreign `Origin`, and those whose `Host` is a name that somebody
/// else has pointed here (DNS rebinding).
pub async fn own_origin(State(hosts): State<OwnHosts>, request: Request, next: Next) -> Response {
    if is_own(&hosts, request.headers()) { next.run(request).await } else { ApiError::ForeignOrigin.into_response() }
}

fn is_own(OwnHosts(hosts): &OwnHosts, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default().to_ascii_lowercase());
    // Clients leave the port of the scheme out.
    let bare = |own: &str| own.strip_suffix(":80").or(own.strip_suffix(":443")).map(str::to_owned);
    let known = |host: &str| hosts.iter().any(|own| own == host || bare(own).as_deref() == Some(host));
    let origin = |origin: String| origin.split_once("://").is_some_and(|(_, host)| known(host));
    text(header::HOST).is_some_and(|host| known(&host)) && text(header::ORIGIN).is_none_or(origin)
}
