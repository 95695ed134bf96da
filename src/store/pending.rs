//! Changes that are larger than one transaction. The store makes such a change in four steps:
//!
//! 1. The store writes the change record and its parts as a draft. Nobody sees a draft.
//! 2. One transaction makes the change pending: the head names the change. From now on, every other write of the owner
//!    fails, so nothing can prevent the rest of the change.
//! 3. The store changes the todos in slices. Each slice is one transaction.
//! 4. One transaction removes the pending change from the head, and puts the change record into the index.
//!
//! If the program dies between the steps 2 and 4, the next request of the owner finishes the change. The change record
//! and its parts contain all data that this next request needs. The file docs/adr/0022-pending-changes.md gives the
//! reasons.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    operation::put_item::PutItemError,
    types::{
        Delete, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
        builders::UpdateBuilder,
    },
};
use jiff::{SignedDuration, Timestamp};

use super::{
    OwnerStore,
    actions::{Purpose, updated},
    changes::{ATTEMPT, DRAFT_STAGE, DRAFT_UNTIL, PENDING_STAGE, STAGE, change_items, stage},
    commit::Committed,
    fault::Fault,
    head::{HeadUpdate, Pending, SEQUENCE, Sequence},
    item::{self, Item},
    read::BATCH_KEYS,
    size,
    transaction::Transaction,
};
use crate::domain::{
    change::{Change, Image, days_after},
    difference::Difference,
    id::ChangeId,
    limits,
    refusal::Refusal,
    values::cut_to,
};

/// The maximum number of write units of one change. One owner gets 1,000 write units a second, and a request has 15
/// seconds (`Timeout` in infra/template.yaml).
const WRITE_UNITS: usize = 14_000;
/// During this time, another request leaves a pending change to the request that began it.
const OWN_TIME: SignedDuration = SignedDuration::from_secs(2);
/// After this time, another request may overwrite a draft, because no request takes so long.
const DRAFT_SECONDS: i64 = 20;
/// The items of a draft expire after this number of days. If the change becomes pending, its parts still expire after
/// this number of days, but its record does not expire.
const DRAFT_DAYS: i64 = 400;
/// The condition on an item of a draft: the item still belongs to this draft, and the change is not pending.
const IS_OWN_DRAFT: &str = "#stage = :draft AND #attempt = :attempt";
/// The condition on an item of a draft: the item belongs to this draft or to an earlier draft of the same request, and
/// the change is not pending.
const IS_NOT_LATER: &str = "#stage = :draft AND #attempt BETWEEN :first AND :attempt";
/// In the record of a large change, each title has at most this number of characters.
const TITLE: usize = 40;

impl OwnerStore {
    /// Makes a change that is too large for one transaction.
    pub(super) async fn commit_large(&self, transaction: &Transaction<'_>) -> Result<Committed, Fault> {
        let draft = Draft::of(transaction, attempt(self.request_id(), self.usage.next_draft()));
        if let Some(refusal) = self.too_large(transaction, &draft)? {
            return Ok(Committed::Refused(refusal));
        }
        if !self.are_present(transaction).await? {
            return Ok(Committed::VersionChanged);
        }
        match self.write_and_begin(transaction, &draft).await {
            Ok(Committed::Done) => {}
            // DynamoDB's answer to an earlier attempt was lost.
            Ok(Committed::Exists(record)) if draft.is_pending(&record) => {}
            Ok(Committed::Exists(record)) => return Ok(Committed::Exists(record)),
            outcome => {
                self.discard(&draft).await;
                return outcome;
            }
        }
        let before = transaction.images.iter().filter_map(|image| image.before.clone());
        let known = before.map(|todo| (todo.id.clone(), todo)).collect();
        self.finish(&draft.change.id, draft.change.at, known).await?;
        Ok(Committed::Done)
    }

    /// Whether the todos of the transaction still have the versions that the plan has read. The transaction that begins
    /// a large change checks only that no change was committed since the store read the head. But one call reads the
    /// head together with the first todos, and DynamoDB may read these todos earlier than the head. So this function
    /// reads these todos again. The store reads all other todos later than the head.
    async fn are_present(&self, transaction: &Transaction<'_>) -> Result<bool, Fault> {
        let before = transaction.images.iter().filter_map(|image| image.before.as_ref());
        let mut versions: Vec<_> = before.map(|todo| (item::todo_sk(&todo.id), item::number(todo.version))).collect();
        versions.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        versions.truncate(BATCH_KEYS);
        let items = self.items(versions.iter().map(|(sk, _)| sk.clone()).collect()).await?;
        let is_present = |(sk, version): &(String, _)| items.get(sk)?.get(item::VERSION).map(|now| now == version);
        Ok(versions.iter().all(|todo| is_present(todo) == Some(true)))
    }

