//! Verifies ID tokens (OpenID Connect Core 1.0, section 3.1.3.7). An ID token is a JSON Web Token (RFC 7519). The
//! OpenID provider says in an ID token who has signed in.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use super::keys::Key;

/// The accepted signature algorithms. Each accepted algorithm uses a public key to verify a token. The algorithm `none`
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
/// The maximum length of a token, in bytes. If a text is longer than this maximum, the program refuses the text and
/// makes no other check.
const TOKEN_BYTES: usize = 16 * 1024;

/// The header of a token. The header says how the token is signed. The signature of the token is not verified yet.
#[derive(Debug)]
pub struct Head {
    algorithm: Algorithm,
    /// The name of the key that signed the token.
    pub kid: String,
}

/// The values that an ID token must have.
#[derive(Debug)]
pub struct Expected<'a> {
    pub issuer: &'a str,
    /// The id of this service at the provider.
    pub client_id: &'a str,
    /// The random text that this service sent to the provider for this sign-in.
    pub nonce: &'a str,
}

/// What an ID token says about a person.
#[derive(Debug, Deserialize)]
pub struct Claims {
    iss: String,
    pub sub: String,
    aud: Several,
    /// The client for which the provider made the token.
    azp: Option<String>,
    /// The time when the token expires, in seconds. The number of seconds may have decimals (RFC 7519, section 2).
    exp: f64,
    iat: Option<f64>,
    nbf: Option<f64>,
    nonce: Option<String>,
    #[serde(flatten)]
    pub about: About,
}

/// The claims about a person (OpenID Connect Core 1.0, section 5.1). The ID token or the answer of the userinfo
/// endpoint may contain these claims.
#[derive(Debug, Default, Deserialize)]
pub struct About {
    email: Option<String>,
    email_verified: Option<Flag>,
    /// Microsoft Entra sends this claim, and does not send `email_verified`. The claim says that Microsoft Entra has
    /// verified the owner of the e-mail domain.
    xms_edov: Option<Flag>,
    name: Option<String>,
    preferred_username: Option<String>,
}

/// One text, or a list of texts.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Several {
    One(String),
    Many(Vec<String>),
}

/// Some providers, such as Amazon Cognito, write `true` as a text or as the number 1.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Flag {
    Bool(bool),
    Text(String),
    Number(u64),
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
        // An access token (RFC 9068) has the type `at+jwt`, and is not an ID token. The program also refuses a token
        // with critical extensions. A receiver must understand all critical extensions (RFC 7515, section 4.1.11), but
        // this program understands none.
        let plain = matches!(kind, None | Some("jwt")) && header.crit.is_none();
        let known = plain && ALGORITHMS.contains(&header.alg);
        header.kid.filter(|_| known).map(|kid| Self { algorithm: header.alg, kid })
    }

    /// Verifies the signature of the token, and then compares the claims of the token with `expected`. If a check
    /// fails, returns the reason, as a text for the log.
    pub fn verify(
        &self,
        token: &str,
        key: &Key,
        expected: &Expected<'_>,
        now: Timestamp,
    ) -> Result<Claims, &'static str> {
        if key.algorithm.as_deref().is_some_and(|stated| stated != format!("{:?}", self.algorithm)) {
            return Err("the algorithm of the ID token is not the algorithm of its key");
        }
        let claims = self.claims(token, &key.decoding).ok_or("the ID token has a wrong signature or wrong claims")?;
        let seconds = now.as_millisecond() as f64 / 1_000.0;
        let starts = |from: Option<f64>| from.is_none_or(|from| from - LEEWAY <= seconds);
        let audiences = claims.aud.all();
        if claims.iss != expected.issuer {
            Err("the ID token names another issuer")
        } else if !audiences.iter().any(|audience| audience == expected.client_id) {
            Err("the ID token is made for another client")
        } else if claims.azp.as_deref().map_or(audiences.len() > 1, |azp| azp != expected.client_id) {
            Err("the ID token was given to another client")
        } else if seconds >= claims.exp + LEEWAY || !starts(claims.nbf) || !starts(claims.iat) {
            Err("the ID token is not valid now")
        } else if claims.nonce.as_deref() != Some(expected.nonce) {
            Err("the ID token belongs to another sign-in")
        } else if claims.sub.is_empty() {
            Err("the ID token names nobody")
        } else {
            Ok(claims)
        }
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

impl About {
    /// The e-mail address of the person, if the provider has verified the address.
    pub fn verified_email(&self) -> Option<&str> {
        let verified = match self.email_verified.as_ref().or(self.xms_edov.as_ref()) {
            Some(Flag::Bool(verified)) => *verified,
            Some(Flag::Text(verified)) => matches!(verified.as_str(), "true" | "1"),
            Some(Flag::Number(verified)) => *verified == 1,
            None => false,
        };
        self.email.as_deref().filter(|email| verified && !email.is_empty())
    }

    /// The text that tells the person which account is signed in: the e-mail address, or else the name.
    pub fn shown(&self) -> Option<&str> {
        let known = [&self.email, &self.preferred_username, &self.name];
        known.into_iter().flatten().map(String::as_str).find(|text| !text.trim().is_empty())
    }
}

impl Several {
    fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}
