//! An OpenID provider for one test, on its own port. The provider uses real HTTP and real signatures. A test can make
//! the provider fail.

use std::collections::{BTreeMap, HashMap};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    middleware::{self, Next},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::Header;
use serde_json::{Value, json};
use todo_action::config::{Auth, OAuth, People};

use super::super::harness::Api;
pub use super::signer::{KEY, Signer};

/// How a provider fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// The provider answers each request with status 502 and an HTML page.
    Fails,
    /// The provider never answers.
    Hangs,
    /// The provider answers each request with status 200 and an HTML page.
    Nonsense,
    /// The provider answers each request with one megabyte of JSON text.
    Huge,
    /// The provider redirects each request to another address, with status 307.
    Redirects,
    /// The provider answers correctly, but each answer takes one second.
    Slow,
}

/// A running provider.
#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    inner: Arc<Inner>,
}

/// A person who has signed in at the provider, and has not come back to the API yet.
struct Visit {
    asked: BTreeMap<String, String>,
    subject: String,
}

/// Changes the claims and the header of an ID token before the provider signs the token.
type Forgery = Arc<dyn Fn(&mut Value, &mut Header) + Send + Sync>;
/// Changes the text of an ID token.
type Rewriting = Arc<dyn Fn(String) -> String + Send + Sync>;

struct Inner {
    keys: Mutex<Vec<Arc<Signer>>>,
    /// The outage, and the prefix of the paths that fail.
    outage: Mutex<Option<(Outage, &'static str)>>,
    /// The number of all requests.
    requests: AtomicUsize,
    /// The provider adds the members of this object to its discovery document. If the discovery document already has a
    /// member with the same name, the new value replaces the old value.
    says: Mutex<Value>,
    asked_for_keys: AtomicUsize,
    /// The number of requests for the discovery document. This number includes requests that the provider did not
    /// answer.
    asked: AtomicUsize,
    /// The form and the `Authorization` header of each request that reached the token endpoint.
    exchanges: Mutex<Vec<(String, Option<String>)>>,
    /// If this field is set, the token endpoint gives only this answer: the status and the body. If the body is a text,
    /// the answer is an HTML page.
    answer: Mutex<Option<(u16, Value)>>,
    visits: Mutex<HashMap<String, Visit>>,
    forgery: Mutex<Option<Forgery>>,
    rewriting: Mutex<Option<Rewriting>>,
    /// The key that signs the ID tokens.
    signer: Mutex<Arc<Signer>>,
    /// The answer of the userinfo endpoint. `None` if the discovery document contains no such endpoint.
    info: Mutex<Option<Value>>,
    now: Mutex<i64>,
}

impl Provider {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner {
            keys: Mutex::new(vec![KEY.clone()]),
            outage: Mutex::default(),
            requests: AtomicUsize::default(),
            says: Mutex::new(json!({})),
            asked_for_keys: AtomicUsize::default(),
            asked: AtomicUsize::default(),
            exchanges: Mutex::default(),
            answer: Mutex::default(),
            visits: Mutex::default(),
            forgery: Mutex::default(),
            rewriting: Mutex::default(),
            signer: Mutex::new(KEY.clone()),
            info: Mutex::default(),
            now: Mutex::default(),
        });
        let provider = Self { issuer, inner };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .layer(middleware::from_fn_with_state(provider.clone(), out_of_order))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    /// Returns the sign-in settings of an operator who uses this provider.
    pub fn agreed(&self) -> OAuth {
        OAuth {
            issuer: self.issuer.clone(),
            client_id: "todo".to_owned(),
            client_secret: None,
            people: People::Everybody,
            redirect_uris: vec!["https://assistant.example/callback".to_owned()],
            fetches_client_documents: false,
            idle_days: 180,
            overlap_hours: 24,
        }
    }

    /// Creates an API where people sign in with this provider.
    pub fn api(&self) -> Api {
        self.api_with(|_| {})
    }

    /// Does the same as `api`, but `configure` changes the settings for sign-in.
    pub fn api_with(&self, configure: impl FnOnce(&mut OAuth)) -> Api {
        let mut oauth = self.agreed();
        configure(&mut oauth);
        Api::configured(|config| config.auth = Auth::OAuth(Box::new(oauth)))
    }

    /// A person signs in at the authorization endpoint of this provider. Returns the code and the `state` with which
    /// the person comes back to the API. The argument `asked` contains the query parameters that the API sent.
    pub fn sign_in(&self, api: &Api, asked: &BTreeMap<String, String>, subject: &str) -> (String, String) {
        *self.inner.now.lock().unwrap() = api.app.clock.now().as_second();
        let code = format!("code-{}", api.app.ids.change().as_str());
        let visit = Visit { asked: asked.clone(), subject: subject.to_owned() };
        self.inner.visits.lock().unwrap().insert(code.clone(), visit);
        (code, asked["state"].clone())
    }

    /// From now on, `change` changes the claims and the header of each ID token.
    pub fn forge(&self, change: impl Fn(&mut Value, &mut Header) + Send + Sync + 'static) {
        *self.inner.forgery.lock().unwrap() = Some(Arc::new(change));
    }

    /// From now on, `change` changes each ID token after the provider has signed the token.
    pub fn rewrite(&self, change: impl Fn(String) -> String + Send + Sync + 'static) {
        *self.inner.rewriting.lock().unwrap() = Some(Arc::new(change));
    }

    /// From now on, the provider answers correctly again.
    pub fn mend(&self) {
        *self.inner.forgery.lock().unwrap() = None;
        *self.inner.rewriting.lock().unwrap() = None;
        *self.inner.answer.lock().unwrap() = None;
        *self.inner.info.lock().unwrap() = None;
        self.set_outage(None);
        self.set_keys(&[&KEY]);
        self.sign_with(&KEY);
        self.says(json!({}));
    }

