//! Lists, blocks, unblocks and removes the people who have signed in. Only the command `todo` uses this code. The
//! command has its own AWS credentials. The Lambda function does not contain this code.

use std::{sync::Arc, time::Duration};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use jiff::Timestamp;

use super::{
    Store, addresses,
    erase::Erasure,
    fault::Fault,
    item::{self, Item},
    people::{self, BLOCKED_AT, Removed, SHOWN, SIGNED_IN_AT, SINCE},
    programs::{self, Connected},
    usage::Usage,
};
use crate::domain::{address::AddressKind, owner::Owner};

/// A person in the partition `people`: somebody who has given access to a program, or somebody whom the operator has
/// blocked.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedPerson {
    /// The owner's name is the issuer, the character `#`, and the id of the person at the provider.
    pub owner: Owner,
    /// The e-mail address or the name at the last sign-in. `None` if this person has never given access to a program,
    /// or was removed.
    pub shown: Option<String>,
    /// When the person first gave access to a program.
    pub since: Option<Timestamp>,
    /// When the person last gave access to a program.
    pub signed_in_at: Option<Timestamp>,
    /// When the operator blocked the person. `None` if the person is not blocked.
    pub blocked_at: Option<Timestamp>,
}

impl Store {
    /// All people, in no particular order, and the number of entries that the program cannot read.
    pub async fn people(&self) -> Result<(Vec<ListedPerson>, usize), Fault> {
        let found = self.items(people::PARTITION, people::PREFIX, &Usage::default()).await?;
        let all = found.len();
        let people: Vec<ListedPerson> = found.iter().filter_map(ListedPerson::read).collect();
        let unreadable = all - people.len();
        Ok((people, unreadable))
    }

    /// The number of programs with access to the todos of this person. If an access has ended because the program did
    /// not refresh it, this function counts the program for one more day.
    pub async fn count_programs(&self, owner: &Owner, now: Timestamp) -> Result<usize, Fault> {
        let entries = self.items(&item::partition(owner), programs::PREFIX, &Usage::default()).await?;
        Ok(entries.iter().filter(|entry| !item::expired(entry, now)).count())
    }

    /// Blocks a person, even if the person has never signed in. The person can no longer sign in, and no program can
    /// refresh its access. `false` if the person was already blocked. Then the time of the first block stays.
    pub async fn block(&self, owner: &Owner, now: Timestamp) -> Result<bool, Fault> {
        let update = self.client.update_item().table_name(&*self.table).set_key(Some(people::key(owner)));
        let update = update
            .update_expression("SET #blocked = if_not_exists(#blocked, :now)")
            .expression_attribute_names("#blocked", BLOCKED_AT)
            .expression_attribute_values(":now", item::text(&now.to_string()))
            .return_values(ReturnValue::AllOld);
        let answer = update.send().await.map_err(|error| Fault::of("UpdateItem", &error))?;
        Ok(answer.attributes.is_none_or(|old| !old.contains_key(BLOCKED_AT)))
    }

    /// Ends the block of a person. `false` if the person is not blocked. If the item contains nothing else, this
    /// function deletes the item.
    pub async fn unblock(&self, owner: &Owner) -> Result<bool, Fault> {
        if self
            .of(owner, None, Arc::default())
            .delete_person("attribute_exists(blocked_at) AND attribute_not_exists(signed_in_at)")
            .await?
        {
            return Ok(true);
        }
        self.of(owner, None, Arc::default()).remove_attributes("attribute_exists(blocked_at)", &[BLOCKED_AT]).await
    }

    /// Removes a person from the list of people. If the person is blocked, the block stays. Without the block, the
    /// person could sign in again. This function does not end the access of programs.
    pub async fn remove_person(&self, owner: &Owner) -> Result<Removed, Fault> {
        self.of(owner, None, Arc::default()).forget_person().await
    }

    /// Erases everything of this owner, except the API keys. The erasure stops after about the duration `at_most`.
    pub async fn erase(&self, owner: &Owner, now: Timestamp, at_most: Duration) -> Result<Erasure, Fault> {
        self.of(owner, None, Arc::default()).erase(now, at_most).await
    }

    /// Ends the access of all programs of this person, and then the calendar feeds and the addresses of downloads.
    /// Returns the number of programs whose access has ended, and the number of entries that the program cannot read.
    pub async fn end_programs(&self, owner: &Owner, now: Timestamp) -> Result<(usize, usize), Fault> {
        let (mut ended, mut unreadable) = (0, 0);
        for entry in self.items(&item::partition(owner), programs::PREFIX, &Usage::default()).await? {
            let had_expired = item::expired(&entry, now);
            match item::from_item::<Connected>(entry) {
                Ok(program) => {
                    self.end_program(owner, &program, &Usage::default()).await?;
                    ended += usize::from(!had_expired);
                }
                Err(_) => unreadable += 1,
            }
        }
        for kind in AddressKind::ALL {
            for entry in self.items(&item::partition(owner), &addresses::prefix(kind), &Usage::default()).await? {
                if let Some((kind, hash)) = addresses::of_entry(&entry) {
                    let actions = self.delete_address(kind, (owner, &hash), None)?;
                    self.transact(actions.to_vec(), &Usage::default()).await?;
                }
            }
        }
        Ok((ended, unreadable))
    }
}

impl ListedPerson {
    /// Reads the item of a person. `None` if the sort key does not contain the name of an owner.
    fn read(person: &Item) -> Option<Self> {
        let text = |name: &str| person.get(name).and_then(|value: &AttributeValue| value.as_s().ok());
        let at = |name: &str| text(name).and_then(|at| at.parse().ok());
        Some(Self {
            owner: owner_of(person)?,
            shown: text(SHOWN).cloned(),
            since: at(SINCE),
            signed_in_at: at(SIGNED_IN_AT),
            // If the program cannot read the time of a block, the person is blocked too (src/store/people.rs).
            blocked_at: person.contains_key(BLOCKED_AT).then(|| at(BLOCKED_AT).unwrap_or(Timestamp::UNIX_EPOCH)),
        })
    }
}

/// The owner whose name is in the sort key of a person.
pub(super) fn owner_of(person: &Item) -> Option<Owner> {
    let name = person.get(item::SK)?.as_s().ok()?.strip_prefix(people::PREFIX)?;
    Owner::parse(name).ok()
}
