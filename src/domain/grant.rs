//! The access that a person has given to a program, with the tokens of this access. The rules for refresh tokens are in
//! `refresh.rs`.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    credential::CredentialId,
    owner::Owner,
    program::Program,
    refresh::{Chain, Presented},
    scope::Scope,
    secret::{Random, SecretHash},
    token::{GrantId, Token, TokenKind},
};

/// An authorization code is valid for this time (RFC 6749, section 4.1.2).
const CODE_LASTS: SignedDuration = SignedDuration::from_secs(60);
/// A new grant ends after this time if the program does not use its code. A used code stays in the grant. If somebody
/// uses the code for the second time, the grant ends.
const CODE_REMEMBERED: SignedDuration = SignedDuration::from_mins(10);
/// An access token is valid for this time.
pub const ACCESS_LASTS: SignedDuration = SignedDuration::from_hours(1);
/// The maximum number of valid access tokens of one grant. If the program asks for one more access token, the oldest
/// access token becomes invalid.
const ACCESS_TOKENS: usize = 50;
/// Each grant has an entry in the list of programs. The entry expires some time after the grant. This is the maximum
/// time between the two.
const ENTRY_LASTS_LONGER: SignedDuration = SignedDuration::from_hours(24);

/// The access that a person has given to a program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    pub id: GrantId,
    /// The program reads and changes the todos of this person. In the table, this field is not called `owner`, because
    /// the attribute `owner` contains the partition key.
    #[serde(rename = "person")]
    pub owner: Owner,
    pub program: Program,
    pub scope: Scope,
    /// The address of this deployment. The tokens are valid only at this address (RFC 8707).
    pub resource: String,
    pub created_at: Timestamp,
    /// The grant ends at this moment. Each refresh moves this moment further into the future.
    pub valid_until: Timestamp,
    /// The entry of the grant in the list of the person's programs expires at this moment. The epoch means that the
    /// grant has no entry yet.
    #[serde(default)]
    listed_until: Timestamp,
    code: Code,
    #[serde(default)]
    access: Vec<AccessToken>,
    #[serde(default)]
    refresh: Chain,
    /// Each write increases this number. A write succeeds only if no other write has changed the number in the
    /// meantime, so no token is lost.
    pub version: u64,
}

/// The authorization code, and the values that the program must send with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Code {
    hash: SecretHash,
    redirect_uri: String,
    /// The PKCE challenge, made with the method S256 (RFC 7636). `None` if the program asked without PKCE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    challenge: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct AccessToken {
    hash: SecretHash,
    valid_until: Timestamp,
    /// `None` if the token has the scope of the grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<Scope>,
}

/// How long the grants and the refresh tokens of a deployment stay valid.
#[derive(Debug, Clone, Copy)]
pub struct Lasting {
    /// A grant ends if the program does not refresh its tokens for this time.
    pub idle: SignedDuration,
    /// A replaced refresh token stays valid for this time after the first use of its successor.
    pub overlap: SignedDuration,
}

/// The tokens that one answer contains.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub access: Token,
    pub refresh: Token,
    /// The scope of the access token.
    pub scope: Scope,
}

/// Random bytes for the tokens of one answer.
#[derive(Debug, Clone, Copy)]
pub struct Randoms {
    pub access: Random,
    pub refresh: Random,
    /// The successor of the new refresh token depends on this seed.
    pub seed: Random,
}

/// What a program sends together with its code.
#[derive(Debug)]
pub struct Redemption<'a> {
    pub code: &'a Token,
    /// The hash of the `client_id`.
    pub client: &'a SecretHash,
    /// The address of this deployment.
    pub resource: &'a str,
    pub redirect_uri: Option<&'a str>,
    /// The PKCE challenge of the verifier that the program has sent.
    pub challenge: Option<&'a str>,
}

/// What a program sends together with its refresh token.
#[derive(Debug)]
pub struct Refreshing<'a> {
    pub token: &'a Token,
    /// The hash of the `client_id`.
    pub client: &'a SecretHash,
    /// The address of this deployment.
    pub resource: &'a str,
    /// The scope of the new access token. `None` means the scope of the grant.
    pub scope: Option<Scope>,
}