    /// Writes a draft, and makes its change pending.
    async fn write_and_begin(&self, transaction: &Transaction<'_>, draft: &Draft) -> Result<Committed, Fault> {
        if let Some(record) = self.write_draft(draft).await? {
            return Ok(Committed::Exists(record));
        }
        let head = HeadUpdate { latest: transaction.read_at, pending: Some(&draft.change.id), ..transaction.head };
        let begun = self.transact(transaction, |sequence| {
            let mut actions = vec![(Purpose::Record, self.begin(draft, sequence)?)];
            actions.extend(self.other_actions(transaction, sequence, head)?);
            Ok(Some(actions))
        });
        match begun.await?.unwrap_or(Committed::Refused(Refusal::TooMany)) {
            Committed::Exists(record) if record.is_empty() => Err(Fault::busy()),
            outcome => Ok(outcome),
        }
    }

    /// Finishes a pending change or an erasure of another request, if it has been pending for [`OWN_TIME`] or longer.
    /// Otherwise, the result is an error.
    pub(super) async fn meet(&self, pending: &Pending, now: Timestamp) -> Result<(), Fault> {
        if now.duration_since(pending.since).abs() < OWN_TIME {
            return Err(Fault::busy());
        }
        let Some(change) = &pending.change else { return self.go_on_erasing().await };
        tracing::warn!(request_id = self.request_id(), "this request finishes a large change of another request");
        self.finish(change, now, HashMap::new()).await?;
        self.usage.has_finished();
        Ok(())
    }

    /// The refusal if the change is too large. `None` if the change is not too large.
    fn too_large(&self, transaction: &Transaction<'_>, draft: &Draft) -> Result<Option<Refusal>, Fault> {
        if draft.differences.len() > limits::TODOS_PER_CALL {
            return Ok(Some(Refusal::TooMany));
        }
        let mut units = 0;
        // Each item of the draft takes one unit for each KB. Later, the store updates the record in two transactions,
        // and the index gets a copy of the record. The store updates each part once more.
        for (number, item) in draft.items(&self.partition)?.iter().enumerate() {
            units += size::units(size::of_item(item)) * if number == 0 { 6 } else { 2 };
        }
        for (image, difference) in transaction.images.iter().zip(&transaction.differences) {
            if difference.is_change() {
                units += self.todo_action(image.before.as_ref(), &image.after, difference, draft.change.at)?.1;
            }
        }
        // An undo alters the same fields as the undone change, so both take about the same number of units. The limit
        // does not hold for an undo, so that every change can be undone.
        Ok((units > WRITE_UNITS && draft.change.undoes.is_none()).then_some(Refusal::TooLarge))
    }

