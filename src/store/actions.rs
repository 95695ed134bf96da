//! Makes the actions of a DynamoDB transaction, with their conditions.

use aws_sdk_dynamodb::types::{
    ConditionCheck, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
    builders::{ConditionCheckBuilder, PutBuilder},
};
use jiff::Timestamp;

use super::{
    OwnerStore,
    changes::{UNDONE_AT, UNDONE_BY, change_items},
    fault::{Fault, FaultKind},
    item::{self, Item},
    lists::{self, ListCheck},
    recent, settings,
    transaction::Transaction,
};
use crate::domain::{
    change::{Change, Image},
    id::ChangeId,
    settings::SettingsImage,
    text::ListName,
};

/// The attribute with the version of a todo or of the settings. Each change of a todo or of the settings increases this
/// version.
const VERSION: &str = "version";

/// The purpose of an action in a transaction. The variants are in the same order as the actions of a transaction.
pub(super) enum Purpose {
    Record,
    Part,
    Todo,
    Settings,
    SettingsCheck,
    Recent,
    List(ListName),
    Undo,
}

impl OwnerStore {
    /// `image_bytes` is the approximate size of `transaction.images`, in bytes.
    pub(super) fn actions(
        &self,
        transaction: &Transaction<'_>,
        image_bytes: usize,
    ) -> Result<Vec<(Purpose, TransactWriteItem)>, Fault> {
        let mut actions = Vec::new();
        for (number, record) in
            change_items(&self.partition, transaction.change, transaction.images, image_bytes)?.into_iter().enumerate()
        {
            let put = self.put(record).condition_expression(item::ABSENT_OR_EXPIRED);
            let put = put.expression_attribute_values(":now", item::number(transaction.change.at.as_second()));
            actions.push((if number == 0 { Purpose::Record } else { Purpose::Part }, finished(put)?));
        }
        for image in transaction.images.iter().filter(|image| image.is_change()) {
            actions.push((Purpose::Todo, self.put_todo(image, transaction.change.at)?));
        }
        if let Some(image) = &transaction.change.settings {
            actions.push((Purpose::Settings, self.put_settings(image)?));
        }
        if let Some(version) = transaction.settings {
            actions.push((Purpose::SettingsCheck, self.check_settings(version)?));
        }
        if let Some(digits) = &transaction.recent {
            actions.push((Purpose::Recent, self.remember(digits, transaction.change)?));
        }
        for check in transaction.lists {
            actions.push((Purpose::List(check.name().clone()), self.check_list(check)?));
        }
        if let Some(undone) = &transaction.change.undoes {
            actions.push((Purpose::Undo, self.mark_undone(undone, transaction)?));
        }
        Ok(actions)
    }

    /// Writes the id of the undo into the record of the undone change. The transaction fails if another undo has
    /// changed the record since the store read the record.
    fn mark_undone(&self, undone: &ChangeId, transaction: &Transaction<'_>) -> Result<TransactWriteItem, Fault> {
        let update = Update::builder()
            .table_name(&*self.table)
            .set_key(Some(item::primary_key(&self.partition, item::change_sk(undone))))
            .update_expression("SET #undone = :by, #undone_at = :at")
            .expression_attribute_names("#undone_at", UNDONE_AT)
            .expression_attribute_values(":at", item::text(&transaction.change.at.to_string()))
            .expression_attribute_names("#undone", UNDONE_BY)
            .expression_attribute_values(":by", item::text(transaction.change.id.as_str()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let update = match transaction.undone_before {
            None => update.condition_expression("attribute_exists(sk) AND attribute_not_exists(#undone)"),
            Some(before) => update
                .condition_expression("attribute_exists(sk) AND #undone = :before")
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
            None => put.condition_expression(item::ABSENT),
            Some(before) => put
                .condition_expression("#version = :version")
                .expression_attribute_names("#version", VERSION)
                .expression_attribute_values(":version", item::number(before.version)),
        })
    }

    fn put_settings(&self, image: &SettingsImage) -> Result<TransactWriteItem, Fault> {
        let put = self.put(settings::settings_item(&self.partition, &image.after)?);
        finished(match image.before.version {
            0 => put.condition_expression(item::ABSENT),
            version => put
                .condition_expression("#version = :version")
                .expression_attribute_names("#version", VERSION)
                .expression_attribute_values(":version", item::number(version)),
        })
    }

    /// Makes the transaction fail if the version of the settings in the table is not `version`.
    fn check_settings(&self, version: u64) -> Result<TransactWriteItem, Fault> {
        let check = self.check(settings::SETTINGS.to_owned());
        checked(match version {
            0 => check.condition_expression(item::ABSENT),
            version => check
                .condition_expression("#version = :version")
                .expression_attribute_names("#version", VERSION)
                .expression_attribute_values(":version", item::number(version)),
        })
    }

    /// Writes a small item for the request. The item contains the id of the change, and expires after two minutes. The
    /// transaction fails if the table already has an item for the same request. Fixed time windows of two minutes would
    /// not work, because a request and its repetition could be in two different windows.
    fn remember(&self, digits: &str, change: &Change) -> Result<TransactWriteItem, Fault> {
        let put = self.put(recent::recent_item(&self.partition, digits, change));
        finished(
            put.condition_expression(item::ABSENT_OR_EXPIRED)
                .expression_attribute_values(":now", item::number(change.at.as_second())),
        )
    }

    fn check(&self, sk: String) -> ConditionCheckBuilder {
        ConditionCheck::builder()
            .table_name(&*self.table)
            .set_key(Some(item::primary_key(&self.partition, sk)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    fn check_list(&self, check: &ListCheck) -> Result<TransactWriteItem, Fault> {
        match check {
            ListCheck::Create(name) => {
                finished(self.put(lists::list_item(&self.partition, name)).condition_expression(item::ABSENT))
            }
            ListCheck::Exists(name) => checked(
                self.check(lists::list_sk(name))
                    .condition_expression("#name = :name")
                    .expression_attribute_names("#name", lists::NAME)
                    .expression_attribute_values(":name", item::text(name.as_str())),
            ),
        }
    }
}

fn finished(put: PutBuilder) -> Result<TransactWriteItem, Fault> {
    Ok(TransactWriteItem::builder().put(put.build().map_err(broken)?).build())
}

fn checked(check: ConditionCheckBuilder) -> Result<TransactWriteItem, Fault> {
    Ok(TransactWriteItem::builder().condition_check(check.build().map_err(broken)?).build())
}

fn broken(error: aws_sdk_dynamodb::error::BuildError) -> Fault {
    Fault::new(FaultKind::Broken, format!("TransactWriteItems: {error}"))
}
