//! Reads JSON-RPC messages (<https://www.jsonrpc.org/specification>), before the SDK gets these messages.

use rmcp::{
    ErrorData,
    model::{ClientJsonRpcMessage, RequestId},
};
use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::Value;

use crate::api::json;

/// A message of a client.
#[derive(Debug)]
pub struct Received {
    pub message: ClientJsonRpcMessage,
    /// The message as JSON, if the program has changed the text of the client.
    pub changed: Option<String>,
}

/// A text that is not a message of MCP.
#[derive(Debug)]
pub struct Unreadable {
    /// The id of the request, if the program can read this id.
    pub id: Option<RequestId>,
    pub error: ErrorData,
    /// Whether the text can be a notification. JSON-RPC forbids an answer to a notification.
    pub is_notification: bool,
}

/// The id of a message. The other members of the message may be unreadable, or may occur twice.
#[derive(Deserialize)]
struct Id {
    /// `None` if the message has no member `id`. The member can also be `null`, which is not a valid id of a request.
    #[serde(default, deserialize_with = "present")]
    id: Option<Value>,
}

#[derive(Deserialize)]
struct Method {
    method: Option<IgnoredAny>,
}

/// Reads one message. Some clients send the arguments of a tool call as JSON text instead of an object. This function
/// replaces such a text by the object that the text describes.
pub fn read(text: &[u8]) -> Result<Received, Unreadable> {
    let mut value = json::read(text).map_err(|error| unreadable(text, "The message", &error))?;
    let read = read_arguments(&mut value);
    let is_changed = read.map_err(|error| unreadable(text, "The JSON text in `arguments`", &error))?;
    let changed = is_changed.then(|| value.to_string());
    let not_a_message = |_| refused(text, ErrorData::invalid_request("Send exactly one JSON-RPC message.", None));
    let message = serde_json::from_value(value).map_err(not_a_message)?;
    Ok(Received { message, changed })
}

/// The error for a text that is not JSON, or that contains an object with the same member twice. `what` names the text.
fn unreadable(text: &[u8], what: &str, error: &serde_json::Error) -> Unreadable {
    let fault = json::fault(error);
    refused(
        text,
        match error.is_data() {
            true => ErrorData::invalid_request(format!("{what} {fault}; send each member of an object once."), None),
            false => ErrorData::parse_error(format!("{what} {fault}."), None),
        },
    )
}

fn refused(text: &[u8], error: ErrorData) -> Unreadable {
    // Serde would also read an array as an `Id`.
    let text =
        Some(json::without_bom(text)).filter(|text| text.trim_ascii_start().starts_with(b"{")).unwrap_or_default();
    // If the text contains the id twice, the program does not know which id the client means.
    let id = serde_json::from_slice(text).map(|Id { id }| id);
    let has_method = matches!(serde_json::from_slice(text), Ok(Method { method: Some(_) }));
    let is_notification = has_method && matches!(id, Ok(None));
    let id = id.ok().flatten().and_then(|id| serde_json::from_value(id).ok());
    Unreadable { id, error, is_notification }
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Reads the arguments of a tool call, if the arguments are the JSON text of an object. Empty text means that there are
/// no arguments. Returns whether this function has changed the message. If the arguments are any other text, this
/// function does not change the text, and the server later refuses the call. If an object in the text has the same
/// member twice, this function returns an error.
fn read_arguments(message: &mut Value) -> Result<bool, serde_json::Error> {
    let is_call = message.get("method").is_some_and(|method| method == "tools/call");
    let params = message.get_mut("params").filter(|_| is_call);
    let Some(arguments) = params.and_then(|params| params.get_mut("arguments")) else { return Ok(false) };
    let Value::String(text) = &*arguments else { return Ok(false) };
    let read = match json::read(text.as_bytes()) {
        _ if text.trim().is_empty() => Value::Null,
        Ok(read @ (Value::Object(_) | Value::Null)) => read,
        Err(error) if error.is_data() => return Err(error),
        Ok(_) | Err(_) => return Ok(false),
    };
    *arguments = read;
    Ok(true)
}
