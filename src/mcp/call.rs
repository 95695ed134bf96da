//! A call of a tool as the request that it stands for. What is valid is decided where all requests are read.

use axum::{
    body::Body,
    http::{Request, header, request::Parts},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::tools::Operation;
use crate::api::ApiError;

/// What says who asks.
const CREDENTIALS: [&str; 2] = ["authorization", "x-api-key"];

impl Operation {
    /// The request for these arguments. Those that the operation does not know go where they are refused with the others:
    /// into its body, or into the query if it takes none.
    pub fn request(&self, mut arguments: Map<String, Value>) -> Result<Request<Body>, ApiError> {
        let mut target = self.path.clone();
        for name in &self.in_path {
            let value = arguments.remove(name).as_ref().and_then(text).filter(|value| !value.is_empty());
            let value = value.ok_or_else(|| ApiError::invalid(name, "is missing"))?;
            target = target.replace(&format!("{{{name}}}"), &utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string());
        }
        let (in_query, in_body): (Map<_, _>, Map<_, _>) =
            arguments.into_iter().partition(|(name, _)| !self.has_body || self.in_query.contains(name));
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in in_query {
            query.extend_pairs(text(&value).map(|value| (name, value)));
        }
        let query = query.finish();
        if !query.is_empty() {
            target = format!("{target}?{query}");
        }
        let request = Request::builder().method(&self.method).uri(target);
        let request = if self.has_body {
            request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(Value::Object(in_body).to_string()))
        } else {
            request.body(Body::empty())
        };
        request.map_err(|_| ApiError::invalid("", "is too long; send fewer or shorter arguments"))
    }
}

/// A value as paths and queries have it: lists separated by commas. Nothing is no value.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(elements) => Some(elements.iter().filter_map(text).collect::<Vec<_>>().join(",")),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => Some(value.to_string()),
    }
}

/// The request as the one that carried it: from the same caller, through the same gateway, on the same bill.
pub fn on_behalf_of(outer: &Parts, request: &mut Request<Body>) {
    for name in CREDENTIALS {
        if let Some(value) = outer.headers.get(name) {
            request.headers_mut().insert(name, value.clone());
        }
    }
    request.extensions_mut().extend(outer.extensions.clone());
}
