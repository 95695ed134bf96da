//! Sends each write as one transaction. The transaction contains the todos, the change record, and the conditions for
//! both.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, ReturnConsumedCapacity},
};

use super::{
    OwnerStore,
    actions::Purpose,
    backoff,
    changes::size_of,
    fault::{Fault, FaultKind},
    item::Item,
    transaction::Transaction,
};
use crate::domain::text::ListName;

/// The maximum size of all todo states in a transaction. DynamoDB allows 4 MB for the whole transaction. The rest of
/// the 4 MB is a reserve for attribute names and keys.
const TRANSACTION_BYTES: usize = 3_700_000;
/// The maximum number of actions in a DynamoDB transaction.
const TRANSACTION_ACTIONS: usize = 100;
/// The maximum number of attempts for a transaction that collides with other transactions.
const COLLISION_ATTEMPTS: u32 = 5;

/// The outcome of a transaction. Every outcome except `Done` means that the transaction changed nothing.
pub(super) enum Committed {
    Done,
    /// The change record already exists. Either an earlier request used the same idempotency key, or an earlier attempt
    /// of this request succeeded and DynamoDB's answer was lost.
    Exists(Item),
    /// The server has already received the same request within the last two minutes. The item contains the id of the
    /// change that the first request made.
    Repeated(Item),
    /// The settings in the table differ from the settings that the store assumed. The item contains the present
    /// settings. If there is no item, the owner has the default settings.
    OtherSettings(Option<Item>),
    /// The store made a wrong assumption about some lists. This variant contains the name of each list for which the
    /// assumption was wrong. If the table has a name item for the list, this variant also contains the item.
    OtherLists(Vec<(ListName, Option<Item>)>),
    /// Another request has already undone the change, or the change has expired. The item is the record of the change
    /// that this request wanted to undo.
    Undone(Item),
    /// Another request has changed a todo or the settings, so the plan of this transaction is out of date.
    VersionChanged,
    /// The transaction is larger than DynamoDB allows.
    TooLarge,
    /// The transaction has more actions than DynamoDB allows. For example, completing a repeating todo needs two
    /// actions.
    TooMany,
}

impl OwnerStore {
    pub(super) async fn commit(&self, transaction: &Transaction<'_>) -> Result<Committed, Fault> {
        let sizes = transaction.images.iter().map(|image| (image.before.as_ref().map(size_of), size_of(&image.after)));
        let sizes: Vec<_> = sizes.collect();
        if sizes.iter().map(bytes_either_way).sum::<usize>() > TRANSACTION_BYTES {
            return Ok(Committed::TooLarge);
        }
        let image_bytes = sizes.iter().map(|(before, after)| before.unwrap_or_default() + after).sum();
        for collision in 0..COLLISION_ATTEMPTS {
            if collision > 0 {
                tokio::time::sleep(backoff::pause(collision, &transaction.change.id)).await;
            }
            let (purposes, actions) =
                self.actions(transaction, image_bytes)?.into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
            if actions.len() > TRANSACTION_ACTIONS {
                return Ok(Committed::TooMany);
            }
            // The SDK gives each call a token. If the SDK repeats a call that has already succeeded, DynamoDB
            // recognises the token and changes nothing. `local::in_process` removes the token. Without a token,
            // DynamoDB refuses the repeated call, because the change record of the first call already exists.
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
                    return Ok(Committed::Done);
                }
                Err(error) => match cancelled(&error, &purposes)? {
                    Some(outcome) => return Ok(outcome),
                    None => continue,
                },
            }
        }
        Err(Fault::new(
            FaultKind::Throttled,
            "TransactWriteItems: the transaction collided with other transactions five times",
        ))
    }
}

/// The number of bytes that the states of one todo need in a transaction. The change record contains the states before
/// and after the change. The transaction also writes the todo itself. If the transaction makes a change, the todo gets
/// the state after the change. If the transaction makes an undo, the todo gets the state before the change. Therefore
/// this function adds the size of the larger state a second time. So if DynamoDB accepts a change, the undo of this
/// change is not too large for DynamoDB.
fn bytes_either_way((before, after): &(Option<usize>, usize)) -> usize {
    let before = before.unwrap_or(*after);
    before + after + before.max(*after)
}

/// The reason why DynamoDB cancelled a transaction. `None` if the reason is temporary and the program can send the
/// transaction again.
fn cancelled(error: &SdkError<TransactWriteItemsError>, purposes: &[Purpose]) -> Result<Option<Committed>, Fault> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return Err(Fault::of("TransactWriteItems", error));
    };
    let failed = |reason: &&CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    let found = |reason: &CancellationReason| reason.item.clone().filter(|item| !item.is_empty());
    let (mut lists, mut settings, mut moved) = (Vec::new(), None, false);
    for (purpose, reason) in purposes.iter().zip(cancelled.cancellation_reasons()).filter(|(_, reason)| failed(reason))
    {
        match purpose {
            Purpose::Record => return Ok(Some(Committed::Exists(found(reason).unwrap_or_default()))),
            Purpose::Undo => return Ok(Some(Committed::Undone(found(reason).unwrap_or_default()))),
            Purpose::Recent => return Ok(Some(Committed::Repeated(found(reason).unwrap_or_default()))),
            Purpose::List(name) => lists.push((name.clone(), found(reason))),
            Purpose::SettingsCheck => settings = Some(found(reason)),
            Purpose::Todo | Purpose::Part | Purpose::Settings => moved = true,
        }
    }
    if moved {
        return Ok(Some(Committed::VersionChanged));
    }
    if let Some(settings) = settings {
        return Ok(Some(Committed::OtherSettings(settings)));
    }
    if !lists.is_empty() {
        return Ok(Some(Committed::OtherLists(lists)));
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
    Err(Fault::new(FaultKind::Broken, format!("TransactWriteItems: cancelled for {}", codes.join(", "))))
}
