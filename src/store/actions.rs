//! Makes the actions of a DynamoDB transaction, with their conditions.

use std::fmt::Write as _;

use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
    builders::{ConditionCheckBuilder, PutBuilder, UpdateBuilder},
};
use jiff::Timestamp;

use super::{
    OwnerStore,
    changes::{UNDONE_AT, UNDONE_BY, change_items},
    fault::Fault,
    format::FORMAT,
    head::{self, HeadUpdate, SETTINGS, Sequence},
    item::{self, Item},
    lists::{self, ListAction},
    recent, size,
    transaction::Transaction,
};
use crate::domain::{
    change::Change,
    difference::Difference,
    id::ChangeId,
    text::ListName,
    todo::Todo,
    undo::{Mark, Undone},
};

/// The maximum number of write units for the todos and the record of a change in one transaction. This limit keeps a
/// transaction below the 4 MB that DynamoDB allows. In a transaction, each KB of an item takes two units, and each KB
/// of its copy in the index takes one unit. If the copy moves to another place in the index, DynamoDB deletes the old
/// copy and writes the new copy. If a change needs more units, the store makes the change in several transactions
/// (`pending.rs`).
const WRITE_UNITS: usize = 2_090;

/// The maximum number of actions in a DynamoDB transaction.
pub(super) const TRANSACTION_ACTIONS: usize = 100;

/// The purpose of an action in a transaction. The variants are in the same order as the actions of a transaction.
pub(super) enum Purpose {
    Record,
    Part,
    Todo,
    Head,
    Recent,
    List(ListName),
    Lists,
    Undo,
    Credential,
}

/// The actions of a transaction, each with its purpose.
pub(super) type Actions = Vec<(Purpose, TransactWriteItem)>;

impl OwnerStore {
    /// The actions of the transaction, if the change gets this sequence number. `None` if the change would take more
    /// than [`WRITE_UNITS`].
    pub(super) fn actions(&self, transaction: &Transaction<'_>, sequence: Sequence) -> Result<Option<Actions>, Fault> {
        let (mut actions, mut units) = (Vec::new(), 0);
        let Transaction { change, images, differences, .. } = transaction;
        let records = change_items(&self.partition, change, differences, sequence.as_time())?;
        for (number, record) in records.into_iter().enumerate() {
            let copies = if record.contains_key(item::VIEW) { 3 } else { 2 };
            units += copies * size::units(size::of_item(&record));
            let put = self.put(record).condition_expression(item::ABSENT_OR_EXPIRED);
            let put = put.expression_attribute_values(":now", item::number(change.at.as_second()));
            actions.push((if number == 0 { Purpose::Record } else { Purpose::Part }, finished(put)?));
        }
        for (image, difference) in images.iter().zip(differences) {
            if difference.is_change() {
                let (action, todo_units) =
                    self.todo_action(image.before.as_ref(), &image.after, difference, sequence.as_time())?;
                units += todo_units;
                actions.push((Purpose::Todo, action));
            } else if let Some(todo) = image.before.as_ref().filter(|_| !change.has_no_effect()) {
                actions.push((Purpose::Todo, self.stays(todo)?));
            }
        }
        if units > WRITE_UNITS {
            return Ok(None);
        }
        actions.extend(self.other_actions(transaction, sequence, transaction.head)?);
        Ok(Some(actions))
    }

    /// The actions for everything except the todos and the change record. `head` says how the head changes.
    pub(super) fn other_actions(
        &self,
        transaction: &Transaction<'_>,
        sequence: Sequence,
        head: HeadUpdate<'_>,
    ) -> Result<Actions, Fault> {
        let change = transaction.change;
        // The first write of an owner creates the head, and so does the first write after an erasure. Only these writes
        // check the credential, so that all other writes cost less.
        let must_exist = self.remembered.has_head(&self.partition).unwrap_or(self.credential.is_some());
        let head = HeadUpdate { must_exist, ..head };
        let head = if change.has_no_effect() {
            checked(head::check(self.check(SETTINGS.to_owned()), head.must_exist))?
        } else {
            updated(head::update(&self.table, &self.partition, sequence, head)?)?
        };
        let mut actions = vec![(Purpose::Head, head)];
        if let Some(digits) = &transaction.recent {
            actions.push((Purpose::Recent, self.remember(digits, change, transaction.outdated.as_ref())?));
        }
        for action in transaction.list_actions {
            actions.push((Purpose::List(action.name().clone()), self.list_action(action)?));
        }
        if let Some(lists) = transaction.lists {
            actions.push((Purpose::Lists, finished(self.put(lists::lists_item(&self.partition, lists)?))?));
        }
        for mark in transaction.marks {
            actions.push((Purpose::Undo, self.mark(mark, change)?));
        }
        if let Some(check) = self.credential_check()?.filter(|_| !must_exist) {
            actions.push((Purpose::Credential, TransactWriteItem::builder().condition_check(check).build()));
        }
        Ok(actions)
    }

