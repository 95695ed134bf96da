//! The codes and tokens that this service gives to programs.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::secret::{ID_DIGITS, Random, SECRET_DIGITS, SecretHash, base62, has_checksum, with_checksum};

/// The id of a grant: 128 random bits in base 62. Each token contains the id of its grant, so the program can find the
/// grant of a token with one look-up. This id is known only to programs that have had a token of the grant.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GrantId(String);

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// An authorization code (RFC 6749, section 1.3.1).
    Code,
    /// An access token (RFC 6749, section 1.4).
    Access,
    /// A refresh token (RFC 6749, section 1.5).
    Refresh,
}

/// A token: a prefix that names the kind, the id of the grant, 256 random bits, and a checksum. The token is opaque:
/// its content has a meaning only for this service. Because of the checksum, this service can refuse an invented token
/// before it reads the table.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl GrantId {
    /// Makes an id from random bytes.
    pub fn from_random(Random(bytes): Random) -> Self {
        Self(base62(&bytes[..16], ID_DIGITS))
    }

    /// Makes the id from its text in the table.
    pub fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The 22 digits. Only the table and the tokens contain these digits. Answers and log lines contain
    /// [`public`](Self::public).
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The public id of the grant: the first twelve hexadecimal digits of the hash of the id. Everybody may see the
    /// public id.
    pub fn public(&self) -> String {
        SecretHash::of(&self.0).id().to_owned()
    }
}

/// Writes only the public id.
impl fmt::Debug for GrantId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "GrantId({})", self.public())
    }
}

impl TokenKind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Code => "todoac_",
            Self::Access => "todoat_",
            Self::Refresh => "todort_",
        }
    }
}

impl Token {
    /// Makes a token of this grant from random bytes.
    pub fn new(kind: TokenKind, grant: &GrantId, Random(secret): Random) -> Self {
        let body = format!("{}{}{}", kind.prefix(), grant.as_str(), base62(&secret, SECRET_DIGITS));
        Self(with_checksum(body))
    }

    /// Reads a token of this kind. Returns `None` if the text cannot be such a token, or if the checksum is wrong. This
    /// function does not search for the token in the table.
    pub fn parse(kind: TokenKind, text: &str) -> Option<Self> {
        has_checksum(text, kind.prefix(), ID_DIGITS + SECRET_DIGITS).then(|| Self(text.to_owned()))
    }

    /// The id of the token's grant.
    pub fn grant(&self) -> GrantId {
        // The prefixes of all kinds are equally long.
        let begin = TokenKind::Access.prefix().len();
        GrantId(self.0[begin..begin + ID_DIGITS].to_owned())
    }

    /// The token itself. Only the answer to the program may contain this text.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The hash of the token.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.0)
    }
}

/// Writes only the word `Token`, so that debug output never contains the token.
impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_token_says_its_kind_and_its_grant_and_nothing_else() {
        let grant = GrantId::from_random(Random([7; 32]));
        for kind in [TokenKind::Code, TokenKind::Access, TokenKind::Refresh] {
            let token = Token::new(kind, &grant, Random([9; 32]));
            assert_eq!((token.grant(), token.reveal().len()), (grant.clone(), 78));
            assert_eq!(format!("{token:?}"), "Token");
            for other in [TokenKind::Code, TokenKind::Access, TokenKind::Refresh] {
                assert_eq!(Token::parse(other, token.reveal()).is_some(), other == kind);
            }
        }
        assert!(!format!("{grant:?}").contains(grant.as_str()));
    }

    proptest! {
        #[test]
        fn an_altered_token_is_no_token(secret in any::<[u8; 32]>(), at in 0usize..78, other in "[0-9A-Za-z_]") {
            let token = Token::new(TokenKind::Access, &GrantId::from_random(Random(secret)), Random(secret));
            prop_assert_eq!(Token::parse(TokenKind::Access, token.reveal()), Some(token.clone()));
            let mut altered = token.reveal().to_owned();
            altered.replace_range(at..=at, &other);
            let parsed = Token::parse(TokenKind::Access, &altered);
            prop_assert_eq!(parsed.is_some(), altered == token.reveal());
        }

        #[test]
        fn no_text_makes_it_panic(text in "todoat_.{60,90}|.{0,90}") {
            let _ = Token::parse(TokenKind::Access, &text);
        }
    }
}
