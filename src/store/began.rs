//! Stores the change with which a head began. After an erasure, the owner gets a new head. Other instances may still
//! remember the lists and the settings from before the erasure, with the same version numbers. From the attribute of
//! this file, these instances learn that the head is new.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;

use super::item::{self, Item};

/// The attribute with the sequence number of the first change with this head. Heads of earlier versions do not have
/// this attribute. The name is not a reserved word of DynamoDB, so it needs no substitute name.
const BEGAN: &str = "began";

/// The sequence number of the change with which this head began. The number is 0 if the head does not have the
/// attribute.
pub(super) fn began(head: &Item) -> i64 {
    head.get(BEGAN).and_then(|number| number.as_n().ok()?.parse().ok()).unwrap_or_default()
}

/// Adds the attribute to the update of a head that may be new. The value `:sequence` is the number of this change.
pub(super) fn begin(set: &mut String) {
    set.push_str(", began = if_not_exists(began, :sequence)");
}

/// Adds the condition that the head did not begin after the change `known`. If `known` is 0, the instance remembers no
/// change, and this function adds no condition.
pub(super) fn require(update: UpdateBuilder, required: &mut String, known: i64) -> UpdateBuilder {
    if known == 0 {
        return update;
    }
    required.push_str(" AND (attribute_not_exists(began) OR began <= :known)");
    update.expression_attribute_values(":known", item::number(known))
}
