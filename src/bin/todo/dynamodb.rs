//! `todo dynamodb` serves the embedded DynamoDB on a port. Use `todo dynamodb` to try the Lambda on this machine.

use std::io::Write;
use std::path::PathBuf;

use todo_action::{
    app::Ids,
    config::aws_credentials,
    local::{self, Access},
    store::connect,
};
use tokio::sync::watch;

use super::{Failure, TABLE, log_to_stderr, told, until_asked};

#[derive(clap::Args)]
pub struct Dynamodb {
    /// Port to listen on. If the port is 0, the command selects a free port.
    #[arg(long, default_value_t = 8000)]
    port: u16,
    /// File that keeps the items. Without this option, the items are lost when the command stops.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Another host name that programs may use for this machine. `sam local` needs `host.docker.internal`. You can
    /// repeat this option.
    #[arg(long = "allow-host", value_name = "HOST", value_parser = host)]
    hosts: Vec<String>,
}

/// The minimum length of a safe access key. The access keys of AWS have at least this length.
const SAFE_LENGTH: usize = 16;

#[tokio::main]
pub async fn run(Dynamodb { port, data, hosts }: Dynamodb) -> Result<(), Failure> {
    log_to_stderr();
    let given = aws_credentials().map(|credentials| credentials.access_key_id().to_owned());
    let key = given.clone().unwrap_or_else(|| Ids::random().access_key());
    let database = local::open(data.as_deref(), todo_action::app::Clock::system().now())?;
    local::create_table(&connect(local::in_process(database.clone())), TABLE).await?;
    let (stop, stopping) = watch::channel(false);
    let access = Access { key: key.clone(), hosts };
    let (address, dynamodb) = local::serve(port, database, access, told(stopping)).await?;
    let who = match given {
        None => format!(
            "Only who calls it with this access key is answered; for programs that you start elsewhere:\n\n  \
             export AWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY=local\n"
        ),
        Some(_) => "The server answers only calls that are signed with the access key in AWS_ACCESS_KEY_ID.".to_owned(),
    };
    let greeting =
        format!("DynamoDB is running on http://{address} with the table {TABLE}. Stop it with Ctrl-C.\n{who}\n");
    // Another program may read the address from this output, and then close the pipe. A closed pipe does not stop the
    // server.
    drop(std::io::stdout().write_all(greeting.as_bytes()));
    if key.len() < SAFE_LENGTH {
        eprintln!(
            "warning: AWS_ACCESS_KEY_ID is short and can be guessed; if you unset AWS_ACCESS_KEY_ID, the command makes a random key"
        );
    }
    until_asked(dynamodb, stop).await;
    Ok(())
}

/// Accepts the name of a host, without scheme and port.
fn host(text: &str) -> Result<String, String> {
    let named = text.parse::<axum::http::uri::Authority>().is_ok_and(|authority| authority.host() == text);
    if named {
        Ok(text.to_owned())
    } else {
        Err("must be a name such as host.docker.internal, without a port".to_owned())
    }
}
