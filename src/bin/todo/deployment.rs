//! `todo mcp --url` forwards the tool calls to a deployment.

use std::sync::Arc;
use std::time::Duration;

use axum::{
    Json, Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use todo_action::{
    config::remote_key,
    mcp::Server,
    tls::{self, Connector, Reach, with_causes},
};

use super::Failure;

/// The maximum time to wait for a complete answer. A deployment usually answers in less than a second, and always
/// within 15 seconds. If DynamoDB is in trouble, an answer can take between 10 and 15 seconds, and most of these
/// answers are errors. After the maximum time, this command gives up with its own error. So the person does not have to
/// wait longer for an error of the deployment. Both errors say what to do next.
const TIMEOUT: Duration = Duration::from_secs(10);
/// After this time without an answer, the connection is probably dead. For example, a laptop that was asleep does not
/// know that its connections are dead. If the same request may be sent twice, the command sends the request a second
/// time over a new connection. The command uses the answer that comes first.
const PATIENCE: Duration = Duration::from_secs(4);
/// The maximum time for connecting to a deployment.
const CONNECT: Duration = Duration::from_secs(5);
/// The maximum size of an answer in bytes. The OpenAPI document and all other answers of this service are much smaller.
const LARGEST_ANSWER: usize = 10 * 1024 * 1024;

/// Makes an MCP server that forwards the tool calls to a deployment. The deployment's OpenAPI document defines the
/// tools.
pub async fn server(base_url: &str) -> Result<Server, Failure> {
    let key = key()?;
    let deployment = Deployment::new(base_url)?;
    // Everybody may read the OpenAPI document, so this request contains no key.
    let asked = deployment.ask(Request::builder().uri("/openapi.json").body(Body::empty())?).await;
    let answer = asked.map_err(|failure| format!("{base_url} does not answer: {failure}"))?;
    let (status, body) = (answer.status(), to_bytes(answer.into_body(), LARGEST_ANSWER).await?);
    let document: Value = serde_json::from_slice(&body).unwrap_or_default();
    if !status.is_success() || document["paths"].is_null() {
        return Err(
            format!("{base_url}/openapi.json is not the OpenAPI document of todo-action (status {status})").into()
        );
    }
    Ok(Server::new(move || document.clone(), Router::new().fallback(forward).with_state((Arc::new(deployment), key))))
}

/// A router that forwards each request to a deployment, with the API key of the environment variable TODO_API_KEY. If
/// the deployment does not answer, the answer has the status 502.
pub fn router(base_url: &str) -> Result<Router, Failure> {
    let (deployment, key) = (Arc::new(Deployment::new(base_url)?), key()?);
    Ok(Router::new().fallback(forward).with_state((deployment, key)))
}

/// The value of the header `Authorization`. `None` if the environment contains no key.
fn key() -> Result<Option<HeaderValue>, Failure> {
    let key = remote_key().map(|key| HeaderValue::from_str(&format!("Bearer {key}"))).transpose();
    let mut key = key.map_err(|_| "TODO_API_KEY contains a character that is not allowed in a key")?;
    // The key is marked as sensitive, so that a debug output of the headers does not show the key.
    key.iter_mut().for_each(|key| key.set_sensitive(true));
    Ok(key)
}

async fn forward(
    State((deployment, key)): State<(Arc<Deployment>, Option<HeaderValue>)>,
    mut request: Request,
) -> Response {
    request.headers_mut().extend(key.map(|key| (header::AUTHORIZATION, key)));
    deployment.ask(request).await.unwrap_or_else(|failure| unreachable_now(&failure))
}

/// An HTTP client for a deployment.
struct Deployment {
    base_url: String,
    client: Client<Connector, Body>,
    /// This client opens a new connection for each request.
    anew: Client<Connector, Body>,
}

impl Deployment {
    fn new(base_url: &str) -> Result<Self, Failure> {
        let connector = tls::connector(CONNECT, Reach::Everywhere)?;
        let client = Client::builder(TokioExecutor::new()).build(connector.clone());
        let anew = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector);
        Ok(Self { base_url: base_url.to_owned(), client, anew })
    }

    /// The answer of the deployment. If the connection fails, this function sends a repeatable request once more.
    async fn ask(&self, request: Request) -> Result<Response, Failure> {
        let (mut parts, body) = request.into_parts();
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        parts.uri = format!("{}{target}", self.base_url).parse::<Uri>()?;
        let body = to_bytes(body, LARGEST_ANSWER).await?;
        let answer = async {
            if is_repeatable(&parts, &body) {
                self.ask_twice(&parts, &body).await
            } else {
                once(&self.client, &parts, &body).await
            }
        };
        let late = |_| format!("there was no complete answer within {} seconds", TIMEOUT.as_secs());
        Ok(tokio::time::timeout(TIMEOUT, answer).await.map_err(late)??)
    }

    async fn ask_twice(&self, parts: &Parts, body: &Bytes) -> Result<Response, String> {
        let mut first = std::pin::pin!(once(&self.client, parts, body));
        match tokio::time::timeout(PATIENCE, &mut first).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => once(&self.anew, parts, body).await,
            // If one of the two requests fails, the answer to the other request may still come.
            Err(_) => tokio::select! {
                Ok(answer) = &mut first => Ok(answer),
                Ok(answer) = once(&self.anew, parts, body) => Ok(answer),
                else => Err("both connections failed".to_owned()),
            },
        }
    }
}

/// Sends the request, and reads the whole answer. The error says why there is no answer. If the deployment had already
/// closed the connection, the client opens another connection by itself.
async fn once(client: &Client<Connector, Body>, parts: &Parts, body: &Bytes) -> Result<Response, String> {
    let request = Request::from_parts(parts.clone(), Body::from(body.clone()));
    let (parts, body) = client.request(request).await.map_err(|error| with_causes(&error))?.into_parts();
    let body = to_bytes(Body::new(body), LARGEST_ANSWER).await.map_err(|error| with_causes(&error))?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// Whether the deployment may get the same request twice. A read changes nothing. A deployment executes a write with an
/// idempotency key only once.
fn is_repeatable(parts: &Parts, body: &[u8]) -> bool {
    let is_key = |key: &str| !key.trim().is_empty();
    let in_query = || {
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        form_urlencoded::parse(query).any(|(name, value)| name == "idempotency_key" && is_key(&value))
    };
    let in_body = || {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        body["idempotency_key"].as_str().is_some_and(is_key)
    };
    parts.method == Method::GET || in_query() || in_body()
}

fn unreachable_now(failure: &Failure) -> Response {
    tracing::error!("the deployment did not answer: {failure}");
    let problem = json!({
        "type": "urn:todo-action:problem:unreachable",
        "title": "The deployment did not answer",
        "status": StatusCode::BAD_GATEWAY.as_u16(),
        "code": "unreachable",
        "detail": "Tell the person that the TODO list cannot be reached, and try again later. The change may have succeeded; check the todos before you repeat the change.",
    });
    (StatusCode::BAD_GATEWAY, Json(problem)).into_response()
}
