//! The sign-in of a person. A sign-in begins when a program asks for access, and ends when the person decides.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{owner::Owner, program::Program, scope::Scope, secret::SecretHash};

/// A person must sign in and decide within this time.
pub const SIGN_IN_LASTS: SignedDuration = SignedDuration::from_mins(10);

/// A program's request for access (RFC 6749, section 4.1.1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignIn {
    /// The hash of the random id of this sign-in. The browser has the id.
    pub hash: SecretHash,
    /// The hash of the cookie in the browser of the person. Another browser cannot continue this sign-in.
    pub browser: SecretHash,
    pub program: Program,
    pub redirect_uri: String,
    /// The text that this service must send back to the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The PKCE challenge of the program, made with the method S256 (RFC 7636). `None` if the operator allows the
    /// program to ask without PKCE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    pub scope: Scope,
    pub valid_until: Timestamp,
    /// The person who has signed in. `None` until the person comes back from the OpenID provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<SignedIn>,
    /// Whether the person has already decided to allow or to deny the access.
    #[serde(default)]
    pub decided: bool,
}

/// A person who has signed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignedIn {
    pub owner: Owner,
    /// The e-mail address or the name that the person recognises.
    pub shown: String,
}

impl SignIn {
    /// Whether the person can still sign in and decide.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        now < self.valid_until
    }
}
