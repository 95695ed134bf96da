//! The headers of every answer. If an answer already has such a header, it keeps its own value.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

/// An answer contains a person's todos. So caches must not store it, browsers must not guess another type for it, and
/// other pages must not show it in a frame.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

pub async fn secured(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
