//! Turns a tool call into an HTTP request. The API checks the values of a tool call in the same way as the values of
//! every other request.

use axum::{
    body::Body,
    http::{Request, header, request::Parts},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Number, Value};

use super::tools::Operation;
use crate::api::ApiError;

impl Operation {
    /// Makes the HTTP request for these arguments. This function puts unknown arguments into the body, or into the
    /// query if the operation has no body. So the API refuses the call, and one answer names the unknown arguments and
    /// all other mistakes.
    pub fn request(&self, mut arguments: Map<String, Value>) -> Result<Request<Body>, ApiError> {
        self.refuse_unknown(&arguments)?;
        let mut target = self.path.clone();
        for name in &self.in_path {
            let value = arguments.remove(name).map(|value| text(name, &value, false)).transpose()?.flatten();
            let value = value.filter(|value| !value.is_empty()).ok_or_else(|| ApiError::invalid(name, "is missing"))?;
            target = target.replace(&format!("{{{name}}}"), &utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string());
        }
        let goes_into_query = |name: &String| self.in_query.as_ref().is_some_and(|query| query.contains(name));
        let (in_query, in_body): (Map<_, _>, Map<_, _>) =
            arguments.into_iter().partition(|(name, _)| !self.has_body || goes_into_query(name));
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in in_query {
            let is_known = self.in_query.as_ref().is_none_or(|known| known.contains(&name));
            let value = match value {
                Value::Bool(truth) if self.truths.contains(&name) => Some(truth.to_string()),
                // The API refuses the unknown argument, and says what to send instead.
                value if !is_known => Some(value.to_string()),
                value => text(&name, &value, self.lists.contains(&name))?,
            };
            query.extend_pairs(value.map(|value| (name, value)));
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

    /// Refuses unknown arguments if the operation has no body and its path contains an argument. The API refuses such a
    /// call too, but its error lists only the arguments in the query. The error of this function lists all arguments
    /// that the operation accepts. For all other operations, the API itself refuses unknown arguments.
    fn refuse_unknown(&self, arguments: &Map<String, Value>) -> Result<(), ApiError> {
        let Some(in_query) = self.in_query.as_ref().filter(|_| !self.has_body && !self.in_path.is_empty()) else {
            return Ok(());
        };
        let known: Vec<&str> = self.in_path.iter().chain(in_query).map(String::as_str).collect();
        let unknown = arguments.keys().map(String::as_str).filter(|name| !known.contains(name));
        ApiError::unknown_fields(unknown, &known).map_or(Ok(()), Err)
    }
}

/// Turns an argument into text for the path or the query. Returns `None` for `null` and for an empty list. A list with
/// one element means the same as this element alone. If the parameter accepts several values, a list becomes a text
/// with commas between the elements.
fn text(name: &str, value: &Value, takes_several: bool) -> Result<Option<String>, ApiError> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Number(number) => Ok(Some(whole(number).map_or_else(|| number.to_string(), |whole| whole.to_string()))),
        Value::Array(elements) if elements.len() < 2 || takes_several => {
            let texts = elements.iter().map(|element| text(name, element, false)).collect::<Result<Vec<_>, _>>()?;
            let texts: Vec<_> = texts.into_iter().flatten().collect();
            // A name may contain commas. So if a text of the list contains a comma, the query gets the whole list as
            // JSON.
            if takes_several && texts.iter().any(|text| text.contains(',')) {
                return Ok(Some(Value::from(texts).to_string()));
            }
            Ok(Some(texts.join(",")).filter(|texts| !texts.is_empty()))
        }
        Value::Array(_) if name == "status" => {
            Err(ApiError::invalid(name, "must be one value, not several; any means open and completed"))
        }
        Value::Array(_) => Err(ApiError::invalid(name, "must be one value, not several; make one call for each value")),
        Value::Bool(_) => Err(ApiError::invalid(name, "must be a string, not a boolean")),
        Value::Object(_) => Err(ApiError::invalid(name, "must be a string, not an object")),
    }
}

/// The number as an integer, if the number has no fraction. In JSON Schema, 5.0 is also an integer.
fn whole(number: &Number) -> Option<i64> {
    let number = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0)?;
    Some(number as i64)
}

/// Copies the extensions of the outer request (the MCP message) to the inner request (the operation). The extensions
/// contain the caller, the data of API Gateway, and the counter of the calls to DynamoDB.
pub fn on_behalf_of(outer: &Parts, request: &mut Request<Body>) {
    request.extensions_mut().extend(outer.extensions.clone());
}
