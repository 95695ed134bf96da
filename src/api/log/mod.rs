//! The log has one line for each request. The line names the operation, its outcome and its cost. A log line never
//! contains a client's text in its original form, because a client could send a key or a token in the wrong place.

mod line;
mod metrics;

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderMap, Method, StatusCode},
    response::Response,
};
use lambda_http::RequestExt;
use sha2::{Digest, Sha256};

use crate::{
    api::answer::error::Cause,
    app::{App, Clock, Ids},
    store::Usage,
};
use line::Line;

/// Writes one log line for each request. The line names the operation by its `operationId`.
#[derive(Debug)]
pub struct Log {
    names: HashMap<(Method, String), String>,
    ids: Ids,
    clock: Clock,
    /// The name of the Lambda function, or `None` outside Lambda. On Lambda, each log line also contains the metrics of
    /// the function.
    function: Option<String>,
}

/// The operation that an MCP tool call runs, and the outcome of this operation. The log has one line for the whole MCP
/// request, and this line describes the operation.
#[derive(Debug, Default)]
pub struct InnerOperation(OnceLock<Operation>);

/// Marks a request that the program sends to itself while the Lambda function starts. If a marked request succeeds, the
/// log gets no line about this request.
#[derive(Debug, Clone, Copy)]
pub struct Unlogged;

#[derive(Debug, Clone)]
struct Operation {
    name: String,
    through: Option<&'static str>,
    status: StatusCode,
    cause: Option<String>,
}

impl InnerOperation {
    /// Records the name and the outcome of the operation.
    pub fn record(&self, name: &str, through: &'static str, response: &Response) {
        let operation = Operation { through: Some(through), ..Operation::answered(name.to_owned(), response) };
        // An MCP request runs only one operation. So if `record` is called a second time, the second call has no
        // effect.
        drop(self.0.set(operation));
    }

    /// Whether the operation needs a scope that the caller does not have.
    pub fn needs_more(&self) -> bool {
        self.0.get().is_some_and(|operation| operation.status == StatusCode::FORBIDDEN)
    }
}

impl Operation {
    fn answered(name: String, response: &Response) -> Self {
        let cause = response.extensions().get::<Cause>().map(|cause| cause.0.clone());
        Self { name, through: None, status: response.status(), cause }
    }
}

impl Log {
    /// Makes a log that knows the method, the path and the `operationId` of each operation.
    pub fn new(operations: impl Iterator<Item = (Method, String, String)>, app: &App) -> Self {
        let names = operations.map(|(method, path, name)| ((method, path), name)).collect();
        Self { names, ids: app.ids.clone(), clock: app.clock.clone(), function: app.config.function.clone() }
    }

    fn operation(&self, request: &Request) -> String {
        let Some(path) = request.extensions().get::<MatchedPath>() else {
            return "none".to_owned();
        };
        let known = self.names.get(&(request.method().clone(), path.as_str().to_owned()));
        known.cloned().unwrap_or_else(|| path.as_str().to_owned())
    }

    fn write(&self, line: &Line) {
        if let Some(function) = &self.function {
            // The crate `tracing` cannot write this line, because a field of `tracing` cannot contain the definition of
            // a metric. If this write fails, the program ignores the error, so that the request still succeeds.
            drop(std::io::stdout().write_all(&metrics::line(line, function, self.clock.now())));
            return;
        }
        macro_rules! write {
            ($level:ident) => {
                tracing::$level!(
                    request_id = line.request_id,
                    method = line.method,
                    through = line.through,
                    duration_ms = line.duration_ms,
                    dynamodb_calls = line.dynamodb_calls,
                    read_units = line.read_units,
                    write_units = line.write_units,
                    credential = line.credential,
                    credential_name = line.credential_name,
                    cause = line.cause,
                    "{} answered {}",
                    line.operation,
                    line.status
                )
            };
        }
        if line.faults > 0 { write!(error) } else { write!(info) }
    }
}

/// Counts the cost of a request, and writes its log line when the answer is ready.
pub async fn observe(log: &Log, mut request: Request, answer: impl AsyncFnOnce(Request) -> Response) -> Response {
    let started = Instant::now();
    let is_logged = request.extensions().get::<Unlogged>().is_none();
    let request_id = match request.lambda_context_ref() {
        _ if !is_logged => "init".to_owned(),
        Some(context) => context.request_id.clone(),
        None => log.ids.change().as_str().to_owned(),
    };
    let usage = Arc::new(Usage::of(request_id));
    request.extensions_mut().insert(usage.clone());
    let inner = Arc::new(InnerOperation::default());
    request.extensions_mut().insert(inner.clone());
    let name = log.operation(&request);
    let method = method_name(request.method());
    let openai_conversation_hash = fingerprint(request.headers(), "openai-conversation-id");
    let openai_gpt_hash = fingerprint(request.headers(), "openai-gpt-id");

    let response = answer(request).await;

    let operation = inner.0.get().cloned().unwrap_or_else(|| Operation::answered(name, &response));
    let status = operation.status;
    if !is_logged {
        if let Some(cause) = operation.cause {
            tracing::warn!(request_id = usage.request_id(), cause, "DynamoDB did not answer during init");
        }
        return response;
    }
    let milliseconds = started.elapsed().as_secs_f64() * 1_000.0;
    log.write(&Line {
        request_id: usage.request_id().to_owned(),
        operation: operation.name,
        method,
        through: operation.through,
        status: status.as_u16(),
        duration_ms: (milliseconds * 100.0).round() / 100.0,
        dynamodb_calls: usage.calls(),
        read_units: usage.read_units(),
        write_units: usage.write_units(),
        replays: usage.is_replay().into(),
        conflicts: (status == StatusCode::CONFLICT).into(),
        faults: status.is_server_error().into(),
        credential: usage.credential().map(|used| format!("{} {}", used.kind, used.id)),
        credential_name: usage.credential().and_then(|used| used.name.as_ref()).map(|name| name.as_str().to_owned()),
        openai_conversation_hash,
        openai_gpt_hash,
        cause: operation.cause,
    });
    response
}

/// The name of a known HTTP method, or "other" for any other method. Clients can invent methods (RFC 9110, section
/// 9.1).
fn method_name(method: &Method) -> &'static str {
    let names = ["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS"];
    names.into_iter().find(|name| *name == method.as_str()).unwrap_or("other")
}

/// The first 16 hexadecimal digits of the SHA-256 hash of a header's value. If an operator knows the value of the
/// header, the operator can search the log for the hash of this value. Nobody can calculate the header's value from the
/// hash.
fn fingerprint(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name).filter(|value| !value.is_empty())?;
    Some(hex::encode(&Sha256::digest(value.as_bytes())[..8]))
}
