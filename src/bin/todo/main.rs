//! The `todo` command runs todo-action on a laptop, imports and exports todos, makes calendar feeds, and manages the API
//! keys, the OAuth clients, the people and the provider's secret of a deployment.

mod clients;
mod deployment;
mod doctor;
mod dynamodb;
mod export;
mod feeds;
mod greeting;
mod import;
mod keys;
mod mcp;
mod messages;
mod people;
mod person;
mod place;
mod provider;
mod service;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use axum::{Extension, middleware};
use clap::{Parser, Subcommand};
use todo_action::{
    api::{
        gateway, openapi,
        origin::{OwnHosts, own_origin},
    },
    app::{App, Clock, Ids},
    config::{self, Auth, AuthMode, Config, aws_credentials, base_url},
    local,
    store::{Store, connect},
};
use tokio::{net::TcpListener, sync::watch};
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

type Failure = Box<dyn std::error::Error>;

/// A TODO list service for AI assistants.
#[derive(Parser)]
#[command(name = "todo", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the whole API on this machine, with an embedded DynamoDB that keeps its data in a file.
    Serve(Serve),
    /// Serve the operations as MCP tools over standard input and output, for programs that start their own MCP server.
    Mcp(mcp::Mcp),
    /// Write everything of a person into a file: todos of every status, lists, settings and changes.
    Export(export::Export),
    /// Make, list, renew and end calendar feeds.
    Feeds(feeds::Feeds),
    /// Read files with todos of other programs, or our own exports, into a list.
    Import(import::Import),
    /// Make, list and revoke API keys.
    Keys(keys::Keys),
    /// Make, list and remove OAuth clients, for programs that need a sign-in and cannot register themselves.
    Clients(clients::Clients),
    /// List the people who have signed in, and block, unblock or remove a person.
    People(people::People),
    /// Store or remove the secret that the OpenID provider has given to this service.
    Provider(provider::Provider),
    /// Say in plain words what is wrong with a data file, with a table, or with a running service.
    Doctor(doctor::Doctor),
    /// Print the OpenAPI document.
    Openapi {
        /// How callers authenticate in the deployment that the document describes.
        #[arg(long, value_enum, default_value_t = CallersBy::None)]
        auth: CallersBy,
        /// Address of the deployment that the document describes, such as `https://todo.example.com`.
        #[arg(long, value_name = "URL")]
        server_url: Option<String>,
    },
    /// Serve only the embedded DynamoDB with its table. Use this command to try the Lambda on this machine.
    Dynamodb(dynamodb::Dynamodb),
}

#[derive(clap::Args)]
struct Serve {
    /// Port to listen on. If the port is 0, the command selects a free port.
    #[arg(long, default_value_t = 9000)]
    port: u16,
    /// Address to listen on. If other machines can reach this address, also set `--auth api-key` or `--auth oauth`.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// How callers authenticate. With `none`, everybody shares one list. With `api-key`, callers need a key from `todo
    /// keys create`. With `oauth`, people sign in.
    #[arg(long, value_enum, default_value_t = CallersBy::None)]
    auth: CallersBy,
    /// File that keeps the todos. The command creates the file if the file does not exist.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Address of a DynamoDB server. The command uses this server instead of the embedded DynamoDB. `todo dynamodb`
    /// starts a DynamoDB server and prints its address. The command creates the table in this DynamoDB. The command
    /// takes the credentials for this DynamoDB from the environment variables AWS_ACCESS_KEY_ID and
    /// AWS_SECRET_ACCESS_KEY.
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    dynamodb: Option<String>,
}

/// How callers authenticate at the server.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum CallersBy {
    None,
    ApiKey,
    /// People sign in at an OpenID provider. OAUTH_ISSUER is the address of the provider. OAUTH_CLIENT_ID and
    /// OAUTH_CLIENT_SECRET identify this server at the provider. OAUTH_PEOPLE lists the people who may sign in. At the
    /// provider, the redirect URI is http://127.0.0.1:PORT/oauth/callback. Programs may also use API keys.
    #[value(name = "oauth")]
    OAuth,
}

