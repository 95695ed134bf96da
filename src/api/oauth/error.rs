//! Errors for OAuth clients (RFC 6749, section 5.2).

use axum::{
    Json,
    extract::rejection::BytesRejection,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{api::answer::error::Cause, store::Fault};

/// An error answer for OAuth clients.
#[derive(Debug)]
pub struct OAuthError {
    pub status: StatusCode,
    /// The code of the error.
    pub error: &'static str,
    /// Tells the developer of the client how to correct the request.
    pub description: String,
    /// The reason, as a text for the log.
    cause: Option<String>,
}

impl OAuthError {
    /// An error with status 400.
    pub fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, description: description.into(), cause: None }
    }

    /// The request itself is wrong.
    pub fn invalid_request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }

    /// The client is unknown, or its secret is wrong.
    pub fn invalid_client(description: impl Into<String>) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, ..Self::new("invalid_client", description) }
    }

    /// The server could not read the whole body.
    pub fn too_large(_: BytesRejection) -> Self {
        let description = "The body is too large, or the connection broke.";
        Self { status: StatusCode::PAYLOAD_TOO_LARGE, ..Self::invalid_request(description) }
    }

    /// This service cannot answer now.
    pub fn unavailable(cause: String) -> Self {
        let description = "The service cannot answer now. Send the same request again in a few seconds.";
        let error = Self::new("temporarily_unavailable", description);
        Self { status: StatusCode::SERVICE_UNAVAILABLE, cause: Some(cause), ..error }
    }
}

impl From<Fault> for OAuthError {
    fn from(fault: Fault) -> Self {
        Self::unavailable(fault.cause)
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        let mut response = (self.status, Json(body)).into_response();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                let basic = HeaderValue::from_static("Basic realm=\"todo-action\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, basic);
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
            }
            _ => {}
        }
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(Cause(cause));
        }
        response
    }
}
