//! The content of a log line about a request.

use serde::Serialize;

/// The content of one log line.
#[derive(Debug, Serialize)]
pub struct Line {
    pub request_id: String,
    pub operation: String,
    pub method: &'static str,
    /// The protocol through which the client called the operation, such as `mcp`. This field is absent if the client
    /// called the operation directly with an HTTP request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<&'static str>,
    pub status: u16,
    pub duration_ms: f64,
    pub dynamodb_calls: u64,
    pub read_units: f64,
    pub write_units: f64,
    /// 1 if the answer is the result of an earlier request with the same idempotency key, otherwise 0.
    pub replays: u8,
    /// 1 if the answer is a conflict (409), otherwise 0.
    pub conflicts: u8,
    /// 1 if the status of the answer is a server error (500 or higher), otherwise 0.
    pub faults: u8,
    /// The kind and the id of the credential, such as `key 1a2b3c4d5e6f`. This field is absent if the request has no
    /// valid credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// The name that the operator gave to the API key, or the name of the program that uses an access token. A program
    /// that registers itself chooses its own name. But a program gets an access token only if a person has allowed the
    /// program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openai_conversation_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openai_gpt_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}
