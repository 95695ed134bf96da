//! The owner of todos.

use serde::{Deserialize, Serialize};

use super::invalid::Invalid;

/// The person who owns a todo. The owner's name comes from the credential of the request. If callers need no
/// credential, the owner's name comes from the configuration. The owner's name never comes from a body, a path or a
/// query.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Owner(String);

impl Owner {
    /// DynamoDB allows 2,048 bytes in a partition key. The partition key contains a short prefix and the owner's name.
    const MAX_BYTES: usize = 1_024;

    /// Accepts an owner's name of 1 to 1,024 bytes without control characters.
    pub fn parse(name: &str) -> Result<Self, Invalid> {
        if name.is_empty() || name.len() > Self::MAX_BYTES || name.chars().any(char::is_control) {
            return Err(Invalid::new("must be 1 to 1,024 bytes without control characters"));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_has_a_name_that_fits_a_partition_key() {
        assert_eq!(Owner::parse("me").unwrap().as_str(), "me");
        for refused in ["", "a\nb", &"x".repeat(1_025)] {
            assert!(Owner::parse(refused).is_err(), "{refused:?}");
        }
    }
}
