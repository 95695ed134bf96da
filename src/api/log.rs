//! One line per request: what was asked, what became of it, what it cost. No body, no query, no secret.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, Method},
    middleware::Next,
    response::Response,
};
use lambda_http::RequestExt;

use super::error::Cause;
use crate::{app::Ids, store::Usage};

/// Names requests by the operations of the document.
#[derive(Debug, Clone)]
pub struct Log {
    names: Arc<HashMap<(Method, String), String>>,
    ids: Ids,
}

impl Log {
    /// A log that knows these operations: method, path and `operationId`.
    pub fn new(operations: Vec<(Method, String, String)>, ids: Ids) -> Self {
        let names = operations.into_iter().map(|(method, path, name)| ((method, path), name)).collect();
        Self { names: Arc::new(names), ids }
    }

    fn operation(&self, request: &Request) -> String {
        let Some(path) = request.extensions().get::<MatchedPath>() else {
            return "none".to_owned();
        };
        let known = self.names.get(&(request.method().clone(), path.as_str().to_owned()));
        known.cloned().unwrap_or_else(|| path.as_str().to_owned())
    }
}

/// Counts what the request costs and writes its line when it is answered.
pub async fn observe(State(log): State<Log>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let usage = Arc::new(Usage::default());
    request.extensions_mut().insert(usage.clone());
    let operation = log.operation(&request);
    let method = request.method().clone();
    let request_id = match request.lambda_context_ref() {
        Some(context) => context.request_id.clone(),
        None => log.ids.change().as_str().to_owned(),
    };
    let conversation = known_header(request.headers(), "openai-conversation-id");
    let gpt = known_header(request.headers(), "openai-gpt-id");

    let response = next.run(request).await;

    let status = response.status().as_u16();
    let cause = response.extensions().get::<Cause>().map(|cause| cause.0.as_str());
    let milliseconds = started.elapsed().as_secs_f64() * 1_000.0;
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                request_id,
                operation,
                method = method.as_str(),
                status,
                duration_ms = (milliseconds * 100.0).round() / 100.0,
                dynamodb_calls = usage.calls(),
                read_units = usage.read_units(),
                write_units = usage.write_units(),
                openai_conversation_id = conversation,
                openai_gpt_id = gpt,
                cause,
                "{operation} answered {status}"
            )
        };
    }
    if status >= 500 {
        line!(error);
    } else {
        line!(info);
    }
    response
}

/// A header that names something, as far as it can be logged: short, and of the letters ids are made of.
fn known_header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    let plain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let known: String = value.chars().filter(plain).take(100).collect();
    Some(known).filter(|known| !known.is_empty())
}
