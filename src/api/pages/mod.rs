//! Serves the OpenAPI document, and the pages for people.

mod connect;
pub mod files;
mod privacy;

use std::sync::LazyLock;

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};

use crate::{
    api::{
        answer::{
            headers::CROSS_ORIGIN_RESOURCE_POLICY,
            html::{escaped, fill, hash_source},
        },
        lambda::gateway::BaseUrl,
        operations::openapi,
    },
    app::App,
    config::{Confirm, Operator},
};

const CONNECT: &str = include_str!("connect.html");
const PRIVACY: &str = include_str!("privacy.html");
/// The style of these pages, with the colours and measures of the page of the list.
const STYLE: &str = concat!(include_str!("../../../web/src/clothes/tokens.css"), include_str!("style.css"));
const SCRIPT: &str = include_str!("script.js");
/// The icon of the service, as SVG.
pub const FAVICON: &str = include_str!("favicon.svg");

/// The Content-Security-Policy of the pages. The policy allows only our own style and our own script. The policy
/// contains the hash of this style and the hash of this script. The pages may send requests only to this service.
static PAGE_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; connect-src 'self'; img-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        hash_source(STYLE),
        hash_source(SCRIPT)
    );
    HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
});

/// `GET /openapi.json` returns the OpenAPI document, with this deployment as its server. Importers always get the
/// current version of the document.
pub async fn get_openapi(State(app): State<App>, BaseUrl(base_url): BaseUrl) -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    (headers, openapi::served(&base_url, &app.config))
}

/// `GET /connect` explains how to connect each assistant, and shows whether the deployment works.
pub async fn get_connect(State(app): State<App>, BaseUrl(base_url): BaseUrl) -> Response {
    let confirm = match app.config.confirm {
        Confirm::None => "You can tell ChatGPT to always allow every operation, because every write can be undone.",
        Confirm::Deletes => "ChatGPT asks each time before it deletes todos (CONFIRM=deletes).",
        Confirm::Writes => "ChatGPT asks before each operation that changes something (CONFIRM=writes).",
    };
    let authentication = connect::authentication(&app.config, &base_url);
    let values = [
        ("base_url", escaped(&base_url)),
        ("confirm", confirm.to_owned()),
        ("warning", authentication.warning.to_owned()),
        ("people", authentication.people),
        ("ways", authentication.ways),
        ("authentication", authentication.entry),
        ("key", authentication.header.to_owned()),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    page(CONNECT, &values, "public, max-age=300")
}

/// `GET /privacy` returns the privacy policy. The settings of a GPT contain a link to this page.
pub async fn get_privacy(State(app): State<App>) -> Response {
    let operator = responsible(&app.config.operator);
    let values = privacy::values(&app.config);
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    page(PRIVACY, &[&[("operator", operator.as_str())], &values[..]].concat(), "public, max-age=3600")
}

/// `GET /favicon.ico` returns the icon as SVG. Browsers accept SVG under this file name, because they look at the media
/// type and not at the file name. Web pages of other sites may show the icon, for example in a list of services.
pub async fn get_favicon() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "public, max-age=604800"),
        (CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"),
    ];
    (headers, FAVICON)
}

/// Makes a page: replaces each placeholder in `text` with the value of the placeholder. The values are HTML.
fn page(text: &str, values: &[(&str, &str)], caching: &'static str) -> Response {
    let known = [("style", STYLE), ("script", SCRIPT), ("version", env!("CARGO_PKG_VERSION"))];
    let html = fill(text, &[&known, values].concat());
    let caching = [(header::CACHE_CONTROL, HeaderValue::from_static(caching))];
    (caching, [(header::CONTENT_SECURITY_POLICY, PAGE_POLICY.clone())], Html(html)).into_response()
}

/// The sentence that names the operator, as HTML.
fn responsible(operator: &Operator) -> String {
    let name = operator.name.as_deref().map(escaped);
    let contact = operator.contact.as_deref().map(|contact| {
        let shown = escaped(contact);
        let (plain, web) = (!contact.contains(char::is_whitespace), contact.starts_with("https://"));
        match contact {
            _ if plain && web => format!("<a href=\"{shown}\">{shown}</a>"),
            _ if plain && contact.contains('@') => format!("<a href=\"mailto:{shown}\">{shown}</a>"),
            _ => shown,
        }
    });
    match (name, contact) {
        (Some(name), Some(contact)) => format!("This service is run by {name}. Contact: {contact}"),
        (Some(name), None) => format!("This service is run by {name}."),
        (None, Some(contact)) => format!("You can reach the operator of this service at {contact}"),
        (None, None) => "The operator of this service has not given a name yet (OPERATOR_NAME, OPERATOR_CONTACT). \
             Whoever gave you its address can tell."
            .to_owned(),
    }
}
