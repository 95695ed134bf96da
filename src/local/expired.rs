//! Removes expired items from a data file. DynamoDB removes expired items by itself, but the embedded DynamoDB does not
//! remove expired items.

use std::collections::HashMap;

use dynoxide::{
    AttributeValue, Database, DynoxideError,
    actions::{delete_item::DeleteItemRequest, list_tables::ListTablesRequest, scan::ScanRequest},
};
use jiff::Timestamp;

use crate::store::attributes::{EXPIRES_AT, FORMAT, FORMAT_NUMBER, OWNER, SEQUENCE, SK};

type Item = HashMap<String, AttributeValue>;

/// An expired item stays in the file for this number of seconds (90 days). The clock may be ahead while somebody writes
/// a change. If the clock is ahead by less than this time, the program never removes a change that can be undone.
const RESERVE: i64 = 90 * 24 * 60 * 60;

/// Removes the items that expired long before the time of the latest change in the file. The items that expire after
/// this change stay in the file, even if the clock is ahead by a whole year. If a newer version of the program has
/// written the file in a newer format, this function removes nothing.
pub(super) fn remove(database: &Database, now: Timestamp) -> Result<(), DynoxideError> {
    for table in database.list_tables(ListTablesRequest::default())?.table_names {
        let (mut latest, mut expiring, mut start) = (0, Vec::new(), None);
        loop {
            let page = database.scan(ScanRequest {
                table_name: table.clone(),
                exclusive_start_key: start,
                projection_expression: Some("#owner, #sk, #expires_at, #sequence, #format".to_owned()),
                expression_attribute_names: Some(
                    [OWNER, SK, EXPIRES_AT, SEQUENCE, FORMAT].map(|name| (format!("#{name}"), name.to_owned())).into(),
                ),
                ..ScanRequest::default()
            })?;
            for item in page.items.unwrap_or_default() {
                if number(&item, FORMAT).is_some_and(|format| format > FORMAT_NUMBER.into()) {
                    return Ok(());
                }
                latest = latest.max(number(&item, SEQUENCE).unwrap_or_default());
                expiring.extend(number(&item, EXPIRES_AT).map(|second| (second, item)));
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        // The sequence number of a change is a time in microseconds.
        let until = now.as_second().min(latest / 1_000_000) - RESERVE;
        for (second, item) in expiring.into_iter().filter(|(second, _)| *second <= until) {
            delete(database, &table, second, item)?;
        }
    }
    Ok(())
}

/// Deletes the item, if no other process has written the item again in the meantime.
fn delete(database: &Database, table: &str, second: i64, mut item: Item) -> Result<(), DynoxideError> {
    item.retain(|name, _| [OWNER, SK].contains(&name.as_str()));
    let deleted = database.delete_item(DeleteItemRequest {
        table_name: table.to_owned(),
        key: item,
        condition_expression: Some("#expires_at = :second".to_owned()),
        expression_attribute_names: Some([("#expires_at".to_owned(), EXPIRES_AT.to_owned())].into()),
        expression_attribute_values: Some([(":second".to_owned(), AttributeValue::N(second.to_string()))].into()),
        ..DeleteItemRequest::default()
    });
    match deleted {
        Err(DynoxideError::ConditionalCheckFailedException(..)) => Ok(()),
        done => done.map(|_| ()),
    }
}

fn number(item: &Item, name: &str) -> Option<i64> {
    match item.get(name) {
        Some(AttributeValue::N(digits)) => digits.parse().ok(),
        _ => None,
    }
}
