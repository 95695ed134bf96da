//! Tests API keys: which requests the API allows, and which todos the owner of a key can use.

use jiff::Timestamp;
use serde_json::{Value, json};
use todo_action::{
    config::Auth,
    domain::{
        api_key::{ApiKey, KeyName},
        owner::Owner,
    },
};

use super::{
    harness::{Answer, Api, OPERATIONS},
    samples::SAMPLES,
    transport::Fault,
};

/// An API that requires an API key.
pub fn locked() -> Api {
    Api::configured(|config| config.auth = Auth::ApiKey)
}

/// Creates an API key for this owner. The key is valid until `valid_until`.
pub async fn key_until(api: &Api, owner: &str, valid_until: Option<Timestamp>) -> ApiKey {
    let key = api.app.ids.api_key();
    let (owner, name) = (Owner::parse(owner).unwrap(), KeyName::parse("test").unwrap());
    api.app.store.add_key(&key.record(owner, name, api.app.clock.now(), valid_until)).await.unwrap();
    key
}

/// Creates an API key for a new owner.
pub async fn key(api: &Api) -> ApiKey {
    let owner = format!("owner-{}", api.app.ids.change().as_str());
    key_until(api, &owner, None).await
}

pub async fn ask(api: &Api, method: &str, path: &str, body: Value, key: &ApiKey) -> Answer {
    api.send(method, path, body, &[("authorization", &format!("Bearer {}", key.secret()))]).await
}

async fn listing_with(api: &Api, name: &str, value: &str) -> Answer {
    api.send("GET", "/todos", Value::Null, &[(name, value)]).await
}

#[track_caller]
fn assert_refused(answer: &Answer, code: &str) {
    answer.assert_problem(401, code);
    let challenge = answer.headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.starts_with("Bearer realm=\"todo-action\""), "{challenge}");
    assert_eq!(challenge.contains("error=\"invalid_token\""), code == "bad_credential", "{challenge}");
}

#[tokio::test]
async fn without_a_key_every_operation_but_the_health_check_is_refused_before_its_body_is_looked_at() {
    let api = locked();
    for (method, path, _) in OPERATIONS.iter().copied() {
        let path = path.replace("{id}", "k7m2x9qa4t");
        for body in [Value::Null, json!({"nonsense": 1})] {
            let answer = api.send(method, &path, body.clone(), &[]).await;
            match path.as_str() {
                "/health" if body.is_null() => assert_eq!(answer.status, 200, "{}", answer.text),
                "/health" => answer.assert_problem(400, "malformed"),
                _ => assert_refused(&answer, "no_credential"),
            }
        }
    }
    for path in ["/", "/connect", "/privacy", "/openapi.json", "/favicon.ico"] {
        assert_eq!(api.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_key_is_taken_as_bearer_token_in_any_case_or_in_its_own_header() {
    let api = locked();
    let key = key(&api).await;
    for (name, value) in [
        ("authorization", format!("Bearer {}", key.secret())),
        ("authorization", format!("bearer  {} ", key.secret())),
        ("x-api-key", key.secret().to_owned()),
    ] {
        assert_eq!(listing_with(&api, name, &value).await.status, 200, "{name}: {value}");
    }
    let both = [("authorization", format!("Bearer {}", key.secret())), ("x-api-key", key.secret().to_owned())];
    let both = both.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(api.send("GET", "/todos", Value::Null, &both).await.status, 200);
}

#[tokio::test]
async fn garbage_is_refused_without_asking_the_table() {
    let api = locked();
    let key = key(&api).await;
    let secret = key.secret();
    let mut altered = secret.to_owned();
    altered.replace_range(20..21, if &secret[20..21] == "a" { "b" } else { "a" });
    api.wire.take_calls();
    for value in [
        format!("Bearer {altered}"),
        format!("Bearer {}", &secret[..53]),
        format!("Bearer {secret}x"),
        format!("Bearer {}", secret.to_uppercase()),
        format!("Basic {secret}"),
        secret.to_owned(),
        "Bearer".to_owned(),
        "Bearer garbage".to_owned(),
        "é".to_owned(),
    ] {
        assert_refused(&listing_with(&api, "authorization", &value).await, "bad_credential");
    }
    assert_refused(&listing_with(&api, "x-api-key", &altered).await, "bad_credential");
    let other = api.app.ids.api_key();
    let two = [("authorization", format!("Bearer {secret}")), ("x-api-key", other.secret().to_owned())];
    let two = two.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_refused(&api.send("GET", "/todos", Value::Null, &two).await, "bad_credential");
    assert!(api.wire.take_calls().is_empty());
}

#[tokio::test]
async fn a_key_that_nobody_made_is_refused_and_asked_for_once_a_minute() {
    let api = locked();
    let unknown = api.app.ids.api_key();
    api.wire.take_calls();
    for _ in 0..3 {
        assert_refused(&ask(&api, "GET", "/todos", Value::Null, &unknown).await, "bad_credential");
    }
    assert_eq!(api.wire.take_calls(), ["GetItem"]);
}

#[tokio::test]
async fn a_key_that_is_expired_is_refused_from_its_last_second_on() {
    let api = locked();
    let end: Timestamp = "2026-11-22T10:30:00Z".parse().unwrap();
    let key = key_until(&api, "ann", Some(end)).await;
    api.clock.set("2026-11-22T10:29:59", "UTC");
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &key).await.status, 200);
    api.clock.set("2026-11-22T10:30:00", "UTC");
    assert_refused(&ask(&api, "GET", "/todos", Value::Null, &key).await, "bad_credential");
}

#[tokio::test]
async fn a_revoked_key_is_refused_within_a_minute() {
    let api = locked();
    let key = key(&api).await;
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &key).await.status, 200);
    api.app.store.revoke_key(&key.hash(), api.app.clock.now()).await.unwrap();
    assert_refused(&ask(&api.elsewhere(), "GET", "/todos", Value::Null, &key).await, "bad_credential");
    api.clock.advance(jiff::Span::new().seconds(61));
    assert_refused(&ask(&api, "GET", "/todos", Value::Null, &key).await, "bad_credential");
}

