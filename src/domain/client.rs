//! The OAuth clients that the operator makes. Some programs cannot register themselves and have no client ID metadata
//! document, so the operator must make an OAuth client for each of these programs.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    api_key::KeyName,
    secret::{ID_DIGITS, Random, SECRET_DIGITS, SecretHash, base62, with_checksum},
};

/// The id of every client of the operator begins with this text.
const PREFIX: &str = "client_";

/// An OAuth client that the operator has made (RFC 6749, section 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    pub id: String,
    pub name: KeyName,
    /// The hash of the secret. `None` for a public client (RFC 6749, section 2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretHash>,
    /// The exact redirect URIs. In the path of a redirect URI, the segment `*` stands for any segment.
    pub redirect_uris: Vec<String>,
    /// Whether the client may ask for access without PKCE. Only a client with a secret may ask without PKCE (RFC 9700,
    /// section 2.1.1).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_pkce: bool,
    pub created_at: Timestamp,
}

/// The secret of a client. The program shows the secret only once.
#[derive(Clone)]
pub struct Secret(String);

impl Client {
    /// The id of a new client. The id is not secret.
    pub fn new_id(Random(bytes): Random) -> String {
        format!("{PREFIX}{}", base62(&bytes[..16], ID_DIGITS))
    }

    /// Whether this text can be the id of a client that the operator has made.
    pub fn is_id(text: &str) -> bool {
        text.strip_prefix(PREFIX).is_some_and(|digits| digits.len() == ID_DIGITS && super::secret::is_base62(digits))
    }
}

impl Secret {
    /// Makes a secret from 256 random bits.
    pub fn from_random(Random(bytes): Random) -> Self {
        let body = format!("todocs_{}", base62(&bytes, SECRET_DIGITS));
        Self(with_checksum(body))
    }

    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret")
    }
}
