//! The scope that a request needs.

use axum::http::Method;

use crate::domain::scope::Scope;

/// The scope that an operation with this HTTP method needs. An operation with a safe method changes nothing (RFC 9110,
/// section 9.2.1).
pub fn needed(method: &Method) -> Scope {
    if method.is_safe() { Scope::Read } else { Scope::Full }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changes_nothing_needs_the_scope_for_reading() {
        for (method, scope) in [
            (Method::GET, Scope::Read),
            (Method::HEAD, Scope::Read),
            (Method::POST, Scope::Full),
            (Method::PATCH, Scope::Full),
            (Method::PUT, Scope::Full),
            (Method::DELETE, Scope::Full),
        ] {
            assert_eq!(needed(&method), scope, "{method}");
        }
        assert_eq!(
            needed(&Method::from_bytes(b"LOOK").unwrap()),
            Scope::Full,
            "an unknown method may change something"
        );
    }
}