#[tokio::test]
async fn a_revoked_key_is_refused_even_if_the_clock_is_set_back() {
    let api = locked();
    let key = key(&api).await;
    api.clock.advance(jiff::Span::new().hours(1));
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &key).await.status, 200);
    api.app.store.revoke_key(&key.hash(), api.app.clock.now()).await.unwrap();
    api.clock.advance(jiff::Span::new().hours(-1));
    assert_refused(&ask(&api, "GET", "/todos", Value::Null, &key).await, "bad_credential");
}

#[tokio::test]
async fn two_keys_of_one_owner_share_a_list_and_those_of_two_do_not() {
    let api = locked();
    let owner = format!("owner-{}", api.app.ids.change().as_str());
    let (first, second) = (key_until(&api, &owner, None).await, key_until(&api, &owner, None).await);
    let stranger = key(&api).await;
    let added = ask(&api, "POST", "/todos", json!({"todos": [{"title": "secret"}]}), &first).await;
    assert_eq!(added.status, 201, "{}", added.text);
    assert_eq!(ask(&api, "GET", "/todos", Value::Null, &second).await.ids(), added.ids());
    assert!(ask(&api, "GET", "/todos", Value::Null, &stranger).await.ids().is_empty());
}

#[tokio::test]
async fn a_warm_request_asks_the_table_nothing_about_its_key() {
    let api = locked();
    let key = key(&api).await;
    ask(&api, "GET", "/health", Value::Null, &key).await;
    ask(&api, "GET", "/settings", Value::Null, &key).await;
    for (path, calls) in [("/settings", 1), ("/todos", 1), ("/changes", 2), ("/overview", 4)] {
        api.wire.take_calls();
        assert_eq!(ask(&api, "GET", path, Value::Null, &key).await.status, 200);
        assert_eq!(api.wire.take_calls().len(), calls, "{path}");
    }
    // If the last look-up of the key was more than a minute ago, the service reads the key from the table again.
    api.clock.advance(jiff::Span::new().seconds(61));
    api.wire.take_calls();
    ask(&api, "GET", "/settings", Value::Null, &key).await;
    assert_eq!(api.wire.take_calls(), ["GetItem", "GetItem"]);
}

// On AWS, the role of the function is not allowed to write into the partition of the API keys (`infra/template.yaml`).
// No emulator evaluates the role, so this test checks the partitions of all writes.
#[tokio::test]
async fn no_request_writes_into_the_partition_of_the_keys() {
    let api = locked();
    let (key, unknown) = (key(&api).await, api.app.ids.api_key());
    assert_eq!(api.wire.take_written(), ["keys"], "the new key");
    let added = ask(&api, "POST", "/todos", json!({"todos": [{"title": "Buy milk"}]}), &key).await;
    let id = added.ids().remove(0);
    for caller in [&key, &unknown] {
        for sample in SAMPLES.iter() {
            ask(&api, sample.method, &sample.target(&id), sample.body(&id), caller).await;
        }
    }
    let written = api.wire.take_written();
    assert!(!written.is_empty());
    let is_allowed = |partition: &String| ["user#", "download#"].iter().any(|kind| partition.starts_with(kind));
    assert!(written.iter().all(is_allowed), "{written:?}");
}

#[tokio::test]
async fn while_the_table_does_not_answer_an_unknown_key_is_503_and_a_known_one_is_still_known() {
    let api = locked();
    let (known, unknown) = (key(&api).await, api.app.ids.api_key());
    ask(&api, "GET", "/settings", Value::Null, &known).await;
    api.wire.fail([Fault::ServerError; 40]);
    let answer = ask(&api, "GET", "/todos", Value::Null, &unknown).await;
    answer.assert_problem(503, "unavailable");
    assert_eq!(answer.headers["retry-after"], "2");
    api.wire.take_faults();
    api.wire.take_calls();
    assert_eq!(ask(&api, "GET", "/settings", Value::Null, &known).await.status, 200);
    assert_eq!(api.wire.take_calls(), ["GetItem"], "the settings alone");
}

#[tokio::test]
async fn the_document_and_the_page_say_that_a_key_is_needed() {
    let api = locked();
    let document = api.get("/openapi.json").await;
    assert!(document.text.chars().count() <= 28_000, "{}", document.text.chars().count());
    let schemes = json!({"apiKey": {"type": "http", "scheme": "bearer"}});
    assert_eq!(document.body["components"]["securitySchemes"], schemes);
    assert_eq!(document.body["security"], json!([{"apiKey": []}]));
    assert!(!document.body["paths"].to_string().contains("\"security\""), "every operation needs a key");
    let page = api.get("/connect").await;
    assert!(page.text.contains("of the type <em>Bearer</em>") && !page.text.contains("There is no authentication"));
    let open = Api::new().get("/openapi.json").await;
    assert!(open.body.get("security").is_none() && open.body["components"].get("securitySchemes").is_none());
}
