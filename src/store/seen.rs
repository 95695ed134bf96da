//! Remembers the credentials that this instance of the program has looked up. A request with a remembered credential
//! needs no call to DynamoDB.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{
    Store,
    fault::Fault,
    item::{self, Item, PRESENT},
    usage::Usage,
};
use crate::domain::{grant::Access, moment::is_within, owner::Owner, secret::SecretHash};

/// The attribute with the time of a credential's last use.
pub(super) const LAST_USED_AT: &str = "last_used_at";
/// The update expression that writes the time of the last use.
pub(super) const NOTE: &str = "SET #used = :now";
/// How long the program remembers the result of a look-up. During this time, the program may still accept a credential
/// that has ended, or still refuse a new credential.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(60);
/// While the program notes the use of a credential in the table, the request waits at most this time.
const NOTE_TIMEOUT: Duration = Duration::from_secs(1);
/// The maximum number of remembered credentials. The program also remembers which credentials are not in the table.
const CREDENTIALS: usize = 10_000;

/// The results of look-ups, by the hash of the credential. The result of a look-up is a record, or `None` if the table
/// has no such record.
#[derive(Debug)]
pub(super) struct Seen<T>(Arc<Mutex<HashMap<SecretHash, LookUp<T>>>>);

/// The result and the time of a look-up.
type LookUp<T> = (Option<T>, Timestamp);

/// For each credential, the last day on which this instance has looked for the note of the last use. The days are in
/// UTC.
#[derive(Debug, Clone, Default)]
pub(super) struct Stamped(Arc<Mutex<HashMap<String, Date>>>);

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Seen<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Clone> Seen<T> {
    /// The remembered result for this credential. `None` if the program must look the credential up.
    pub fn get(&self, hash: &SecretHash, now: Timestamp) -> Option<Option<T>> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(hash).filter(|(_, at)| is_within(REMEMBERED, *at, now)).map(|(record, _)| record.clone())
    }

    pub fn put(&self, hash: SecretHash, record: Option<T>, now: Timestamp) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= CREDENTIALS {
            seen.clear();
        }
        seen.insert(hash, (record, now));
    }
}

impl Seen<Access> {
    /// Forgets the access tokens of this owner, so that the next request looks them up again.
    fn forget(&self, owner: &Owner) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, (access, _)| access.as_ref().is_none_or(|access| access.owner != *owner));
    }
}

impl Stamped {
    /// Whether this instance must still read the note of this credential today. The function also remembers the day, so
    /// the next call with the same credential and the same day returns `false`.
    fn is_due(&self, id: &str, today: Date) -> bool {
        let mut days = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if days.get(id) == Some(&today) {
            return false;
        }
        if days.len() >= CREDENTIALS {
            days.clear();
        }
        days.insert(id.to_owned(), today);
        true
    }
}

impl Store {
    /// Forgets the access tokens of this owner. Other instances may remember them for a minute.
    pub fn forget_access_of(&self, owner: &Owner) {
        self.seen_access.forget(owner);
    }

    /// Writes a note into the table: somebody has used this credential today. `id` is the public id of the credential,
    /// `note` is the primary key of the item with the note, and `write` writes the note. Once a day, each instance
    /// reads the note. The instance writes the note only if no other instance has done so today, because a write costs
    /// more than a read. If this fails or takes longer than a second, the request still goes on.
    pub(super) async fn stamp(
        &self,
        (id, note): (&str, Item),
        now: Timestamp,
        usage: &Usage,
        write: impl Future<Output = Result<(), Fault>>,
    ) {
        let today = day(now);
        if !self.stamped.is_due(id, today) {
            return;
        }
        let noting = async {
            match self.last_use(note, usage).await? {
                Some(last) if day(last) == today => Ok(()),
                _ => write.await,
            }
        };
        let cause = match tokio::time::timeout(NOTE_TIMEOUT, noting).await {
            Ok(Ok(())) => return,
            Ok(Err(fault)) => fault.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        tracing::warn!(request_id = usage.request_id(), cause, "the use of a credential was not noted");
    }

    /// Reads the note in the item with this key. This read has no strong consistency, and takes half a read unit.
    pub(super) async fn last_use(&self, key: Item, usage: &Usage) -> Result<Option<Timestamp>, Fault> {
        let get = self.client.get_item().table_name(&*self.table).set_key(Some(key));
        let get = get.projection_expression("#used").expression_attribute_names("#used", LAST_USED_AT);
        let answer = get.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
        usage.called();
        let answer = answer.map_err(|error| Fault::of("GetItem", &error))?;
        usage.read(answer.consumed_capacity().map(std::slice::from_ref));
        let note = answer.item.and_then(|mut item| item.remove(LAST_USED_AT));
        Ok(note.and_then(|note| note.as_s().ok()?.parse().ok()))
    }

    /// Writes the time of the last use into the item with this key. If the credential has ended, the item no longer
    /// exists, and this function does not create the item again.
    pub(super) async fn note(&self, key: Item, now: Timestamp, usage: &Usage) -> Result<(), Fault> {
        let update = self.client.update_item().table_name(&*self.table).set_key(Some(key));
        let update = update
            .condition_expression(PRESENT)
            .update_expression(NOTE)
            .expression_attribute_names("#used", LAST_USED_AT)
            .expression_attribute_values(":now", item::text(&now.to_string()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = update.send().await;
        usage.called();
        let answer = answer.map_err(|error| Fault::of("UpdateItem", &error))?;
        usage.wrote(answer.consumed_capacity().map(std::slice::from_ref));
        Ok(())
    }
}

fn day(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}
