//! The refresh tokens of a grant. Each refresh replaces the refresh token (OAuth 2.1, section 4.3.1). Even if the
//! answer with the new token is lost, the person does not have to sign in again. The file
//! docs/adr/0019-an-authorization-server-of-our-own.md gives the reasons for this design.
//!
//! The tokens of a grant form a chain. For each token, the table contains a hash and a seed. This service computes the
//! successor of a token from the token and the seed. If an answer is lost, the program can send the same token again,
//! and gets the same successor again. If two copies of a program share a grant, both copies get the newest token of the
//! chain.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    secret::{Random, SecretHash, keyed_hash},
    token::{Token, TokenKind},
};

/// The maximum number of valid refresh tokens of one grant. If a new token exceeds this maximum, the oldest refresh
/// token becomes invalid.
const TOKENS: usize = 200;

/// The valid refresh tokens of a grant, from the oldest to the newest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Chain(Vec<Link>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Link {
    hash: SecretHash,
    /// 32 random bytes, in hexadecimal digits. To compute the successor, somebody needs both the token and the seed.
    seed: String,
    /// The token is valid until this moment. `None` if nobody has used a later token of the chain yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_until: Option<Timestamp>,
}

/// The result of a refresh.
#[derive(Debug, PartialEq)]
pub enum Presented {
    /// The token that replaces the sent token.
    Successor(Token),
    /// The chain has no such token. The token is no longer valid, or it never belonged to this grant.
    Unknown,
}

impl Chain {
    /// The chain with the first refresh token of a grant.
    pub fn new(first: &Token, seed: Random) -> Self {
        Self(vec![Link::new(first, seed)])
    }

    /// Whether a token with this hash is in the chain.
    pub fn contains(&self, hash: &SecretHash) -> bool {
        self.0.iter().any(|link| link.hash == *hash)
    }

    /// A program sends a refresh token, and gets the newest token of the chain. If the program sends the newest token,
    /// the chain first gets a new token. All tokens that are older than the sent token stay valid for at most the
    /// time `overlap`.
    pub fn present(&mut self, token: &Token, seed: Random, overlap: SignedDuration, now: Timestamp) -> Presented {
        self.0.retain(|link| link.valid_until.is_none_or(|end| now < end));
        let hash = token.hash();
        let Some(at) = self.0.iter().position(|link| link.hash == hash) else { return Presented::Unknown };
        for link in &mut self.0[..at] {
            link.valid_until.get_or_insert(now + overlap);
        }
        let mut newest = token.clone();
        for link in &self.0[at..self.0.len() - 1] {
            newest = link.successor(&newest);
        }
        if at + 1 == self.0.len() {
            newest = self.0[at].successor(token);
            self.0.push(Link::new(&newest, seed));
        }
        let surplus = self.0.len().saturating_sub(TOKENS);
        self.0.drain(..surplus);
        Presented::Successor(newest)
    }
}

impl Link {
    fn new(token: &Token, Random(seed): Random) -> Self {
        Self { hash: token.hash(), seed: hex::encode(seed), valid_until: None }
    }

    /// The successor of this token.
    fn successor(&self, token: &Token) -> Token {
        let secret = keyed_hash(self.seed.as_bytes(), token.reveal());
        Token::new(TokenKind::Refresh, &token.grant(), Random(secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::token::GrantId;
    use proptest::prelude::*;

    const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

    fn start() -> (Chain, Token, Timestamp) {
        let first = Token::new(TokenKind::Refresh, &GrantId::from_random(Random([1; 32])), Random([2; 32]));
        (Chain::new(&first, Random([3; 32])), first, "2026-11-27T10:00:00Z".parse().unwrap())
    }

    fn hours(hours: i64) -> SignedDuration {
        SignedDuration::from_hours(hours)
    }

    /// Each call uses a different seed.
    fn present(chain: &mut Chain, token: &Token, now: Timestamp) -> Option<Token> {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&now.as_microsecond().to_le_bytes());
        match chain.present(token, Random(seed), OVERLAP, now) {
            Presented::Successor(token) => Some(token),
            Presented::Unknown => None,
        }
    }

    #[test]
    fn a_repeated_refresh_gets_the_same_token_again() {
        let (mut chain, first, now) = start();
        let second = present(&mut chain, &first, now).unwrap();
        assert_ne!(second, first);
        for later in [0, 1, 20, 24 * 170] {
            assert_eq!(present(&mut chain, &first, now + hours(later)), Some(second.clone()), "{later}");
        }
    }

    #[test]
    fn a_replaced_token_ends_24_hours_after_the_first_use_of_its_successor() {
        let (mut chain, first, now) = start();
        let second = present(&mut chain, &first, now).unwrap();
        let third = present(&mut chain, &second, now + hours(100)).unwrap();
        assert_eq!(present(&mut chain, &first, now + hours(123)), Some(third.clone()));
        let fourth = present(&mut chain, &third, now + hours(123)).unwrap();
        assert_eq!(present(&mut chain, &first, now + hours(124)), None);
        assert!(present(&mut chain, &fourth, now + hours(124)).is_some());
    }

    #[test]
    fn the_successor_needs_the_token_and_the_seed() {
        let (chain, first, _) = start();
        let other = Token::new(TokenKind::Refresh, &first.grant(), Random([9; 32]));
        assert_ne!(chain.0[0].successor(&other), chain.0[0].successor(&first));
        let another = Chain::new(&first, Random([4; 32]));
        assert_ne!(another.0[0].successor(&first), chain.0[0].successor(&first));
    }

    proptest! {
        /// Several copies of a program keep tokens in their memory. Each copy refreshes at least every 23 hours.
        #[test]
        fn copies_of_a_program_never_have_to_sign_in_again(
            turns in proptest::collection::vec((0usize..3, 0i64..3), 1..200),
        ) {
            let (mut chain, first, mut now) = start();
            let mut copies = [(first.clone(), now), (first.clone(), now), (first, now)];
            for (turn, pause) in turns {
                now += hours(pause);
                let late = copies.iter().position(|(_, at)| now.duration_since(*at) > hours(16));
                let copy = &mut copies[late.unwrap_or(turn)];
                let next = present(&mut chain, &copy.0, now);
                prop_assert!(next.is_some());
                *copy = (next.unwrap(), now);
                prop_assert!(chain.0.len() <= TOKENS);
            }
        }
    }
}
