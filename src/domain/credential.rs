//! Says through which credential a request came. A person can see which of their programs made a change, and an operator
//! can find the requests of a credential in the log.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::api_key::{KeyName, KeyRecord};

/// A credential, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialId {
    /// `key` for an API key, and `token` for an access token. The kind is a text and not an enum, so that this code can
    /// read the records of a newer version that knows more kinds.
    pub kind: String,
    /// Twelve hexadecimal digits. For an API key, this is the id that `todo keys list` shows. For an access token, these
    /// are the first digits of the token's SHA-256 hash.
    pub id: String,
    /// The name that a person gave to the API key. An access token has no name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<KeyName>,
}

impl CredentialId {
    /// The id of an API key.
    pub fn of_key(record: &KeyRecord) -> Self {
        Self { kind: "key".to_owned(), id: record.hash.id().to_owned(), name: Some(record.name.clone()) }
    }

    /// The id of an access token.
    pub fn of_token(token: &str) -> Self {
        let digest = hex::encode(Sha256::digest(token.as_bytes()));
        Self { kind: "token".to_owned(), id: digest[..12].to_owned(), name: None }
    }
}

/// Writes the credential for people: `Ann's laptop (key 1a2b3c4d5e6f)`, or `token 1a2b3c4d5e6f`.
impl fmt::Display for CredentialId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(formatter, "{} ({} {})", name.as_str(), self.kind, self.id),
            None => write!(formatter, "{} {}", self.kind, self.id),
        }
    }
}
