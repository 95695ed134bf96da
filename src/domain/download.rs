//! The addresses from which a person can download an export. Each address contains a secret, and works once.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    export_format::ExportFormat,
    owner::Owner,
    secret::{Random, SECRET_DIGITS, SecretHash, base62, has_checksum, with_checksum},
};

/// An address is valid for this time.
pub const DOWNLOAD_LASTS: SignedDuration = SignedDuration::from_mins(15);
const PREFIX: &str = "tododl_";

/// The secret in the address of a download: a prefix, 256 random bits, and a checksum. Because of the checksum, this
/// service can refuse an invented secret before it reads the table.
#[derive(Clone, PartialEq, Eq)]
pub struct DownloadSecret(String);

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

impl DownloadSecret {
    /// Makes a secret from random bytes.
    pub fn from_random(Random(bytes): Random) -> Self {
        let body = format!("{PREFIX}{}", base62(&bytes, SECRET_DIGITS));
        Self(with_checksum(body))
    }

    /// Reads a secret. Returns `None` if the text cannot be a secret, or if the checksum is wrong. This function does
    /// not search for the secret in the table.
    pub fn parse(text: &str) -> Option<Self> {
        has_checksum(text, PREFIX, SECRET_DIGITS).then(|| Self(text.to_owned()))
    }

    /// The secret itself. Only the answer to the person's program may contain this text.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The hash of the secret.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.0)
    }
}

/// Writes only the word `DownloadSecret`, so that debug output never contains the secret.
impl fmt::Debug for DownloadSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DownloadSecret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_altered_secret_is_no_secret(bytes in any::<[u8; 32]>(), at in 0usize..56, other in "[0-9A-Za-z_]") {
            let secret = DownloadSecret::from_random(Random(bytes));
            prop_assert_eq!(DownloadSecret::parse(secret.reveal()), Some(secret.clone()));
            prop_assert_eq!(format!("{secret:?}"), "DownloadSecret");
            let mut altered = secret.reveal().to_owned();
            altered.replace_range(at..=at, &other);
            prop_assert_eq!(DownloadSecret::parse(&altered).is_some(), altered == secret.reveal());
        }

        #[test]
        fn no_text_is_a_secret_by_chance(text in "\\PC{0,80}") {
            prop_assert_eq!(DownloadSecret::parse(&text), None);
        }
    }
}
