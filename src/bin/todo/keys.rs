//! `todo keys` manages the API keys of a deployment, or the API keys in a data file on this machine.

use std::str::FromStr;

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use todo_action::{
    app::{Clock, Ids},
    domain::{api_key::KeyName, owner::Owner},
    store::Store,
};

use super::{Failure, place::Place};

#[derive(Args)]
pub struct Keys {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum What {
    /// Make a key and print it. The key is never shown again.
    Create {
        /// Name of the key, such as "GPT" or "Ann's laptop".
        #[arg(long)]
        name: String,
        /// The key opens the list of this owner. Keys with the same owner share a list. Without this option, the
        /// key opens a new list. The name of the key is then also the name of the owner.
        #[arg(long)]
        owner: Option<String>,
        /// Number of days for which the key is valid, from 1 to 3650, or `never` for a key that does not expire.
        #[arg(long, default_value = "365")]
        days: Days,
    },
    /// List all keys. The output shows the id of each key, but only the last four characters of the secret key.
    List,
    /// Revoke a key. The key stops working within a minute.
    Revoke {
        /// The id that `list` shows.
        id: String,
    },
}

/// The number of days for which a key is valid. `None` if the key does not expire.
#[derive(Debug, Clone, Copy)]
struct Days(Option<u32>);

impl FromStr for Days {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(days @ 1..=3_650) => Ok(Self(Some(days))),
            _ if text == "never" => Ok(Self(None)),
            _ => Err("must be a number of days from 1 to 3650, or never".to_owned()),
        }
    }
}

#[tokio::main]
pub async fn run(Keys { what, place }: Keys) -> Result<(), Failure> {
    let store = place.store().await?;
    let now = Clock::system().now();
    match what {
        What::Create { name, owner, days } => create(&store, &name, owner.as_deref(), days, now).await,
        What::List => list(&store, now).await,
        What::Revoke { id } => revoke(&store, &id, now).await,
    }
}

async fn create(store: &Store, name: &str, owner: Option<&str>, days: Days, now: Timestamp) -> Result<(), Failure> {
    let name = KeyName::parse(name).map_err(|error| format!("--name {error}"))?;
    let owner = match owner {
        Some(owner) => Owner::parse(owner).map_err(|error| format!("--owner {error}"))?,
        None => new_owner(store, &name).await?,
    };
    let valid_until = days.0.map(|days| now + SignedDuration::from_hours(24 * i64::from(days)));
    let key = Ids::random().api_key();
    let record = key.record(owner, name, now, valid_until);
    store.add_key(&record).await?;
    // The command writes only the key to standard output, so that a script can store the output directly.
    println!("{}", key.secret());
    eprintln!("Made the key {}. The key opens the list of {}.", record.hash.id(), record.owner.as_str());
    eprintln!("The key is not shown again. Send the key as");
    eprintln!("  Authorization: Bearer {}…{}", &key.secret()[..5], record.last_four);
    Ok(())
}

/// Makes an owner for a new list. The name of the key becomes the name of the owner. Returns an error if this owner
/// already has a key or a list. To make a second key for the same list, the operator must name the owner of the list
/// with `--owner`.
async fn new_owner(store: &Store, name: &KeyName) -> Result<Owner, Failure> {
    let owner = Owner::parse(name.as_str()).map_err(|error| format!("--name {error}"))?;
    let has_keys = store.keys().await?.0.iter().any(|record| record.owner == owner);
    if has_keys || store.knows(&owner).await? {
        let owner = owner.as_str();
        return Err(format!(
            "{owner} already has a list; to make another key for this list, add --owner {owner}; to make a key for a new \
             list, choose another --name"
        )
        .into());
    }
    Ok(owner)
}

async fn list(store: &Store, now: Timestamp) -> Result<(), Failure> {
    let (mut records, unreadable) = store.keys().await?;
    records.sort_by_key(|record| record.created_at);
    println!(
        "{:12}  {:4}  {:8}  {:10}  {:10}  {:10}  {:20}  name",
        "id", "ends", "state", "made", "until", "used", "owner"
    );
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    for record in records {
        let state = match record.revoked_at {
            Some(_) => "revoked",
            None if record.is_valid(now) => "valid",
            None => "expired",
        };
        let used = store.last_used(&record).await?.map_or_else(|| "-".to_owned(), day);
        let until = record.valid_until.map_or_else(|| "-".to_owned(), day);
        println!(
            "{:12}  {:4}  {:8}  {:10}  {:10}  {:10}  {:20}  {}",
            record.hash.id(),
            record.last_four,
            state,
            day(record.created_at),
            until,
            used,
            record.owner.as_str(),
            record.name.as_str()
        );
    }
    if unreadable > 0 {
        eprintln!("{unreadable} more keys cannot be read. A newer version of todo may be able to read them.");
    }
    Ok(())
}

async fn revoke(store: &Store, id: &str, now: Timestamp) -> Result<(), Failure> {
    let found = store.keys().await?.0.into_iter().find(|record| record.hash.id() == id.trim());
    let record = found.ok_or_else(|| format!("no key has the id {id}; `todo keys list` shows the ids"))?;
    store.revoke_key(&record.hash, now).await?;
    eprintln!(
        "Revoked the key {} ({}). The key stops working within a minute.",
        record.hash.id(),
        record.name.as_str()
    );
    Ok(())
}