    /// The action that writes a todo, and the write units that it takes. `before` is the present todo, or `None` if the
    /// change adds the todo.
    pub(super) fn todo_action(
        &self,
        before: Option<&Todo>,
        after: &Todo,
        difference: &Difference,
        order: Timestamp,
    ) -> Result<(TransactWriteItem, usize), Fault> {
        let item = item::todo_item(&self.partition, after, order)?;
        let new = size::units(size::of_item(&item));
        let Some(before) = before else {
            return Ok((finished(self.put(item).condition_expression(item::ABSENT))?, 3 * new));
        };
        let old = item::todo_item(&self.partition, before, order)?;
        let moves = old.get(item::VIEW) != item.get(item::VIEW);
        let format = (old.get(FORMAT) != item.get(FORMAT)).then_some(FORMAT);
        let old = size::units(size::of_item(&old));
        let units = 2 * new.max(old) + if moves { new + old } else { new.max(old) };
        Ok((self.update_todo(item, before, difference.names().chain(format))?, units))
    }

    /// Writes the altered attributes of a todo. The update leaves all other attributes of the item as they are, even
    /// attributes that only a newer version of the program knows. The transaction fails if the todo in the table does
    /// not have the version `before.version`.
    fn update_todo<'a>(
        &self,
        mut after: Item,
        before: &Todo,
        altered: impl Iterator<Item = &'a str>,
    ) -> Result<TransactWriteItem, Fault> {
        let mut names: Vec<&str> = altered.collect();
        names.extend([item::VERSION, item::VIEW, item::TITLE_KEY, item::EXPIRES_AT]);
        names.sort_unstable();
        names.dedup();
        let key = item::primary_key(&self.partition, item::todo_sk(&before.id));
        let mut update = Update::builder()
            .table_name(&*self.table)
            .set_key(Some(key))
            .condition_expression("#version = :before")
            .expression_attribute_values(":before", item::number(before.version))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let (mut set, mut remove) = (String::new(), String::new());
        for name in names {
            update = update.expression_attribute_names(format!("#{name}"), name);
            if let Some(value) = after.remove(name) {
                let _ = write!(set, "{}#{name} = :{name}", if set.is_empty() { "SET " } else { ", " });
                update = update.expression_attribute_values(format!(":{name}"), value);
            } else {
                let _ = write!(remove, "{}#{name}", if remove.is_empty() { " REMOVE " } else { ", " });
            }
        }
        updated(update.update_expression(set + &remove))
    }

    /// The condition for a todo that the write has read and does not change: the todo in the table still has this
    /// version. Without this condition, the todo could change between the read and the commit. Then the answer would
    /// show todos that never existed at the same moment.
    fn stays(&self, todo: &Todo) -> Result<TransactWriteItem, Fault> {
        checked(
            self.check(item::todo_sk(&todo.id))
                .condition_expression("#version = :version")
                .expression_attribute_names("#version", item::VERSION)
                .expression_attribute_values(":version", item::number(todo.version)),
        )
    }

    /// Changes the attribute `undone_by` in the record of a change, or only checks this attribute. `undo` is the change
    /// that this transaction makes. The transaction fails if another undo has changed the record since the store read
    /// the record.
    fn mark(&self, mark: &Mark, undo: &Change) -> Result<TransactWriteItem, Fault> {
        let is_as_before = match &mark.before {
            None => "attribute_exists(sk) AND attribute_not_exists(#undone)",
            Some(_) => "attribute_exists(sk) AND #undone = :before",
        };
        let before = mark.before.as_ref().map(|before| (":before".to_owned(), item::text(before.as_str())));
        let sk = item::change_sk(&mark.change);
        let by = match &mark.after {
            Undone::Now => Some(&undo.id),
            Undone::By(earlier) => Some(earlier),
            Undone::No => None,
            Undone::Stays => {
                let check = self.check(sk).condition_expression(is_as_before);
                let check = check.expression_attribute_names("#undone", UNDONE_BY);
                return checked(check.set_expression_attribute_values(before.map(|before| [before].into())));
            }
        };
        let update = Update::builder()
            .table_name(&*self.table)
            .set_key(Some(item::primary_key(&self.partition, sk)))
            .condition_expression(is_as_before)
            .set_expression_attribute_values(before.map(|before| [before].into()))
            .expression_attribute_names("#undone_at", UNDONE_AT)
            .expression_attribute_names("#undone", UNDONE_BY)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let update = match by {
            Some(by) => update
                .update_expression("SET #undone = :by, #undone_at = :at")
                .expression_attribute_values(":at", item::text(&undo.at.to_string()))
                .expression_attribute_values(":by", item::text(by.as_str())),
            None => update.update_expression("REMOVE #undone, #undone_at"),
        };
        updated(update)
    }

    pub(super) fn put(&self, item: Item) -> PutBuilder {
        Put::builder()
            .table_name(&*self.table)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    /// Writes a small item for the request. The item contains the id of the change, and expires after two minutes. The
    /// transaction fails if the table already has a recent item for the same request. Fixed time windows of two minutes
    /// would not work, because a request and its repetition could be in two different windows.
    fn remember(&self, digits: &str, change: &Change, outdated: Option<&ChangeId>) -> Result<TransactWriteItem, Fault> {
        let put = self.put(recent::recent_item(&self.partition, digits, change));
        finished(
            put.condition_expression(recent::ABSENT_OR_NOT_RECENT)
                .expression_attribute_values(":now", item::number(change.at.as_second()))
                .expression_attribute_values(":latest", item::number(recent::latest(change.at)))
                .expression_attribute_names("#change", recent::CHANGE)
                .expression_attribute_values(":outdated", item::text(outdated.map_or("none", ChangeId::as_str))),
        )
    }

    fn check(&self, sk: String) -> ConditionCheckBuilder {
        ConditionCheck::builder()
            .table_name(&*self.table)
            .set_key(Some(item::primary_key(&self.partition, sk)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    fn list_action(&self, action: &ListAction) -> Result<TransactWriteItem, Fault> {
        let name = action.name();
        let put = || self.put(lists::list_item(&self.partition, name));
        match action {
            ListAction::Create(_) | ListAction::Name(_) => finished(put().condition_expression(item::ABSENT)),
            ListAction::Respell(_) => finished(put().condition_expression(item::PRESENT)),
            ListAction::Remove(_) => {
                let delete = Delete::builder()
                    .table_name(&*self.table)
                    .set_key(Some(item::primary_key(&self.partition, lists::list_sk(name))))
                    .condition_expression(item::PRESENT)
                    .build();
                Ok(TransactWriteItem::builder().delete(delete.map_err(item::broken)?).build())
            }
            ListAction::Check(_) => checked(
                self.check(lists::list_sk(name))
                    .condition_expression("#name = :name")
                    .expression_attribute_names("#name", lists::NAME)
                    .expression_attribute_values(":name", item::text(name.as_str())),
            ),
        }
    }
}

fn finished(put: PutBuilder) -> Result<TransactWriteItem, Fault> {
    Ok(TransactWriteItem::builder().put(put.build().map_err(item::broken)?).build())
}

pub(super) fn updated(update: UpdateBuilder) -> Result<TransactWriteItem, Fault> {
    Ok(TransactWriteItem::builder().update(update.build().map_err(item::broken)?).build())
}

fn checked(check: ConditionCheckBuilder) -> Result<TransactWriteItem, Fault> {
    Ok(TransactWriteItem::builder().condition_check(check.build().map_err(item::broken)?).build())
}
