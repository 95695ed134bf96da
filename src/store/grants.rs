//! Stores the access that people have given to programs. Each grant is one item in its own partition, so that the
//! refreshes of different programs do not slow each other down.

use std::time::Duration;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::put_item::PutItemError,
    types::{Delete, Put, ReturnConsumedCapacity, TransactWriteItem},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    Store,
    fault::{Fault, FaultKind},
    item::{self, EXPIRES_AT, Item, VERSION, broken},
    items::TABLE,
    programs,
    usage::Usage,
};
use crate::domain::{
    grant::{Access, Grant, Tokens, Unusable},
    token::{GrantId, Token},
};

/// The partition key of a grant begins with this text. The id of the grant follows.
const PREFIX: &str = "grant#";
/// The sort key of a grant.
const GRANT: &str = "grant";
/// An expired grant stays in the table for this time, so that DynamoDB never deletes a grant too early.
const RESERVE: SignedDuration = SignedDuration::from_hours(1);
/// The maximum number of attempts for a grant that other requests change at the same time.
const ATTEMPTS: u32 = 20;

/// The result of a request for tokens.
#[derive(Debug)]
pub enum Taken {
    Tokens(Tokens),
    Refused(Unusable),
    /// There is no such grant, or the grant has ended.
    Ended,
}

impl Store {
    /// What an access token allows. `None` if there is no such token. If this instance does not remember the token,
    /// this function makes one call to DynamoDB.
    pub async fn access(&self, token: &Token, now: Timestamp, usage: &Usage) -> Result<Option<Access>, Fault> {
        let hash = token.hash();
        if let Some(seen) = self.seen_access.get(&hash, now) {
            return Ok(seen);
        }
        let access = self.grant(&token.grant(), usage).await?.and_then(|grant| grant.access(&hash));
        self.seen_access.put(hash, access.clone(), now);
        Ok(access)
    }

    /// Writes a note into the table: the program has used its access today.
    pub async fn stamp_access(&self, access: &Access, now: Timestamp, usage: &Usage) {
        let id = &access.credential.id;
        let entry = programs::key(&access.owner, id);
        self.stamp((id, entry.clone()), now, usage, self.note(entry, now, usage)).await;
    }

    /// The grant with this id. The grant may have expired.
    pub async fn grant(&self, id: &GrantId, usage: &Usage) -> Result<Option<Grant>, Fault> {
        let found = self.item(key(id), usage).await?;
        found.filter(|item| self.made_here(item)).map(item::from_item).transpose()
    }

    /// Takes tokens from a grant: `take` exchanges a code or a refresh token for new tokens. If another request changes
    /// the grant at the same time, this function reads the grant again and calls `take` again. If `take` says that a
    /// code or a token was stolen, or if the operator has blocked the person, this function ends the grant.
    pub async fn take_tokens(
        &self,
        id: &GrantId,
        now: Timestamp,
        usage: &Usage,
        mut take: impl FnMut(&mut Grant) -> Result<Tokens, Unusable>,
    ) -> Result<Taken, Fault> {
        for attempt in 0..ATTEMPTS {
            let Some(mut grant) = self.grant(id, usage).await? else { return Ok(Taken::Ended) };
            if self.is_blocked(&grant.owner, usage).await? {
                self.end_grant(&grant, usage).await?;
                return Ok(Taken::Ended);
            }
            let (read, was_redeemed) = (grant.version, grant.is_redeemed());
            let tokens = match take(&mut grant) {
                Ok(tokens) => tokens,
                Err(Unusable::Stolen(why)) => {
                    self.end_grant(&grant, usage).await?;
                    return Ok(Taken::Refused(Unusable::Stolen(why)));
                }
                Err(refused) => return Ok(Taken::Refused(refused)),
            };
            let written = if grant.needs_entry() {
                self.replace_grant_and_entry(&mut grant, read, was_redeemed.then_some(now), usage).await?
            } else {
                self.replace_grant(&grant, read, usage).await?
            };
            // If the answer to a write was lost, the SDK sends the write again. Then the second write finds the version
            // that the first write has written.
            if written || self.has_written(&tokens, usage).await? {
                return Ok(Taken::Tokens(tokens));
            }
            tokio::time::sleep(pause(attempt, &tokens)).await;
        }
        Err(Fault::new(FaultKind::Throttled, "the grant collided with other requests"))
    }

