//! The addresses from which a person can download an export. Each address contains a secret, and works once.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{export_format::ExportFormat, owner::Owner, secret::SecretHash};

/// An address is valid for this time.
pub const DOWNLOAD_LASTS: SignedDuration = SignedDuration::from_mins(15);

/// What a person gets at the address of a download. The table contains the hash of the secret, and not the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Download {
    pub hash: SecretHash,
    /// The person whose data the download contains. In the table, this field is not called `owner`, because the
    /// attribute `owner` contains the partition key.
    #[serde(rename = "person")]
    pub owner: Owner,
    /// The address of this deployment. The secret is valid only at this address.
    pub resource: String,
    /// In the table, this field is not called `format`, because the attribute `format` contains a number.
    #[serde(rename = "file_format")]
    pub format: ExportFormat,
    /// The number of this part. The first part has the number 1.
    pub part: usize,
    /// The number of all parts of the export.
    pub parts: usize,
    /// The position at which the part begins. `None` if the part begins at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The position at which the next part begins. `None` if this is the last part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    pub valid_until: Timestamp,
}
