//! `todo feeds` manages calendar feeds: secret addresses at which a calendar reads the todos with a due date.

use axum::http::Method;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use todo_action::config::base_url;

use super::{
    Failure,
    service::{Service, Whose},
};

#[derive(Args)]
pub struct Feeds {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    whose: Whose,
}

#[derive(Subcommand)]
enum What {
    /// List all feeds. The output never shows an address.
    List,
    /// Make a feed and print its address. The address is never shown again.
    Add {
        /// The feed has only the todos of this list. Without this option, the feed has the todos of all lists.
        #[arg(long)]
        list: Option<String>,
        /// Name of the calendar. Without this option, it is the name of the list.
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Give a feed a new address and print it. The old address ends at once.
    Renew {
        /// The id that `list` shows.
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// End a feed. Its address ends at once.
    End {
        /// The id that `list` shows.
        id: String,
    },
}

#[derive(Args)]
struct Server {
    /// Address at which calendars reach the server. Without this option, it is PUBLIC_URL, and for a data file the
    /// address of `todo serve`.
    #[arg(long, value_name = "URL", conflicts_with = "url")]
    address: Option<String>,
}

#[tokio::main]
pub async fn run(Feeds { what, whose }: Feeds) -> Result<(), Failure> {
    match what {
        What::List => list(&whose.service(None).await?).await,
        What::Add { list, name, server } => {
            let mut body = Map::new();
            for (member, value) in [("list", list), ("name", name)] {
                body.extend(value.map(|value| (member.to_owned(), Value::from(value))));
            }
            let made = with_address(server, whose, "/feeds", &Value::Object(body)).await?;
            show_address(&made, "Made")
        }
        What::Renew { id, server } => {
            let path = format!("/feeds/{}/renew", in_path(&id)?);
            show_address(&with_address(server, whose, &path, &json!({})).await?, "Renewed")
        }
        What::End { id } => {
            let path = format!("/feeds/{}", in_path(&id)?);
            let answer = whose.service(None).await?.ask(Method::DELETE, &path, None).await?;
            let answer: Value = serde_json::from_slice(&answer)?;
            eprintln!("Ended the feed {}. Its address no longer works.", text(&answer["ended"]["id"]));
            Ok(())
        }
    }
}

/// Sends a request whose answer has a new address.
async fn with_address(Server { address }: Server, whose: Whose, path: &str, body: &Value) -> Result<Value, Failure> {
    let address = address.map(|address| base_url("--address", &address)).transpose()?;
    let answer = whose.service(address).await?.ask(Method::POST, path, Some(body)).await?;
    Ok(serde_json::from_slice(&answer)?)
}

/// Prints only the address to standard output, so that a script can store the output directly.
fn show_address(answer: &Value, what: &str) -> Result<(), Failure> {
    let address = answer["address"].as_str().ok_or("the answer has no address")?;
    println!("{address}");
    eprintln!("{what} the feed {}. {}", text(&answer["feed"]["id"]), text(&answer["detail"]));
    Ok(())
}

async fn list(service: &Service) -> Result<(), Failure> {
    let answer: Value = serde_json::from_slice(&service.ask(Method::GET, "/feeds", None).await?)?;
    println!("{:12}  {:10}  {:10}  {:20}  name", "id", "made", "used", "list");
    for feed in answer["feeds"].as_array().into_iter().flatten() {
        let day = |name: &str| feed[name].as_str().and_then(|at| at.get(..10)).unwrap_or("-").to_owned();
        let list = feed["list"].as_str().unwrap_or("all lists");
        let name = feed["name"].as_str().unwrap_or("-");
        println!("{:12}  {:10}  {:10}  {list:20}  {name}", text(&feed["id"]), day("created_at"), day("last_used_at"));
    }
    Ok(())
}

/// Returns the id if it can be a part of a path. Otherwise, returns an error.
fn in_path(id: &str) -> Result<&str, Failure> {
    let id = id.trim();
    let is_plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_plain.then_some(id).ok_or_else(|| format!("no feed has the id {id}; `todo feeds list` shows the ids").into())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}
