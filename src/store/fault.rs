//! Failures inside the service. Most failures inside the service are failed calls to DynamoDB.

use std::fmt;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// A failure that the caller of the API did not cause. In most cases, a call to DynamoDB has failed.
#[derive(Debug)]
pub struct Fault {
    pub kind: FaultKind,
    /// A text for the log: the DynamoDB operation, the error code and Amazon's message. The text contains no item and
    /// no key.
    pub cause: String,
}

/// The kind of a [`Fault`]. The kind tells the caller what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// There were too many requests for the table or for one owner, or a transaction collided with other transactions
    /// twelve times. The caller can try again later.
    Throttled,
    /// DynamoDB did not answer in time, or DynamoDB had an internal failure. The caller can try again soon.
    Unavailable,
    /// Another request is still making a change that is too large for one transaction, or is still erasing the data.
    /// The caller can try again after a second.
    Busy,
    /// The credential of the request has ended while the request was under way. The caller must sign in again.
    Ended,
    /// A newer version of the program has written the data, in a format that this version does not understand. This
    /// happens only while a new version is deployed, or after a rollback to an old version. The caller can try again
    /// soon.
    Newer,
    /// Something is wrong with the deployment or with this program. If the caller tries again, the request fails again.
    Broken,
}

/// A size limit of DynamoDB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SizeLimit {
    /// 400 KB for an item, and 4 MB for all items of a transaction.
    Change,
    /// 10 GB for all items of an owner. DynamoDB has this limit for tables with a local index.
    Owner,
}

impl SizeLimit {
    /// The size limit that a write has exceeded. The code and the message come from an error of DynamoDB, or from the
    /// reason why DynamoDB cancelled a transaction. `None` if DynamoDB refused the write for another reason.
    ///
    /// AWS documents these limits in the API reference of `TransactWriteItems` and `TransactionCanceledException`. For
    /// an item, AWS documents the message "Item size to update has exceeded the maximum allowed size". For a
    /// transaction, AWS documents neither the code nor the message. DynamoDB sends the codes of these two limits for
    /// mistakes of the program too, so this function must read the message. If an expression or a key is too long, the
    /// program has made a mistake. AWS begins the messages about such mistakes with "Invalid" or "One or more parameter
    /// values were invalid".
    pub(super) fn exceeded(code: Option<&str>, message: Option<&str>) -> Option<Self> {
        let message = message.unwrap_or_default();
        let names_a_size = message.contains("size") && message.contains("exceed") && !message.contains("nvalid");
        match code? {
            "ItemCollectionSizeLimitExceeded" | "ItemCollectionSizeLimitExceededException" => Some(Self::Owner),
            "ValidationError" | "ValidationException" if names_a_size => Some(Self::Change),
            _ => None,
        }
    }
}

impl Fault {
    /// The fault for a request that finds an unfinished large change or an unfinished erasure of another request.
    pub(super) fn busy() -> Self {
        Self::new(FaultKind::Busy, "a change that is larger than one transaction is not finished yet")
    }

    /// The fault for a request whose credential has ended in the meantime.
    pub(super) fn ended() -> Self {
        Self::new(FaultKind::Ended, "the credential of the request has ended")
    }

    /// The fault for a DynamoDB operation that the SDK could not complete.
    pub(super) fn of<E>(operation: &'static str, error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata,
    {
        let code = error.code().unwrap_or_default();
        let kind = match error {
            SdkError::ServiceError(answer) => match code {
                "ProvisionedThroughputExceededException"
                | "ThrottlingException"
                | "RequestLimitExceeded"
                | "LimitExceededException"
                // Another transaction uses the same item at this moment.
                | "TransactionConflictException" => FaultKind::Throttled,
                "TransactionInProgressException" | "InternalServerError" | "ServiceUnavailable" => {
                    FaultKind::Unavailable
                }
                // Lambda gives each instance its own credentials. So another instance may still have valid credentials.
                "ExpiredTokenException" => FaultKind::Unavailable,
                _ if answer.raw().status().is_server_error() => FaultKind::Unavailable,
                _ => FaultKind::Broken,
            },
            SdkError::ConstructionFailure(_) => FaultKind::Broken,
            // All other errors are time-outs, refused connections and incomplete answers. If the SDK adds new kinds of
            // errors, this program also treats the new kinds as `Unavailable`.
            _ => FaultKind::Unavailable,
        };
        let class = match error {
            SdkError::ConstructionFailure(_) => "construction failure",
            SdkError::TimeoutError(_) => "time-out",
            SdkError::DispatchFailure(_) => "connection failure",
            SdkError::ResponseError(_) => "unreadable response",
            _ => code,
        };
        Self {
            kind,
            cause: format!("{operation}: {class} {}", error.message().unwrap_or_default()).trim_end().to_owned(),
        }
    }

    /// A fault with this kind and this cause.
    pub(super) fn new(kind: FaultKind, cause: impl Into<String>) -> Self {
        Self { kind, cause: cause.into() }
    }

    /// The fault for an item that the program cannot read or write.
    pub(super) fn unreadable(error: &serde_dynamo::Error) -> Self {
        let what = without_values(&error.to_string()).to_owned();
        Self {
            kind: FaultKind::Broken,
            cause: format!("the program cannot read or write an item in the table: {what}"),
        }
    }
}

/// Removes the values from an error message of serde, because the values may come from a caller. Serde puts each value
/// in quotation marks, so this function keeps only the text before the first quotation mark. The names of missing
/// fields stay in the message, because these names come from this program.
fn without_values(error: &str) -> &str {
    if error.starts_with("missing field") {
        return error;
    }
    error.split(['"', '\'', '`']).next().unwrap_or_default().trim_end()
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.cause)
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, de::DeserializeOwned};
    use serde_dynamo::{AttributeValue, Item};

    use super::*;

    #[derive(Debug, Deserialize)]
    enum Word {
        #[serde(rename = "open")]
        Open,
    }

    fn cause<T: DeserializeOwned + fmt::Debug>(value: AttributeValue) -> String {
        let item = Item::from(std::collections::HashMap::from([("a".to_owned(), value)]));
        Fault::unreadable(&serde_dynamo::from_item::<_, std::collections::HashMap<String, T>>(item).unwrap_err()).cause
    }

    #[test]
    fn an_unreadable_item_is_reported_without_its_values() {
        let secret = "todo_EXAMPLE \"quoted\" 'twice' `thrice`";
        let text = || AttributeValue::S(secret.to_owned());
        let causes =
            [cause::<Word>(text()), cause::<u64>(text()), cause::<Vec<u8>>(text()), cause::<jiff::Timestamp>(text())];
        let number = cause::<u64>(AttributeValue::N(secret.to_owned()));
        for cause in causes.iter().chain([&number]) {
            assert!(cause.len() > "the program cannot read or write an item in the table: ".len(), "{cause}");
            for part in ["EXAMPLE", "quoted", "twice", "thrice"] {
                assert!(!cause.contains(part), "{cause}");
            }
        }
        assert_eq!(without_values("missing field `due`"), "missing field `due`");
    }
}
