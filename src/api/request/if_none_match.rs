//! Reads the header `If-None-Match` (RFC 9110, section 13.1.2). With this header, a client names the version that the
//! client already has.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use std::convert::Infallible;

/// The entity tags in the headers `If-None-Match` of a request. If the request has no such header, the list of tags is
/// empty.
#[derive(Debug, Clone, Default)]
pub struct IfNoneMatch(Vec<String>);

impl IfNoneMatch {
    /// Whether the request has the header.
    pub fn is_present(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether one of the tags is equal to `tag`. The comparison is weak: the prefix `W/` makes no difference. The tag
    /// `*` is equal to every tag.
    pub fn contains(&self, tag: &str) -> bool {
        let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
        self.0.iter().any(|given| given == "*" || opaque(given) == opaque(tag))
    }

    fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let tags = values.flat_map(|value| value.split(',')).map(|tag| tag.trim().to_owned());
        Self(tags.filter(|tag| !tag.is_empty()).collect())
    }
}

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}
