//! `todo clients` manages the OAuth clients of a deployment, or the OAuth clients in a data file on this machine. A
//! program needs such a client if the program cannot register itself and has no client ID metadata document.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use todo_action::{
    app::{Clock, Ids},
    config::is_redirect_uri,
    domain::{
        api_key::KeyName,
        client::{Client, Secret},
        secret::SecretHash,
    },
    store::Store,
};

use super::{Failure, place::Place};

#[derive(Args)]
pub struct Clients {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum What {
    /// Make a client, and print its id and its secret. The secret is never shown again.
    Create {
        /// Name of the program. People see this name when the program asks for access.
        #[arg(long)]
        name: String,
        /// Address to which people come back after sign-in. The program or its documentation shows this address. One
        /// segment of the path may be `*`, which stands for any segment. You can repeat this option.
        #[arg(long = "redirect-uri", value_name = "URI", required = true, value_parser = redirect_uri)]
        redirect_uris: Vec<String>,
        /// Make a client without a secret, for a program that cannot keep a secret.
        #[arg(long)]
        public: bool,
        /// Let the client ask for access without PKCE. A GPT of ChatGPT needs this option. Such a client must use its
        /// secret.
        #[arg(long, conflicts_with = "public")]
        without_pkce: bool,
    },
    /// List all clients, with their redirect URIs. The output shows no secret.
    List,
    /// Remove a client, and end the access that people have given to the client. The access ends within a minute.
    Remove {
        /// The id that `list` shows.
        id: String,
    },
}

#[tokio::main]
pub async fn run(Clients { what, place }: Clients) -> Result<(), Failure> {
    let store = place.store().await?;
    match what {
        What::Create { name, redirect_uris, public, without_pkce } => {
            create(&store, &name, redirect_uris, (public, without_pkce), Clock::system().now()).await
        }
        What::List => list(&store).await,
        What::Remove { id } => remove(&store, id.trim()).await,
    }
}

/// Accepts a redirect URI. A `*` must be a whole segment of the path. At any other place, a `*` would never fit the
/// redirect URI of a request.
fn redirect_uri(text: &str) -> Result<String, String> {
    let path = text.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    let path = path.split('?').next().unwrap_or_default();
    let segments = path.split('/').filter(|segment| *segment == "*").count();
    if segments != text.matches('*').count() {
        return Err(
            "the * must be a whole segment of the path, as in https://chatgpt.com/aip/*/oauth/callback".to_owned()
        );
    }
    if is_redirect_uri(text) {
        Ok(text.to_owned())
    } else {
        Err("must be an https address, an http address of this machine, or an address of an app, without a fragment"
            .to_owned())
    }
}

async fn create(
    store: &Store,
    name: &str,
    redirect_uris: Vec<String>,
    (public, without_pkce): (bool, bool),
    now: Timestamp,
) -> Result<(), Failure> {
    let name = KeyName::parse(name).map_err(|error| format!("--name {error}"))?;
    let ids = Ids::random();
    let secret = (!public).then(|| Secret::from_random(ids.secret()));
    let hash = secret.as_ref().map(|secret| SecretHash::of(secret.reveal()));
    let client =
        Client { id: Client::new_id(ids.secret()), name, secret: hash, redirect_uris, without_pkce, created_at: now };
    store.add_client(&client).await?;
    // The command writes only the id and the secret to standard output, so that a script can read them.
    println!("client_id {}", client.id);
    if let Some(secret) = &secret {
        println!("client_secret {}", secret.reveal());
        eprintln!("Made the client {}. The secret is not shown again.", client.name.as_str());
    } else {
        eprintln!("Made the client {}, without a secret.", client.name.as_str());
    }
    eprintln!(
        "The program also needs these values, each after the address of the deployment:\n  \
         /oauth/authorize as authorization URL, and /oauth/token as token URL.\n\
         The scope is todos, or todos:read for a program that may only read.{}",
        if without_pkce { "" } else { " The program must use PKCE (S256)." }
    );
    Ok(())
}

async fn list(store: &Store) -> Result<(), Failure> {
    let (mut clients, unreadable) = store.clients().await?;
    clients.sort_by_key(|client| client.created_at);
    println!("{:29}  {:6}  {:10}  name", "id", "kind", "made");
    for client in clients {
        let kind = if client.secret.is_some() { "secret" } else { "public" };
        let made = client.created_at.strftime("%Y-%m-%d").to_string();
        println!("{:29}  {kind:6}  {made:10}  {}", client.id, client.name.as_str());
        for uri in client.redirect_uris {
            println!("  {uri}");
        }
    }
    if unreadable > 0 {
        eprintln!("{unreadable} more clients cannot be read. A newer version of todo may be able to read them.");
    }
    Ok(())
}

/// Deletes the client first, so that nobody can give new access to the client. If the command stops before it has ended
/// all grants, the operator can run the command again.
async fn remove(store: &Store, id: &str) -> Result<(), Failure> {
    if !Client::is_id(id) {
        return Err(unknown(id));
    }
    let was_there = store.delete_client(id).await?;
    let (ended, unreadable) = store.end_grants_of(id).await?;
    if !was_there && ended == 0 {
        return Err(unknown(id));
    }
    let grants = if ended == 1 { "1 person".to_owned() } else { format!("{ended} people") };
    eprintln!(
        "Removed the client {id}. {grants} had given access to this client. This access has ended, and its tokens stop \
         working within a minute."
    );
    if unreadable > 0 {
        eprintln!(
            "{unreadable} entries of programs cannot be read. If one of these entries belongs to this client, the access of this entry ends within an hour."
        );
    }
    Ok(())
}

fn unknown(id: &str) -> Failure {
    format!("no client has the id {id}; `todo clients list` shows the ids").into()
}
