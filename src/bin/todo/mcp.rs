//! `todo mcp` is an MCP server over standard input and output, for programs that start their own MCP server.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use rmcp::ServiceExt;
use serde_json::{Value, json};
use todo_action::{
    api::{self, openapi},
    app::{App, Clock, Ids},
    config::{AuthMode, Config, base_url, remote_key},
    local,
    mcp::Server,
    store::{Store, connect},
    tls::{self, Connector, with_causes},
};

use super::{Failure, TABLE, log_to_stderr, messages::Messages};

#[derive(clap::Args)]
pub struct Mcp {
    /// File that keeps the todos. A running `todo serve` may use the same file. The command creates the file if the
    /// file does not exist.
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    data: Option<PathBuf>,
    /// Address of a deployment that the command uses instead of a file. The API key comes from the environment variable
    /// TODO_API_KEY.
    #[arg(long)]
    url: Option<String>,
}

/// The maximum time to wait for an answer of a deployment. The time-out of API Gateway is a little shorter than this
/// time.
const TIMEOUT: Duration = Duration::from_secs(35);
/// The maximum time for connecting to a deployment.
const CONNECT: Duration = Duration::from_secs(5);
/// The maximum size of a deployment's OpenAPI document in bytes. The OpenAPI document of this service is much smaller
/// than this maximum.
const LARGEST_ANSWER: usize = 10 * 1024 * 1024;

#[tokio::main]
pub async fn run(Mcp { data, url }: Mcp) -> Result<(), Failure> {
    // The log goes to standard error, because standard output is only for MCP messages.
    log_to_stderr();
    let server = match url {
        // People may copy the address from the start page of a deployment. On the start page, the address ends with
        // `/mcp`.
        Some(url) => remote(base_url("--url", &url)?.trim_end_matches("/mcp")).await?,
        None => of_file(data.map_or_else(local::default_file, Ok)?).await?,
    };
    let running = server.serve(Messages::new(tokio::io::stdin(), tokio::io::stdout())).await;
    // If the client closes the connection before its first message, the command ends without an error.
    if let Ok(running) = running {
        running.waiting().await?;
    }
    Ok(())
}

/// Makes an MCP server that keeps the todos in a data file on this machine.
async fn of_file(data: PathBuf) -> Result<Server, Failure> {
    let config = Config::from_env(AuthMode::None)?;
    let client = connect(local::in_process(local::open(Some(&data), Clock::system().now())?));
    local::create_table(&client, TABLE).await?;
    let document = openapi::served("", &config);
    let app = App::new(config, Store::new(client, TABLE), Clock::system(), Ids::random());
    let document = move || serde_json::from_str(&document).unwrap_or(Value::Null);
    Ok(Server::new(document, api::router(app, Router::new())))
}

/// Makes an MCP server that forwards the tool calls to a deployment. The deployment's OpenAPI document defines the
/// tools.
async fn remote(base_url: &str) -> Result<Server, Failure> {
    let key = remote_key().map(|key| HeaderValue::from_str(&format!("Bearer {key}"))).transpose();
    let mut key = key.map_err(|_| "TODO_API_KEY contains a character that is not allowed in a key")?;
    // The key is marked as sensitive, so that a debug output of the headers does not show the key.
    key.iter_mut().for_each(|key| key.set_sensitive(true));
    let client = Client::builder(TokioExecutor::new()).build(tls::connector(CONNECT)?);
    let deployment = Arc::new(Deployment { base_url: base_url.to_owned(), key, client });
    let asked = deployment.ask(Request::builder().uri("/openapi.json").body(Body::empty())?).await;
    let answer = asked.map_err(|failure| format!("{base_url} does not answer: {failure}"))?;
    let (status, body) = (answer.status(), to_bytes(answer.into_body(), LARGEST_ANSWER).await?);
    let document: Value = serde_json::from_slice(&body).unwrap_or_default();
    if !status.is_success() || document["paths"].is_null() {
        return Err(
            format!("{base_url}/openapi.json is not the OpenAPI document of todo-action (status {status})").into()
        );
    }
    let forward = async |State(deployment): State<Arc<Deployment>>, request: Request| {
        deployment.ask(request).await.unwrap_or_else(|failure| unreachable_now(&failure))
    };
    Ok(Server::new(move || document.clone(), Router::new().fallback(forward).with_state(deployment)))
}

struct Deployment {
    base_url: String,
    /// The value of the header `Authorization`.
    key: Option<HeaderValue>,
    client: Client<Connector, Body>,
}

impl Deployment {
    async fn ask(&self, request: Request) -> Result<Response, Failure> {
        let (mut parts, body) = request.into_parts();
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        parts.uri = format!("{}{target}", self.base_url).parse::<Uri>()?;
        if let Some(key) = &self.key {
            parts.headers.insert(header::AUTHORIZATION, key.clone());
        }
        let answer = tokio::time::timeout(TIMEOUT, self.client.request(Request::from_parts(parts, body))).await?;
        Ok(answer.map_err(|error| with_causes(&error))?.map(Body::new))
    }
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
