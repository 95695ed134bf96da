//! An OpenID provider for one test, on its own port. A person signs in there with a browser, and gives a program access
//! to a running `todo serve`.

use std::collections::{BTreeMap, HashMap};
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde_json::{Value, json};
use todo_action::app::Clock;
use url::{Url, form_urlencoded};

use super::{command::Server, http};

/// A running provider. The provider stops when the test process ends.
pub struct Provider {
    pub issuer: String,
    /// The form and the `Authorization` header of each request to the token endpoint.
    pub exchanges: Arc<Mutex<Vec<String>>>,
    /// The provider adds the members of this object to its discovery document. If the discovery document already has a
    /// member with the same name, the new value replaces the old value.
    pub says: Arc<Mutex<Value>>,
    /// The secret that the token endpoint asks for. `None` if the token endpoint asks for no secret.
    pub secret: Arc<Mutex<Option<&'static str>>>,
    /// The redirect URI that the sign-in page accepts. `None` if the sign-in page accepts every redirect URI.
    pub redirect_uri: Arc<Mutex<Option<String>>>,
    /// The answers for these paths, instead of the usual answers.
    pub answers: Arc<Mutex<HashMap<&'static str, (u16, Value)>>>,
}

/// A person who signs in, with the claims of the ID token.
pub struct Person {
    pub subject: &'static str,
    pub email: &'static str,
}

/// The tokens of a program.
pub struct Tokens {
    pub access: String,
    pub refresh: String,
}

const VERIFIER: &str = "a-verifier-with-43-characters-or-more-letters";
const CHALLENGE: &str = "3XM3B52-ks0hDNmp2ngCyfkoTxU_mCPqkARKzrp76n8";
const REDIRECT_URI: &str = "http://127.0.0.1:51234/callback";

/// The key with which all providers of this process sign.
static KEY: LazyLock<EncodingKey> = LazyLock::new(|| {
    let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    EncodingKey::from_ec_der(pair.as_ref())
});

impl Provider {
    pub fn start() -> Self {
        let exchanges = Arc::<Mutex<Vec<String>>>::default();
        let (says, secret) = (Arc::new(Mutex::new(json!({}))), Arc::<Mutex<Option<&'static str>>>::default());
        let (redirect_uri, answers) =
            (Arc::<Mutex<Option<String>>>::default(), Arc::<Mutex<HashMap<&str, (u16, Value)>>>::default());
        let state = (exchanges.clone(), says.clone(), secret.clone(), redirect_uri.clone(), answers.clone());
        let address = http::serve(move |asked| {
            let (exchanges, says, secret, redirect_uri, answers) = &state;
            let issuer = format!("http://{}", asked.headers["host"]);
            let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
            let (status, body) = match path {
                path if answers.lock().unwrap().contains_key(path) => answers.lock().unwrap()[path].clone(),
                "/authorize" => {
                    let asked: HashMap<_, _> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
                    let known = redirect_uri.lock().unwrap().as_ref().is_none_or(|uri| *uri == asked["redirect_uri"]);
                    (if known { 200 } else { 400 }, json!({}))
                }
                "/.well-known/openid-configuration" => (200, discovery(&issuer, &says.lock().unwrap())),
                "/keys" => (200, key_set()),
                "/token" => {
                    let authorization = asked.headers.get("authorization").cloned().unwrap_or_default();
                    let sent = format!("{} {authorization}", asked.body);
                    let known = secret.lock().unwrap().is_none_or(|secret| sent.contains(secret));
                    exchanges.lock().unwrap().push(sent);
                    if known { tokens(&issuer, &asked.body) } else { (401, json!({"error": "invalid_client"})) }
                }
                _ => (404, json!({})),
            };
            (status, None, body)
        });
        Self { issuer: format!("http://{address}"), exchanges, says, secret, redirect_uri, answers }
    }

    /// Configures a server as a client of this provider. Everybody may sign in.
    pub fn configure<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("OAUTH_ISSUER", &self.issuer).env("OAUTH_CLIENT_ID", "todo").env("OAUTH_PEOPLE", "everybody")
    }

    pub fn id(&self, person: &Person) -> String {
        format!("{}#{}", self.issuer, person.subject)
    }
}

fn discovery(issuer: &str, says: &Value) -> Value {
    let mut document = json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    });
    document.as_object_mut().unwrap().extend(says.as_object().unwrap().clone());
    document
}

fn key_set() -> Value {
    let mut key = serde_json::to_value(Jwk::from_encoding_key(&KEY, Algorithm::ES256).unwrap()).unwrap();
    key["kid"] = json!("key-1");
    json!({ "keys": [key] })
}

