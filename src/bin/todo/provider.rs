//! `todo provider` manages the secret of a deployment at its OpenID provider.

use std::io::{BufRead, IsTerminal, Read};

use clap::{Args, Subcommand};
use todo_action::{app::Clock, domain::provider::ProviderSecret, store::Store};

use super::{Failure, place::Place};

#[derive(Args)]
pub struct Provider {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum What {
    /// Store the secret that the OpenID provider has given to this service. The command reads the secret from standard
    /// input, as one line. The command never prints the secret.
    SetSecret,
    /// Remove the stored secret. Then the service sends no secret to the provider.
    RemoveSecret,
    /// Say whether a secret is stored, and since when. The command never prints the secret.
    Show,
}

#[tokio::main]
pub async fn run(Provider { what, place }: Provider) -> Result<(), Failure> {
    // The command checks the secret before it opens the table, so that a mistake costs no time.
    let secret = matches!(what, What::SetSecret).then(read_secret).transpose()?;
    let shown = place.shown()?;
    let store = place.store().await?;
    match (what, secret) {
        (What::SetSecret, Some(secret)) => set_secret(&store, secret, &shown).await,
        (What::RemoveSecret, _) => remove_secret(&store, &shown).await,
        (What::Show | What::SetSecret, _) => show(&store, &shown).await,
    }
}

/// The maximum number of bytes that the command reads. Every secret is shorter.
const LONGEST: u64 = 10_000;

/// Reads standard input, which must contain one line. At a terminal, the line ends with the Enter key.
fn read_secret() -> Result<ProviderSecret, Failure> {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!("Paste the client secret of the OpenID provider, and press Enter:");
    }
    let (mut text, mut bytes) = (String::new(), input.lock().take(LONGEST));
    let read = if input.is_terminal() { bytes.read_line(&mut text) } else { bytes.read_to_string(&mut text) };
    read.map_err(|_| "standard input is not readable as text")?;
    if text.trim().lines().count() > 1 {
        return Err("standard input contains more than one line; write only the client secret".into());
    }
    if text.trim().is_empty() {
        let why = "standard input contains no secret; write the client secret of the OpenID provider to standard \
                   input, as one line";
        return Err(why.into());
    }
    Ok(ProviderSecret::parse(&text).map_err(|error| format!("the secret {error}"))?)
}

async fn set_secret(store: &Store, secret: ProviderSecret, place: &str) -> Result<(), Failure> {
    let replaced = store.set_provider_secret(secret, Clock::system().now()).await?;
    eprintln!(
        "Stored the secret in {place}.{} The service uses the secret from the next sign-in on. If the environment \
         variable OAUTH_CLIENT_SECRET of the service is set, the service uses that secret instead.",
        if replaced { " The secret replaces the secret that was stored before." } else { "" }
    );
    Ok(())
}

async fn remove_secret(store: &Store, place: &str) -> Result<(), Failure> {
    if !store.remove_provider_secret().await? {
        return Err(format!("no secret is stored in {place}").into());
    }
    eprintln!(
        "Removed the secret from {place}. From the next sign-in on, the service sends no secret to the provider."
    );
    Ok(())
}

async fn show(store: &Store, place: &str) -> Result<(), Failure> {
    match store.provider_secret_since().await? {
        Some(since) => println!("A secret is stored in {place} since {}.", since.strftime("%Y-%m-%d %H:%M:%S UTC")),
        None => println!("No secret is stored in {place}."),
    }
    Ok(())
}
