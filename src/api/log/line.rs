//! The content of a request's line in the log.

use serde::Serialize;

/// The content of a line.
#[derive(Debug, Serialize)]
pub struct Line {
    pub request_id: String,
    pub operation: String,
    pub method: &'static str,
    /// The protocol of an inner operation, such as `mcp`. Absent if the operation is the request itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<&'static str>,
    pub status: u16,
    pub duration_ms: f64,
    pub dynamodb_calls: u64,
    pub read_units: f64,
    pub write_units: f64,
    /// 1 if the answer is the recorded result of an earlier request, otherwise 0.
    pub replays: u8,
    /// 1 if the answer is a conflict (409), otherwise 0.
    pub conflicts: u8,
    /// 1 if the request failed for a reason that the caller did not cause, otherwise 0.
    pub faults: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openai_conversation_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openai_gpt_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}
