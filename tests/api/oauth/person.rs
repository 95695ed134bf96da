//! A program that asks for access, and the browser of a person who gives this access.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_lc_rs::digest::{SHA256, digest};
use aws_sdk_dynamodb::types::AttributeValue;
use axum::{body::Body, http::Request};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use url::Url;

use super::{
    super::{
        access::key_until,
        harness::{Answer, Api},
    },
    provider::Provider,
};

/// The PKCE verifier of most programs.
pub const VERIFIER: &str = "a-verifier-with-43-characters-or-more-letters";
/// The redirect URI of most programs.
pub const LOOPBACK: &str = "http://127.0.0.1:51234/callback";

/// A program that asks for access.
#[derive(Clone)]
pub struct Program {
    pub client_id: String,
    pub redirect_uri: String,
    pub scope: Option<&'static str>,
}

/// The tokens of a program.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
}

/// A browser with its cookies.
#[derive(Default)]
pub struct Browser {
    pub cookies: BTreeMap<String, String>,
}

impl Program {
    /// Registers a program on the person's computer.
    pub async fn register(api: &Api, name: &str) -> Self {
        Self::register_at(api, name, LOOPBACK).await
    }

    pub async fn register_at(api: &Api, name: &str, redirect_uri: &str) -> Self {
        let answer = api.post("/oauth/register", json!({"client_name": name, "redirect_uris": [redirect_uri]})).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let client_id = answer.body["client_id"].as_str().unwrap().to_owned();
        Self { client_id, redirect_uri: redirect_uri.to_owned(), scope: None }
    }

    /// A program with a client ID metadata document.
    pub fn documented(client_id: &str, redirect_uri: &str) -> Self {
        Self { client_id: client_id.to_owned(), redirect_uri: redirect_uri.to_owned(), scope: None }
    }

    /// The parameters of the request for access.
    pub fn asks(&self) -> BTreeMap<&'static str, String> {
        let mut asks = BTreeMap::from([
            ("response_type", "code".to_owned()),
            ("client_id", self.client_id.clone()),
            ("redirect_uri", self.redirect_uri.clone()),
            ("state", "st&ate=1".to_owned()),
            ("code_challenge", challenge(VERIFIER)),
            ("code_challenge_method", "S256".to_owned()),
            ("resource", "https://todo.test/mcp".to_owned()),
        ]);
        asks.extend(self.scope.map(|scope| ("scope", scope.to_owned())));
        asks
    }

    /// Exchanges a code for tokens.
    pub async fn redeem(&self, api: &Api, code: &str) -> Answer {
        self.token(
            api,
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("code_verifier", VERIFIER),
                ("redirect_uri", &self.redirect_uri),
            ],
        )
        .await
    }

    /// Exchanges a refresh token for new tokens.
    pub async fn refresh(&self, api: &Api, refresh: &str) -> Answer {
        self.token(api, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await
    }

    /// Sends a form to the token endpoint.
    pub async fn token(&self, api: &Api, form: &[(&str, &str)]) -> Answer {
        post_form(api, "/oauth/token", &[form, &[("client_id", &self.client_id)]].concat(), &[]).await
    }

    /// A person gives access to this program, and the program exchanges its code for tokens.
    pub async fn connect(&self, api: &Api, provider: &Provider, subject: &str) -> Tokens {
        let code = Browser::default().allow(api, provider, self, subject).await;
        Tokens::of(&self.redeem(api, &code).await)
    }
}

impl Tokens {
    #[track_caller]
    pub fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.text);
        let token = |name: &str| answer.body[name].as_str().unwrap().to_owned();
        Self { access: token("access_token"), refresh: token("refresh_token") }
    }
}

impl Browser {
    /// Opens a page, with the cookies of this browser.
    pub async fn get(&mut self, api: &Api, path: &str) -> Answer {
        self.sent(api, Request::get(path).header("cookie", self.header()).body(Body::empty()).unwrap()).await
    }