/// The reason why a code or a refresh token gives no new tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// The code or the token is not valid, or belongs to another program. The grant does not change.
    Refused(&'static str),
    /// The program asks for a scope that the person has not allowed. The grant does not change.
    WiderScope,
    /// Somebody has used the same code or the same token for the second time. A thief may have a copy of the code or
    /// the token. So the grant must end.
    Stolen(&'static str),
}

/// What the access token of a request allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    pub grant: GrantId,
    pub owner: Owner,
    pub credential: CredentialId,
    pub scope: Scope,
    pub resource: String,
    /// When the person gave the access.
    pub granted_at: Timestamp,
    pub valid_until: Timestamp,
}

impl Grant {
    /// A new grant, together with the code for the program.
    pub fn new(
        id: GrantId,
        (owner, program, scope): (Owner, Program, Scope),
        resource: String,
        (redirect_uri, challenge): (String, Option<String>),
        random: Random,
        now: Timestamp,
    ) -> (Self, Token) {
        let code = Token::new(TokenKind::Code, &id, random);
        let grant = Self {
            id,
            owner,
            program,
            scope,
            resource,
            created_at: now,
            valid_until: now + CODE_REMEMBERED,
            listed_until: Timestamp::UNIX_EPOCH,
            code: Code { hash: code.hash(), redirect_uri, challenge, used_at: None },
            access: Vec::new(),
            refresh: Chain::default(),
            version: 1,
        };
        (grant, code)
    }

    /// The access of this service's own page, and its only access token. The page needs no code, because this service
    /// itself stores the token in the browser. The access ends after `lasts`.
    pub fn of_page(
        id: GrantId,
        (owner, program, scope): (Owner, Program, Scope),
        resource: String,
        random: Random,
        lasts: SignedDuration,
        now: Timestamp,
    ) -> (Self, Token) {
        let (mut grant, _) = Self::new(id, (owner, program, scope), resource, (String::new(), None), random, now);
        let token = Token::new(TokenKind::Access, &grant.id, random);
        grant.code.used_at = Some(now);
        grant.valid_until = now + lasts;
        grant.access.push(AccessToken { hash: token.hash(), valid_until: grant.valid_until, scope: None });
        (grant, token)
    }

    /// Exchanges the code for the first tokens (RFC 6749, section 4.1.3; RFC 7636, section 4.6).
    pub fn redeem(
        &mut self,
        redemption: &Redemption<'_>,
        randoms: Randoms,
        lasting: Lasting,
        now: Timestamp,
    ) -> Result<Tokens, Unusable> {
        if redemption.code.hash() != self.code.hash {
            return Err(Unusable::Refused("The code is not valid."));
        }
        if self.program.client != *redemption.client {
            return Err(Unusable::Refused("The code was given to another client."));
        }
        self.check_resource(redemption.resource)?;
        if self.code.used_at.is_some() {
            return Err(Unusable::Stolen("The code was used before. Its tokens are no longer valid. Sign in again."));
        }
        if now > self.created_at + CODE_LASTS {
            return Err(Unusable::Refused("The code has expired. Sign in again."));
        }
        if redemption.redirect_uri.is_some_and(|uri| uri != self.code.redirect_uri) {
            return Err(Unusable::Refused("The redirect_uri is different from the redirect_uri of the sign-in."));
        }
        // If a program asked for access without PKCE, the program must not send a verifier (RFC 9700, section 2.1.1).
        if self.code.challenge.as_deref() != redemption.challenge {
            return Err(Unusable::Refused("The code_verifier does not fit the code_challenge of the sign-in."));
        }
        self.code.used_at = Some(now);
        let refresh = Token::new(TokenKind::Refresh, &self.id, randoms.refresh);
        self.refresh = Chain::new(&refresh, randoms.seed);
        Ok(self.issue(refresh, None, randoms, lasting, now))
    }

