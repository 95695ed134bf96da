//! An OpenID provider for one test, on its own port. The provider uses real HTTP and real signatures. A test can make
//! the provider fail.

use std::sync::{
    Arc, LazyLock, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use std::time::Duration;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};
use todo_action::config::{Auth, Client, OAuth};

use super::super::harness::Api;

/// A key pair with which a provider signs tokens.
pub struct Signer {
    pub kid: String,
    private: EncodingKey,
    public: Value,
}

/// How a provider fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// The provider answers each request with status 502 and an HTML page.
    Fails,
    /// The provider never answers.
    Hangs,
}

/// A running provider.
#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    inner: Arc<Inner>,
}

struct Inner {
    keys: Mutex<Vec<Arc<Signer>>>,
    outage: Mutex<Option<Outage>>,
    /// Each member of this object replaces the member of the discovery document that has the same name.
    says: Mutex<Value>,
    asked_for_keys: AtomicUsize,
    /// The number of requests for the discovery document. This number includes requests that the provider did not
    /// answer.
    asked: AtomicUsize,
    /// The form and the `Authorization` header of each request that reached the token endpoint.
    exchanges: Mutex<Vec<(String, Option<String>)>>,
    /// The status and the body of the token endpoint's answer.
    answer: Mutex<(u16, Value)>,
}

/// Most tests share this key pair, because the creation of a key pair takes time.
pub static KEY: LazyLock<Arc<Signer>> = LazyLock::new(|| Signer::new("key-1"));

impl Signer {
    pub fn new(kid: &str) -> Arc<Self> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let private = EncodingKey::from_ec_der(pair.as_ref());
        let mut public = serde_json::to_value(Jwk::from_encoding_key(&private, Algorithm::ES256).unwrap()).unwrap();
        public["kid"] = json!(kid);
        public["use"] = json!("sig");
        Arc::new(Self { kid: kid.to_owned(), private, public })
    }

    /// First, the closure `header` can change the token's header. Then this function signs a token with these claims.
    pub fn sign(&self, claims: &Value, header: impl FnOnce(&mut Header)) -> String {
        let mut head = Header::new(Algorithm::ES256);
        head.typ = Some("at+jwt".to_owned());
        head.kid = Some(self.kid.clone());
        header(&mut head);
        encode(&head, claims, &self.private).unwrap()
    }

    /// The public part of the key pair.
    pub fn public(&self) -> &Value {
        &self.public
    }
}

impl Provider {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner {
            keys: Mutex::new(vec![KEY.clone()]),
            outage: Mutex::default(),
            says: Mutex::new(json!({})),
            asked_for_keys: AtomicUsize::default(),
            asked: AtomicUsize::default(),
            exchanges: Mutex::default(),
            answer: Mutex::new((200, json!({"access_token": "a", "token_type": "Bearer", "expires_in": 3600}))),
        });
        let provider = Self { issuer, inner };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .layer(middleware::from_fn_with_state(provider.clone(), out_of_order))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    /// Returns the sign-in settings of an operator who uses this provider.
    pub fn agreed(&self) -> OAuth {
        let client = |id: &str, uris: &[&str]| {
            Some(Client { id: id.to_owned(), redirect_uris: uris.iter().map(|uri| (*uri).to_owned()).collect() })
        };
        OAuth {
            issuer: self.issuer.clone(),
            client: client("gpt", &["https://chatgpt.com/aip/g-1/oauth/callback"]),
            public_client: client("mcp", &["https://claude.ai/api/mcp/auth_callback", "http://127.0.0.1/callback"]),
            scope: "todos".to_owned(),
            audiences: vec![],
        }
    }

    /// Creates an API where people sign in with this provider.
    pub fn api(&self) -> Api {
        Api::configured(|config| config.auth = Auth::OAuth(Box::new(self.agreed())))
    }

    /// Returns the claims of a valid access token of this person. In the claims, the client is `gpt`, which stands for
    /// ChatGPT.
    pub fn claims(&self, api: &Api, subject: &str) -> Value {
        let now = api.app.clock.now().as_second();
        json!({
            "iss": self.issuer, "sub": subject, "aud": "https://todo.test", "client_id": "gpt", "scope": "openid todos",
            "iat": now, "nbf": now, "exp": now + 3600, "jti": "1",
        })
    }

    /// Returns a valid access token of this person.
    pub fn token(&self, api: &Api, subject: &str) -> String {
        KEY.sign(&self.claims(api, subject), |_| {})
    }

    pub fn set_keys(&self, keys: &[&Arc<Signer>]) {
        *self.inner.keys.lock().unwrap() = keys.iter().map(|key| (*key).clone()).collect();
    }

    pub fn set_outage(&self, outage: Option<Outage>) {
        *self.inner.outage.lock().unwrap() = outage;
    }

    pub fn says(&self, overrides: Value) {
        *self.inner.says.lock().unwrap() = overrides;
    }

    pub fn answers(&self, status: u16, body: Value) {
        *self.inner.answer.lock().unwrap() = (status, body);
    }

    pub fn asked_for_keys(&self) -> usize {
        self.inner.asked_for_keys.load(Ordering::SeqCst)
    }

    /// Returns the number of requests for the discovery document.
    pub fn asked(&self) -> usize {
        self.inner.asked.load(Ordering::SeqCst)
    }

    pub fn exchanges(&self) -> Vec<(String, Option<String>)> {
        self.inner.exchanges.lock().unwrap().clone()
    }
}

async fn out_of_order(State(provider): State<Provider>, request: axum::extract::Request, next: Next) -> Response {
    if request.uri().path().ends_with("/openid-configuration") {
        provider.inner.asked.fetch_add(1, Ordering::SeqCst);
    }
    let outage = *provider.inner.outage.lock().unwrap();
    match outage {
        None => next.run(request).await,
        Some(Outage::Fails) => (StatusCode::BAD_GATEWAY, "<html>secret-internals</html>").into_response(),
        Some(Outage::Hangs) => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            StatusCode::OK.into_response()
        }
    }
}

async fn discovery(State(provider): State<Provider>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", provider.issuer);
    let mut document = json!({
        "issuer": provider.issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"),
    });
    let overrides = provider.inner.says.lock().unwrap().clone();
    document.as_object_mut().unwrap().extend(overrides.as_object().unwrap().clone());
    Json(document)
}

async fn keys(State(provider): State<Provider>) -> Json<Value> {
    provider.inner.asked_for_keys.fetch_add(1, Ordering::SeqCst);
    // The first key has an unknown type. The API must ignore this key.
    let mut keys = vec![json!({"kty": "XYZ", "kid": "odd"})];
    keys.extend(provider.inner.keys.lock().unwrap().iter().map(|key| key.public.clone()));
    Json(json!({ "keys": keys }))
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, body: Bytes) -> Response {
    let authorization = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
    let form = String::from_utf8(body.to_vec()).unwrap();
    provider.inner.exchanges.lock().unwrap().push((form, authorization));
    let (status, body) = provider.inner.answer.lock().unwrap().clone();
    (StatusCode::from_u16(status).unwrap(), [("x-internal", "1")], Json(body)).into_response()
}
