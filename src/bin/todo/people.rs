//! `todo people` manages the people who sign in at a deployment, or at a server on this machine.

use std::path::Path;
use std::time::Duration;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use todo_action::{
    app::Clock,
    domain::{owner::Owner, unicode::one_line},
    local,
    store::{Erasure, ListedPerson, Removed, Store},
};

use super::{
    Failure,
    person::{find, owner_of, unknown},
    place::{Place, quoted},
};

/// After each period of this length, the command says that the erasure goes on.
const ERASE_FOR: Duration = Duration::from_secs(20);

#[derive(Args)]
pub struct People {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum What {
    /// List the people who have given access to a program, and the people whom you have blocked.
    List,
    /// Block a person. The person can no longer sign in. The access of all programs and all API keys of this person
    /// ends within a minute, and all calendar feeds end. The todos stay.
    Block {
        /// The id that `list` shows (ISSUER#SUBJECT), or the e-mail address. Somebody who has never signed in can be
        /// blocked by the id.
        person: String,
    },
    /// End the block of a person. The person can sign in again.
    Unblock {
        /// The id that `list` shows (ISSUER#SUBJECT), or the e-mail address.
        person: String,
    },
    /// End the access of all programs and all API keys of a person within a minute, end all calendar feeds, and remove the
    /// person from the list of people. The todos of the person stay. A blocked person stays blocked.
    Remove {
        /// The id that `list` shows (ISSUER#SUBJECT), or the e-mail address. With --erase, this can also be the owner of
        /// an API key.
        person: String,
        /// Also erase everything of the person: todos, lists, settings, changes, programs, calendar feeds and API keys. Nobody can undo
        /// this. If the command stops too early, run it again.
        #[arg(long)]
        erase: bool,
    },
}

impl What {
    fn erases(&self) -> bool {
        matches!(self, Self::Remove { erase: true, .. })
    }
}

#[tokio::main]
pub async fn run(People { what, place }: People) -> Result<(), Failure> {
    let (options, file) = (place.options(), place.file()?);
    let store = if what.erases() { place.existing_store().await? } else { place.store().await? };
    let now = Clock::system().now();
    match what {
        What::List => list(&store, now).await,
        What::Block { person } => block(&store, person.trim(), now, &options).await,
        What::Unblock { person } => unblock(&store, person.trim()).await,
        What::Remove { person, erase: false } => remove(&store, person.trim(), now, &options).await,
        What::Remove { person, erase: true } => erase(&store, person.trim(), now, file.as_deref()).await,
    }
}

async fn list(store: &Store, now: Timestamp) -> Result<(), Failure> {
    let (mut people, unreadable) = store.people().await?;
    people.sort_by(|one, other| (one.since, one.owner.as_str()).cmp(&(other.since, other.owner.as_str())));
    let width = people.iter().map(|person| person.owner.as_str().chars().count()).max().unwrap_or_default();
    println!("{:width$}  {:10}  {:10}  {:10}  {:8}  e-mail or name", "id", "since", "signed in", "blocked", "programs");
    let day = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), |at| at.strftime("%Y-%m-%d").to_string());
    for person in people {
        println!(
            "{:width$}  {:10}  {:10}  {:10}  {:8}  {}",
            person.owner.as_str(),
            day(person.since),
            day(person.signed_in_at),
            day(person.blocked_at),
            store.count_programs(&person.owner, now).await?,
            shown(&person)
        );
    }
    if unreadable > 0 {
        eprintln!("{unreadable} more people cannot be read. A newer version of todo may be able to read them.");
    }
    Ok(())
}

/// Blocks the person first. So no program can get new access while this function ends the access of the programs. If
/// the command stops before it has ended the access of all programs, the operator can run the command again.
async fn block(store: &Store, person: &str, now: Timestamp, place: &str) -> Result<(), Failure> {
    let (owner, known) = find(store, person).await?;
    let id = owner.as_str();
    let newly = store.block(&owner, now).await?;
    let ended = store.end_programs(&owner, now).await?;
    eprintln!(
        "{} {}{id}. The person can no longer sign in.",
        if newly { "Blocked" } else { "The block stays:" },
        known.as_ref().map(|known| format!("{}, ", shown(known))).unwrap_or_default()
    );
    say_ended(ended, true);
    if known.is_none() {
        eprintln!(
            "This person has never given access to a program. Compare the id with the id at your OpenID provider, \
             because the block works only if each letter of the id is right."
        );
    }
    revoke_keys(store, &owner, now).await?;
    eprintln!("The todos of this person stay. To end the block: todo people unblock {}{place}", quoted(id));
    Ok(())
}

