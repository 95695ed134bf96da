//! API keys, and the records of API keys in the table. The program shows a key only once, directly after it has made
//! the key. The table stores a hash of the key, but not the key.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{invalid::Invalid, owner::Owner};

/// The first characters of every key. People recognise a key by these characters. Programs that search for leaked
/// secrets look for these characters too.
const PREFIX: &str = "todo_";
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The number of base-62 digits for 256 bits.
const SECRET_DIGITS: usize = 43;
/// The number of base-62 digits for 32 bits.
const CHECKSUM_DIGITS: usize = 6;

/// An API key: `todo_`, 256 random bits in base 62, and a checksum. Because of the checksum, the program can detect a
/// mistyped key before it reads the table.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

/// SHA-256 of a key, in hexadecimal digits. The table identifies a key by this hash. A fast hash function is safe here,
/// because nobody can guess 256 random bits. From the duration of requests, an attacker could learn only the beginning
/// of a stored hash. The beginning of a hash does not reveal the key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyHash(String);

/// The record of a key in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    pub hash: KeyHash,
    /// Requests with this key read and change the todos of this owner.
    pub owner: Owner,
    /// The name that a person gave to the key.
    pub name: KeyName,
    /// The last four characters of the key. People recognise the key by these four characters.
    pub last_four: String,
    pub created_at: Timestamp,
    /// The key is valid until this moment. The record stays in the table after this moment. DynamoDB deletes an item at
    /// the time in the item's field `expires_at`, so this field has a different name.
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
    pub fn from_random(bytes: [u8; 32]) -> Self {
        let body = format!("{PREFIX}{}", base62(&bytes, SECRET_DIGITS));
        let checksum = checksum(&body);
        Self(body + &checksum)
    }

    /// Reads a key. This function does not search for the key in the table. Returns `None` if the text cannot be a key,
    /// or if the checksum is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let body = text.get(..PREFIX.len() + SECRET_DIGITS)?;
        let digits = body.strip_prefix(PREFIX)?;
        let sound = digits.bytes().all(|digit| ALPHABET.contains(&digit)) && text[body.len()..] == checksum(body);
        sound.then(|| Self(text.to_owned()))
    }

    /// Whether the text begins with the first characters of a key. This function does not check the rest of the text.
    pub fn looks_like_key(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// The key itself. The program shows the key only once.
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// The hash of the key.
    pub fn hash(&self) -> KeyHash {
        KeyHash(hex::encode(Sha256::digest(self.0.as_bytes())))
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

impl KeyHash {
    /// The hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The short id of the key. The id is not secret.
    pub fn id(&self) -> &str {
        &self.0[..12]
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

/// Converts `bytes` to a number in base 62. The argument `digits` is the number of digits in the result. The first byte
/// is the most significant byte.
fn base62(bytes: &[u8], digits: usize) -> String {
    let mut number = bytes.to_vec();
    let mut text = vec![b'0'; digits];
    for digit in text.iter_mut().rev() {
        let mut rest = 0u32;
        for byte in &mut number {
            let value = rest * 256 + u32::from(*byte);
            *byte = (value / 62) as u8;
            rest = value % 62;
        }
        *digit = ALPHABET[rest as usize];
    }
    text.into_iter().map(char::from).collect()
}

/// The first 32 bits of the text's SHA-256, in base 62.
fn checksum(text: &str) -> String {
    base62(&Sha256::digest(text.as_bytes())[..4], CHECKSUM_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_has_256_bits_in_base_62_and_a_checksum() {
        let least = ApiKey::from_random([0; 32]);
        assert!(least.secret().starts_with(&format!("todo_{}", "0".repeat(SECRET_DIGITS))), "{}", least.secret());
        assert_eq!(least.secret().len(), 54);
        assert_eq!(base62(&[0, 255], 2), "47");
        assert_eq!(format!("{least:?}"), "ApiKey");
    }

    proptest! {
        #[test]
        fn a_key_is_read_back_and_an_altered_key_is_refused(bytes in any::<[u8; 32]>(), at in 0usize..54, other in "[0-9A-Za-z_]") {
            let key = ApiKey::from_random(bytes);
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
        let key = ApiKey::from_random([7; 32]);
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