    /// Exchanges a refresh token for new tokens (RFC 6749, section 6). If the program asks for a smaller scope, only
    /// the new access token gets the smaller scope. The caller must end the grant if the result is
    /// [`Unusable::Stolen`].
    pub fn refresh(
        &mut self,
        refreshing: &Refreshing<'_>,
        randoms: Randoms,
        lasting: Lasting,
        now: Timestamp,
    ) -> Result<Tokens, Unusable> {
        if self.program.client != *refreshing.client {
            return Err(Unusable::Refused("The refresh token was given to another client."));
        }
        self.check_resource(refreshing.resource)?;
        if now > self.valid_until {
            return Err(Unusable::Refused("The refresh token has expired. Sign in again."));
        }
        if refreshing.scope.is_some_and(|scope| !self.scope.allows(scope)) {
            return Err(Unusable::WiderScope);
        }
        match self.refresh.present(refreshing.token, randoms.seed, lasting.overlap, now) {
            Presented::Successor(refresh) => Ok(self.issue(refresh, refreshing.scope, randoms, lasting, now)),
            Presented::Unknown => Err(Unusable::Stolen(
                "The refresh token was replaced long ago, so the access has ended. Sign in again.",
            )),
        }
    }

    /// What an access token with this hash allows. `None` if the grant has no such token.
    pub fn access(&self, hash: &SecretHash) -> Option<Access> {
        let token = self.access.iter().find(|token| token.hash == *hash)?;
        Some(Access {
            grant: self.id.clone(),
            owner: self.owner.clone(),
            credential: CredentialId::of_program(&self.id, &self.program.name),
            scope: token.scope.unwrap_or(self.scope),
            resource: self.resource.clone(),
            granted_at: self.created_at,
            valid_until: token.valid_until.min(self.valid_until),
        })
    }

    /// Ends one access token. The program can still refresh its tokens.
    pub fn forget_access(&mut self, hash: &SecretHash) {
        self.access.retain(|token| token.hash != *hash);
        self.version += 1;
    }

    /// Whether this token is a refresh token or an access token of this grant.
    pub fn has(&self, token: &Token) -> bool {
        let hash = token.hash();
        self.refresh.contains(&hash) || self.access.iter().any(|token| token.hash == hash)
    }

    /// Whether the program can still exchange its code for tokens.
    pub fn is_redeemable(&self, now: Timestamp) -> bool {
        !self.is_redeemed() && now <= self.created_at + CODE_LASTS
    }

    /// Whether the program has already exchanged its code for tokens.
    pub fn is_redeemed(&self) -> bool {
        self.code.used_at.is_some()
    }

    /// Whether the list of the person's programs must get a new entry for this grant. The entry expires at most one day
    /// after the grant. So if a program refreshes its tokens often, the grant needs only one new entry a day.
    pub fn needs_entry(&self) -> bool {
        !(self.valid_until..=self.end_of_entry()).contains(&self.listed_until)
    }

    /// The list of programs gets a new entry for this grant. This function stores the moment at which the entry
    /// expires, and returns this moment.
    pub fn list(&mut self) -> Timestamp {
        self.listed_until = self.end_of_entry();
        self.listed_until
    }

    fn end_of_entry(&self) -> Timestamp {
        self.valid_until + ENTRY_LASTS_LONGER
    }

    /// The tokens of a grant are valid only at the address at which the person has given the access (RFC 8707).
    fn check_resource(&self, resource: &str) -> Result<(), Unusable> {
        match self.resource == resource {
            true => Ok(()),
            false => Err(Unusable::Refused("The access was given at another address of this service. Sign in again.")),
        }
    }

    fn issue(
        &mut self,
        refresh: Token,
        scope: Option<Scope>,
        randoms: Randoms,
        lasting: Lasting,
        now: Timestamp,
    ) -> Tokens {
        let access = Token::new(TokenKind::Access, &self.id, randoms.access);
        self.access.retain(|token| now < token.valid_until);
        if self.access.len() >= ACCESS_TOKENS {
            self.access.remove(0);
        }
        self.access.push(AccessToken { hash: access.hash(), valid_until: now + ACCESS_LASTS, scope });
        self.valid_until = now + lasting.idle;
        self.version += 1;
        Tokens { access, refresh, scope: scope.unwrap_or(self.scope) }
    }
}
