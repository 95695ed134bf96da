//! Sends transactions that do not write todos, for example transactions with grants. The file `commit.rs` sends the
//! writes of todos.

use std::time::Duration;

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{ReturnConsumedCapacity, TransactWriteItem},
};

use super::{
    Store,
    fault::{Fault, FaultKind},
    usage::Usage,
};

/// The maximum number of attempts for a transaction that collides with other transactions.
const ATTEMPTS: u32 = 20;

impl Store {
    /// Sends a transaction. `false` if a condition of the transaction failed.
    pub(super) async fn transact(&self, actions: Vec<TransactWriteItem>, usage: &Usage) -> Result<bool, Fault> {
        transact(&self.client, actions, usage).await
    }
}

/// Sends a transaction. `false` if a condition of the transaction failed. If DynamoDB throttles the transaction, or if
/// the transaction collides with another transaction, this function sends the transaction again.
pub(super) async fn transact(client: &Client, actions: Vec<TransactWriteItem>, usage: &Usage) -> Result<bool, Fault> {
    for attempt in 0..ATTEMPTS {
        let answer = client
            .transact_write_items()
            .set_transact_items(Some(actions.clone()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        usage.called();
        match answer {
            Ok(answer) => {
                usage.wrote(answer.consumed_capacity.as_deref());
                return Ok(true);
            }
            Err(error) => match cancelled(&error) {
                Some("ConditionalCheckFailed") => return Ok(false),
                Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded") => {
                    tokio::time::sleep(Duration::from_millis(20 << attempt.min(4))).await;
                }
                _ => return Err(Fault::of("TransactWriteItems", &error)),
            },
        }
    }
    Err(Fault::new(FaultKind::Throttled, "TransactWriteItems: the transaction collided with other transactions"))
}

/// The reason why DynamoDB cancelled a transaction. If one of several reasons is a failed condition, the result is the
/// failed condition. Otherwise, the result is the first reason.
fn cancelled(error: &SdkError<TransactWriteItemsError>) -> Option<&str> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return None;
    };
    let codes = || cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code());
    codes().find(|code| *code == "ConditionalCheckFailed").or_else(|| codes().find(|code| *code != "None"))
}
