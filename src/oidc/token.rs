//! Reads access tokens, which are JSON Web Tokens (RFC 7519). An access token has the format of RFC 9068 or the format
//! of Amazon Cognito.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use super::{Refused, TokenRules, keys::Key};
use crate::domain::owner::Owner;

/// The accepted signature algorithms. All accepted algorithms use a public key to verify a token. The algorithm `none`
/// is not accepted, because its tokens have no signature. HS256 is not accepted, because everybody who can verify an
/// HS256 token can also make such tokens.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// The accepted difference between the clock of the provider and the clock of this program, in seconds.
const LEEWAY: f64 = 30.0;
/// The maximum length of a token, in bytes. All tokens that we know are shorter than this maximum. If a text is longer
/// than this maximum, the program refuses the text and makes no other check.
const TOKEN_BYTES: usize = 8 * 1024;

/// The header of a token. The header says how the token is signed. The signature of the token is not verified yet.
#[derive(Debug)]
pub struct Head {
    algorithm: Algorithm,
    /// The name of the key that signed the token.
    pub kid: String,
}

/// The claims of a token: its issuer, its owner, its times and its permissions.
#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    /// The time when the token expires, in seconds. The number of seconds may have decimals (RFC 7519, section 2).
    exp: f64,
    nbf: Option<f64>,
    aud: Option<Several>,
    client_id: Option<String>,
    /// RFC 9068 requires `client_id`. Older providers write the id of the client into `azp`.
    azp: Option<String>,
    scope: Option<Several>,
    /// Some providers write the scopes of a token into this field, as a list.
    scp: Option<Several>,
    /// Amazon Cognito writes the kind of the token, such as `access`, into this field.
    token_use: Option<String>,
}

/// One text or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Several {
    One(String),
    Many(Vec<String>),
}

impl Head {
    /// Reads the header of a token. `None` if the text is not a token, or if the program does not accept the header.
    pub fn read(token: &str) -> Option<Self> {
        if token.len() > TOKEN_BYTES {
            return None;
        }
        let header = decode_header(token).ok()?;
        let kind = header.typ.map(|kind| kind.to_ascii_lowercase());
        let kind = kind.as_deref().map(|kind| kind.strip_prefix("application/").unwrap_or(kind));
        // Refuses a token with critical extensions. A receiver must understand all critical extensions (RFC 7515,
        // section 4.1.11), but this program understands none.
        let plain = matches!(kind, None | Some("jwt" | "at+jwt")) && header.crit.is_none();
        let known = plain && ALGORITHMS.contains(&header.alg);
        header.kid.filter(|_| known).map(|kid| Self { algorithm: header.alg, kid })
    }

    /// Verifies the signature of the token, and then compares the claims of the token with `rules`. Returns the owner
    /// of the token.
    pub fn verify(&self, token: &str, key: &Key, rules: &TokenRules, now: Timestamp) -> Result<Owner, Refused> {
        let stated = key.algorithm.as_deref().is_none_or(|stated| stated == format!("{:?}", self.algorithm));
        let claims = stated.then(|| self.claims(token, &key.decoding)).flatten().ok_or(Refused::Invalid)?;
        let seconds = now.as_millisecond() as f64 / 1_000.0;
        let timely = seconds < claims.exp + LEEWAY && claims.nbf.is_none_or(|from| from - LEEWAY <= seconds);
        if !timely || claims.iss != rules.issuer || !claims.is_access_token_for(rules) {
            return Err(Refused::Invalid);
        }
        if !claims.allows(&rules.scope) {
            return Err(Refused::Scope);
        }
        if claims.sub.is_empty() {
            return Err(Refused::Invalid);
        }
        Owner::parse(&format!("{}#{}", claims.iss, claims.sub)).map_err(|_| Refused::Invalid)
    }

    /// Returns the claims of the token. `None` if the signature of the token is not valid. The caller of this function
    /// must check the claims.
    fn claims(&self, token: &str, key: &DecodingKey) -> Option<Claims> {
        let mut validation = Validation::new(self.algorithm);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        decode::<Claims>(token, key, &validation).ok().map(|verified| verified.claims)
    }
}

impl Claims {
    /// True if this is an access token for this service, and if the provider gave the token to one of our clients. An
    /// ID token is not accepted, because it is made for the client and not for this service.
    fn is_access_token_for(&self, rules: &TokenRules) -> bool {
        let access = self.token_use.as_deref().is_none_or(|token_use| token_use == "access");
        let client = self.client_id.as_ref().or(self.azp.as_ref());
        let ours = client.is_none_or(|client| rules.clients.contains(client));
        // Access tokens of Amazon Cognito have no audience. A token without an audience must at least contain the id of
        // its client.
        let for_us = match &self.aud {
            Some(audiences) => audiences.iter().any(|audience| rules.audiences.iter().any(|own| own == audience)),
            None => client.is_some(),
        };
        access && ours && for_us
    }

    fn allows(&self, scope: &str) -> bool {
        let scopes = self.scope.iter().chain(&self.scp).flat_map(Several::iter);
        scopes.flat_map(|scopes| scopes.split(' ')).any(|allowed| allowed == scope)
    }
}

impl Several {
    fn iter(&self) -> impl Iterator<Item = &str> {
        let several = match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        };
        several.iter().map(String::as_str)
    }
}