async fn unblock(store: &Store, person: &str) -> Result<(), Failure> {
    let (owner, _) = find(store, person).await?;
    if !store.unblock(&owner).await? {
        return Err(format!("{} is not blocked; `todo people list` shows who is blocked", owner.as_str()).into());
    }
    eprintln!(
        "Ended the block of {}. The person can sign in again. Programs get access only after a new sign-in.",
        owner.as_str()
    );
    Ok(())
}

/// Ends the access of the programs first, because afterwards the list no longer names the person.
async fn remove(store: &Store, person: &str, now: Timestamp, place: &str) -> Result<(), Failure> {
    let (owner, known) = find(store, person).await?;
    if known.is_none() {
        return Err(unknown(person));
    }
    let ended = store.end_programs(&owner, now).await?;
    let id = owner.as_str();
    match store.remove_person(&owner).await? {
        Removed::Unknown => return Err(unknown(person)),
        Removed::Gone => {
            eprintln!("Removed {id} from the list of people.");
            say_ended(ended, false);
            eprintln!(
                "The person can sign in again, unless you remove the person's account at the OpenID provider (for the \
                 user pool of the stack: aws cognito-idp admin-delete-user), or block the person: todo people \
                 block {}{place}",
                quoted(id)
            );
        }
        Removed::StillBlocked => {
            eprintln!("Removed the e-mail address or the name of {id} from the list of people. The block stays.");
            say_ended(ended, true);
        }
    }
    revoke_keys(store, &owner, now).await?;
    eprintln!("The todos of this person stay.");
    Ok(())
}

/// Erases everything of a person. This function deletes the keys first, so that no program can write with a key in the
/// meantime. It erases the entry in the list of people only after the data. So if the command stops too early, the next
/// run finds the person again.
async fn erase(store: &Store, person: &str, now: Timestamp, file: Option<&Path>) -> Result<(), Failure> {
    let (owner, known) = owner_of(store, person).await?;
    let (keys, unreadable) = store.keys().await?;
    let keys: Vec<_> = keys.into_iter().filter(|key| key.owner == owner).collect();
    if known.is_none() && keys.is_empty() && !store.knows(&owner).await? {
        // The person may have erased the data with `DELETE /account`. Then the free space of the file still contains
        // the deleted text.
        file.map_or(Ok(()), local::compact)?;
        return Err(format!(
            "there is no data of {person}; `todo people list` and `todo keys list` show whose data there are"
        )
        .into());
    }
    for key in &keys {
        store.delete_key(&key.hash).await?;
        eprintln!("Removed the API key {} ({}).", key.hash.id(), key.name.as_str());
    }
    while store.erase(&owner, now, ERASE_FOR).await? == Erasure::Unfinished {
        eprintln!("The erasure goes on.");
    }
    eprintln!("Erased everything of {}.", owner.as_str());
    if known.is_some_and(|known| known.blocked_at.is_some()) {
        eprintln!("The block stays, and with it the id of the person.");
    }
    if unreadable > 0 {
        eprintln!(
            "{unreadable} API keys cannot be read, so the command does not know whether they belong to this person."
        );
    }
    if owner.as_str().contains('#') {
        eprintln!("The account at the OpenID provider stays.");
    }
    match file {
        // The free space of the file still contains the text of the deleted items.
        Some(file) => local::compact(file)?,
        None => eprintln!(
            "Backups still contain the data for up to 35 days, and log lines stay as long as the stack keeps them."
        ),
    }
    Ok(())
}

/// The e-mail address or the name of the person, in one line and without control characters.
fn shown(person: &ListedPerson) -> String {
    person.shown.as_deref().map(one_line).filter(|shown| !shown.is_empty()).unwrap_or_else(|| "-".to_owned())
}

/// Says how many programs have lost their access. A blocked person's programs cannot refresh their access.
fn say_ended((ended, unreadable): (usize, usize), blocked: bool) {
    let programs = if ended == 1 { "1 program".to_owned() } else { format!("{ended} programs") };
    eprintln!(
        "{programs} had access to the todos. This access has ended, and its tokens stop working within a minute."
    );
    if unreadable > 0 {
        let then = if blocked {
            "The access of these programs ends within an hour."
        } else {
            "The access of these programs has not ended. To end this access within an hour, block the person."
        };
        eprintln!("{unreadable} entries of programs cannot be read. {then}");
    }
}

/// Revokes the API keys that open the list of this person. Without this function, a blocked person could still use an
/// API key.
async fn revoke_keys(store: &Store, owner: &Owner, now: Timestamp) -> Result<(), Failure> {
    let (keys, _) = store.keys().await?;
    for key in keys.iter().filter(|key| key.owner == *owner && key.is_valid(now)) {
        store.revoke_key(&key.hash, now).await?;
        eprintln!(
            "Revoked the API key {} ({}), which opened the list of this person.",
            key.hash.id(),
            key.name.as_str()
        );
    }
    Ok(())
}
