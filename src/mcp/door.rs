//! `POST /mcp`: Streamable HTTP without sessions and without streams, so that any instance of a function answers any message.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest, Request},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rmcp::{
    ErrorData,
    model::{ClientJsonRpcMessage, JsonRpcError, RequestId},
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use serde_json::error::Category;

use super::Server;
use crate::api::{ApiError, is_json};

/// What a client has to accept, by the protocol. Every answer is JSON, so a client that does not name both types is answered
/// too.
const ACCEPTED: HeaderValue = HeaderValue::from_static("application/json, text/event-stream");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Characters of an explanation of the SDK that becomes a message.
const EXPLANATION: usize = 1_000;

/// The way in over HTTP.
pub struct Door(StreamableHttpService<Server, NeverSessionManager>);

impl Door {
    /// A way in to this server.
    pub fn new(server: Server) -> Self {
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_max_request_body_bytes(super::MESSAGE_BYTES)
            // `OwnOrigin` has looked at both, with names that are only known when a request is there.
            .disable_allowed_hosts()
            .disable_allowed_origins();
        Self(StreamableHttpService::new(move || Ok(server.clone()), Arc::default(), config))
    }

    /// The answer to a message. What cannot be read as HTTP gets a problem document, what is no message an error of JSON-RPC.
    pub async fn answer(&self, request: Request) -> Response {
        if !is_json(request.headers()) {
            return ApiError::NotJson.into_response();
        }
        let (mut parts, body) = request.into_parts();
        parts.headers.insert(header::ACCEPT, ACCEPTED);
        // The SDK wants this one and no relative of it.
        parts.headers.insert(header::CONTENT_TYPE, JSON);
        let request = Request::from_parts(parts.clone(), body);
        let Ok(body) = Bytes::from_request(request, &()).await else { return ApiError::BodyTooLarge.into_response() };
        let id = match serde_json::from_slice::<ClientJsonRpcMessage>(&body) {
            Ok(ClientJsonRpcMessage::Request(request)) => Some(request.id),
            Ok(_) => None,
            Err(error) => return refused(StatusCode::BAD_REQUEST, None, unreadable(&error)),
        };
        let answer = self.0.handle(Request::from_parts(parts, Body::from(body))).await;
        in_json(answer.map(Body::new), id).await
    }
}

/// Why a body is no message.
fn unreadable(error: &serde_json::Error) -> ErrorData {
    match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => {
            let place = format!("line {}, column {}", error.line(), error.column());
            ErrorData::parse_error(format!("The body is not valid JSON at {place}."), None)
        }
        Category::Data => ErrorData::invalid_request("The body is not one JSON-RPC message; send one at a time.", None),
    }
}

fn refused(status: StatusCode, id: Option<RequestId>, error: ErrorData) -> Response {
    (status, axum::Json(JsonRpcError::new(id, error))).into_response()
}

/// The SDK explains what it refuses about HTTP in plain text: the same as an error of JSON-RPC, which clients read.
async fn in_json(answer: Response, id: Option<RequestId>) -> Response {
    let (status, media) = (answer.status(), answer.headers().get(header::CONTENT_TYPE));
    if status.is_success() || media == Some(&JSON) {
        return answer;
    }
    let allow = answer.headers().get(header::ALLOW).cloned();
    let said = to_bytes(answer.into_body(), EXPLANATION).await.unwrap_or_default();
    let error = if status.is_server_error() {
        ErrorData::internal_error("The server failed; the operator finds the cause in the log.", None)
    } else {
        ErrorData::invalid_request(String::from_utf8_lossy(&said).into_owned(), None)
    };
    let mut response = refused(status, id, error);
    response.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
    response
}
