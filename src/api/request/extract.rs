//! Reads requests. A request that is refused gets a problem document. It names all invalid values of the body, or of the
//! query, at once, each with its path. Handlers then check what concerns several values.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, header, request::Parts},
};
use deserr::Deserr;
use serde_json::{Map, Value};

use super::validation::Broken;
use crate::{
    api::answer::{error::ApiError, suggestion::short},
    domain::{id::TodoId, idempotency::IdempotencyKey},
};

/// A request body that is a JSON object.
#[derive(Debug)]
pub struct Json<T> {
    pub value: T,
    /// The body as JSON, without absent members. The fingerprint of the request comes from it.
    pub raw: Value,
}

/// The body of an operation that needs no body. It is empty, or an empty object or `null`, which some clients send. Any
/// other body is refused and not ignored, because the caller meant something by it.
#[derive(Debug)]
pub struct NoBody;

/// The query of an operation without parameters in the query.
#[derive(Debug, Deserr)]
#[deserr(deny_unknown_fields)]
pub struct NoQuery {}

/// The query string.
#[derive(Debug)]
pub struct Query<T>(pub T);

/// The id of the todo in the path.
#[derive(Debug)]
pub struct ItemId(pub TodoId);

/// The header `Idempotency-Key`, for operations that are not about one single todo. Such operations refuse `If-Match`,
/// because it is for one todo.
#[derive(Debug)]
pub struct Conditions {
    /// Defined in draft-ietf-httpapi-idempotency-key-header.
    pub idempotency_key: Option<IdempotencyKey>,
    /// The version in the header `If-Match` of RFC 9110. Our entity tags are versions in quotes. `*` counts as no
    /// condition, because it only requires that the todo exists.
    pub if_match: Option<u64>,
}

/// The headers of operations on one todo: `Idempotency-Key` and `If-Match`.
#[derive(Debug)]
pub struct ItemConditions(pub Conditions);

impl<S: Send + Sync, T: Deserr<Broken>> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_json = is_json(request.headers());
        // This fails if the body is too large. Otherwise it fails only if the connection breaks, and then nobody gets
        // the answer.
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
        let value = deserr::deserialize(raw.clone()).map_err(|broken: Broken| ApiError::Invalid(broken.errors()))?;
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
                    &short(&name),
                    "is given more than once; send it once, with several values separated by commas",
                ));
            }
        }
        let mut values = Value::Object(values);
        drop_absent(&mut values);
        deserr::deserialize(values).map(Query).map_err(|broken: Broken| ApiError::Invalid(broken.errors()))
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
        if if_match(&parts.headers)?.is_some() {
            return Err(ApiError::Malformed(
                "If-Match is for operations on one todo. Leave it out; updateTodos takes expected_version with each todo."
                    .to_owned(),
            ));
        }
        Ok(Self { idempotency_key: idempotency_key(&parts.headers)?, if_match: None })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ItemConditions {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let if_match = if_match(&parts.headers)?.map(version).transpose()?;
        Ok(Self(Conditions { idempotency_key: idempotency_key(&parts.headers)?, if_match }))
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, ApiError> {
    let key = text(headers, "idempotency-key")?.map(|key| IdempotencyKey::parse(key.to_owned())).transpose();
    key.map_err(|error| ApiError::Malformed(format!("The header Idempotency-Key {error}.")))
}

fn if_match(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    Ok(text(headers, "if-match")?.filter(|tag| *tag != "*"))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, ApiError> {
    let malformed = |_| ApiError::Malformed(format!("The header {name} must be visible ASCII text."));
    let value = headers.get(name).map(|value| value.to_str().map_err(malformed)).transpose()?;
    Ok(value.map(str::trim).filter(|value| !value.is_empty()))
}

/// Reads one of our entity tags: the version in quotes, or without them. A weak tag never matches (RFC 9110, section
/// 13.1.1), so it is refused like any other text.
fn version(tag: &str) -> Result<u64, ApiError> {
    let digits = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag);
    digits.parse().map_err(|_| {
        ApiError::Malformed("The header If-Match must be one ETag of this todo, such as \"3\".".to_owned())
    })
}

/// Whether the header `Content-Type` says that the body is JSON.
pub fn is_json(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Removes absent members at every depth. A member is absent if its value is `null`, `""` or `[]`, because models send
/// these values for "nothing". A list that contains only such values is absent too. All other lists keep their
/// elements, so that errors name the positions in the request.
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
