//! A key pair with which an OpenID provider signs ID tokens.

use std::sync::{Arc, LazyLock};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};

/// A key pair with which a provider signs tokens.
pub struct Signer {
    pub kid: String,
    pub(super) algorithm: Algorithm,
    pub(super) private: EncodingKey,
    pub(super) public: Value,
}

/// Most tests share this key pair, because the creation of a key pair takes time.
pub static KEY: LazyLock<Arc<Signer>> = LazyLock::new(|| Signer::new("key-1"));

impl Signer {
    pub fn new(kid: &str) -> Arc<Self> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        Self::of(kid, Algorithm::ES256, EncodingKey::from_ec_der(pair.as_ref()))
    }

    pub fn of(kid: &str, algorithm: Algorithm, private: EncodingKey) -> Arc<Self> {
        let mut public = serde_json::to_value(Jwk::from_encoding_key(&private, algorithm).unwrap()).unwrap();
        public["kid"] = json!(kid);
        public["use"] = json!("sig");
        Arc::new(Self { kid: kid.to_owned(), algorithm, private, public })
    }

    /// Returns the same key pair. In the public key that the provider publishes, `kid` and one other member have new
    /// values.
    pub fn described(&self, kid: &str, member: &str, value: Value) -> Arc<Self> {
        let mut public = self.public.clone();
        public["kid"] = json!(kid);
        public[member] = value;
        Arc::new(Self { kid: kid.to_owned(), algorithm: self.algorithm, private: self.private.clone(), public })
    }

    /// First, the closure `header` can change the token's header. Then this function signs a token with these claims.
    pub fn sign(&self, claims: &Value, header: impl FnOnce(&mut Header)) -> String {
        let mut head = Header::new(Algorithm::ES256);
        head.kid = Some(self.kid.clone());
        header(&mut head);
        encode(&head, claims, &self.private).unwrap()
    }

    /// Signs any text.
    pub fn signature(&self, message: &str) -> String {
        jsonwebtoken::crypto::sign(message.as_bytes(), &self.private, self.algorithm).unwrap()
    }

    /// The public part of the key pair.
    pub fn public(&self) -> &Value {
        &self.public
    }
}
