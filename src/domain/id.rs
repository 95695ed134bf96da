//! Ids of todos and of changes, in lower-case Crockford base32. Ids are short, so that a model can copy an id without
//! mistakes. Only a tiny part of the possible ids is in use. So if a model invents an id, this id almost never belongs
//! to a todo.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::idempotency::IdempotencyKey;

/// Crockford's alphabet in lower case, without the letters i, l, o and u: <https://www.crockford.com/base32.html>
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The id of a todo: 10 characters with 50 random bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TodoId(String);

/// The id of a change: 16 characters with 80 bits. If the caller sends an idempotency key, the program computes the id
/// from this key. The same key always gives the same id. If the caller sends no key, the id is random.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeId(String);

/// The id of an import: 16 random characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportId(String);

impl ImportId {
    /// Makes an id from random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(encode(&bytes, ChangeId::LENGTH))
    }

    /// Reads an id in upper or lower case. Returns `None` if the text cannot be the id of an import.
    pub fn parse(text: &str) -> Option<Self> {
        parse(text, ChangeId::LENGTH).map(Self)
    }

    /// The 16 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TodoId {
    /// The number of characters in a todo's id.
    pub const LENGTH: usize = 10;

    /// Makes an id from random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(encode(&bytes, Self::LENGTH))
    }

    /// The id of a todo that comes from another program. The same parts always give the same id, so the same todo of a
    /// file is never added twice.
    pub fn of_source<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        Self(hash(parts, Self::LENGTH))
    }

    /// The last of all ids, in the order of ids.
    pub fn last() -> Self {
        Self("z".repeat(Self::LENGTH))
    }

    /// Reads an id in upper or lower case, and ignores spaces around the id. Returns `None` if the text cannot be the
    /// id of a todo. If the result is `None`, the program should treat the text as an unknown id.
    pub fn parse(text: &str) -> Option<Self> {
        parse(text, Self::LENGTH).map(Self)
    }

    /// The 10 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ChangeId {
    /// The number of characters in a change's id.
    pub const LENGTH: usize = 16;

    /// Makes an id from random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(encode(&bytes, Self::LENGTH))
    }

    /// The id of the change that a request with this key makes. Two requests with the same key get the same id.
    pub fn from_key(key: &IdempotencyKey) -> Self {
        Self(encode(&key.digest(), Self::LENGTH))
    }

    /// The id of a change that an import makes. `number` is the number of this change in the import.
    pub fn of_import(import: &ImportId, number: usize) -> Self {
        Self(hash(["import", import.as_str(), &number.to_string()], Self::LENGTH))
    }

    /// Reads an id in upper or lower case, and ignores spaces around the id. Returns `None` if the text cannot be the
    /// id of a change.
    pub fn parse(text: &str) -> Option<Self> {
        parse(text, Self::LENGTH).map(Self)
    }

    /// The 16 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The first characters of a hash of these texts.
pub(super) fn hash<'a>(parts: impl IntoIterator<Item = &'a str>, length: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    encode(&hash.finalize(), length)
}

/// An id of `length` characters. Each character encodes five bits of `bytes`. The most significant bit comes first.
fn encode(bytes: &[u8], length: usize) -> String {
    let bit = |at: usize| (bytes[at / 8] >> (7 - at % 8)) & 1;
    (0..length)
        .map(|place| {
            let value = (0..5).fold(0, |value, offset| (value << 1) | bit(place * 5 + offset));
            char::from(ALPHABET[usize::from(value)])
        })
        .collect()
}

fn parse(text: &str, length: usize) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    (text.len() == length && text.bytes().all(|byte| ALPHABET.contains(&byte))).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_takes_five_bits_for_each_character() {
        assert_eq!(TodoId::from_random([0; 16]).as_str(), "0000000000");
        assert_eq!(TodoId::from_random([255; 16]).as_str(), "zzzzzzzzzz");
        assert_eq!(encode(&[0b0000_1000, 0b1000_0000], 2), "12");
    }

    #[test]
    fn an_id_is_read_in_any_case_and_nothing_else_is_an_id() {
        assert_eq!(TodoId::parse(" K7M2X9QA4T "), TodoId::parse("k7m2x9qa4t"));
        for invented in ["", "1", "todo-1", "k7m2x9qa4", "k7m2x9qa4tt", "k7m2x9qa4u", "k7m2x9qa4é", "../../../x"] {
            assert_eq!(TodoId::parse(invented), None, "{invented}");
        }
    }
}
