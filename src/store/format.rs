//! The formats of stored items.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::fault::{Fault, FaultKind};

/// The attribute with the number of the format in which an item is written. The head of an owner has this attribute.
/// An item without this attribute has format 1.
pub const FORMAT: &str = "format";
/// The number of the newest format that this code understands. Older and newer code use the same table while a new
/// version is deployed. If code finds a higher number than its own, the code answers 503 and writes nothing. In format
/// 2, change records contain [differences](crate::domain::difference) and not whole todos. In format 3, the name of a
/// list may differ from the id of the list ([`Lists`](crate::domain::lists::Lists)). In format 4, a change is pending
/// (`pending.rs`). In format 5, a todo repeats in a way that older code does not know
/// ([`Todo::repeats_in_new_ways`](crate::domain::todo::Todo::repeats_in_new_ways)). In format 6, somebody is erasing
/// everything of the owner (`erase.rs`). Only a head has this format. Code of format 5 and earlier does not know the
/// attributes `place` and `told_at` of a todo. This code keeps both attributes when it changes the todo, but shows
/// todos without a due date in the order of their ids.
pub const FORMAT_NUMBER: u32 = 6;
/// The format of a todo with a repetition that older code does not know, and of a change record with this todo. The
/// older code would leave out a part of the repetition when it adds the next todo.
pub(super) const FORMAT_OF_SERIES: u32 = 5;

/// Returns an error if the item has a newer format than this code understands.
pub(super) fn check_format(item: &HashMap<String, AttributeValue>) -> Result<(), Fault> {
    let format = item.get(FORMAT).and_then(|format| format.as_n().ok()).and_then(|format| format.parse::<u64>().ok());
    if format.is_some_and(|format| format > FORMAT_NUMBER.into()) {
        return Err(Fault::new(FaultKind::Newer, "a newer version of the program has written an item"));
    }
    Ok(())
}
