//! Binds each sign-in to the browser in which the sign-in began. Each sign-in has a random id and a random cookie. The
//! addresses contain the id of the sign-in, and only the browser has the cookie. So a person cannot continue the
//! sign-in of another person. If a person sends an address of a sign-in to another person, the browser of this other
//! person cannot continue the sign-in (RFC 9700, section 4.7).
//!
//! Each sign-in has its own cookie. So several sign-ins can run in one browser at the same time.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::domain::{
    owner::Owner,
    secret::{Random, SECRET_DIGITS, SecretHash, base62, is_base62, keyed_hash},
};

/// The browser keeps the cookie for this time, in seconds. The cookie lasts longer than the sign-in. So if a person
/// continues a sign-in too late, the page says that the time is over. Without the cookie, the page would say that the
/// sign-in belongs to another browser.
const COOKIE_LASTS: u32 = 3_600;

/// The secrets of one sign-in.
#[derive(Clone)]
pub struct Browser {
    /// The id of the sign-in. The provider gets the id as `state`.
    pub id: String,
    cookie: String,
}

impl Browser {
    /// The secrets of a new sign-in.
    pub fn new(Random(id): Random, Random(cookie): Random) -> Self {
        Self { id: base62(&id, SECRET_DIGITS), cookie: base62(&cookie, SECRET_DIGITS) }
    }

    /// The sign-in with this id. `None` if the text cannot be an id, or if the browser does not send the cookie of this
    /// sign-in.
    pub fn of(id: &str, headers: &HeaderMap, base_url: &str) -> Option<Self> {
        let is_secret = |text: &str| text.len() == SECRET_DIGITS && is_base62(text);
        if !is_secret(id) {
            return None;
        }
        let name = cookie_name(id, base_url);
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let cookie = pairs.find(|(own, value)| *own == name && is_secret(value))?.1;
        Some(Self { id: id.to_owned(), cookie: cookie.to_owned() })
    }

    /// The hash of the id. This hash is the key of the sign-in in the table.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.id)
    }

    /// The hash of the cookie. The table contains this hash.
    pub fn cookie_hash(&self) -> SecretHash {
        SecretHash::of(&self.cookie)
    }

    /// The nonce for the provider (OpenID Connect Core 1.0, section 15.5.2). The table does not contain the nonce,
    /// because this service computes the nonce again from the cookie.
    pub fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// The PKCE verifier for the provider (RFC 7636). The table does not contain the verifier.
    pub fn verifier(&self) -> String {
        self.derived("verifier")
    }

    /// The text that the form of the consent page must contain. Another web page does not know this text. The text
    /// depends on the person who has signed in. So if a consent page was made for one person, its form cannot give
    /// access to the todos of another person.
    pub fn form_token(&self, owner: &Owner) -> String {
        self.derived(&format!("form {}", owner.as_str()))
    }

    /// The header that stores the cookie in the browser. A browser sends a `__Host-` cookie only to this host, and only
    /// over https. On http, browsers refuse this prefix.
    pub fn set_cookie(&self, base_url: &str) -> Option<HeaderValue> {
        let secure = if base_url.starts_with("https://") { "; Secure" } else { "" };
        let name = cookie_name(&self.id, base_url);
        let cookie = format!("{name}={}; Path=/; Max-Age={COOKIE_LASTS}; HttpOnly; SameSite=Lax{secure}", self.cookie);
        HeaderValue::from_str(&cookie).ok()
    }

    /// Random bytes for the id of the grant, and for the code of the grant. Every request of this sign-in gets the same
    /// bytes. So if a person presses *Allow* twice, the person gives access only once.
    pub fn randoms(&self) -> (Random, Random) {
        (Random(self.secret("grant")), Random(self.secret("code")))
    }

    fn derived(&self, purpose: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.secret(purpose))
    }

    fn secret(&self, purpose: &str) -> [u8; 32] {
        keyed_hash(self.cookie.as_bytes(), &format!("{purpose} {}", self.id))
    }
}

/// The PKCE challenge of a verifier, made with the method S256 (RFC 7636, section 4.2).
pub fn challenge_of(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

fn cookie_name(id: &str, base_url: &str) -> String {
    let prefix = if base_url.starts_with("https://") { "__Host-" } else { "" };
    format!("{prefix}sign-in-{}", SecretHash::of(id).id())
}
