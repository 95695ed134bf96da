//! API keys, and the records of API keys in the table. The program shows a key only once, directly after it has made
//! the key. The table stores a hash of the key, but not the key.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    invalid::Invalid,
    owner::Owner,
    secret::{Random, SECRET_DIGITS, SecretHash, base62, has_checksum, with_checksum},
};

/// The first characters of every key. People recognise a key by these characters. These characters also help programs
/// that search for leaked secrets.
const PREFIX: &str = "todo_";

/// An API key: `todo_`, 256 random bits in base 62, and a checksum. Because of the checksum, the program can detect a
/// mistyped key before it reads the table.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

/// The record of a key in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    pub hash: SecretHash,
    /// Requests with this key read and change the todos of this owner.
    pub owner: Owner,
    /// The name that a person gave to the key.
    pub name: KeyName,
    /// The last four characters of the key. People recognise the key by these four characters.
    pub last_four: String,
    pub created_at: Timestamp,
    /// The key is valid until this moment. The record stays in the table after this moment. The name of this field must
    /// not be `expires_at`, because DynamoDB deletes an item at the time in its field `expires_at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// The name of a key: 1 to 100 characters on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyName(String);

impl ApiKey {
    /// Makes a key from 256 random bits.
    pub fn from_random(Random(bytes): Random) -> Self {
        let body = format!("{PREFIX}{}", base62(&bytes, SECRET_DIGITS));
        Self(with_checksum(body))
    }

    /// Reads a key. This function does not search for the key in the table. Returns `None` if the text cannot be a key,
    /// or if the checksum is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        has_checksum(text, PREFIX, SECRET_DIGITS).then(|| Self(text.to_owned()))
    }

    /// The key itself. The program shows the key only once.
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// The hash of the key.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.0)
    }

    /// The record of this new key.
    pub fn record(
        &self,
        owner: Owner,
        name: KeyName,
        created_at: Timestamp,
        valid_until: Option<Timestamp>,
    ) -> KeyRecord {
        let last_four = self.0[self.0.len() - 4..].to_owned();
        KeyRecord { hash: self.hash(), owner, name, last_four, created_at, valid_until, revoked_at: None }
    }
}

/// Writes only the word `ApiKey`, so that debug output never contains the key.
impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiKey")
    }
}

impl KeyRecord {
    /// Whether the key is valid at this moment.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.valid_until.is_none_or(|end| now < end)
    }
}

impl KeyName {
    /// Accepts a name of 1 to 100 characters without control characters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let name = text.trim();
        if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
            return Err(Invalid::new("must be 1 to 100 characters on one line"));
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
    use proptest::prelude::*;

    #[test]
    fn a_key_has_256_bits_in_base_62_and_a_checksum() {
        let least = ApiKey::from_random(Random([0; 32]));
        assert!(least.secret().starts_with(&format!("todo_{}", "0".repeat(SECRET_DIGITS))), "{}", least.secret());
        assert_eq!(least.secret().len(), 54);
        assert_eq!(format!("{least:?}"), "ApiKey");
    }

    proptest! {
        #[test]
        fn a_key_is_read_back_and_an_altered_key_is_refused(bytes in any::<[u8; 32]>(), at in 0usize..54, other in "[0-9A-Za-z_]") {
            let key = ApiKey::from_random(Random(bytes));
            prop_assert_eq!(ApiKey::parse(key.secret()), Some(key.clone()));
            let mut altered = key.secret().to_owned();
            altered.replace_range(at..=at, &other);
            prop_assert_eq!(ApiKey::parse(&altered).is_some(), altered == key.secret());
            prop_assert_eq!(ApiKey::parse(&format!("{}{other}", key.secret())), None);
        }

        #[test]
        fn no_text_makes_it_panic(text in "todo_.{40,60}|.{0,60}") {
            let _ = ApiKey::parse(&text);
        }
    }

    #[test]
    fn a_key_is_valid_until_it_ends_or_is_revoked() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let key = ApiKey::from_random(Random([7; 32]));
        let owner = Owner::parse("me").unwrap();
        let made = key.record(
            owner,
            KeyName::parse("GPT").unwrap(),
            at("2026-11-22T10:00:00Z"),
            Some(at("2026-12-22T10:00:00Z")),
        );
        assert!(made.is_valid(at("2026-12-22T09:59:59Z")));
        assert!(!made.is_valid(at("2026-12-22T10:00:00Z")));
        assert!(!KeyRecord { revoked_at: Some(made.created_at), ..made.clone() }.is_valid(made.created_at));
        assert!(made.last_four == key.secret()[50..] && !format!("{made:?}").contains(key.secret()));
    }
}
