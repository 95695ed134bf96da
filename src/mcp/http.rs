//! Answers `POST /mcp` with the MCP transport Streamable HTTP. The server uses no sessions and no streams, so any
//! instance of the Lambda function can answer any message.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest, Request},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rmcp::{
    ErrorData,
    model::{ClientJsonRpcMessage, ClientRequest, GetMeta, JsonRpcError, RequestId},
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};

use super::{
    Server,
    message::{self, Received, Unreadable},
};
use crate::api::{ApiError, InnerOperation, is_compressed, is_json, json};

/// The media types that a client must accept according to the protocol. The answers of this program are always JSON. So
/// the program also answers clients that do not accept both media types.
const ACCEPTED: HeaderValue = HeaderValue::from_static("application/json, text/event-stream");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// The header in which a client names the version of the protocol.
const PROTOCOL_VERSION: &str = "mcp-protocol-version";
/// The maximum length, in bytes, of the SDK's explanation of an error. The SDK's explanation becomes an error message
/// for the client.
const EXPLANATION: usize = 1_000;

/// The MCP server over HTTP.
pub struct HttpTransport(StreamableHttpService<Server, NeverSessionManager>);

impl HttpTransport {
    /// Makes this server available over HTTP.
    pub fn new(server: Server) -> Self {
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_max_request_body_bytes(super::MESSAGE_BYTES)
            // `OwnOrigin` has already checked the headers `Host` and `Origin`. The allowed host names depend on the
            // request, so this function cannot know the allowed host names.
            .disable_allowed_hosts()
            .disable_allowed_origins();
        Self(StreamableHttpService::new(move || Ok(server.clone()), Arc::default(), config))
    }

    /// The answer to an MCP message. If the content type is wrong or the body is too large, the answer is a problem
    /// document. If the body is not an MCP message, the answer is a JSON-RPC error.
    pub async fn answer(&self, request: Request) -> Response {
        if !is_json(request.headers()) {
            return ApiError::NotJson.into_response();
        }
        if is_compressed(request.headers()) {
            return ApiError::Compressed.into_response();
        }
        let (mut parts, body) = request.into_parts();
        parts.headers.insert(header::ACCEPT, ACCEPTED);
        // The SDK accepts only the media type `application/json`. `is_json` also accepts media types such as
        // `application/x+json`.
        parts.headers.insert(header::CONTENT_TYPE, JSON);
        let request = Request::from_parts(parts.clone(), body);
        let Ok(body) = Bytes::from_request(request, &()).await else { return ApiError::BodyTooLarge.into_response() };
        let Received { message, changed } = match message::read(&body) {
            Ok(received) => received,
            Err(Unreadable { id, error, .. }) => return refused(StatusCode::BAD_REQUEST, id, error),
        };
        let id = match message {
            ClientJsonRpcMessage::Request(request) => {
                if names_its_version(&request.request) {
                    parts.headers.remove(PROTOCOL_VERSION);
                }
                Some(request.id)
            }
            ClientJsonRpcMessage::Response(_)
            | ClientJsonRpcMessage::Notification(_)
            | ClientJsonRpcMessage::Error(_) => None,
        };
        let body = changed.map_or_else(|| body.slice(body.len() - json::without_bom(&body).len()..), Bytes::from);
        let inner = parts.extensions.get::<Arc<InnerOperation>>().cloned();
        let answer = self.0.handle(Request::from_parts(parts, Body::from(body))).await;
        // The client must see this error, because only the client can get a token with a larger scope (MCP,
        // Authorization, scope challenges).
        if inner.is_some_and(|inner| inner.needs_more()) {
            return ApiError::InsufficientScope.into_response();
        }
        in_json(answer.map(Body::new), id).await
    }
}

/// Returns whether the request is a message `initialize` that names no version in `_meta`. The parameters of this
/// message contain the version that the client offers. If the header `MCP-Protocol-Version` named a different version,
/// the SDK would refuse the message. So the program removes this header. But if a message names a version in `_meta`,
/// the protocol also requires the header. Then the program keeps the header.
fn names_its_version(request: &ClientRequest) -> bool {
    matches!(request, ClientRequest::InitializeRequest(_)) && request.get_meta().protocol_version().is_none()
}

fn refused(status: StatusCode, id: Option<RequestId>, error: ErrorData) -> Response {
    (status, axum::Json(JsonRpcError::new(id, error))).into_response()
}

/// The SDK answers wrong HTTP requests with plain text. This function turns the plain text into a JSON-RPC error,
/// because clients can read JSON-RPC errors.
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
