//! Refuses requests from foreign web pages. A server that trusts every program on its machine refuses them on all paths. MCP
//! requires it of every server, so `/mcp` always refuses them.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    api::{answer::error::ApiError, lambda::gateway},
    app::App,
};

/// The host names, with ports, under which clients reach a server.
#[derive(Debug, Clone)]
pub struct OwnHosts(pub Arc<[String]>);

/// Refuses requests from foreign web pages: requests with a foreign `Origin`, and requests whose `Host` is not a name of
/// this server. An attacker can make a foreign name point to this machine (DNS rebinding).
pub async fn own_origin(State(hosts): State<OwnHosts>, request: Request, next: Next) -> Response {
    if is_own(&hosts, request.headers()) { next.run(request).await } else { ApiError::ForeignOrigin.into_response() }
}

/// An argument of handlers that refuse foreign web pages. The request must have a name of this server as its `Host`, and no
/// foreign `Origin`. The names come from `PUBLIC_URL`, from API Gateway, and from the extension that a server on a laptop
/// adds.
#[derive(Debug)]
pub struct OwnOrigin;

impl FromRequestParts<App> for OwnOrigin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let mut hosts = gateway::hosts(&app.config, &parts.extensions);
        hosts.extend(parts.extensions.get::<OwnHosts>().into_iter().flat_map(|OwnHosts(hosts)| hosts.iter().cloned()));
        if hosts.is_empty() {
            return Err(ApiError::NoPublicUrl);
        }
        if is_own(&OwnHosts(hosts.into()), &parts.headers) { Ok(Self) } else { Err(ApiError::ForeignOrigin) }
    }
}

fn is_own(OwnHosts(hosts): &OwnHosts, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default().to_ascii_lowercase());
    let known = |host: &str| hosts.iter().any(|own| bare(own) == bare(host));
    let origin = |origin: String| origin.split_once("://").is_some_and(|(_, host)| known(host));
    text(header::HOST).is_some_and(|host| known(&host)) && text(header::ORIGIN).is_none_or(origin)
}

/// The host without the default port of its scheme, because clients may leave out this port.
fn bare(host: &str) -> &str {
    host.strip_suffix(":80").or(host.strip_suffix(":443")).unwrap_or(host)
}
