//! The secret of this service at the OpenID provider.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::invalid::Invalid;

/// The secret that the OpenID provider has given to this service (RFC 6749, section 2.3.1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderSecret(String);

impl ProviderSecret {
    /// The maximum length in bytes. The secrets of providers have fewer than 100 bytes.
    const MAX_BYTES: usize = 2_048;

    /// Accepts a text of 1 to 2,048 bytes without control characters. Spaces at the ends do not count.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let secret = text.trim();
        if secret.is_empty() || secret.len() > Self::MAX_BYTES || secret.chars().any(char::is_control) {
            return Err(Invalid::new("must be 1 to 2,048 bytes without control characters"));
        }
        Ok(Self(secret.to_owned()))
    }

    /// The secret itself. Only the table and the request to the provider may contain the secret.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Writes only the name of the type, so that debug output never contains the secret.
impl fmt::Debug for ProviderSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ProviderSecret")
    }
}
