//! One write is one transaction: the todos, the change record, and what has to hold for both.

use std::time::Duration;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        CancellationReason, ConditionCheck, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
        TransactWriteItem, Update, builders::PutBuilder,
    },
};

use jiff::Timestamp;

use super::{
    OwnerStore,
    changes::{UNDONE_BY, change_items, size_of},
    fault::{Fault, Kind},
    item::{self, Item},
    lists::{self, ListCheck},
};
use crate::domain::{
    change::{Change, Image},
    id::ChangeId,
    text::ListName,
};

/// DynamoDB takes 4 MB in a transaction; the rest is for attribute names and keys.
const TRANSACTION_BYTES: usize = 3_700_000;
/// How often a transaction that only collided with another is sent again.
const COLLISIONS: u32 = 5;

/// What one transaction holds.
pub(super) struct Unit<'a> {
    pub change: &'a Change,
    pub images: &'a [Image],
    pub lists: &'a [ListCheck],
    /// What had undone the change that this one undoes, when that was read.
    pub undone_before: Option<&'a ChangeId>,
}

/// What became of a transaction. Only the first has changed anything.
pub(super) enum Outcome {
    Done,
    /// The change record exists: the same idempotency key was used before.
    Exists(Item),
    /// A list is not as it was thought to be: what was asked, what there is.
    Lists(Vec<(ListName, Option<Item>)>),
    /// The change to be undone has been undone meanwhile.
    Undone(Item),
    /// A todo is not in the version that was read.
    Moved,
    /// More than DynamoDB takes at once.
    TooLarge,
}

/// What an action of the transaction is for, in the order of the actions.
enum Purpose {
    Record,
    Part,
    Todo,
    List(ListName),
    Undo,
}

