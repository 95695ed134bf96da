//! Reading requests: every rejection is a problem document, every broken rule is named with its path, all at once.

use std::ops::ControlFlow;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, header, request::Parts},
};
use deserr::{DeserializeError, Deserr, ErrorKind, IntoValue, MergeWithError, ValueKind, ValuePointerRef};
use serde_json::{Map, Value};

use super::{error::ApiError, problem::FieldError};
use crate::domain::{id::TodoId, invalid::Invalid, key::IdempotencyKey};

/// A JSON object as request body, with what it said for the fingerprint of the request.
#[derive(Debug)]
pub struct Json<T> {
    pub value: T,
    /// The body without what counts as absent.
    pub raw: Value,
}

/// The body of an operation that takes none: nothing, or an empty object, which some clients send. Anything else was
/// meant to say something, so it is refused instead of being overlooked.
#[derive(Debug)]
pub struct NoBody;

/// The query of an operation that takes none.
#[derive(Debug, Deserr)]
#[deserr(deny_unknown_fields)]
pub struct NoQuery {}

/// The query string.
#[derive(Debug)]
pub struct Query<T>(pub T);

/// The id of the item in the path.
#[derive(Debug)]
pub struct ItemId(pub TodoId);

/// `Idempotency-Key` and `If-Match`.
#[derive(Debug, Default)]
pub struct Conditions {
    /// draft-ietf-httpapi-idempotency-key-header.
    pub idempotency_key: Option<IdempotencyKey>,
    /// The version of RFC 9110's `If-Match`; our entity tags are versions in quotes. `*` sets no condition beyond existence.
    pub if_match: Option<u64>,
}

/// The values of a request that break a rule, with their paths.
#[derive(Debug, Default)]
pub struct Broken(Vec<FieldError>);

impl<S: Send + Sync, T: Deserr<Broken>> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_json = is_json(request.headers());
        // axum's only other reason is a connection that broke.
        let body = Bytes::from_request(request, state).await.map_err(|_| ApiError::BodyTooLarge)?;
        if body.is_empty() {
            return Self::read(Value::Object(Map::new()));
        }
        if !is_json {
            return Err(ApiError::NotJson);
        }
        let value: Value = serde_json::from_slice(&body).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            ApiError::Malformed(format!("The body is not valid JSON at {place}; send one JSON object."))
        })?;
        if value.is_null() {
            return Self::read(Value::Object(Map::new()));
        }
        if !value.is_object() {
            return Err(ApiError::Malformed(
                "The body must be one JSON object, as the document describes it.".to_owned(),
            ));
        }
        Self::read(value)
    }
}

impl<T: Deserr<Broken>> Json<T> {
    fn read(mut raw: Value) -> Result<Self, ApiError> {
        drop_absent(&mut raw);
        let value = deserr::deserialize(raw.clone()).map_err(|Broken(errors)| ApiError::Invalid(errors))?;
        Ok(Self { value, raw })
    }
}

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = Bytes::from_request(request, state).await.map_err(|_| ApiError::BodyTooLarge)?;
        match body.trim_ascii() {
            b"" | b"{}" | b"null" => Ok(Self),
            _ => Err(ApiError::Malformed(
                "This operation takes no body; what it needs goes into the path or the query.".to_owned(),
            )),
        }
    }
}

