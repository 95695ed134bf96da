//! Idempotency: the caller's key, and what the request said.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

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

impl PartialSchema for IdempotencyKey {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).max_length(Some(limits::IDEMPOTENCY_KEY)).into()
    }
}

impl ToSchema for IdempotencyKey {}

/// What a request asks for, apart from how it is sent: two requests that ask for the same are equal in all fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    operation: &'static str,
    target: String,
    if_match: Option<u64>,
    body: String,
}

/// SHA-256 of an [`Intent`], in hexadecimal digits, behind the number of the form in which the intent was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

/// The form of today's fingerprints. Those of form 1 have no number before their digits.
const FORM: &str = "2:";
/// Members of a body that do not change what is asked for.
const HOW_TO_SEND: [&str; 2] = ["idempotency_key", "allow_duplicate"];

impl Intent {
    /// `target` is what the path or the query names, `if_match` the version of the header `If-Match`. Spaces and the order of
    /// members in the body do not matter.
    pub fn new(operation: &'static str, target: &str, if_match: Option<u64>, body: &Value) -> Self {
        Self { operation, target: target.to_owned(), if_match, body: canonical(body) }
    }

    /// The fingerprint that is stored with a change.
    pub fn fingerprint(&self) -> Fingerprint {
        let condition = self.if_match.map(|version| format!("if_match={version}")).unwrap_or_default();
        Fingerprint(format!("{FORM}{}", sha256([self.operation, &self.target, &condition, &self.body])))
    }

    /// What a request without a key is recognised by for two minutes. It has no form: the digits are those of version 0.1.
    pub fn digits(&self) -> String {
        sha256([self.operation, &self.target, &self.body])
    }

    /// Whether the stored fingerprint is that of the same intent, in whichever form it was stored.
    pub fn is(&self, stored: &Fingerprint) -> bool {
        let own = if stored.0.starts_with(FORM) { self.fingerprint() } else { self.fingerprint_of_form_1() };
        own == *stored
    }

    /// The form of version 0.1, which is stored for 30 days: the condition was `None` or `Some(3)`, behind the target.
    fn fingerprint_of_form_1(&self) -> Fingerprint {
        let condition = self.if_match.map_or_else(|| "None".to_owned(), |version| format!("Some({version})"));
        let target = format!("{} {condition}", self.target);
        Fingerprint(sha256([self.operation, &target, &self.body]))
    }
}

/// The hash of these parts, with a zero byte between two of them.
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

    /// Change records keep fingerprints for 30 days, so their digits must never change.
    #[test]
    fn fingerprints_are_those_that_are_stored() {
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