    /// Sends a form in the same way as a page of our service.
    pub async fn post(&mut self, api: &Api, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = Request::post(path)
            .header("cookie", self.header())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(encoded(form)))
            .unwrap();
        self.sent(api, request).await
    }

    async fn sent(&mut self, api: &Api, request: Request<Body>) -> Answer {
        let answer = api.raw(request).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    fn header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Follows the link of a program. Returns the parameters that the provider gets.
    pub async fn authorize(&mut self, api: &Api, program: &Program) -> BTreeMap<String, String> {
        let answer = self.get(api, &format!("/oauth/authorize?{}", encoded_map(&program.asks()))).await;
        sent_to(&answer).1
    }

    /// Signs in at the provider, and comes back to the API. Returns the path of the consent page.
    pub async fn sign_in(
        &mut self,
        api: &Api,
        provider: &Provider,
        asked: &BTreeMap<String, String>,
        subject: &str,
    ) -> String {
        let (code, state) = provider.sign_in(api, asked, subject);
        let answer =
            self.get(api, &format!("/oauth/callback?{}", encoded(&[("code", &code), ("state", &state)]))).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let location = answer.headers["location"].to_str().unwrap();
        location.strip_prefix("https://todo.test").unwrap().to_owned()
    }

    /// Goes from the link of a program to the consent page. Returns the page.
    pub async fn consent(&mut self, api: &Api, provider: &Provider, program: &Program, subject: &str) -> Answer {
        let asked = self.authorize(api, program).await;
        let path = self.sign_in(api, provider, &asked, subject).await;
        let page = self.get(api, &path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        page
    }

    /// Presses a button of the consent page.
    pub async fn decide(&mut self, api: &Api, page: &Answer, decision: &str) -> Answer {
        let (request, form_token) = (field(page, "request"), field(page, "form_token"));
        let form = [("request", request.as_str()), ("form_token", &form_token), ("decision", decision)];
        self.post(api, "/oauth/consent", &form).await
    }

    /// Gives access to the program. Returns the code for the program.
    pub async fn allow(&mut self, api: &Api, provider: &Provider, program: &Program, subject: &str) -> String {
        let page = self.consent(api, provider, program, subject).await;
        let answer = self.decide(api, &page, "allow").await;
        let (place, told) = goes_to(&answer);
        assert_eq!(place, program.redirect_uri);
        assert_eq!((told["state"].as_str(), told["iss"].as_str()), ("st&ate=1", "https://todo.test"));
        told["code"].clone()
    }
}

/// Sends a form to an endpoint for programs.
pub async fn post_form(api: &Api, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    api.raw(request.body(Body::from(encoded(form))).unwrap()).await
}

/// Returns all items of each partition in which this API has written, or has tried to write, since the last call of
/// `take_written`.
pub async fn written_items(api: &Api) -> Vec<HashMap<String, AttributeValue>> {
    let partitions: BTreeSet<String> = api.wire.take_written().into_iter().collect();
    let mut items = Vec::new();
    for partition in partitions {
        let query = api.client.query().table_name(api.table).key_condition_expression("#owner = :owner");
        let query = query.expression_attribute_names("#owner", "owner").consistent_read(true);
        let query = query.expression_attribute_values(":owner", AttributeValue::S(partition));
        items.extend(query.send().await.unwrap().items.unwrap_or_default());
    }
    items
}

/// Sends a request with an access token.
pub async fn ask(api: &Api, method: &str, path: &str, body: Value, token: &str) -> Answer {
    api.send(method, path, body, &[("authorization", &format!("Bearer {token}"))]).await
}

/// The programs that have access to the todos of this person. The request for the list uses an API key of the person.
pub async fn programs(api: &Api, provider: &Provider, person: &str) -> Vec<Value> {
    let key = key_until(api, &format!("{}#{person}", provider.issuer), None).await;
    let answer = ask(api, "GET", "/account/programs", Value::Null, key.secret()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["programs"].as_array().unwrap().clone()
}

pub fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

pub fn encoded(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub fn encoded_map(pairs: &BTreeMap<&'static str, String>) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Returns the address and the query parameters of a redirect. The returned address does not contain the query.
#[track_caller]
pub fn sent_to(answer: &Answer) -> (String, BTreeMap<String, String>) {
    assert_eq!(answer.status, 302, "{}", answer.text);
    parts(answer.headers["location"].to_str().unwrap())
}

/// The refresh of a page leads to an address. Returns this address without its query, and the query parameters.
#[track_caller]
pub fn goes_to(answer: &Answer) -> (String, BTreeMap<String, String>) {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let after = answer.text.split_once("content=\"0;url=").unwrap().1;
    parts(&unescaped(after.split_once('"').unwrap().0))
}

#[track_caller]
fn parts(address: &str) -> (String, BTreeMap<String, String>) {
    let mut url = Url::parse(address).unwrap();
    let pairs: Vec<_> = url.query_pairs().into_owned().collect();
    let told: BTreeMap<_, _> = pairs.iter().cloned().collect();
    assert_eq!(told.len(), pairs.len(), "each parameter once: {pairs:?}");
    url.set_query(None);
    (url.to_string(), told)
}

/// The value of a hidden field of a page.
#[track_caller]
pub fn field(page: &Answer, name: &str) -> String {
    let after = page.text.split_once(&format!("name=\"{name}\" value=\"")).expect("the page has the field").1;
    unescaped(after.split_once('"').unwrap().0)
}

fn unescaped(html: &str) -> String {
    html.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
