//! Lists the programs that have access to the todos of a person. For each grant, there is an entry in the partition of
//! the person.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Store,
    fault::Fault,
    item::{self, EXPIRES_AT, Item},
    usage::Usage,
};
use crate::domain::{grant::Grant, owner::Owner, program::Place, scope::Scope, secret::SecretHash, token::GrantId};

/// The attribute of an entry that contains the id of the grant.
pub(super) const GRANT: &str = "grant";
/// The sort key of an entry begins with this text.
pub(super) const PREFIX: &str = "grant#";

/// A program with access to the todos of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connected {
    /// The id of the grant. Only the table and the tokens contain this id.
    pub grant: GrantId,
    /// The hash of the `client_id`.
    pub client: SecretHash,
    pub name: String,
    pub place: Place,
    pub scope: Scope,
    /// When the person gave the access.
    pub created_at: Timestamp,
    /// When the program last used its access. The program may have used its access again up to a day later. `None` if
    /// the program has not used its access yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

impl Connected {
    /// The entry of a grant.
    fn of(grant: &Grant, last_used_at: Option<Timestamp>) -> Self {
        Self {
            grant: grant.id.clone(),
            client: grant.program.client.clone(),
            name: grant.program.name.clone(),
            place: grant.program.place.clone(),
            scope: grant.scope,
            created_at: grant.created_at,
            last_used_at,
        }
    }
}

impl Store {
    /// The programs with access to the todos of this person, from the oldest to the newest. If the access of a program
    /// has ended because the program did not refresh it, the program can stay in the list for one more day. The list
    /// does not contain entries that the program cannot read.
    pub async fn programs(&self, owner: &Owner, now: Timestamp, usage: &Usage) -> Result<Vec<Connected>, Fault> {
        let entries = self.items(&item::partition(owner), PREFIX, usage).await?;
        let mut programs = Vec::new();
        for entry in entries {
            match item::read_unexpired::<Connected>(entry, now) {
                Ok(program) => programs.extend(program),
                // One unreadable entry must not hide the other programs.
                Err(fault) => {
                    tracing::error!(request_id = usage.request_id(), %fault, "an entry of a program cannot be read")
                }
            }
        }
        programs.sort_by_key(|program| program.created_at);
        Ok(programs)
    }

    /// Ends the access of a program. The tokens of the program stop working within a minute.
    pub async fn end_program(&self, owner: &Owner, program: &Connected, usage: &Usage) -> Result<(), Fault> {
        self.end(&program.grant, key(owner, &program.grant.public()), usage).await
    }
}

/// A new item with the entry of a grant. The caller must write the item together with the grant, because the grant
/// contains the time at which the entry expires.
pub(super) fn entry(grant: &mut Grant, last_used_at: Option<Timestamp>) -> Result<Item, Fault> {
    let mut new = item::to_item(&Connected::of(grant, last_used_at))?;
    new.extend(key(&grant.owner, &grant.id.public()));
    new.insert(EXPIRES_AT.to_owned(), item::number(grant.list().as_second()));
    Ok(new)
}

/// The primary key of a program's entry. `id` is the public id of the grant.
pub(super) fn key(owner: &Owner, id: &str) -> Item {
    item::primary_key(&item::partition(owner), format!("{PREFIX}{id}"))
}
