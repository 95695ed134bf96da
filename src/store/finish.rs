//! Finishes pending changes (`pending.rs`): changes the todos in slices, and ends the change. The request that began
//! the change does this, or the next request of the same owner.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, ReturnConsumedCapacity, TransactWriteItem, Update},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    OwnerStore,
    actions::updated,
    backoff,
    changes::{ATTEMPT, DRAFT_UNTIL, PENDING_STAGE, part_sks, read_change, stage},
    commit::is_passing,
    fault::{Fault, FaultKind},
    head::{self, Pending, SEQUENCE, SETTINGS, Sequence},
    item::{self, Item},
    items, view,
};
use crate::domain::{
    change::{Change, days_after},
    difference::Difference,
    id::{ChangeId, TodoId},
    limits,
    todo::Todo,
};

/// The maximum number of todos and of write units in one slice. Because of its last todo, a slice may exceed this
/// number of units.
const SLICE_TODOS: usize = 50;
const SLICE_UNITS: usize = 400;
/// If a change has been pending for longer than this time, the program also sets a new time of expiry for todos that
/// the change has already deleted. Otherwise these todos would expire before the record of the change.
const LATE: SignedDuration = SignedDuration::from_mins(1);
/// The estimated number of write units to set a new time of expiry. For a large todo, this takes more units.
const TOUCHED_UNITS: usize = 6;
/// The maximum number of attempts for one slice.
const ATTEMPTS: u32 = 20;

/// The fault if the head names a pending change, but the table has no record of the change.
fn lost() -> Fault {
    Fault::new(FaultKind::Broken, "the record of a pending change cannot be read")
}

impl OwnerStore {
    /// Makes the rest of a pending change. `known` contains the todos whose present states the caller already knows. If
    /// another request has finished the change in the meantime, this function changes nothing.
    pub(super) async fn finish(
        &self,
        id: &ChangeId,
        now: Timestamp,
        mut known: HashMap<TodoId, Todo>,
    ) -> Result<(), Fault> {
        let prefix = item::change_sk(id);
        let found = items::items(&self.client, &self.table, (&self.partition, &prefix), &self.usage).await?;
        let Some(record) = found.first().filter(|record| stage(record) == Some(PENDING_STAGE)).cloned() else {
            let head = self.item(SETTINGS.to_owned()).await?;
            let is_pending =
                head.as_ref().and_then(Pending::of).is_some_and(|pending| pending.change.as_ref() == Some(id));
            return if is_pending { Err(lost()) } else { Ok(()) };
        };
        let (change, differences) = read_change(found, now)?.ok_or_else(lost)?;
        let sequence = Sequence::of(&record);
        // Deleted todos expire after 30 days. If the change has been pending for a long time, the 30 days begin now.
        // This also holds for the todos that an earlier slice has deleted.
        let order = sequence.as_time().max(now);
        let is_late = order.duration_since(sequence.as_time()) > LATE;
        let differences: Vec<_> = differences.into_iter().filter(Difference::is_change).collect();
        let mut rest = &differences[..];
        while !rest.is_empty() {
            let made = self.slice(&rest[..rest.len().min(SLICE_TODOS)], &mut known, (id, order, is_late)).await?;
            rest = &rest[made..];
        }
        self.end(&change, &record, sequence, order).await
    }

