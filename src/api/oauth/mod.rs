//! The OAuth endpoints of this service. OAuth clients use these endpoints instead of the endpoints of the OpenID
//! provider. ChatGPT expects the authorization URL and the token URL on the API's own domain. MCP clients expect the
//! metadata and the registration on the API's own domain. The reasons for these endpoints are in
//! docs/adr/0015-oauth-front-and-cognito.md.

mod authorize;
mod metadata;
#[cfg_attr(not(test), expect(dead_code, reason = "no endpoint shows these pages yet"))]
mod page;
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

/// The data that the OAuth endpoints use. A deployment without sign-in has no OAuth endpoints.
#[derive(Debug, Clone)]
struct Front {
    oauth: Arc<OAuth>,
    provider: Provider,
}

/// The routes of the OAuth endpoints. A deployment without sign-in has no OAuth routes.
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
    // Some OAuth clients are web pages, so these routes allow requests from all web pages. It is safe to allow all web
    // pages, because the OAuth routes use no cookies. The route `/oauth/authorize` does not allow requests from the
    // scripts of web pages, because people open this route in the browser.
    let pages = CorsLayer::new().allow_origin(Any).allow_methods([Method::GET, Method::POST]).allow_headers([
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        HeaderName::from_static("mcp-protocol-version"),
    ]);
    routes.layer(pages).route("/oauth/authorize", get(authorize::get_authorize)).layer(Extension(front))
}

/// Answers the preflight request (CORS). A browser sends this preflight request before the web page's own request. The
/// `CorsLayer` adds the CORS headers to the answer.
async fn preflight() {}
