//! What the log says of a request.

use serde::Serialize;

/// What a line says.
#[derive(Debug, Serialize)]
pub struct Line {
    pub request_id: String,
    pub operation: String,
    pub method: &'static str,
    /// What carried the operation here, when it did not come by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<&'static str>,
    pub status: u16,
    pub duration_ms: f64,
    pub dynamodb_calls: u64,
    pub read_units: f64,
    pub write_units: f64,
    /// Whether the answer is the recorded result of an earlier request.
    pub replays: u8,
    /// Whether the todos were not as the caller expected.
    pub conflicts: u8,
    /// Whether the request failed for a reason that the caller did not cause.
    pub faults: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openai_conversation_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openai_gpt_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}
