//! The secrets in the addresses that need no other credential: the address of a download, and the address of a calendar
//! feed.

use std::fmt;

use super::secret::{Random, SECRET_DIGITS, SecretHash, base62, has_checksum, with_checksum};

/// What is at a secret address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressKind {
    /// An export, which a person downloads once.
    Download,
    /// A calendar feed, which a calendar reads again and again.
    Feed,
}

/// The secret in an address: a prefix that names the kind, 256 random bits, and a checksum. Because of the checksum,
/// this service can refuse an invented secret before it reads the table.
#[derive(Clone, PartialEq, Eq)]
pub struct AddressSecret(String);

impl AddressKind {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Download, Self::Feed];

    /// The name of the kind in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Download => "download",
            Self::Feed => "feed",
        }
    }

    /// The first characters of each secret of this kind. `.ci/no_secrets.py` searches the logs for them.
    fn prefix(self) -> &'static str {
        match self {
            Self::Download => "tododl_",
            Self::Feed => "todocf_",
        }
    }
}

impl AddressSecret {
    /// Makes a secret of this kind from random bytes.
    pub fn from_random(kind: AddressKind, Random(bytes): Random) -> Self {
        let body = format!("{}{}", kind.prefix(), base62(&bytes, SECRET_DIGITS));
        Self(with_checksum(body))
    }

    /// Reads a secret of this kind. Returns `None` if the text cannot be such a secret, or if the checksum is wrong.
    /// This function does not search for the secret in the table.
    pub fn parse(kind: AddressKind, text: &str) -> Option<Self> {
        has_checksum(text, kind.prefix(), SECRET_DIGITS).then(|| Self(text.to_owned()))
    }

    /// The secret itself. Only the answer with the new address may contain this text.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The hash of the secret. The table contains only the hash.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.0)
    }
}

/// Writes only the word `AddressSecret`, so that debug output never contains the secret.
impl fmt::Debug for AddressSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AddressSecret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_altered_secret_is_no_secret(
            kind in prop::sample::select(&AddressKind::ALL[..]), bytes in any::<[u8; 32]>(), at in 0usize..56,
            other in "[0-9A-Za-z_]",
        ) {
            let secret = AddressSecret::from_random(kind, Random(bytes));
            prop_assert_eq!(AddressSecret::parse(kind, secret.reveal()), Some(secret.clone()));
            prop_assert_eq!(format!("{secret:?}"), "AddressSecret");
            for others in AddressKind::ALL.into_iter().filter(|others| *others != kind) {
                prop_assert_eq!(AddressSecret::parse(others, secret.reveal()), None);
            }
            let mut altered = secret.reveal().to_owned();
            altered.replace_range(at..=at, &other);
            prop_assert_eq!(AddressSecret::parse(kind, &altered).is_some(), altered == secret.reveal());
        }

        #[test]
        fn no_text_is_a_secret_by_chance(text in "\\PC{0,80}") {
            for kind in AddressKind::ALL {
                prop_assert_eq!(AddressSecret::parse(kind, &text), None);
            }
        }
    }
}
