//! Access tokens: JSON Web Tokens (RFC 7519) as RFC 9068 and Amazon Cognito make them.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use super::{Agreed, Refused, keys::Key};
use crate::domain::owner::Owner;

/// The algorithms with a public key. `none` is none, and with HS256 whoever can verify could sign.
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
/// By how many seconds two clocks may differ.
const LEEWAY: f64 = 30.0;
/// Longer than any token we know, and short enough not to be worth a signature.
const TOKEN_BYTES: usize = 8 * 1024;

/// What a token says of its signature. Nothing of it is proved.
#[derive(Debug)]
pub struct Head {
    algorithm: Algorithm,
    /// The name of the key.
    pub kid: String,
}

/// What a token says of its bearer.
#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    /// RFC 7519, section 2: a number that need not be whole.
    exp: f64,
    nbf: Option<f64>,
    aud: Option<Several>,
    client_id: Option<String>,
    /// The client, with providers older than RFC 9068.
    azp: Option<String>,
    scope: Option<Several>,
    /// The scope, with providers that write it as a list.
    scp: Option<Several>,
    /// Which of its tokens it is, with Amazon Cognito.
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
    /// Reads the head of a token; `None` when it is none that we take, whatever its signature.
    pub fn read(token: &str) -> Option<Self> {
        if token.len() > TOKEN_BYTES {
            return None;
        }
        let header = decode_header(token).ok()?;
        let kind = header.typ.map(|kind| kind.to_ascii_lowercase());
        let kind = kind.as_deref().map(|kind| kind.strip_prefix("application/").unwrap_or(kind));
        // What is critical has to be understood (RFC 7515, section 4.1.11), and nothing of it is.
        let plain = matches!(kind, None | Some("jwt" | "at+jwt")) && header.crit.is_none();
        let known = plain && ALGORITHMS.contains(&header.alg);
        header.kid.filter(|_| known).map(|kid| Self { algorithm: header.alg, kid })
    }

    /// Verifies the signature and then all that was agreed, and returns whose token it is.
    pub fn verify(&self, token: &str, key: &Key, agreed: &Agreed, now: Timestamp) -> Result<Owner, Refused> {
        let stated = key.algorithm.as_deref().is_none_or(|stated| stated == format!("{:?}", self.algorithm));
        let claims = stated.then(|| self.claims(token, &key.decoding)).flatten().ok_or(Refused::Invalid)?;
        let seconds = now.as_millisecond() as f64 / 1_000.0;
        let timely = seconds < claims.exp + LEEWAY && claims.nbf.is_none_or(|from| from - LEEWAY <= seconds);
        if !timely || claims.iss != agreed.issuer || !claims.is_access_token_for(agreed) {
            return Err(Refused::Invalid);
        }
        if !claims.allows(&agreed.scope) {
            return Err(Refused::Scope);
        }
        if claims.sub.is_empty() {
            return Err(Refused::Invalid);
        }
        Owner::parse(&format!("{}#{}", claims.iss, claims.sub)).map_err(|_| Refused::Invalid)
    }

    /// What the token says, if the key has signed it. Times and names are looked at by whoever asks, by our clock.
    fn claims(&self, token: &str, key: &DecodingKey) -> Option<Claims> {
        let mut validation = Validation::new(self.algorithm);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        decode::<Claims>(token, key, &validation).ok().map(|verified| verified.claims)
    }
}

impl Claims {
    /// Whether it is an access token, given to one of our clients, for us. An ID token is for the client, not for us.
    fn is_access_token_for(&self, agreed: &Agreed) -> bool {
        let access = self.token_use.as_deref().is_none_or(|token_use| token_use == "access");
        let client = self.client_id.as_ref().or(self.azp.as_ref());
        let ours = client.is_none_or(|client| agreed.clients.contains(client));
        // Cognito names no audience, and then the client has to say whom the token is for.
        let for_us = match &self.aud {
            Some(audiences) => audiences.iter().any(|audience| agreed.audiences.iter().any(|own| own == audience)),
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
