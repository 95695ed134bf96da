//! Sends each write as one transaction. The transaction contains the todos, the change record, and the conditions for
//! both.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, ReturnConsumedCapacity, TransactWriteItem},
};
use tokio::time::Instant;

use super::{
    OwnerStore,
    actions::{Actions, Purpose, TRANSACTION_ACTIONS},
    backoff,
    fault::{Fault, FaultKind, SizeLimit},
    format::check_format,
    head::{HeadUpdate, Pending, Sequence, SettingsCondition},
    item::Item,
    remembered::OwnerMemory,
    transaction::Transaction,
};
use crate::domain::{refusal::Refusal, text::ListName};

/// The maximum number of attempts for a transaction that collides with other transactions of the same owner.
const ATTEMPTS: u32 = 12;

/// The outcome of a transaction. Every outcome except `Done` means that the transaction changed nothing.
pub(super) enum Committed {
    Done,
    /// The change record already exists. Either an earlier request used the same idempotency key, or an earlier attempt
    /// of this request succeeded and DynamoDB's answer was lost.
    Exists(Item),
    /// The server has already received the same request within the last two minutes. The item contains the id of the
    /// change that the first request made.
    Repeated(Item),
    /// The settings or the lists in the table differ from what the store assumed. The item is the present head. If
    /// there is no item, the owner has the default settings.
    OtherHead(Option<Item>),
    /// The store made a wrong assumption about some lists. This variant contains the name of each list for which the
    /// assumption was wrong. If the table has a name item for the list, this variant also contains the item.
    OtherLists(Vec<(ListName, Option<Item>)>),
    /// Another request has already undone the change, or the change has expired. The item is the record of the change
    /// that this request wanted to undo.
    Undone(Item),
    /// Another request has changed a todo or the settings, so the plan of this transaction is out of date.
    VersionChanged,
    /// Another change of the owner was committed, and the plan of this transaction depends on all changes.
    OtherChange,
    /// The transaction exceeds a limit: [`Refusal::TooLarge`], [`Refusal::TooMany`] or [`Refusal::Full`].
    Refused(Refusal),
}

/// The reason why one attempt to send a transaction did not succeed.
enum Cancelled {
    /// This outcome is final, because another attempt would have the same outcome.
    Outcome(Committed),
    /// The head already has the sequence number of this attempt or a higher number. This variant contains the number in
    /// the head. The next attempt needs a higher number than the head.
    Overtaken(Sequence),
    /// The reason is temporary, so the same transaction can be sent again.
    Collided,
}

impl OwnerStore {
    /// Commits a write. If the write is too large for one transaction, the store makes it as a pending change
    /// (`pending.rs`).
    pub(super) async fn commit(&self, transaction: &Transaction<'_>) -> Result<Committed, Fault> {
        match self.transact(transaction, |sequence| self.actions(transaction, sequence)).await? {
            Some(committed) => Ok(committed),
            // A boxed future keeps the futures of all other writes small.
            None => Box::pin(self.commit_large(transaction)).await,
        }
    }

    /// The function `actions` makes the actions, and this function sends them as one transaction. If other changes of
    /// the same owner are committed at the same moment, this function sends the transaction again, with a new sequence
    /// number. Returns `None` if `actions` returns `None`, because the actions are too large for one transaction.
    pub(super) async fn transact(
        &self,
        transaction: &Transaction<'_>,
        actions: impl Fn(Sequence) -> Result<Option<Actions>, Fault>,
    ) -> Result<Option<Committed>, Fault> {
        let (at, started) = (transaction.change.at, Instant::now());
        let mut latest = self.remembered.sequence(&self.partition);
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(backoff::pause(attempt, &transaction.change.id)).await;
            }
            // The sequence number comes from the time of this attempt. If the number came from the time of the first
            // attempt, it would be lower than the numbers of all later requests, so the transaction would fail again.
            let sequence = latest.next(at, started.elapsed());
            let Some(actions) = actions(sequence)?.filter(|actions| actions.len() <= TRANSACTION_ACTIONS) else {
                return Ok(None);
            };
            let (purposes, actions) = actions.into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
            match self.send(actions).await {
                Ok(()) => {
                    self.remembered.update(&self.partition, |owner| owner.learn_sequence(sequence));
                    return Ok(Some(Committed::Done));
                }
                Err(error) => {
                    if has_no_head(&error, &purposes) {
                        self.remembered.update(&self.partition, OwnerMemory::learn_no_head);
                    }
                    match cancelled(&error, &purposes, transaction)? {
                        Cancelled::Outcome(outcome) => return Ok(Some(outcome)),
                        Cancelled::Overtaken(other) => latest = latest.max(other),
                        Cancelled::Collided => {}
                    }
                }
            }
        }
        Err(Fault::new(FaultKind::Throttled, "TransactWriteItems: the transaction collided with other transactions"))
    }

    /// Sends one transaction.
    ///
    /// The SDK gives each call a token. If the SDK repeats a call that has already succeeded, DynamoDB recognises the
    /// token and changes nothing. `local::in_process` removes the token. Without a token, DynamoDB refuses the repeated
    /// call, because the change record of the first call already exists.
    pub(super) async fn send(&self, actions: Vec<TransactWriteItem>) -> Result<(), SdkError<TransactWriteItemsError>> {
        let answer = self
            .client
            .transact_write_items()
            .set_transact_items(Some(actions))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        self.usage.called();
        self.usage.wrote(answer?.consumed_capacity.as_deref());
        Ok(())
    }
}

