//! Serves the page of the list and its files. `build.rs` has compressed the files, so the program does not compress
//! them again.

use axum::{
    extract::{Path, State},
    http::{Extensions, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use crate::{
    api::{
        answer::{
            error::ApiError,
            html::{escaped, fill},
        },
        lambda::gateway::{base_url, path_of},
        request::if_none_match::IfNoneMatch,
    },
    app::App,
};

/// A file of web/dist.
struct File {
    /// The path in the address, such as `/assets/app-….js`.
    path: &'static str,
    media_type: &'static str,
    /// The entity tag, which depends only on the content.
    tag: &'static str,
    /// The file, compressed with gzip, which all browsers accept.
    gzip: &'static [u8],
}

static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/files.rs"));
/// The page. It shows the list of a person, and loads everything else.
const SHELL: &str = include_str!("../../../web/dist/index.html");

/// The Content-Security-Policy of the page. A browser runs only scripts of this service, and these are files of
/// web/dist. All other answers of this service have a media type that is not a script, and the header
/// `X-Content-Type-Options`. No script can make HTML from a text (Trusted Types). The Trusted Types policy `worker` is
/// only for the address of the service worker.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
    manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types worker";

/// The name of a file in `/assets/` contains a hash of its content, so browsers never ask for such a file again.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// A browser asks each time whether the file has changed.
const ASKS_AGAIN: &str = "no-cache";

/// `GET /` returns the page.
pub async fn get_page(State(app): State<App>, extensions: Extensions, if_none_match: IfNoneMatch) -> Response {
    let base = base_url(&app.config, &extensions).map(|base_url| path_of(&base_url)).unwrap_or_default();
    let html = fill(SHELL, &[("base", &escaped(&base))]);
    let tag = format!("\"{}\"", hex::encode(&Sha256::digest(html.as_bytes())[..8]));
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static(ASKS_AGAIN)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
    ];
    let known = if_none_match.contains(&tag);
    let tag = HeaderValue::from_str(&tag).ok().map(|tag| [(header::ETAG, tag)]);
    match known {
        true => (StatusCode::NOT_MODIFIED, tag, headers).into_response(),
        false => (tag, headers, html).into_response(),
    }
}

/// `GET /assets/{name}` returns a file whose name contains a hash.
pub async fn get_asset(Path(name): Path<String>, known: IfNoneMatch) -> Result<Response, ApiError> {
    answer(&format!("/assets/{name}"), &known, IMMUTABLE)
}

/// The paths of the other files, such as `/sw.js`.
pub fn other_paths() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|file| file.path).filter(|path| !path.starts_with("/assets/"))
}

/// Returns the file at this path, which is one of [`other_paths`].
pub fn other(path: &'static str, known: &IfNoneMatch) -> Result<Response, ApiError> {
    answer(path, known, ASKS_AGAIN)
}

fn answer(path: &str, known: &IfNoneMatch, caching: &'static str) -> Result<Response, ApiError> {
    let file = FILES.iter().find(|file| file.path == path).ok_or(ApiError::NoSuchPath)?;
    let always = [
        (header::CACHE_CONTROL, caching),
        (header::ETAG, file.tag),
        // The policy of the service worker.
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    if known.contains(file.tag) {
        return Ok((StatusCode::NOT_MODIFIED, always).into_response());
    }
    let encoded = [(header::CONTENT_TYPE, file.media_type), (header::CONTENT_ENCODING, "gzip")];
    Ok((always, encoded, file.gzip).into_response())
}