/// The answer of the token endpoint. The code contains the claims of the ID token.
fn tokens(issuer: &str, form: &str) -> (u16, Value) {
    let form: HashMap<_, _> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let Ok(mut claims) = serde_json::from_str::<Value>(&form["code"]) else {
        return (400, json!({"error": "invalid_grant"}));
    };
    let now = Clock::system().now().as_second();
    claims
        .as_object_mut()
        .unwrap()
        .extend(json!({"iss": issuer, "aud": "todo", "iat": now, "exp": now + 300}).as_object().unwrap().clone());
    let mut head = Header::new(Algorithm::ES256);
    head.kid = Some("key-1".to_owned());
    let signed = jsonwebtoken::encode(&head, &claims, &KEY).unwrap();
    (200, json!({"id_token": signed, "access_token": "opaque", "token_type": "Bearer"}))
}

/// A person with a browser, and a program that this person uses.
pub struct Visit<'a> {
    server: &'a Server,
    cookies: BTreeMap<String, String>,
    client_id: String,
}

/// An answer to the browser.
pub struct Page {
    pub status: u16,
    pub location: String,
    pub text: String,
}

impl<'a> Visit<'a> {
    /// Registers a program.
    pub fn new(server: &'a Server) -> Self {
        let asked = json!({"client_name": "Claude Code", "redirect_uris": [REDIRECT_URI]});
        let (status, made) = server.send("POST", "/oauth/register", asked);
        assert_eq!(status, 201, "{made}");
        Self { server, cookies: BTreeMap::new(), client_id: made["client_id"].as_str().unwrap().to_owned() }
    }

    fn browse(&mut self, method: &str, path: &str, form: &str) -> Page {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers =
            format!("Host: {}\r\nCookie: {}\r\nSec-Fetch-Site: same-origin", self.server.address, cookies.join("; "));
        let answer = self.server.exchange(method, path, form, &headers, "application/x-www-form-urlencoded");
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        let header = |wanted: &'static str| {
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.filter(move |(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.to_owned())
        };
        for cookie in header("set-cookie") {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Page { status, location: header("location").next().unwrap_or_default(), text: text.to_owned() }
    }

    /// The person signs in at the provider, and comes back to the server. The status of the page is 303 if the server
    /// has accepted the person.
    pub fn sign_in(&mut self, person: &Person) -> Page {
        let asks = encoded(&[
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", REDIRECT_URI),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let page = self.browse("GET", &format!("/oauth/authorize?{asks}"), "");
        assert_eq!(page.status, 302, "{}", page.text);
        let asked: HashMap<_, _> = Url::parse(&page.location).unwrap().query_pairs().into_owned().collect();
        let claims =
            json!({"sub": person.subject, "email": person.email, "email_verified": true, "nonce": asked["nonce"]});
        let back = encoded(&[("state", &asked["state"]), ("code", &claims.to_string())]);
        self.browse("GET", &format!("/oauth/callback?{back}"), "")
    }

    /// The person signs in, and gives the program access.
    pub fn connect(&mut self, person: &Person) -> Tokens {
        let page = self.sign_in(person);
        assert_eq!(page.status, 303, "{}", page.text);
        let path = Url::parse(&page.location).unwrap();
        let consent = self.browse("GET", &format!("{}?{}", path.path(), path.query().unwrap()), "");
        let value = |name: &str| between(&consent.text, &format!("name=\"{name}\" value=\""), "\"");
        let form =
            [("request", value("request")), ("form_token", value("form_token")), ("decision", "allow".to_owned())];
        let page =
            self.browse("POST", "/oauth/consent", &encoded(&form.each_ref().map(|(name, value)| (*name, &**value))));
        let address = between(&page.text, "content=\"0;url=", "\"").replace("&amp;", "&");
        let told: HashMap<_, _> = Url::parse(&address).unwrap().query_pairs().into_owned().collect();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &told["code"]),
            ("code_verifier", VERIFIER),
            ("redirect_uri", REDIRECT_URI),
            ("client_id", &self.client_id),
        ];
        let (status, made) = self.server.post_form("/oauth/token", &encoded(&form));
        assert_eq!(status, 200, "{made}");
        let token = |name: &str| made[name].as_str().unwrap().to_owned();
        Tokens { access: token("access_token"), refresh: token("refresh_token") }
    }

    /// The program exchanges its refresh token. Returns the status and the code of the error.
    pub fn refresh(&self, tokens: &Tokens) -> (u16, String) {
        let form =
            [("grant_type", "refresh_token"), ("refresh_token", &*tokens.refresh), ("client_id", &*self.client_id)];
        let (status, answer) = self.server.post_form("/oauth/token", &encoded(&form));
        (status, answer["error"].as_str().unwrap_or_default().to_owned())
    }

    /// The program lists the todos. Returns the status.
    pub fn list(&self, tokens: &Tokens) -> u16 {
        let headers = format!("Host: {}\r\nAuthorization: Bearer {}", self.server.address, tokens.access);
        self.server.send_as("GET", "/todos", Value::Null, &headers).0
    }
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[track_caller]
fn between(text: &str, start: &str, end: &str) -> String {
    let after = text.split_once(start).expect(text).1;
    after.split_once(end).unwrap().0.to_owned()
}