    pub fn sign_with(&self, signer: &Arc<Signer>) {
        *self.inner.signer.lock().unwrap() = signer.clone();
    }

    pub fn set_keys(&self, keys: &[&Arc<Signer>]) {
        *self.inner.keys.lock().unwrap() = keys.iter().map(|key| (*key).clone()).collect();
    }

    pub fn set_outage(&self, outage: Option<Outage>) {
        *self.inner.outage.lock().unwrap() = outage.map(|outage| (outage, "/"));
    }

    /// A request fails only if its path begins with `path`.
    pub fn set_outage_at(&self, path: &'static str, outage: Outage) {
        *self.inner.outage.lock().unwrap() = Some((outage, path));
    }

    pub fn says(&self, overrides: Value) {
        *self.inner.says.lock().unwrap() = overrides;
    }

    /// From now on, the token endpoint gives only this answer. If `body` is a text, the answer is an HTML page.
    pub fn answers(&self, status: u16, body: Value) {
        *self.inner.answer.lock().unwrap() = Some((status, body));
    }

    /// From now on, the provider has a userinfo endpoint with this answer.
    pub fn informs(&self, info: Value) {
        *self.inner.info.lock().unwrap() = Some(info);
    }

    pub fn asked_for_keys(&self) -> usize {
        self.inner.asked_for_keys.load(Ordering::SeqCst)
    }

    /// Returns the number of requests for the discovery document.
    pub fn asked(&self) -> usize {
        self.inner.asked.load(Ordering::SeqCst)
    }

    /// Returns the number of all requests.
    pub fn requests(&self) -> usize {
        self.inner.requests.load(Ordering::SeqCst)
    }

    pub fn exchanges(&self) -> Vec<(String, Option<String>)> {
        self.inner.exchanges.lock().unwrap().clone()
    }

    /// The ID token of this visit.
    fn id_token(&self, visit: &Visit) -> String {
        let now = *self.inner.now.lock().unwrap();
        let mut claims = json!({
            "iss": self.issuer, "sub": visit.subject, "aud": visit.asked["client_id"], "nonce": visit.asked["nonce"],
            "iat": now, "exp": now + 300, "email": format!("{}@example.com", visit.subject), "email_verified": true,
        });
        let forgery = self.inner.forgery.lock().unwrap().clone();
        let signer = self.inner.signer.lock().unwrap().clone();
        let mut head = Header::new(signer.algorithm);
        head.kid = Some(signer.kid.clone());
        if let Some(forge) = forgery {
            forge(&mut claims, &mut head);
        }
        let token = signer.sign(&claims, |header| *header = head);
        let rewriting = self.inner.rewriting.lock().unwrap().clone();
        rewriting.map_or(token.clone(), |rewrite| rewrite(token))
    }
}

async fn out_of_order(State(provider): State<Provider>, request: axum::extract::Request, next: Next) -> Response {
    if request.uri().path().ends_with("/openid-configuration") {
        provider.inner.asked.fetch_add(1, Ordering::SeqCst);
    }
    provider.inner.requests.fetch_add(1, Ordering::SeqCst);
    let outage = *provider.inner.outage.lock().unwrap();
    match outage.filter(|(_, path)| request.uri().path().starts_with(path)).map(|(outage, _)| outage) {
        None => next.run(request).await,
        Some(Outage::Slow) => {
            tokio::time::sleep(Duration::from_secs(1)).await;
            next.run(request).await
        }
        Some(Outage::Nonsense) => Html("<html>secret-internals</html>").into_response(),
        Some(Outage::Huge) => Json(json!({"id_token": "x".repeat(1_000_000)})).into_response(),
        Some(Outage::Redirects) => Redirect::temporary("/elsewhere").into_response(),
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
    if provider.inner.info.lock().unwrap().is_some() {
        document["userinfo_endpoint"] = json!(at("/userinfo"));
    }
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

/// The token endpoint. A code works only once, and only with the redirect URI and the PKCE verifier of its visit.
async fn token(State(provider): State<Provider>, headers: HeaderMap, body: Bytes) -> Response {
    let authorization = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
    let form = String::from_utf8(body.to_vec()).unwrap();
    provider.inner.exchanges.lock().unwrap().push((form.clone(), authorization));
    if let Some((status, body)) = provider.inner.answer.lock().unwrap().clone() {
        let status = StatusCode::from_u16(status).unwrap();
        return match body {
            Value::String(page) => (status, Html(page)).into_response(),
            body => (status, [("retry-after", "7")], Json(body)).into_response(),
        };
    }
    let form: HashMap<String, String> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let visit = provider.inner.visits.lock().unwrap().remove(&form["code"]);
    let refused = (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    let Some(visit) = visit else { return refused };
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, form["code_verifier"].as_bytes()));
    if visit.asked["code_challenge"] != challenge || visit.asked["redirect_uri"] != form["redirect_uri"] {
        return refused;
    }
    let id_token = provider.id_token(&visit);
    Json(json!({"id_token": id_token, "access_token": "opaque", "token_type": "Bearer", "expires_in": 3600}))
        .into_response()
}

async fn userinfo(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    assert_eq!(headers["authorization"], "Bearer opaque");
    let info = provider.inner.info.lock().unwrap().clone().unwrap_or_default();
    match info["status"].as_u64() {
        Some(status) => StatusCode::from_u16(status as u16).unwrap().into_response(),
        None => Json(info).into_response(),
    }
}