    /// Changes as many of these todos as one transaction should change, beginning with the first todo. Returns the
    /// number of todos that are finished now.
    async fn slice(
        &self,
        differences: &[Difference],
        known: &mut HashMap<TodoId, Todo>,
        (change, order, is_late): (&ChangeId, Timestamp, bool),
    ) -> Result<usize, Fault> {
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(backoff::pause(attempt, change)).await;
            }
            let is_known = |difference: &Difference| difference.is_new() || known.contains_key(&difference.id);
            if attempt > 0 || !differences.iter().all(is_known) {
                *known = self.present_todos(differences).await?;
            }
            let (mut actions, mut units, mut made) = (Vec::new(), 0, 0);
            for difference in differences {
                let present = known.get(&difference.id);
                if let Some(after) = difference.redo(present, difference.version.unwrap_or_default()) {
                    let (action, todo_units) = self.todo_action(present, &after, difference, order)?;
                    actions.push(action);
                    units += todo_units;
                } else if is_late && difference.has_deleted(present) {
                    actions.push(self.keep_deleted(difference, order)?);
                    units += TOUCHED_UNITS;
                }
                made += 1;
                if units > SLICE_UNITS {
                    break;
                }
            }
            if actions.is_empty() || self.try_to_send(actions).await? {
                return Ok(made);
            }
        }
        Err(Fault::new(FaultKind::Throttled, "TransactWriteItems: a slice of a large change could not be written"))
    }

    /// The action that lets a deleted todo expire 30 days after `order`.
    fn keep_deleted(&self, difference: &Difference, order: Timestamp) -> Result<TransactWriteItem, Fault> {
        let update = Update::builder()
            .table_name(&*self.table)
            .set_key(Some(item::primary_key(&self.partition, item::todo_sk(&difference.id))))
            .update_expression(format!("SET {} = :expires_at", item::EXPIRES_AT))
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", item::VERSION)
            .expression_attribute_values(":version", item::number(difference.version.unwrap_or_default()))
            .expression_attribute_values(":expires_at", item::number(days_after(order, limits::UNDO_DAYS).as_second()));
        updated(update)
    }

    /// The present states of these todos.
    async fn present_todos(&self, differences: &[Difference]) -> Result<HashMap<TodoId, Todo>, Fault> {
        let items = self.items(differences.iter().map(|difference| item::todo_sk(&difference.id)).collect()).await?;
        let todos = items.into_values().map(item::from_item::<Todo>);
        todos.map(|todo| todo.map(|todo| (todo.id.clone(), todo))).collect()
    }

    /// Sends a transaction. Returns `false` if the caller can make and send the transaction again: DynamoDB was busy or
    /// did not answer, or another request has made a part of the same change.
    async fn try_to_send(&self, actions: Vec<TransactWriteItem>) -> Result<bool, Fault> {
        let Err(error) = self.send(actions).await else { return Ok(true) };
        if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() {
            let reasons = cancelled.cancellation_reasons();
            let was_made = reasons.iter().any(|reason| reason.code() == Some("ConditionalCheckFailed"));
            if was_made || is_passing(reasons) {
                return Ok(false);
            }
        }
        let fault = Fault::of("TransactWriteItems", &error);
        if fault.kind == FaultKind::Broken { Err(fault) } else { Ok(false) }
    }

    /// Ends a pending change: puts its record into the index, and removes the pending change from the head. After that,
    /// this function sets the time of expiry of the parts to that of the record. While the change is pending, the parts
    /// must not expire so early.
    async fn end(&self, change: &Change, record: &Item, sequence: Sequence, order: Timestamp) -> Result<(), Fault> {
        let expires_at = item::number(days_after(order, limits::UNDO_DAYS).as_second());
        self.settle(change, sequence, &expires_at).await?;
        for part in part_sks(record, &change.id) {
            // If this call fails, the part keeps its later time of expiry.
            if let Err(fault) = self.set_expiry(part, expires_at.clone()).await {
                tracing::warn!(request_id = self.request_id(), cause = fault.cause, "a part of a change expires later");
            }
        }
        Ok(())
    }

    /// Sends the transaction that ends a pending change, if no other request has ended the change yet.
    async fn settle(&self, change: &Change, sequence: Sequence, expires_at: &AttributeValue) -> Result<(), Fault> {
        for attempt in 1..=ATTEMPTS {
            let head = self.item(SETTINGS.to_owned()).await?.unwrap_or_default();
            if Pending::of(&head).and_then(|pending| pending.change).as_ref() != Some(&change.id) {
                return Ok(());
            }
            let view = item::text(&view::change_view(change, sequence.as_time()));
            let shown = self
                .record_update(&change.id)
                .update_expression(format!(
                    "SET #view = :view, {} = :expires_at REMOVE #stage, #attempt, #sequence",
                    item::EXPIRES_AT
                ))
                .condition_expression("#stage = :pending")
                .expression_attribute_names("#view", item::VIEW)
                .expression_attribute_names("#attempt", ATTEMPT)
                .expression_attribute_names("#sequence", SEQUENCE)
                .expression_attribute_values(":view", view)
                .expression_attribute_values(":expires_at", expires_at.clone())
                .expression_attribute_values(":pending", item::text(PENDING_STAGE));
            let settled = head::settle(&self.table, &self.partition, &head, &change.id);
            if self.try_to_send(vec![updated(settled)?, updated(shown)?]).await? {
                return Ok(());
            }
            tokio::time::sleep(backoff::pause(attempt, &change.id)).await;
        }
        Err(Fault::busy())
    }

    /// Sets the time at which a part of a change record expires.
    async fn set_expiry(&self, sk: String, expires_at: AttributeValue) -> Result<(), Fault> {
        let answer = self
            .client
            .update_item()
            .table_name(&*self.table)
            .set_key(Some(item::primary_key(&self.partition, sk)))
            .update_expression(format!("SET {} = :expires_at REMOVE {DRAFT_UNTIL}", item::EXPIRES_AT))
            .condition_expression(item::PRESENT)
            .expression_attribute_values(":expires_at", expires_at)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        self.usage.called();
        let answer = answer.map_err(|error| Fault::of("UpdateItem", &error))?;
        self.usage.wrote(answer.consumed_capacity.as_ref().map(std::slice::from_ref));
        Ok(())
    }
}