impl OwnerStore {
    pub(super) async fn commit(&self, unit: &Unit<'_>) -> Result<Outcome, Fault> {
        if unit.images.iter().map(bytes_either_way).sum::<usize>() > TRANSACTION_BYTES {
            return Ok(Outcome::TooLarge);
        }
        let (purposes, actions) = self.actions(unit)?.into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
        for collision in 0..COLLISIONS {
            if collision > 0 {
                tokio::time::sleep(jitter(collision, unit.change)).await;
            }
            // The SDK gives each call a token, so that its own repetition of one that did go through changes nothing.
            let answer = self
                .client
                .transact_write_items()
                .set_transact_items(Some(actions.clone()))
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
        Err(Fault::named(Kind::Throttled, "TransactWriteItems: collided with other transactions again and again"))
    }

    fn actions(&self, unit: &Unit<'_>) -> Result<Vec<(Purpose, TransactWriteItem)>, Fault> {
        let mut actions = Vec::new();
        for (number, record) in change_items(&self.partition, unit.change, unit.images)?.into_iter().enumerate() {
            let put = self.put(record).condition_expression("attribute_not_exists(#sk) OR #expires <= :now");
            let put = put
                .expression_attribute_names("#sk", item::SK)
                .expression_attribute_names("#expires", item::EXPIRES_AT);
            let put = put.expression_attribute_values(":now", item::number(unit.change.at.as_second()));
            actions.push((if number == 0 { Purpose::Record } else { Purpose::Part }, finished(put)?));
        }
        for image in unit.images.iter().filter(|image| image.is_change()) {
            actions.push((Purpose::Todo, self.put_todo(image, unit.change.at)?));
        }
        for check in unit.lists {
            actions.push((Purpose::List(check.name().clone()), self.ascertain(check)?));
        }
        if let Some(undone) = &unit.change.undoes {
            actions.push((Purpose::Undo, self.mark_undone(undone, unit)?));
        }
        Ok(actions)
    }

    /// Writes into the record of a change what undid it, unless another undo did so since the record was read.
    fn mark_undone(&self, undone: &ChangeId, unit: &Unit<'_>) -> Result<TransactWriteItem, Fault> {
        let update = Update::builder()
            .table_name(&*self.table)
            .set_key(Some(item::key(&self.partition, item::change_sk(undone))))
            .update_expression("SET #undone = :by")
            .expression_attribute_names("#sk", item::SK)
            .expression_attribute_names("#undone", UNDONE_BY)
            .expression_attribute_values(":by", item::text(unit.change.id.as_str()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let update = match unit.undone_before {
            None => update.condition_expression("attribute_exists(#sk) AND attribute_not_exists(#undone)"),
            Some(before) => update
                .condition_expression("attribute_exists(#sk) AND #undone = :before")
                .expression_attribute_values(":before", item::text(before.as_str())),
        };
        Ok(TransactWriteItem::builder().update(update.build().map_err(broken)?).build())
    }

    fn put(&self, item: Item) -> PutBuilder {
        Put::builder()
            .table_name(&*self.table)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    fn put_todo(&self, image: &Image, at: Timestamp) -> Result<TransactWriteItem, Fault> {
        let put = self.put(item::todo_item(&self.partition, &image.after, at)?);
        finished(match &image.before {
            None => put.condition_expression("attribute_not_exists(#sk)").expression_attribute_names("#sk", item::SK),
            Some(before) => put
                .condition_expression("#version = :version")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(
                    ":version",
                    aws_sdk_dynamodb::types::AttributeValue::N(before.version.to_string()),
                ),
        })
    }

    fn ascertain(&self, check: &ListCheck) -> Result<TransactWriteItem, Fault> {
        match check {
            ListCheck::Create(name) => finished(
                self.put(lists::list_item(&self.partition, name))
                    .condition_expression("attribute_not_exists(#sk)")
                    .expression_attribute_names("#sk", item::SK),
            ),
            ListCheck::Exists(name) => {
                let check = ConditionCheck::builder()
                    .table_name(&*self.table)
                    .set_key(Some(item::key(&self.partition, lists::list_sk(name))))
                    .condition_expression("#name = :name")
                    .expression_attribute_names("#name", lists::NAME)
                    .expression_attribute_values(":name", item::text(name.as_str()))
                    .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                    .build()
                    .map_err(broken)?;
                Ok(TransactWriteItem::builder().condition_check(check).build())
            }
        }
    }
}

/// What an image takes in a transaction, which holds the state that is written and the record of both: the more of
/// writing it and of taking it back, so that what was done can be undone.
fn bytes_either_way(image: &Image) -> usize {
    let after = size_of(&image.after);
    let before = image.before.as_ref().map_or(after, size_of);
    before + after + before.max(after)
}

/// Why a transaction was cancelled; `None` when it only collided with another and may be sent again.
fn cancelled(error: &SdkError<TransactWriteItemsError>, purposes: &[Purpose]) -> Result<Option<Outcome>, Fault> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return Err(Fault::of("TransactWriteItems", error));
    };
    let failed = |reason: &&CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    let mut lists = Vec::new();
    let mut moved = false;
    for (purpose, reason) in purposes.iter().zip(cancelled.cancellation_reasons()).filter(|(_, reason)| failed(reason))
    {
        match purpose {
            Purpose::Record => return Ok(Some(Outcome::Exists(reason.item.clone().unwrap_or_default()))),
            Purpose::Undo => return Ok(Some(Outcome::Undone(reason.item.clone().unwrap_or_default()))),
            Purpose::List(name) => lists.push((name.clone(), reason.item.clone().filter(|item| !item.is_empty()))),
            Purpose::Todo | Purpose::Part => moved = true,
        }
    }
    if moved {
        return Ok(Some(Outcome::Moved));
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
    Err(Fault::named(Kind::Broken, format!("TransactWriteItems: cancelled for {}", codes.join(", "))))
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

fn finished(put: PutBuilder) -> Result<TransactWriteItem, Fault> {
    Ok(TransactWriteItem::builder().put(put.build().map_err(broken)?).build())
}

fn broken(error: aws_sdk_dynamodb::error::BuildError) -> Fault {
    Fault::named(Kind::Broken, format!("TransactWriteItems: {error}"))
}
