//! Who may not speak to us: web pages of others. A server that trusts everybody on its machine refuses them everywhere, and
//! MCP wants every server to.

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

/// The hosts, with their ports, under which a server is reached.
#[derive(Debug, Clone)]
pub struct OwnHosts(pub Arc<[String]>);

/// Refuses requests that a web page made: those with a foreign `Origin`, and those whose `Host` is a name that somebody
/// else has pointed here (DNS rebinding).
pub async fn own_origin(State(hosts): State<OwnHosts>, request: Request, next: Next) -> Response {
    if is_own(&hosts, request.headers()) { next.run(request).await } else { ApiError::ForeignOrigin.into_response() }
}

/// A request that came to a name of this server, and not from a web page of another site. The names are those of
/// `PUBLIC_URL` and of API Gateway, and those that a server on a laptop adds as an extension.
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

/// The host without the port of its scheme, which clients may leave out.
fn bare(host: &str) -> &str {
    host.strip_suffix(":80").or(host.strip_suffix(":443")).unwrap_or(host)
}
