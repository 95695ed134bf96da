//! The people who have signed in, and whether the operator has blocked them. All people are in one partition. This
//! partition is not the partition of the operator, because the Lambda function must write the items of the people, but
//! has no permission to write in the partition of the operator.

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, TransactWriteItem, Update};
use jiff::Timestamp;

use super::{
    OwnerStore, Store,
    actions::updated,
    fault::Fault,
    item::{self, Item},
    transact::transact,
    usage::Usage,
};
use crate::domain::owner::Owner;

/// The partition with the people who have signed in.
pub(super) const PARTITION: &str = "people";
/// The sort key of a person begins with this text. The name of the owner follows.
pub(super) const PREFIX: &str = "person#";
/// The attribute with the time at which the operator has blocked the person.
pub(super) const BLOCKED_AT: &str = "blocked_at";
/// The attribute with the e-mail address or the name of the person.
pub(super) const SHOWN: &str = "shown";
/// The attribute with the time at which the person last gave access to a program.
pub(super) const SIGNED_IN_AT: &str = "signed_in_at";
/// The attribute with the time at which the person first gave access to a program.
pub(super) const SINCE: &str = "since";
/// The condition that the operator has not blocked the person.
const NOT_BLOCKED: &str = "attribute_not_exists(blocked_at)";

impl Store {
    /// Whether the operator has blocked this person.
    pub async fn is_blocked(&self, owner: &Owner, usage: &Usage) -> Result<bool, Fault> {
        Ok(self.item(key(owner), usage).await?.is_some_and(|person| person.contains_key(BLOCKED_AT)))
    }

    /// A part of a transaction. With this part, the transaction fails if the operator has blocked this person.
    pub(super) fn not_blocked(&self, owner: &Owner) -> Result<ConditionCheck, Fault> {
        let check = ConditionCheck::builder().table_name(&*self.table).set_key(Some(key(owner)));
        check.condition_expression(NOT_BLOCKED).build().map_err(item::broken)
    }

    /// A part of a transaction. This part stores that this person has signed in. The transaction fails if the operator
    /// has blocked the person. `shown` is the e-mail address or the name of the person.
    pub(super) fn signed_in(&self, owner: &Owner, shown: &str, now: Timestamp) -> Result<Update, Fault> {
        let update = Update::builder()
            .table_name(&*self.table)
            .set_key(Some(key(owner)))
            .condition_expression(NOT_BLOCKED)
            .update_expression("SET #shown = :shown, #last = :now, #first = if_not_exists(#first, :now)")
            .expression_attribute_names("#shown", SHOWN)
            .expression_attribute_names("#last", SIGNED_IN_AT)
            .expression_attribute_names("#first", SINCE)
            .expression_attribute_values(":shown", item::text(shown))
            .expression_attribute_values(":now", item::text(&now.to_string()));
        update.build().map_err(item::broken)
    }
}

/// The result of removing a person from the list of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// The list of people no longer contains this person.
    Gone,
    /// The person is blocked. The list keeps only the id and the block of this person.
    StillBlocked,
    /// The list did not contain this person.
    Unknown,
}

impl OwnerStore {
    /// Removes the person from the list of people. If the operator has blocked the person, the block stays.
    pub(super) async fn forget_person(&self) -> Result<Removed, Fault> {
        if self.delete_person("attribute_exists(sk) AND attribute_not_exists(blocked_at)").await? {
            return Ok(Removed::Gone);
        }
        let emptied = self.remove_attributes("attribute_exists(blocked_at)", &[SHOWN, SIGNED_IN_AT, SINCE]).await?;
        Ok(if emptied { Removed::StillBlocked } else { Removed::Unknown })
    }

    /// Deletes the item of the person. `false` if the condition is not true.
    pub(super) async fn delete_person(&self, condition: &str) -> Result<bool, Fault> {
        let delete = Delete::builder().table_name(&*self.table).set_key(Some(self.person_key()));
        let delete = delete.condition_expression(condition).build().map_err(item::broken)?;
        transact(&self.client, vec![TransactWriteItem::builder().delete(delete).build()], &self.usage).await
    }

    /// Removes attributes from the item of the person. `false` if the condition is not true.
    pub(super) async fn remove_attributes(&self, condition: &str, names: &[&str]) -> Result<bool, Fault> {
        let update = Update::builder().table_name(&*self.table).set_key(Some(self.person_key()));
        let update = update.condition_expression(condition).update_expression(format!("REMOVE {}", names.join(", ")));
        transact(&self.client, vec![updated(update)?], &self.usage).await
    }

    fn person_key(&self) -> Item {
        item::primary_key(PARTITION, format!("{PREFIX}{}", item::owner_name(&self.partition)))
    }
}

/// The primary key of a person's item.
pub(super) fn key(owner: &Owner) -> Item {
    item::primary_key(PARTITION, format!("{PREFIX}{}", owner.as_str()))
}
