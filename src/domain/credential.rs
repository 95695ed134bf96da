//! Identifies the credential of a request. So a person can see which program made a change, and an operator can find
//! the requests of a credential in the log.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    api_key::{KeyName, KeyRecord},
    secret::SecretHash,
    token::GrantId,
};

/// Says where the table contains the credential of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredCredential {
    /// The hash of the API key.
    Key(SecretHash),
    /// The access that a person has given to a program.
    Grant(GrantId),
}

/// The kind of an API key.
const KEY: &str = "key";

/// A credential, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialId {
    /// `key` for an API key, and `program` for a program to which a person has given access. The kind is a text and not
    /// an enum, because a newer version may have stored a kind that this version does not know.
    pub kind: String,
    /// Twelve hexadecimal digits. For an API key, this is the id that `todo keys list` shows. For a program, this is
    /// the id that `GET /account/programs` shows.
    pub id: String,
    /// The name that a person gave to the API key, or the name of the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<KeyName>,
}

impl CredentialId {
    /// The id of an API key.
    pub fn of_key(record: &KeyRecord) -> Self {
        Self { kind: KEY.to_owned(), id: record.hash.id().to_owned(), name: Some(record.name.clone()) }
    }

    /// Whether the credential is an API key.
    pub fn is_key(&self) -> bool {
        self.kind == KEY
    }

    /// Whether both are the same credential. The name may differ, because a person can rename a program.
    pub fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.id == other.id
    }

    /// The id of the grant that a person has given to a program. All tokens of a grant have the same id.
    pub fn of_program(grant: &GrantId, name: &str) -> Self {
        Self { kind: "program".to_owned(), id: grant.public(), name: KeyName::parse(name).ok() }
    }
}

/// Writes the credential for people: `Ann's laptop (key 1a2b3c4d5e6f)`, or `Claude Code (program
/// 1a2b3c4d5e6f)`.
impl fmt::Display for CredentialId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(formatter, "{} ({} {})", name.as_str(), self.kind, self.id),
            None => write!(formatter, "{} {}", self.kind, self.id),
        }
    }
}
