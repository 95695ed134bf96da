//! Recognises repeated requests by the caller's idempotency key and by the content of the request.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use super::{invalid::Invalid, limits};

/// A key that the caller chooses for one write. If the caller repeats the request with the same key, the program does
/// not write again. The caller sends the key in the header `Idempotency-Key`, in the field `idempotency_key`, or in the
/// parameter `idempotency_key`.
#[derive(Debug, Clone, PartialEq, Eq, deserr::Deserr)]
#[deserr(try_from(String) = IdempotencyKey::parse -> Invalid)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Accepts a key of 1 to 200 characters on one line. Removes quotes around the key, because the IETF draft of the
    /// header `Idempotency-Key` requires such quotes.
    pub fn parse(text: String) -> Result<Self, Invalid> {
        let key = text.trim().trim_matches('"');
        if key.is_empty() || key.chars().count() > limits::IDEMPOTENCY_KEY || key.chars().any(char::is_control) {
            return Err(Invalid::new(format!("must be 1 to {} characters on one line", limits::IDEMPOTENCY_KEY)));
        }
        Ok(Self(key.to_owned()))
    }

    /// SHA-256 of the key. The program computes the id of the change from this hash. The table does not store the key
    /// itself.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl PartialSchema for IdempotencyKey {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).max_length(Some(limits::IDEMPOTENCY_KEY)).into()
    }
}

impl ToSchema for IdempotencyKey {}

/// The content of a request, without `idempotency_key` and `allow_duplicate`. If two requests ask for the same thing,
/// their `Intent` values are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    operation: &'static str,
    target: String,
    if_match: Option<u64>,
    body: String,
}

/// SHA-256 of an [`Intent`], in hexadecimal digits. There are two formats: a fingerprint in format 2 begins with `2:`,
/// and a fingerprint in format 1 has no prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

/// The prefix of a fingerprint in format 2. All new fingerprints have format 2. A fingerprint in format 1 has no
/// prefix.
const FORM: &str = "2:";
/// The hash does not include these fields of the body, because the requested change does not depend on these fields.
const NOT_HASHED: [&str; 2] = ["idempotency_key", "allow_duplicate"];

impl Intent {
    /// `target` contains the ids from the path or the query. `if_match` is the version from the header `If-Match`. Two
    /// bodies count as equal if they differ only in spaces or in the order of the fields.
    pub fn new(operation: &'static str, target: &str, if_match: Option<u64>, body: &Value) -> Self {
        Self { operation, target: target.to_owned(), if_match, body: canonical(body) }
    }

    /// The fingerprint that is stored with a change.
    pub fn fingerprint(&self) -> Fingerprint {
        let condition = self.if_match.map(|version| format!("if_match={version}")).unwrap_or_default();
        Fingerprint(format!("{FORM}{}", sha256([self.operation, &self.target, &condition, &self.body])))
    }

    /// A hash of the request in hexadecimal digits. If a request has no idempotency key and comes twice within two
    /// minutes, the program recognises the second request by this hash. All versions of the program compute the same
    /// hash for a request without `if_match`. So the hash needs no prefix that names a format.
    pub fn digits(&self) -> String {
        match self.if_match {
            None => sha256([self.operation, &self.target, &self.body]),
            Some(version) => sha256([self.operation, &self.target, &self.body, &version.to_string()]),
        }
    }

    /// Whether the stored fingerprint belongs to this intent. The stored fingerprint may have format 1 or format 2.
    pub fn is(&self, stored: &Fingerprint) -> bool {
        let own = if stored.0.starts_with(FORM) { self.fingerprint() } else { self.fingerprint_of_form_1() };
        own == *stored
    }

    /// The fingerprint in format 1. Earlier versions of the program stored fingerprints in format 1 (docs/adr/0017).
    /// The table keeps a fingerprint for 30 days. In format 1, the hashed text contains `target`, a space and the text
    /// of `if_match`. For example, if `if_match` is 3, the text is `Some(3)`. If the request has no `if_match`, the
    /// text is `None`.
    fn fingerprint_of_form_1(&self) -> Fingerprint {
        let condition = self.if_match.map_or_else(|| "None".to_owned(), |version| format!("Some({version})"));
        let target = format!("{} {condition}", self.target);
        Fingerprint(sha256([self.operation, &target, &self.body]))
    }
}

/// The hash of these parts. In the hashed text, a zero byte separates each part from the next part.
fn sha256<const PARTS: usize>(parts: [&str; PARTS]) -> String {
    let mut hash = Sha256::new();
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            hash.update([0]);
        }
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize())
}

/// The body as JSON with sorted keys and without spaces. Without sorting, the order of the keys would depend on the
/// Cargo features of `serde_json`.
fn canonical(body: &Value) -> String {
    let mut body = body.clone();
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, _| !NOT_HASHED.contains(&name.as_str()));
    }
    body.sort_all_objects();
    body.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fingerprint(operation: &'static str, target: &str, if_match: Option<u64>, body: &Value) -> Fingerprint {
        Intent::new(operation, target, if_match, body).fingerprint()
    }

    #[test]
    fn the_order_of_members_and_the_key_itself_do_not_change_a_fingerprint() {
        let one = fingerprint("addTodos", "", None, &json!({"a": 1, "b": {"c": [2], "d": 3}}));
        let other =
            fingerprint("addTodos", "", None, &json!({"b": {"d": 3, "c": [2]}, "idempotency_key": "k", "a": 1}));
        assert_eq!(one, other);
    }

    #[test]
    fn another_operation_target_condition_or_body_has_another_fingerprint() {
        let body = json!({"a": [1, 2]});
        let one = fingerprint("updateTodo", "x", None, &body);
        assert_ne!(one, fingerprint("deleteTodo", "x", None, &body));
        assert_ne!(one, fingerprint("updateTodo", "y", None, &body));
        assert_ne!(one, fingerprint("updateTodo", "x", Some(3), &body));
        assert_ne!(one, fingerprint("updateTodo", "x", None, &json!({"a": [2, 1]})));
    }

    /// The table keeps the fingerprint of a request for 30 days. So for the same request, a new version of the program
    /// must compute the same digits as an old version.
    #[test]
    fn stored_fingerprints_still_match() {
        let intent = Intent::new("updateTodo", "k7m2x9qa4t", Some(3), &json!({"title": "Buy milk"}));
        assert_eq!(intent.fingerprint().0, "2:08b43c8ac1fbf38d3c84b2e9aa256377bf8c577440451c06f603ad419cdc2f82");
        assert_eq!(
            intent.fingerprint_of_form_1().0,
            "7566db0df081afe6ea64f16679175f778694cc4fc2b105f78ca3e33fcad53a33"
        );
        for stored in [intent.fingerprint(), intent.fingerprint_of_form_1()] {
            assert!(intent.is(&stored));
            assert!(!Intent { if_match: Some(4), ..intent.clone() }.is(&stored));
        }
        let intent = Intent::new("addTodos", "", None, &json!({"todos": [{"title": "Buy milk"}]}));
        assert_eq!(intent.digits(), "0357778bd6badee597bde1f6cd939e71f5811d0e2847910de8783d64a772fef7");
    }

    #[test]
    fn a_key_is_one_line_of_visible_text() {
        assert_eq!(IdempotencyKey::parse("\"abc\"".into()), IdempotencyKey::parse(" abc ".into()));
        for refused in [String::new(), "\"\"".into(), "a\nb".into(), "k".repeat(201)] {
            assert!(IdempotencyKey::parse(refused.clone()).is_err(), "{refused:?}");
        }
    }
}
