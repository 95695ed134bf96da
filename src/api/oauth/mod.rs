//! The authorization server of this service (OAuth 2.1). The OpenID provider tells this service who a person is. Then
//! the person decides on our own page whether a program gets access. The reasons are in
//! docs/adr/0019-an-authorization-server-of-our-own.md.

mod assistants;
mod authorize;
mod browser;
mod callback;
mod client;
mod consent;
mod error;
mod metadata;
mod own_page;
mod page;
mod parameters;
mod redirect;
mod register;
mod registration;
mod resource;
mod revoke;
mod stop;
mod token;
mod visit;

use axum::{
    Extension, Router,
    http::{HeaderName, Method, header},
    response::IntoResponse,
    routing::{get, post},
};
use tower_http::cors::{Any, CorsLayer};

use crate::{
    api::{answer::error::ApiError, lambda::gateway::path_of},
    app::App,
    config::{Auth, OAuth},
    oidc::Provider,
};

/// The OpenID provider. The OAuth endpoints exist only in a deployment with a provider, so each endpoint can use the
/// provider.
#[derive(Debug, Clone)]
struct Front(Provider);

impl Front {
    fn oauth(&self) -> &OAuth {
        self.0.oauth()
    }
}

/// The routes of the OAuth endpoints. A deployment without sign-in has no OAuth routes.
pub fn routes(app: &App) -> Router<App> {
    let (Auth::OAuth(_), Some(provider)) = (&app.config.auth, &app.provider) else { return Router::new() };
    let path = app.config.public_url.as_deref().map(path_of).unwrap_or_default();
    let mut for_programs = vec![
        ("/oauth/token".to_owned(), post(token::post_token)),
        ("/oauth/revoke".to_owned(), post(revoke::post_revoke)),
        ("/oauth/register".to_owned(), post(register::post_register)),
        ("/oauth/jwks".to_owned(), get(metadata::get_keys)),
    ];
    for place in metadata::places_of_server(&path) {
        for_programs.push((place, get(metadata::get_authorization_server)));
    }
    for (place, resource) in metadata::places_of_resources(&path) {
        for_programs.push((place, get(move |base_url| metadata::get_resource(base_url, resource))));
    }
    let mut routes = Router::new();
    for (place, handler) in for_programs {
        // Some programs add a slash to the addresses in the metadata, or to the address of the MCP endpoint.
        let handler = handler.options(preflight);
        routes = routes.route(&format!("{place}/"), handler.clone()).route(&place, handler);
    }
    // Some OAuth clients are web pages, so these routes allow requests from all web pages. It is safe to allow all web
    // pages, because these routes use no cookies. People open the other routes in the browser, so the other routes do
    // not allow requests from the scripts of web pages.
    let pages = CorsLayer::new().allow_origin(Any).allow_methods([Method::GET, Method::POST]).allow_headers([
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        HeaderName::from_static("mcp-protocol-version"),
    ]);
    routes
        .layer(pages)
        .route(
            "/oauth/authorize",
            get(authorize::get_authorize).post(authorize::post_authorize).head(|| no_head("GET,POST")),
        )
        .route("/oauth/callback", get(callback::get_callback).head(|| no_head("GET")))
        .route("/sign-in", get(own_page::get_sign_in).head(|| no_head("GET")))
        .route("/oauth/consent", get(consent::get_consent).post(consent::post_consent))
        .layer(Extension(Front(provider.clone())))
}

/// Answers the preflight request (CORS). A browser sends this preflight request before the web page's own request. The
/// `CorsLayer` adds the CORS headers to the answer.
async fn preflight() {}

/// Refuses the method `HEAD`. Axum would answer `HEAD` with the handler for `GET`. But the handlers for the steps of a
/// sign-in change the sign-in, and a `HEAD` request must not change anything (RFC 9110, section 9.2.1).
async fn no_head(allowed: &'static str) -> impl IntoResponse {
    ([(header::ALLOW, allowed)], ApiError::MethodNotAllowed)
}
