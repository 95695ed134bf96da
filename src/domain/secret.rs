//! The common parts of all secrets of this service: base 62, checksums, and the hashes that the table stores.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The number of base-62 digits for 256 bits.
pub const SECRET_DIGITS: usize = 43;
/// The number of base-62 digits for 128 bits.
pub const ID_DIGITS: usize = 22;
/// The number of base-62 digits for 32 bits.
pub const CHECKSUM_DIGITS: usize = 6;

/// SHA-256 of a secret, in hexadecimal digits. The table contains this hash and not the secret. A fast hash function is
/// safe here, because nobody can guess 256 random bits. If an attacker measures the duration of requests, the attacker
/// learns at most the beginning of a stored hash. The beginning of a hash does not reveal the secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretHash(String);

impl SecretHash {
    /// The hash of a secret.
    pub fn of(secret: &str) -> Self {
        Self(hex::encode(Sha256::digest(secret.as_bytes())))
    }

    /// Makes the hash from its text in the table.
    pub fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve digits. People and log lines identify the secret by these digits, which are not secret.
    pub fn id(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

/// Random bytes that nobody may see. The debug output does not contain the bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Random(pub [u8; 32]);

impl fmt::Debug for Random {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Random")
    }
}

/// HMAC-SHA-256 (RFC 2104) of the message with this key.
pub fn keyed_hash(key: &[u8], message: &str) -> [u8; 32] {
    // HMAC accepts a key of any length.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|hmac| hmac.chain_update(message).finalize().into_bytes().into())
        .unwrap_or_default()
}

/// Whether the text consists of base-62 digits.
pub fn is_base62(text: &str) -> bool {
    text.bytes().all(|digit| ALPHABET.contains(&digit))
}

/// Converts `bytes` to a number in base 62. The argument `digits` is the number of digits in the result. The first byte
/// is the most significant byte.
pub fn base62(bytes: &[u8], digits: usize) -> String {
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

/// The text with its checksum at the end.
pub fn with_checksum(body: String) -> String {
    let checksum = checksum(&body);
    body + &checksum
}

/// Whether the text consists of the prefix, this number of base-62 digits, and the right checksum.
pub fn has_checksum(text: &str, prefix: &str, digits: usize) -> bool {
    let Some((body, end)) = text.split_at_checked(prefix.len() + digits) else { return false };
    body.strip_prefix(prefix).is_some_and(is_base62) && end == checksum(body)
}

/// The first 32 bits of the text's SHA-256, in base 62.
fn checksum(text: &str) -> String {
    base62(&Sha256::digest(text.as_bytes())[..4], CHECKSUM_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyed_hash_is_hmac_sha_256() {
        // Test case 2 of RFC 4231.
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex::encode(keyed_hash(b"Jefe", "what do ya want for nothing?")), expected);
    }

    #[test]
    fn a_number_in_base_62_has_as_many_digits_as_asked_for() {
        assert_eq!(base62(&[0, 255], 2), "47");
        assert_eq!(base62(&[255; 32], SECRET_DIGITS).len(), SECRET_DIGITS);
        assert!(is_base62(&base62(&[255; 16], ID_DIGITS)) && !is_base62("a_b"));
    }
}
