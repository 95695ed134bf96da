//! Adds headers to every answer. If an answer already has one of these headers, the value of this header does not
//! change.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

/// Says which web pages may load an answer without CORS (Fetch Standard, section 3.7).
pub const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// An answer contains a person's todos. So caches must not store the answer, browsers must not guess its media type,
/// and other web pages must not show the answer in a frame or load the answer as an image or a script.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

pub fn secured(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