    /// Ends one access token of a grant (RFC 7009).
    pub async fn forget_access(&self, token: &Token, usage: &Usage) -> Result<(), Fault> {
        let hash = token.hash();
        for attempt in 0..ATTEMPTS {
            let Some(mut grant) = self.grant(&token.grant(), usage).await? else { return Ok(()) };
            if grant.access(&hash).is_none() {
                return Ok(());
            }
            let read = grant.version;
            grant.forget_access(&hash);
            if self.replace_grant(&grant, read, usage).await? {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20 << attempt.min(4))).await;
        }
        Err(Fault::new(FaultKind::Throttled, "the grant collided with other requests"))
    }

    /// Ends a grant, with all its tokens. If the grant has already ended, this function changes nothing.
    pub async fn end_grant(&self, grant: &Grant, usage: &Usage) -> Result<(), Fault> {
        self.end(&grant.id, programs::key(&grant.owner, &grant.id.public()), usage).await
    }

    /// Deletes the grant, and its entry in the partition of the person, with one transaction.
    pub(super) async fn end(&self, id: &GrantId, entry: Item, usage: &Usage) -> Result<(), Fault> {
        let delete = |key: Item| -> Result<TransactWriteItem, Fault> {
            let delete = Delete::builder().table_name(&*self.table).set_key(Some(key)).build().map_err(broken)?;
            Ok(TransactWriteItem::builder().delete(delete).build())
        };
        self.transact(vec![delete(key(id))?, delete(entry)?], usage).await.map(drop)
    }

    /// Writes the grant and its entry in the partition of the person, with one transaction. `false` if the grant has
    /// another version, or if the operator has blocked the person. `used` is the time at which the program used its
    /// access.
    async fn replace_grant_and_entry(
        &self,
        grant: &mut Grant,
        read: u64,
        used: Option<Timestamp>,
        usage: &Usage,
    ) -> Result<bool, Fault> {
        let entry = programs::entry(grant, used)?;
        let grant_put = Put::builder()
            .table_name(&*self.table)
            .set_item(Some(self.grant_item(grant)?))
            .condition_expression("#version = :read")
            .expression_attribute_names("#version", VERSION)
            .expression_attribute_values(":read", item::number(read));
        let entry = Put::builder().table_name(&*self.table).set_item(Some(entry));
        let put = |put: aws_sdk_dynamodb::types::builders::PutBuilder| -> Result<TransactWriteItem, Fault> {
            Ok(TransactWriteItem::builder().put(put.build().map_err(broken)?).build())
        };
        let blocked = TransactWriteItem::builder().condition_check(self.not_blocked(&grant.owner)?).build();
        self.transact(vec![put(grant_put)?, put(entry)?, blocked], usage).await
    }

    async fn replace_grant(&self, grant: &Grant, read: u64, usage: &Usage) -> Result<bool, Fault> {
        let answer = self
            .client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(self.grant_item(grant)?))
            .condition_expression("#version = :read")
            .expression_attribute_names("#version", VERSION)
            .expression_attribute_values(":read", item::number(read))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        usage.called();
        match answer {
            Ok(answer) => {
                usage.wrote(answer.consumed_capacity().map(std::slice::from_ref));
                Ok(true)
            }
            Err(error) if has_collided(&error) => Ok(false),
            Err(error) => Err(Fault::of("PutItem", &error)),
        }
    }

    /// The item of a grant.
    pub(super) fn grant_item(&self, grant: &Grant) -> Result<Item, Fault> {
        let mut new = item::to_item(grant)?;
        new.extend(key(&grant.id));
        new.insert(TABLE.to_owned(), item::text(&self.table));
        new.insert(EXPIRES_AT.to_owned(), item::number((grant.valid_until + RESERVE).as_second()));
        Ok(new)
    }

    async fn has_written(&self, tokens: &Tokens, usage: &Usage) -> Result<bool, Fault> {
        let grant = self.grant(&tokens.access.grant(), usage).await?;
        Ok(grant.is_some_and(|grant| grant.has(&tokens.access)))
    }
}

/// Whether another request has changed the grant, or is changing the grant with a transaction at this moment.
fn has_collided(error: &SdkError<PutItemError>) -> bool {
    use PutItemError::{ConditionalCheckFailedException, TransactionConflictException};
    let error = error.as_service_error();
    matches!(error, Some(ConditionalCheckFailedException(_) | TransactionConflictException(_)))
}

/// The pause before the next attempt. The length of the pause depends on a random token, so two requests wait for
/// different times.
fn pause(attempt: u32, tokens: &Tokens) -> Duration {
    let spread = tokens.access.hash().as_str().bytes().map(u64::from).sum::<u64>() % 30;
    Duration::from_millis((5 + spread) << attempt.min(4))
}

pub(super) fn key(id: &GrantId) -> Item {
    item::primary_key(&format!("{PREFIX}{}", id.as_str()), GRANT.to_owned())
}

/// The id of the grant whose item has this primary key. `None` if it is the primary key of another item.
pub(super) fn id_of(key: &Item) -> Option<GrantId> {
    key.get(item::OWNER)?.as_s().ok()?.strip_prefix(PREFIX).map(GrantId::stored)
}
