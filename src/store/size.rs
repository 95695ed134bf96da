//! The sizes of items and of values in DynamoDB.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::Item;

/// The size of an item in bytes.
pub(super) fn of_item(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + of_value(value)).sum()
}

/// The write units for an item of this size: one unit for each KB, rounded up.
pub(super) fn units(bytes: usize) -> usize {
    bytes.div_ceil(1024).max(1)
}

/// The size of a value in bytes, without the name of the attribute.
pub(super) fn of_value(value: &AttributeValue) -> usize {
    // Each list and each map needs three bytes, and each of its members needs one more byte.
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len() / 2 + 1,
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + of_value(value)).sum::<usize>(),
        AttributeValue::M(members) => 3 + members.len() + of_item(members),
        // The only other type that the program writes is the boolean.
        _ => 1,
    }
}
