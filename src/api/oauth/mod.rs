//! The front of the OpenID provider: what OAuth clients look for on the API's own domain. ChatGPT wants both URLs there, MCP
//! clients the metadata and a registration. docs/adr/0015-oauth-front-and-cognito.md tells why, and what is left to the provider.

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

/// What the front of a deployment works with, where people sign in.
#[derive(Debug, Clone)]
struct Front {
    oauth: Arc<OAuth>,
    provider: Provider,
}

/// The routes of the front; none where nobody signs in.
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
    // Clients that are web pages ask these too. No cookie is looked at, so every page may. Nobody's script signs in.
    let pages = CorsLayer::new().allow_origin(Any).allow_methods([Method::GET, Method::POST]).allow_headers([
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        HeaderName::from_static("mcp-protocol-version"),
    ]);
    routes.layer(pages).route("/oauth/authorize", get(authorize::get_authorize)).layer(Extension(front))
}

/// What a browser asks before it lets a page ask. The answer is in the headers that the layer adds.
async fn preflight() {}