impl<S: Send + Sync, T: Deserr<Broken>> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut values = Map::new();
        for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            if values.insert(name.to_string(), Value::from(value.into_owned())).is_some() {
                return Err(ApiError::invalid(
                    &name,
                    "is given more than once; give it once, several values separated by commas",
                ));
            }
        }
        let mut values = Value::Object(values);
        drop_absent(&mut values);
        deserr::deserialize(values).map(Query).map_err(|Broken(errors)| ApiError::Invalid(errors))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ItemId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(id) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| ApiError::NoSuchTodo)?;
        TodoId::parse(&id).map(Self).ok_or(ApiError::NoSuchTodo)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Conditions {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let idempotency_key = text(&parts.headers, "idempotency-key")?
            .map(|key| IdempotencyKey::parse(key.to_owned()))
            .transpose()
            .map_err(|error| ApiError::Malformed(format!("The header Idempotency-Key {error}.")))?;
        let if_match = text(&parts.headers, "if-match")?.filter(|tag| *tag != "*").map(version).transpose()?;
        Ok(Self { idempotency_key, if_match })
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, ApiError> {
    let malformed = |_| ApiError::Malformed(format!("The header {name} must be visible ASCII text."));
    let value = headers.get(name).map(|value| value.to_str().map_err(malformed)).transpose()?;
    Ok(value.map(str::trim).filter(|value| !value.is_empty()))
}

/// An entity tag of ours: the version in quotes. A weak tag never matches (RFC 9110, section 13.1.1), so it is refused with the rest.
fn version(tag: &str) -> Result<u64, ApiError> {
    let digits = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag);
    digits.parse().map_err(|_| {
        ApiError::Malformed("The header If-Match must be one ETag of this todo, such as \"3\".".to_owned())
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Models send `null`, `""` and `[]` for "nothing", at every depth: such members do not exist for us. Neither does a list
/// of nothing but those; in others they are for whoever reads the list, so that the elements keep their numbers.
fn drop_absent(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, value| !is_absent(value));
            members.values_mut().for_each(drop_absent);
        }
        Value::Array(elements) => elements.iter_mut().for_each(drop_absent),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.iter().all(is_absent),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

impl DeserializeError for Broken {
    fn error<V: IntoValue>(
        broken: Option<Self>,
        error: ErrorKind<V>,
        location: ValuePointerRef,
    ) -> ControlFlow<Self, Self> {
        let (path, invalid) = match error {
            ErrorKind::IncorrectValueKind { actual, accepted } => (path(location), wrong_kind(actual.kind(), accepted)),
            ErrorKind::MissingField { field } => (path(location.push_key(field)), Invalid::new("is missing")),
            ErrorKind::UnknownKey { key, accepted } => (path(location.push_key(&short(key))), unknown(key, accepted)),
            ErrorKind::UnknownValue { accepted, .. } => {
                (path(location), Invalid::new(format!("must be one of {}", accepted.join(", "))))
            }
            ErrorKind::BadSequenceLen { expected, .. } => {
                (path(location), Invalid::new(format!("must have {expected} elements")))
            }
            ErrorKind::Unexpected { msg } => (path(location), Invalid::new(msg)),
        };
        broken.unwrap_or_default().and(FieldError::new(path, invalid))
    }
}

impl MergeWithError<Self> for Broken {
    fn merge(broken: Option<Self>, other: Self, _: ValuePointerRef) -> ControlFlow<Self, Self> {
        let mut all = broken.unwrap_or_default();
        all.0.extend(other.0);
        ControlFlow::Continue(all)
    }
}

impl MergeWithError<Invalid> for Broken {
    fn merge(broken: Option<Self>, invalid: Invalid, location: ValuePointerRef) -> ControlFlow<Self, Self> {
        broken.unwrap_or_default().and(FieldError::new(path(location), invalid))
    }
}

impl Broken {
    fn and(mut self, error: FieldError) -> ControlFlow<Self, Self> {
        self.0.push(error);
        ControlFlow::Continue(self)
    }
}

/// `todos[2].due`
fn path(location: ValuePointerRef) -> String {
    match location {
        ValuePointerRef::Origin => String::new(),
        ValuePointerRef::Key { key, prev } => {
            let before = path(*prev);
            if before.is_empty() { key.to_owned() } else { format!("{before}.{key}") }
        }
        ValuePointerRef::Index { index, prev } => format!("{}[{index}]", path(*prev)),
    }
}

fn wrong_kind(actual: ValueKind, accepted: &[ValueKind]) -> Invalid {
    let accepted: Vec<_> = accepted.iter().map(|kind| in_words(*kind)).collect();
    Invalid::new(format!("must be {}, not {}", accepted.join(" or "), in_words(actual)))
}

fn in_words(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Null => "null",
        ValueKind::Boolean => "true or false",
        ValueKind::Integer | ValueKind::NegativeInteger => "a whole number",
        ValueKind::Float => "a number",
        ValueKind::String => "a string",
        ValueKind::Sequence => "an array",
        ValueKind::Map => "an object",
    }
}

fn unknown(key: &str, accepted: &[&str]) -> Invalid {
    Invalid::new(match meant(&key.to_lowercase(), accepted) {
        Some(name) => format!("is not a field here; did you mean {name}?"),
        None if accepted.is_empty() => "is not a field here; there are none".to_owned(),
        None => format!("is not a field here; the fields are {}", accepted.join(", ")),
    })
}

/// The field that was probably meant: one that begins alike ("prio", "due_date"), one that is a slip away ("titel"), or
/// one that others call so.
fn meant<'a>(key: &str, accepted: &[&'a str]) -> Option<&'a str> {
    const SYNONYMS: [(&str, &str); 17] = [
        ("name", "title"),
        ("task", "title"),
        ("text", "title"),
        ("content", "title"),
        ("summary", "title"),
        ("description", "notes"),
        ("body", "notes"),
        ("details", "notes"),
        ("labels", "tags"),
        ("label", "tags"),
        ("deadline", "due"),
        ("date", "due"),
        ("project", "list"),
        ("importance", "priority"),
        ("subtasks", "steps"),
        ("completed", "status"),
        ("version", "expected_version"),
    ];
    let alike = |name: &str| key.len() >= 3 && (name.starts_with(key) || key.starts_with(name));
    let slips = |name: &str| strsim::damerau_levenshtein(key, name);
    let near = || {
        accepted.iter().copied().filter(|name| slips(name) <= (name.len() / 4).max(1)).min_by_key(|name| slips(name))
    };
    let synonym = || SYNONYMS.iter().find(|(word, _)| *word == key).map(|(_, name)| *name);
    let begins = accepted.iter().copied().find(|name| alike(name));
    begins.or_else(near).or_else(|| accepted.iter().copied().find(|name| synonym() == Some(*name)))
}

/// A name that a caller made up may be of any length.
fn short(name: &str) -> String {
    name.chars().take(60).collect()
}
