//! Refuses requests from foreign web pages. The MCP specification requires every MCP server to refuse requests from
//! foreign web pages, so the path `/mcp` always refuses such requests. If a server runs on a laptop and has no
//! authentication, all paths of the server refuse requests from foreign web pages.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    api::{answer::error::ApiError, lambda::gateway},
    app::App,
};

/// The host names at which clients reach this server. Some of these names include a port.
#[derive(Debug, Clone)]
pub struct OwnHosts(pub Arc<[String]>);

/// Refuses a request if its header `Origin` names a foreign web page, or if the request names a host that is not this
/// server. This function checks the host, because an attacker can register a domain name that points to this machine
/// (DNS rebinding).
pub async fn own_origin(State(hosts): State<OwnHosts>, request: Request, next: Next) -> Response {
    if is_own(&hosts, request.uri(), request.headers()) {
        next.run(request).await
    } else {
        ApiError::ForeignOrigin.into_response()
    }
}

/// A handler with this argument refuses requests from foreign web pages. The host of the request must be a name of this
/// server. If the request has a header `Origin`, the host in this header must be a name of this server
/// too. The names of this server come from `PUBLIC_URL`, from the events of API Gateway, and from `OwnHosts` on a
/// laptop.
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
        if is_own(&OwnHosts(hosts.into()), &parts.uri, &parts.headers) {
            Ok(Self)
        } else {
            Err(ApiError::ForeignOrigin)
        }
    }
}

/// Refuses a request that a browser sends for a web page of another site (Fetch Metadata Request Headers, section 2.3).
/// If a person follows a link to this service, the browser sends a GET request. This function does not refuse a request
/// that comes from a followed link. Programs do not send the header `Sec-Fetch-Site`.
pub fn refuse_other_sites(parts: &Parts) -> Result<(), ApiError> {
    let is = |name: &str, value: &str| parts.headers.get(name).is_some_and(|header| header == value);
    let is_link = || is("sec-fetch-mode", "navigate") && parts.method.is_safe();
    if is("sec-fetch-site", "cross-site") && !is_link() { Err(ApiError::ForeignOrigin) } else { Ok(()) }
}

/// A handler with this argument refuses a request if a web page of another site has caused the browser to send it. A
/// handler with the argument `Caller` needs no argument `OwnSite`, because `Caller` refuses these requests too.
#[derive(Debug)]
pub struct OwnSite;

impl<S: Sync> FromRequestParts<S> for OwnSite {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        refuse_other_sites(parts).map(|()| Self)
    }
}

/// Whether all host names of the request are names of this server. HTTP/1.1 names the host in the header `Host`, and
/// HTTP/2 names the host in the pseudo-header `:authority`, which becomes a part of the URI. A request must name at
/// least one host.
fn is_own(OwnHosts(hosts): &OwnHosts, uri: &Uri, headers: &HeaderMap) -> bool {
    let lower = |value: &HeaderValue| value.to_str().unwrap_or_default().to_ascii_lowercase();
    let known = |host: &str| hosts.iter().any(|own| bare(own) == bare(host));
    let named = headers.get_all(header::HOST).iter().map(lower);
    let mut named = named.chain(uri.authority().map(|authority| authority.as_str().to_ascii_lowercase())).peekable();
    let origin = |origin: String| origin.split_once("://").is_some_and(|(_, host)| known(host));
    named.peek().is_some()
        && named.all(|host| known(&host))
        && headers.get(header::ORIGIN).map(lower).is_none_or(origin)
}

/// Removes `:80` or `:443` from a host, because clients may leave out a default port.
fn bare(host: &str) -> &str {
    host.strip_suffix(":80").or(host.strip_suffix(":443")).unwrap_or(host)
}