/// Whether DynamoDB cancelled the transaction, and one of the reasons is that the owner has no head.
fn has_no_head(error: &SdkError<TransactWriteItemsError>, purposes: &[Purpose]) -> bool {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return false;
    };
    let mut reasons = purposes.iter().zip(cancelled.cancellation_reasons());
    reasons.any(|(purpose, reason)| {
        let failed = reason.code() == Some("ConditionalCheckFailed");
        matches!(purpose, Purpose::Head) && failed && reason.item().is_none_or(HashMap::is_empty)
    })
}

/// Whether a cancelled transaction can be sent again unchanged, because all reasons are temporary.
pub(super) fn is_passing(reasons: &[CancellationReason]) -> bool {
    let codes: Vec<_> = reasons.iter().filter_map(|reason| reason.code()).filter(|code| *code != "None").collect();
    let passing =
        |code: &&str| matches!(*code, "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded");
    !codes.is_empty() && codes.iter().all(passing)
}

/// The outcome if the present head differs from the assumptions of the write. `None` if the settings and the lists are
/// as the write has assumed.
fn other_head(assumed: HeadUpdate<'_>, head: Option<&Item>) -> Result<Option<Committed>, Fault> {
    if head.and_then(Pending::of).is_some() {
        return Ok(Some(Committed::OtherHead(head.cloned())));
    }
    let is_later = assumed.latest.is_some_and(|latest| head.map(Sequence::of).is_some_and(|now| now > latest));
    let has_settings = assumed.settings.holds(head)?;
    let must_read = matches!(assumed.settings, SettingsCondition::Change(_)) && !has_settings;
    Ok(if is_later {
        Some(Committed::OtherChange)
    } else if must_read {
        Some(Committed::VersionChanged)
    } else {
        (!has_settings || !assumed.has_lists(head)).then(|| Committed::OtherHead(head.cloned()))
    })
}

/// The outcome of a transaction that exceeds a size limit.
fn too_large(limit: SizeLimit) -> Cancelled {
    Cancelled::Outcome(Committed::Refused(match limit {
        SizeLimit::Change => Refusal::TooLarge,
        SizeLimit::Owner => Refusal::Full,
    }))
}

/// The reason why DynamoDB cancelled or refused a transaction.
fn cancelled(
    error: &SdkError<TransactWriteItemsError>,
    purposes: &[Purpose],
    transaction: &Transaction<'_>,
) -> Result<Cancelled, Fault> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        let limit = SizeLimit::exceeded(error.code(), error.message());
        return limit.map(too_large).ok_or_else(|| Fault::of("TransactWriteItems", error));
    };
    let reasons = cancelled.cancellation_reasons();
    let found = |reason: &CancellationReason| reason.item.clone().filter(|item| !item.is_empty());
    let failed = purposes.iter().zip(reasons).filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"));
    let (mut lists, mut head, mut moved) = (Vec::new(), None, false);
    for (purpose, reason) in failed {
        let item = found(reason);
        match purpose {
            Purpose::Record => return Ok(Cancelled::Outcome(Committed::Exists(item.unwrap_or_default()))),
            Purpose::Undo => return Ok(Cancelled::Outcome(Committed::Undone(item.unwrap_or_default()))),
            Purpose::Recent => return Ok(Cancelled::Outcome(Committed::Repeated(item.unwrap_or_default()))),
            Purpose::List(name) => lists.push((name.clone(), item)),
            Purpose::Head => head = Some(item),
            Purpose::Lists => {}
            Purpose::Credential => return Err(Fault::ended()),
            Purpose::Todo | Purpose::Part => moved = true,
        }
    }
    if let Some(head) = &head {
        check_format(head.as_ref().unwrap_or(&Item::new()))?;
    }
    if moved {
        return Ok(Cancelled::Outcome(Committed::VersionChanged));
    }
    if let Some(head) = &head
        && let Some(outcome) = other_head(transaction.head, head.as_ref())?
    {
        return Ok(Cancelled::Outcome(outcome));
    }
    // The write has assumed that the owner has a head. But the owner has no head, so all lists that the instance knows
    // are out of date, and not only the lists of this write.
    if let Some(None) = head {
        return Ok(Cancelled::Outcome(Committed::OtherHead(None)));
    }
    if !lists.is_empty() {
        return Ok(Cancelled::Outcome(Committed::OtherLists(lists)));
    }
    if let Some(Some(head)) = head {
        return Ok(Cancelled::Overtaken(Sequence::of(&head)));
    }
    if let Some(limit) = reasons.iter().find_map(|reason| SizeLimit::exceeded(reason.code(), reason.message())) {
        return Ok(too_large(limit));
    }
    if is_passing(reasons) {
        return Ok(Cancelled::Collided);
    }
    let codes: Vec<_> = reasons.iter().filter_map(|reason| reason.code()).filter(|code| *code != "None").collect();
    Err(Fault::new(FaultKind::Broken, format!("TransactWriteItems: cancelled for {}", codes.join(", "))))
}
