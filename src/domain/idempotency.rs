//! Idempotency: the caller's key, and what the request said.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{invalid::Invalid, limits};

/// The caller's name for one intended write (the `Idempotency-Key` header, or `idempotency_key` in the body).
#[derive(Debug, Clone, PartialEq, Eq, deserr::Deserr)]
#[deserr(try_from(String) = IdempotencyKey::parse -> Invalid)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Takes 1 to 200 visible characters; the quotes that the IETF draft of the header wants are taken off.
    pub fn parse(text: String) -> Result<Self, Invalid> {
        let key = text.trim().trim_matches('"');
        if key.is_empty() || key.chars().count() > limits::IDEMPOTENCY_KEY || key.chars().any(char::is_control) {
            return Err(Invalid::new(format!("must be 1 to {} characters on one line", limits::IDEMPOTENCY_KEY)));
        }
        Ok(Self(key.to_owned()))
    }

    /// SHA-256 of the key: what is stored in its place.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

/// SHA-256 over what a request asks for: the same for the same operation, target and body however the body was
/// formatted, and different otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint in hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `target` is the item of an item route, else empty. The body's `idempotency_key` and `allow_duplicate` do not count:
    /// they do not change what is asked for.
    pub fn new(operation: &str, target: &str, body: &Value) -> Self {
        let mut hash = Sha256::new();
        for part in [operation, target] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.update(canonical(body).as_bytes());
        Self(hex::encode(hash.finalize()))
    }
}

const HOW_TO_SEND: [&str; 2] = ["idempotency_key", "allow_duplicate"];

/// JSON with sorted keys and no spaces, whatever map `serde_json` was built with.
fn canonical(body: &Value) -> String {
    let mut body = body.clone();
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, _| !HOW_TO_SEND.contains(&name.as_str()));
    }
    body.sort_all_objects();
    body.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_members_and_the_key_itself_do_not_change_a_fingerprint() {
        let one = Fingerprint::new("addTodos", "", &json!({"a": 1, "b": {"c": [2], "d": 3}}));
        let other = Fingerprint::new("addTodos", "", &json!({"b": {"d": 3, "c": [2]}, "idempotency_key": "k", "a": 1}));
        assert_eq!(one, other);
    }

    #[test]
    fn another_operation_target_or_body_has_another_fingerprint() {
        let body = json!({"a": [1, 2]});
        let one = Fingerprint::new("updateTodo", "x", &body);
        assert_ne!(one, Fingerprint::new("deleteTodo", "x", &body));
        assert_ne!(one, Fingerprint::new("updateTodo", "y", &body));
        assert_ne!(one, Fingerprint::new("updateTodo", "x", &json!({"a": [2, 1]})));
    }

    #[test]
    fn a_key_is_one_line_of_visible_text() {
        assert_eq!(IdempotencyKey::parse("\"abc\"".into()), IdempotencyKey::parse(" abc ".into()));
        for refused in [String::new(), "\"\"".into(), "a\nb".into(), "k".repeat(201)] {
            assert!(IdempotencyKey::parse(refused.clone()).is_err(), "{refused:?}");
        }
    }
}
