//! Reads the domain and the stage from a Lambda event, and removes the stage from the path of the request.

use axum::{
    extract::FromRequestParts,
    http::{Extensions, Request, Uri, request::Parts, uri::PathAndQuery},
};
use lambda_http::{RequestExt, request::RequestContext};
use url::Url;

use crate::{api::answer::error::ApiError, app::App, config::Config};

/// The name of API Gateway's default stage. The address of a deployment never contains this name.
const DEFAULT_STAGE: &str = "$default";

/// The address at which callers reach this deployment, without a slash at the end. The address is `PUBLIC_URL`. If
/// `PUBLIC_URL` is not set, the address comes from the domain and the stage in the event of API Gateway. The address
/// never comes from a header, because a client can send any value in a header. The event of a load balancer has no
/// domain, so a deployment behind a load balancer needs `PUBLIC_URL`.
pub fn base_url(config: &Config, extensions: &Extensions) -> Option<String> {
    if let Some(url) = &config.public_url {
        return Some(url.clone());
    }
    let (domain, stage) = domain_and_stage(extensions)?;
    Some(match stage {
        Some(stage) if stage != DEFAULT_STAGE => format!("https://{domain}/{stage}"),
        _ => format!("https://{domain}"),
    })
}

/// Gives a handler the address of this deployment. If the program does not know the address of this deployment, the
/// answer is an error.
#[derive(Debug)]
pub struct BaseUrl(pub String);

impl FromRequestParts<App> for BaseUrl {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        base_url(&app.config, &parts.extensions).map(Self).ok_or(ApiError::NoPublicUrl)
    }
}

/// The host names of this deployment: the host of `PUBLIC_URL`, and the domain in the event of API Gateway.
pub fn hosts(config: &Config, extensions: &Extensions) -> Vec<String> {
    let public = config.public_url.as_deref().map(host);
    let domain = domain_and_stage(extensions).map(|(domain, _)| domain);
    public.into_iter().chain(domain).map(str::to_ascii_lowercase).collect()
}

/// The path in the address of the deployment, without a slash at the end, for example `/prod`. The path can be empty.
pub fn path_of(base_url: &str) -> String {
    Url::parse(base_url).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default()
}

/// The host and the port of an absolute address.
pub fn host(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest).split('/').next().unwrap_or_default()
}

fn domain_and_stage(extensions: &Extensions) -> Option<(&str, Option<&str>)> {
    match extensions.get::<RequestContext>()? {
        RequestContext::ApiGatewayV1(context) => Some((context.domain_name.as_deref()?, context.stage.as_deref())),
        RequestContext::ApiGatewayV2(context) => Some((context.domain_name.as_deref()?, context.stage.as_deref())),
        _ => None,
    }
}

/// Removes the stage from the path of a request, because the paths of our routes contain no stage. If the event comes
/// from a REST API (v1), the path does not contain the stage, but `lambda_http` adds the stage to the path. If the
/// event comes from an HTTP API (v2), the path already contains the stage.
pub fn without_stage<B>(mut request: Request<B>) -> Request<B> {
    let stage = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV1(context)) => {
            // The path in an event of a REST API (v1) does not contain the stage. So the program uses exactly the path
            // that API Gateway sent, even if this path begins with the name of the stage.
            context.stage.as_ref().map(|_| None)
        }
        Some(RequestContext::ApiGatewayV2(context)) => {
            context.stage.clone().filter(|stage| stage != DEFAULT_STAGE).map(Some)
        }
        _ => None,
    };
    let Some(stage) = stage else { return request };
    let raw = request.raw_http_path().to_owned();
    let path = match &stage {
        Some(stage) => raw
            .strip_prefix(&format!("/{stage}"))
            .filter(|rest| rest.is_empty() || rest.starts_with('/'))
            .unwrap_or(&raw),
        None => &raw,
    };
    let path = if path.is_empty() { "/" } else { path };
    if let Some(uri) = with_path(request.uri(), path) {
        *request.uri_mut() = uri;
    }
    request
}

fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let path_and_query = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path_and_query.parse::<PathAndQuery>().ok()?);
    Uri::from_parts(parts).ok()
}
