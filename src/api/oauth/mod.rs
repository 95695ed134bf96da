//! The front of the OpenID provider: the endpoints that OAuth clients expect on the API's own domain. ChatGPT expects the
//! authorization URL and the token URL there. MCP clients expect the metadata and the registration there.
//! docs/adr/0015-oauth-front-and-cognito.md gives the reasons, and says what the provider still does.

mod authorize;
mod metadata;
mod parameters;
mod register;
mod token;

use std::sync::Arc;

use axum::{
    Extension, Router,
    http::{HeaderName, Method, header},
    routing::{get, post},
};
use tower_http::cors::{Any, CorsLayer};

use crate::{
    api::{access::challenge, answer::error::ApiError, lambda::gateway::BaseUrl},
    app::App,
    config::{Auth, OAuth},
    oidc::Provider,
};

/// The data that the front uses. Only a deployment where people sign in has a front.
#[derive(Debug, Clone)]
struct Front {
    oauth: Arc<OAuth>,
    provider: Provider,
}

/// The routes of the front. A deployment without sign-in has no such routes.
pub fn routes(app: &App) -> Router<App> {
    let (Auth::OAuth(oauth), Some(provider)) = (&app.config.auth, &app.provider) else { return Router::new() };
    let front = Front { oauth: Arc::new((**oauth).clone()), provider: provider.clone() };
    let routes = Router::new()
        .route("/oauth/token", post(token::post_token).options(preflight))
        .route("/.well-known/oauth-authorization-server", get(metadata::get_authorization_server).options(preflight))
        .route(challenge::METADATA, get(metadata::get_api).options(preflight))
        .route(challenge::METADATA_OF_MCP, get(metadata::get_mcp).options(preflight));
    let routes = match &front.oauth.public_client {
        Some(_) => routes.route("/oauth/register", post(register::post_register).options(preflight)),
        None => routes,
    };
    // Some OAuth clients are web pages, so these routes allow requests from all pages. This is safe, because the routes use
    // no cookies. `/oauth/authorize` does not allow such requests: a browser opens it, and no script has to call it.
    let pages = CorsLayer::new().allow_origin(Any).allow_methods([Method::GET, Method::POST]).allow_headers([
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        HeaderName::from_static("mcp-protocol-version"),
    ]);
    routes.layer(pages).route("/oauth/authorize", get(authorize::get_authorize)).layer(Extension(front))
}

/// Answers the request that a browser makes before it allows the request of a page (CORS). The layer adds the headers.
async fn preflight() {}
