//! `todo mcp` is an MCP server over standard input and output, for programs that start their own MCP server.

use std::path::PathBuf;

use axum::Router;
use rmcp::ServiceExt;
use serde_json::Value;
use todo_action::{
    api::{self, openapi},
    app::{App, Clock, Ids},
    config::{AuthMode, Config, base_url},
    local,
    mcp::Server,
    store::{Store, connect},
};

use super::{Failure, TABLE, deployment, log_to_stderr, messages::Messages};

#[derive(clap::Args)]
pub struct Mcp {
    /// File that keeps the todos. A running `todo serve` may use the same file. The command creates the file if the
    /// file does not exist.
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    data: Option<PathBuf>,
    /// Address of a deployment that the command uses instead of a file. The address must begin with https://, except if
    /// the deployment is on this machine. The API key comes from the environment variable TODO_API_KEY.
    #[arg(long)]
    url: Option<String>,
}

#[tokio::main]
pub async fn run(Mcp { data, url }: Mcp) -> Result<(), Failure> {
    // The log goes to standard error, because standard output is only for MCP messages.
    log_to_stderr();
    let server = match url {
        // People may copy the address from the page `/connect` of a deployment. There, the address ends with `/mcp`.
        Some(url) => deployment::server(base_url("--url", &url)?.trim_end_matches("/mcp")).await?,
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