    /// Writes the record and the parts of a change as a draft. If another request with the same idempotency key has
    /// already written a record, this function returns that record.
    ///
    /// A draft may overwrite an earlier draft of the same request. But DynamoDB may execute a call late, after the SDK
    /// has repeated the call. So a draft must not overwrite a later draft, or the record of a pending change.
    async fn write_draft(&self, draft: &Draft) -> Result<Option<Item>, Fault> {
        let at = draft.change.at;
        for (number, mut item) in draft.items(&self.partition)?.into_iter().enumerate() {
            item.remove(item::VIEW);
            item.insert(STAGE.to_owned(), item::text(DRAFT_STAGE));
            item.insert(ATTEMPT.to_owned(), item::text(&draft.attempt));
            item.insert(DRAFT_UNTIL.to_owned(), item::number(at.as_second() + DRAFT_SECONDS));
            item.insert(item::EXPIRES_AT.to_owned(), item::number(days_after(at, DRAFT_DAYS).as_second()));
            let answer = self
                .client
                .put_item()
                .table_name(&*self.table)
                .set_item(Some(item))
                .condition_expression(format!("{} OR ({IS_NOT_LATER})", item::ABSENT_OR_EXPIRED))
                .expression_attribute_values(":first", item::text(&attempt(self.request_id(), 0)))
                .expression_attribute_names("#stage", STAGE)
                .expression_attribute_names("#attempt", ATTEMPT)
                .expression_attribute_values(":draft", item::text(DRAFT_STAGE))
                .expression_attribute_values(":attempt", item::text(&draft.attempt))
                .expression_attribute_values(":now", item::number(at.as_second()))
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            self.usage.called();
            match answer {
                Ok(answer) => self.usage.wrote(answer.consumed_capacity.as_ref().map(std::slice::from_ref)),
                Err(error) => match error.as_service_error() {
                    Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                        let record = failed.item.clone().filter(|_| number == 0);
                        return record.map(Some).ok_or_else(Fault::busy);
                    }
                    _ => return Err(Fault::of("PutItem", &error)),
                },
            }
        }
        Ok(None)
    }

    /// Deletes a draft that nobody needs any more. If the change is pending, this function deletes nothing. If the
    /// deletion fails, the items expire later.
    async fn discard(&self, draft: &Draft) {
        let Ok(items) = draft.items(&self.partition) else { return };
        let delete = |mut item: Item| {
            let key = [item::OWNER, item::SK].into_iter().filter_map(|name| item.remove_entry(name)).collect();
            let delete = Delete::builder().table_name(&*self.table).set_key(Some(key));
            let delete = delete
                .condition_expression(format!("{} OR ({IS_OWN_DRAFT})", item::ABSENT))
                .expression_attribute_names("#stage", STAGE)
                .expression_attribute_names("#attempt", ATTEMPT)
                .expression_attribute_values(":draft", item::text(DRAFT_STAGE))
                .expression_attribute_values(":attempt", item::text(&draft.attempt))
                .build();
            delete.ok().map(|delete| TransactWriteItem::builder().delete(delete).build())
        };
        _ = self.send(items.into_iter().filter_map(delete).collect()).await;
    }

    /// The action that turns the record of a draft into the record of a pending change.
    fn begin(&self, draft: &Draft, sequence: Sequence) -> Result<TransactWriteItem, Fault> {
        let update = self
            .record_update(&draft.change.id)
            .update_expression(format!(
                "SET #stage = :pending, #sequence = :sequence REMOVE {}, {DRAFT_UNTIL}",
                item::EXPIRES_AT
            ))
            .condition_expression(IS_OWN_DRAFT)
            .expression_attribute_names("#attempt", ATTEMPT)
            .expression_attribute_names("#sequence", SEQUENCE)
            .expression_attribute_values(":pending", item::text(PENDING_STAGE))
            .expression_attribute_values(":draft", item::text(DRAFT_STAGE))
            .expression_attribute_values(":attempt", item::text(&draft.attempt))
            .expression_attribute_values(":sequence", item::number(sequence.number()));
        updated(update)
    }

    pub(super) fn record_update(&self, change: &ChangeId) -> UpdateBuilder {
        Update::builder()
            .table_name(&*self.table)
            .set_key(Some(item::primary_key(&self.partition, item::change_sk(change))))
            .expression_attribute_names("#stage", STAGE)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

/// The id of a draft. A later draft of the same request has a higher id.
fn attempt(request_id: &str, number: u64) -> String {
    format!("{request_id}/{number:04}")
}

/// The content of a large change's record and of its parts.
struct Draft {
    change: Change,
    differences: Vec<Difference>,
    /// The id of this draft. If a request plans its change again, the new draft has a higher id.
    attempt: String,
}

impl Draft {
    /// The draft for this transaction. This function shortens the titles. Each difference contains all data that the
    /// program needs to make the change.
    fn of(transaction: &Transaction<'_>, attempt: String) -> Self {
        let mut change = transaction.change.clone();
        change.todos.iter_mut().for_each(|todo| todo.title = cut_to(&todo.title, TITLE));
        let images = transaction.images.iter().zip(&transaction.differences);
        let with_image = |(image, difference): (&Image, &Difference)| difference.clone().with_image(image);
        Self { change, differences: images.map(with_image).collect(), attempt }
    }

    /// The change record and its parts.
    fn items(&self, partition: &str) -> Result<Vec<Item>, Fault> {
        change_items(partition, &self.change, &self.differences, self.change.at)
    }

    /// Whether this record comes from this draft, and the change is pending.
    fn is_pending(&self, record: &Item) -> bool {
        let attempt = record.get(ATTEMPT).and_then(|attempt| attempt.as_s().ok());
        stage(record) == Some(PENDING_STAGE) && attempt == Some(&self.attempt)
    }
}
