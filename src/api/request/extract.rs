//! Reads the bodies, queries and headers of requests. If a request is invalid, the answer is a problem document. If
//! values in the body or in the query are invalid, the problem document lists all these values with their paths. Some
//! rules concern several values together. The handler checks these rules later.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, header, request::Parts},
};
use deserr::Deserr;
use serde_json::{Map, Value};

use super::{json, normal::normalise, validation::Broken};
use crate::{
    api::answer::{error::ApiError, suggestion::short},
    domain::{id::TodoId, idempotency::IdempotencyKey},
};

/// What the caller can do if the program cannot read the JSON of a body.
const SEND: &str = "send one JSON object, with each member once.";

/// A request body that is a JSON object.
#[derive(Debug)]
pub struct Json<T> {
    pub value: T,
    /// The body as JSON, in the form that [`normalise`] makes. The program makes the fingerprint of the request from
    /// this JSON.
    pub raw: Value,
    /// The paths of the members whose values count as absent, such as `todos[0].notes`.
    pub empty: Vec<String>,
}

/// Operations that read no values from the body use this type. The body of the request can be empty, `{}` or `null`,
/// because some clients send `{}` or `null`. The program refuses a body that contains values, because the operation
/// would ignore these values.
#[derive(Debug)]
pub struct NoBody;

/// An operation without query parameters uses this type, so that the program refuses every query parameter.
#[derive(Debug, Deserr)]
#[deserr(deny_unknown_fields)]
pub struct NoQuery {}

/// The query string.
#[derive(Debug)]
pub struct Query<T>(pub T);

/// The query string as an object. The program makes the fingerprint of the request from this object.
#[derive(Debug)]
pub struct RawQuery(pub Map<String, Value>);

/// The id of a todo, from the path of the request.
#[derive(Debug)]
pub struct ItemId(pub TodoId);

/// The headers of an operation that does not concern one specific todo. Such an operation accepts `Idempotency-Key`,
/// but refuses `If-Match`, because `If-Match` contains the version of one todo.
#[derive(Debug)]
pub struct Conditions {
    /// Defined in draft-ietf-httpapi-idempotency-key-header.
    pub idempotency_key: Option<IdempotencyKey>,
    /// The version from the header `If-Match` (RFC 9110). In this API, an entity tag is the version of a todo in
    /// quotes. The value `*` requires only that the todo exists. The operation always checks that the todo exists, so
    /// the program ignores `*`.
    pub if_match: Option<u64>,
}

/// The headers of operations on one todo: `Idempotency-Key` and `If-Match`.
#[derive(Debug)]
pub struct ItemConditions(pub Conditions);

impl<S: Send + Sync, T: Deserr<Broken>> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_json = is_json(request.headers());
        if is_compressed(request.headers()) {
            return Err(ApiError::Compressed);
        }
        // The program cannot read the body if the body is too large, or if the connection breaks. If the connection
        // breaks, no answer reaches the client. So if a client receives this error, the body was too large.
        let body = Bytes::from_request(request, state).await.map_err(|_| ApiError::BodyTooLarge)?;
        if body.is_empty() {
            return Self::read(Value::Object(Map::new()));
        }
        if !is_json {
            return Err(ApiError::NotJson);
        }
        let mut value = parse(&body)?;
        // Some clients send a JSON string that contains the object as JSON text.
        if let Value::String(text) = &value
            && text.trim_start().starts_with('{')
        {
            value = parse(text.as_bytes())?;
        }
        if value.is_null() {
            return Self::read(Value::Object(Map::new()));
        }
        if !value.is_object() {
            return Err(ApiError::Malformed(
                "The body must be one JSON object. The OpenAPI document lists the fields of the body.".to_owned(),
            ));
        }
        Self::read(value)
    }
}

impl<T: Deserr<Broken>> Json<T> {
    fn read(mut raw: Value) -> Result<Self, ApiError> {
        let empty = normalise(&mut raw).map_err(|fault| ApiError::Malformed(format!("{fault}; {SEND}")))?;
        let value = deserr::deserialize(raw.clone()).map_err(|broken: Broken| ApiError::Invalid(broken.errors()))?;
        Ok(Self { value, raw, empty })
    }
}

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = Bytes::from_request(request, state).await.map_err(|_| ApiError::BodyTooLarge)?;
        match json::without_bom(&body).trim_ascii() {
            b"" | b"{}" | b"null" => Ok(Self),
            _ => Err(ApiError::Malformed(
                "This operation has no body. Send the parameters of this operation in the path or the query."
                    .to_owned(),
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
        values.retain(|_, value| value != "");
        deserr::deserialize(Value::Object(values))
            .map(Query)
            .map_err(|broken: Broken| ApiError::Invalid(broken.errors()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RawQuery {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let sent = pairs.filter(|(_, value)| !value.is_empty());
        Ok(Self(sent.map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect()))
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
                "If-Match is for operations on one todo. Leave it out. In updateTodos, each todo can have `expected_version`."
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

fn parse(body: &[u8]) -> Result<Value, ApiError> {
    json::read(body).map_err(|error| ApiError::Malformed(format!("The body {}; {SEND}", json::fault(&error))))
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

/// Reads the version from an entity tag. The quotes of the tag may be missing. A weak entity tag never matches (RFC
/// 9110, section 13.1.1), so the program refuses a weak tag.
fn version(tag: &str) -> Result<u64, ApiError> {
    let digits = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag);
    digits.parse().map_err(|_| {
        ApiError::Malformed("The header If-Match must contain exactly one ETag, such as \"3\".".to_owned())
    })
}

/// Whether the header `Content-Encoding` says that the body is compressed (RFC 9110, section 8.4).
pub fn is_compressed(headers: &HeaderMap) -> bool {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Returns whether the header `Content-Type` says that the body is JSON.
pub fn is_json(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}
