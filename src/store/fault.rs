//! All failures between this program and DynamoDB.

use std::fmt;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// A failure that the caller of the API has not caused, in most cases a failed call to DynamoDB.
#[derive(Debug)]
pub struct Fault {
    pub kind: FaultKind,
    /// A text only for the log: the DynamoDB operation, the error code and Amazon's message. It contains no item and no
    /// key.
    pub cause: String,
}

/// The kind of a [`Fault`]. It says what a caller can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Too many requests for the table or for one owner, or a transaction that collided with other transactions five
    /// times: try again later.
    Throttled,
    /// No answer in time, or a failure inside DynamoDB: try again soon.
    Unavailable,
    /// Something is wrong with the deployment or with this program: trying again does not help.
    Broken,
}

impl Fault {
    /// The fault for `operation`, after the SDK has stopped trying.
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
                | "LimitExceededException" => FaultKind::Throttled,
                "TransactionInProgressException" | "InternalServerError" | "ServiceUnavailable" => {
                    FaultKind::Unavailable
                }
                _ if answer.raw().status().is_server_error() => FaultKind::Unavailable,
                _ => FaultKind::Broken,
            },
            SdkError::ConstructionFailure(_) => FaultKind::Broken,
            // Time-outs, refused connections and incomplete answers. The SDK may add new kinds of errors, and they
            // count here too.
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

    /// A fault of this kind, with this cause.
    pub(super) fn new(kind: FaultKind, cause: impl Into<String>) -> Self {
        Self { kind, cause: cause.into() }
    }

    /// The fault for an item that the program cannot read or write.
    pub(super) fn unreadable(error: &serde_dynamo::Error) -> Self {
        let what = without_values(&error.to_string()).to_owned();
        Self { kind: FaultKind::Broken, cause: format!("an item of the table cannot be read or written: {what}") }
    }
}

/// serde's message without the value, because a caller may have written the value. serde puts values in several kinds
/// of quotes, so the message ends before the first quote. The names of missing fields stay, because they are names of
/// this program.
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
            assert!(cause.len() > "an item of the table cannot be read or written: ".len(), "{cause}");
            for part in ["EXAMPLE", "quoted", "twice", "thrice"] {
                assert!(!cause.contains(part), "{cause}");
            }
        }
        assert_eq!(without_values("missing field `due`"), "missing field `due`");
    }
}
