//! One write is one transaction: the todos, the change record, and what has to hold for both.

use std::time::Duration;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, ReturnConsumedCapacity},
};

use super::{
    OwnerStore,
    actions::Purpose,
    changes::size_of,
    fault::{Fault, FaultKind},
    item::Item,
    transaction::Transaction,
};
use crate::domain::{change::Change, text::ListName};

/// DynamoDB takes 4 MB in a transaction; the rest is for attribute names and keys.
const TRANSACTION_BYTES: usize = 3_700_000;
/// Actions that DynamoDB takes in a transaction.
const TRANSACTION_ACTIONS: usize = 100;
/// How often a transaction that only collided with another is sent again.
const COLLISIONS: u32 = 5;

/// What became of a transaction. Only the first has changed anything.
pub(super) enum Outcome {
    Done,
    /// The change record exists: the same idempotency key was used before.
    Exists(Item),
    /// The same was asked for a moment ago: what is remembered of it.
    Repeated(Item),
    /// The settings are not those that were thought: what there is.
    Settings(Option<Item>),
    /// A list is not as it was thought to be: what was asked, what there is.
    Lists(Vec<(ListName, Option<Item>)>),
    /// The change to be undone has been undone meanwhile.
    Undone(Item),
    /// A todo, or the settings that are changed, are not in the version that was read.
    Moved,
    /// More than DynamoDB takes at once.
    TooLarge,
    /// More items than DynamoDB takes at once: a call that completes repeating todos writes two for each.
    TooMany,
}

impl OwnerStore {
    pub(super) async fn commit(&self, transaction: &Transaction<'_>) -> Result<Outcome, Fault> {
        let sizes = transaction.images.iter().map(|image| (image.before.as_ref().map(size_of), size_of(&image.after)));
        let sizes: Vec<_> = sizes.collect();
        if sizes.iter().map(bytes_either_way).sum::<usize>() > TRANSACTION_BYTES {
            return Ok(Outcome::TooLarge);
        }
        let image_bytes = sizes.iter().map(|(before, after)| before.unwrap_or_default() + after).sum();
        for collision in 0..COLLISIONS {
            if collision > 0 {
                tokio::time::sleep(jitter(collision, transaction.change)).await;
            }
            let (purposes, actions) =
                self.actions(transaction, image_bytes)?.into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
            if actions.len() > TRANSACTION_ACTIONS {
                return Ok(Outcome::TooMany);
            }
            // The SDK gives each call a token, so that its own repetition of one that did go through changes nothing. Without
            // one, as from `local::in_process`, the repetition finds the record of the change.
            let answer = self
                .client
                .transact_write_items()
                .set_transact_items(Some(actions))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            self.usage.called();
            match answer {
                Ok(answer) => {
                    self.usage.wrote(answer.consumed_capacity.as_deref());
                    return Ok(Outcome::Done);
                }
                Err(error) => match cancelled(&error, &purposes)? {
                    Some(outcome) => return Ok(outcome),
                    None => continue,
                },
            }
        }
        Err(Fault::named(FaultKind::Throttled, "TransactWriteItems: collided with other transactions again and again"))
    }
}

/// The bytes of an image in a transaction, which holds the new state and the record of both states. It is the larger of two
/// sizes, that of writing the image and that of undoing it, so that what fits can also be undone.
fn bytes_either_way((before, after): &(Option<usize>, usize)) -> usize {
    let before = before.unwrap_or(*after);
    before + after + before.max(*after)
}

/// Why a transaction was cancelled; `None` when it only collided with another and may be sent again.
fn cancelled(error: &SdkError<TransactWriteItemsError>, purposes: &[Purpose]) -> Result<Option<Outcome>, Fault> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return Err(Fault::of("TransactWriteItems", error));
    };
    let failed = |reason: &&CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    let found = |reason: &CancellationReason| reason.item.clone().filter(|item| !item.is_empty());
    let (mut lists, mut settings, mut moved) = (Vec::new(), None, false);
    for (purpose, reason) in purposes.iter().zip(cancelled.cancellation_reasons()).filter(|(_, reason)| failed(reason))
    {
        match purpose {
            Purpose::Record => return Ok(Some(Outcome::Exists(found(reason).unwrap_or_default()))),
            Purpose::Undo => return Ok(Some(Outcome::Undone(found(reason).unwrap_or_default()))),
            Purpose::Recent => return Ok(Some(Outcome::Repeated(found(reason).unwrap_or_default()))),
            Purpose::List(name) => lists.push((name.clone(), found(reason))),
            Purpose::SettingsCheck => settings = Some(found(reason)),
            Purpose::Todo | Purpose::Part | Purpose::Settings => moved = true,
        }
    }
    if moved {
        return Ok(Some(Outcome::Moved));
    }
    if let Some(settings) = settings {
        return Ok(Some(Outcome::Settings(settings)));
    }
    if !lists.is_empty() {
        return Ok(Some(Outcome::Lists(lists)));
    }
    let codes: Vec<_> = cancelled
        .cancellation_reasons()
        .iter()
        .filter_map(|reason| reason.code())
        .filter(|code| *code != "None")
        .collect();
    let passing =
        |code: &&str| matches!(*code, "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded");
    if !codes.is_empty() && codes.iter().all(passing) {
        return Ok(None);
    }
    Err(Fault::named(FaultKind::Broken, format!("TransactWriteItems: cancelled for {}", codes.join(", "))))
}

/// 20 to 40 ms, doubled with each collision. The change's id stands in for chance: each request has another one.
fn jitter(collision: u32, change: &Change) -> Duration {
    let spread: u64 = change
        .id
        .as_str()
        .bytes()
        .fold(u64::from(collision), |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)))
        % 20;
    Duration::from_millis((20 + spread) << (collision - 1))
}
