//! Access tokens: JSON Web Tokens (RFC 7519) in the form of RFC 9068 and in the form of Amazon Cognito.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use super::{Refused, TokenRules, keys::Key};
use crate::domain::owner::Owner;

/// The accepted algorithms. All of them have a public key. With `none` a token has no signature, and with HS256 everybody
/// who can verify a token can also make tokens.
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
/// How many seconds the clocks of the provider and of this program may differ.
const LEEWAY: f64 = 30.0;
/// Limit of a token in bytes. All tokens that we know are shorter. A longer text is refused before any other check.
const TOKEN_BYTES: usize = 8 * 1024;

/// The header of a token, which describes its signature. It is not verified yet.
#[derive(Debug)]
pub struct Head {
    algorithm: Algorithm,
    /// The name of the key.
    pub kid: String,
}

/// The claims of a token, which describe its owner.
#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    /// A number of seconds, which may have decimals (RFC 7519, section 2).
    exp: f64,
    nbf: Option<f64>,
    aud: Option<Several>,
    client_id: Option<String>,
    /// The client, in tokens of providers from before RFC 9068.
    azp: Option<String>,
    scope: Option<Several>,
    /// The scopes, in tokens of providers that write them as a list.
    scp: Option<Several>,
    /// The kind of token, in tokens of Amazon Cognito.
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
    /// Reads the header of a token. `None` if we refuse every token with this header, or if the text is not a token.
    pub fn read(token: &str) -> Option<Self> {
        if token.len() > TOKEN_BYTES {
            return None;
        }
        let header = decode_header(token).ok()?;
        let kind = header.typ.map(|kind| kind.to_ascii_lowercase());
        let kind = kind.as_deref().map(|kind| kind.strip_prefix("application/").unwrap_or(kind));
        // A token with critical extensions is refused: a receiver must understand them (RFC 7515, section 4.1.11), and we do
        // not.
        let plain = matches!(kind, None | Some("jwt" | "at+jwt")) && header.crit.is_none();
        let known = plain && ALGORITHMS.contains(&header.alg);
        header.kid.filter(|_| known).map(|kid| Self { algorithm: header.alg, kid })
    }

    /// Verifies the signature, then compares the claims with `rules`. Returns the owner of the token.
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

    /// The claims of the token, if the key has signed it. The caller checks the names, and checks the times with our clock.
    fn claims(&self, token: &str, key: &DecodingKey) -> Option<Claims> {
        let mut validation = Validation::new(self.algorithm);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        decode::<Claims>(token, key, &validation).ok().map(|verified| verified.claims)
    }
}

impl Claims {
    /// Whether this is an access token for us, which the provider gave to one of our clients. An ID token is for the client,
    /// not for us.
    fn is_access_token_for(&self, rules: &TokenRules) -> bool {
        let access = self.token_use.as_deref().is_none_or(|token_use| token_use == "access");
        let client = self.client_id.as_ref().or(self.azp.as_ref());
        let ours = client.is_none_or(|client| rules.clients.contains(client));
        // Cognito's tokens have no audience. A token without an audience must at least name its client.
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