impl From<CallersBy> for AuthMode {
    fn from(callers: CallersBy) -> Self {
        match callers {
            CallersBy::None => Self::None,
            CallersBy::ApiKey => Self::ApiKey,
            CallersBy::OAuth => Self::OAuth,
        }
    }
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve(arguments) => serve(arguments),
        Command::Mcp(arguments) => mcp::run(arguments),
        Command::Export(arguments) => export::run(arguments),
        Command::Feeds(feeds) => feeds::run(feeds),
        Command::Import(arguments) => import::run(arguments),
        Command::Keys(keys) => keys::run(keys),
        Command::Clients(clients) => clients::run(clients),
        Command::People(people) => people::run(people),
        Command::Provider(provider) => provider::run(provider),
        Command::Doctor(doctor) => doctor::run(doctor),
        Command::Openapi { auth, server_url } => print_document(auth, server_url.as_deref()),
        Command::Dynamodb(arguments) => dynamodb::run(arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print_document(auth: CallersBy, server_url: Option<&str>) -> Result<(), Failure> {
    let server = server_url.map(|url| base_url("--server-url", url)).transpose()?;
    let mut document = openapi::generated(server.as_deref().unwrap_or(openapi::PLACEHOLDER));
    openapi::add_credential(&mut document, auth.into());
    println!("{}", serde_json::to_string_pretty(&document)?);
    Ok(())
}

#[tokio::main]
async fn serve(arguments: Serve) -> Result<(), Failure> {
    if !arguments.host.is_loopback() && arguments.auth == CallersBy::None {
        let host = arguments.host;
        return Err(format!(
            "--host {host} would let everybody in; add --auth api-key or oauth, or use 127.0.0.1 or ::1"
        )
        .into());
    }
    log_to_stderr();
    let config = Config::from_env(arguments.auth.into())?;
    let asked = SocketAddr::new(arguments.host, arguments.port);
    let listener = TcpListener::bind(asked).await;
    let listener =
        listener.map_err(|error| format!("cannot listen on {asked}: {error}; choose another port with --port"))?;
    let address = listener.local_addr()?;

    let (connection, kept) = match arguments.dynamodb {
        Some(endpoint) => (local::at(endpoint.clone(), aws_credentials()), endpoint),
        None => {
            let data = arguments.data.map_or_else(local::default_file, Ok)?;
            (local::in_process(local::open(Some(&data), Clock::system().now())?), data.display().to_string())
        }
    };
    let client = connect(connection);
    local::create_table(&client, TABLE).await?;

    let here = format!("http://{address}");
    let public = config.public_url.clone().unwrap_or_else(|| here.clone());
    let hosts = own_hosts(address, &public);
    let config = Config { public_url: Some(public.clone()), ..config };
    let nobody_may_sign_in =
        matches!(&config.auth, Auth::OAuth(oauth) if oauth.people == config::People::Listed(Vec::new()));
    let app = App::new(config, Store::new(client, TABLE), Clock::system(), Ids::random());
    let mut router = todo_action::mcp::router(app).layer(Extension(hosts.clone()));
    // A server without credentials must refuse requests from foreign web pages. Foreign web pages have no API key and
    // no token. So a server that requires credentials does not need this check.
    if arguments.auth == CallersBy::None {
        router = router.layer(middleware::from_fn_with_state(hosts, own_origin));
    }
    if nobody_may_sign_in {
        eprintln!("warning: nobody may sign in; set OAUTH_PEOPLE to e-mail addresses, domains, or everybody");
    }
    println!("{}", greeting::greeting(&here, &public, &kept, arguments.auth));
    let (stop, stopping) = watch::channel(false);
    until_asked(local::serve_router(listener, router, told(stopping)), stop).await;
    println!("Stopped.");
    Ok(())
}

/// When somebody stops the server, unfinished requests may continue for at most this time.
const GRACE: Duration = Duration::from_secs(3);

/// All host names of this server: the names that programs on this machine use, and the host of `PUBLIC_URL`.
fn own_hosts(address: SocketAddr, base_url: &str) -> OwnHosts {
    let port = address.port();
    let local = ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("{host}:{port}"));
    OwnHosts(local.into_iter().chain([address.to_string(), gateway::host(base_url).to_ascii_lowercase()]).collect())
}

/// Writes the log lines of this program to standard error, and leaves out the log lines of other libraries.
fn log_to_stderr() {
    let ours = Targets::new().with_target("todo_action", tracing::Level::INFO);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    tracing_subscriber::registry().with(lines).with(ours).init();
}

/// The name of the table on this machine.
const TABLE: &str = "todos";

/// Runs a server until somebody stops the process. When somebody stops the process, unfinished requests may continue
/// for the time `GRACE`. Without the limit `GRACE`, an endless request would keep the server running. Returns `None` if
/// a request needed more time than `GRACE`.
async fn until_asked<T>(server: impl Future<Output = T>, stop: watch::Sender<bool>) -> Option<T> {
    let asked = async {
        asked_to_stop().await;
        stop.send_replace(true);
        tokio::time::sleep(GRACE).await;
    };
    // The order of the branches matters: before the server answers its first request, the program must listen for
    // signals. Otherwise, a signal that comes early would end the process immediately.
    tokio::select! {
        biased;
        () = asked => None,
        served = server => Some(served),
    }
}

/// Waits for Ctrl-C or, on Unix, for SIGTERM.
async fn asked_to_stop() {
    let interrupted = async { drop(tokio::signal::ctrl_c().await) };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}

/// Waits until the value in `stopping` is true. Then the server must stop.
async fn told(mut stopping: watch::Receiver<bool>) {
    drop(stopping.wait_for(|stop| *stop).await);
}
