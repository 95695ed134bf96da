//! Tests the addresses from which a person downloads an export: each works once, for 15 minutes, and only for the
//! person.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use todo_action::{app::Ids, config::Auth, domain::address::AddressKind};

use super::{
    access::{ask, key_until},
    harness::{Answer, Api, at_once},
    mcp::{Client, NEW, OLD},
    transport::Fault,
    warnings::logged,
};

/// An API with its own table, so that no other test has data there.
async fn api_with_todos() -> Api {
    let api = Api::embedded().await;
    api.add(&["Buy milk", "Call Bo"]).await;
    api
}

/// Asks for addresses in this format, and returns the paths.
pub async fn paths(api: &Api, format: &str) -> Vec<String> {
    paths_of(&api.get(&format!("/export/address?format={format}")).await)
}

#[track_caller]
fn paths_of(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let path = |address: &Value| address.as_str().unwrap().strip_prefix("https://todo.test").unwrap().to_owned();
    answer.body["addresses"].as_array().unwrap().iter().map(path).collect()
}

async fn path(api: &Api) -> String {
    let mut paths = paths(api, "json").await;
    assert_eq!(paths.len(), 1);
    paths.remove(0)
}

#[track_caller]
fn assert_titles(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let titles: Vec<_> = answer.body["todos"].as_array().unwrap().iter().map(|todo| &todo["title"]).collect();
    assert_eq!(titles.len(), 2, "{}", answer.text);
    assert!(titles.contains(&&json!("Buy milk")) && titles.contains(&&json!("Call Bo")), "{}", answer.text);
}

#[tokio::test]
async fn an_address_works_once_and_every_second_request_is_answered_like_an_invented_one() {
    let api = api_with_todos().await;
    for (format, media_type, end) in [
        ("json", "application/json", "json"),
        ("csv", "text/csv; charset=utf-8; header=present", "csv"),
        ("ics", "text/calendar; charset=utf-8", "ics"),
        ("todo.txt", "text/plain; charset=utf-8", "txt"),
        ("md", "text/markdown; charset=utf-8", "md"),
    ] {
        let given = api.get(&format!("/export/address?format={format}")).await;
        assert_eq!(given.body["expires_at"], "2026-11-22T10:15:00+00:00", "{}", given.text);
        let path = paths_of(&given).remove(0);
        let file = api.get(&path).await;
        assert_eq!((file.status.as_u16(), &file.headers["content-type"]), (200, &media_type.parse().unwrap()));
        let name = format!("attachment; filename=\"todos-2026-11-22.{end}\"");
        for (header, value) in [
            ("content-disposition", name.as_str()),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-robots-tag", "noindex"),
        ] {
            assert_eq!(file.headers[header], value, "{format}");
        }
        assert!(file.text.contains("Buy milk") && file.text.contains("Call Bo"), "{}", file.text);
        let [second, invented] = [api.get(&path).await, api.get(&invented()).await];
        second.assert_problem(404, "not_found");
        assert_eq!(second.text, invented.text);
    }
    let is_left = |items: &super::whole_table::Items| items.keys().any(|key| format!("{key:?}").contains("download"));
    assert!(!is_left(&api.scan().await), "a used address leaves nothing");
}

/// The path of a download that does not exist. Its secret has a valid form.
fn invented() -> String {
    format!("/downloads/{}", Ids::random().address(AddressKind::Download).reveal())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_simultaneous_requests_exactly_one_gets_the_file() {
    for api in [api_with_todos().await, Api::new()] {
        for _ in 0..5 {
            let path = path(&api).await;
            let answers = at_once(&api, vec![("GET", path, Value::Null); 8]).await;
            let (got, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
            refused.iter().for_each(|answer| answer.assert_problem(404, "not_found"));
            assert_eq!(got.len(), 1);
        }
    }
}

#[tokio::test]
async fn after_fifteen_minutes_an_address_is_expired() {
    let api = api_with_todos().await;
    let (early, late) = (path(&api).await, path(&api).await);
    api.clock.set("2026-11-22T10:14:59.9", "UTC");
    assert_titles(&api.get(&early).await);
    api.clock.set("2026-11-22T10:15:00.1", "UTC");
    api.get(&late).await.assert_problem(404, "not_found");
}

#[tokio::test]
async fn an_altered_secret_is_refused_without_asking_the_table() {
    let api = api_with_todos().await;
    let path = path(&api).await;
    let secret = path.strip_prefix("/downloads/").unwrap();
    let mut altered = secret.to_owned();
    altered.replace_range(20..21, if &secret[20..21] == "a" { "b" } else { "a" });
    api.wire.take_calls();
    for wrong in [
        &altered,
        &secret[..secret.len() - 1],
        &format!("{secret}x"),
        &secret.to_uppercase(),
        "x",
        "%20",
        "%FF",
        "%00",
        "..%2Fexport",
        &"x".repeat(5_000),
        &secret.replace("tododl_", "todo_"),
    ] {
        api.get(&format!("/downloads/{wrong}")).await.assert_problem(404, "not_found");
    }
    for wrong in ["/downloads", "/downloads/", &format!("{path}/"), &format!("{path}/x")] {
        assert_eq!(api.get(wrong).await.status, 404, "{wrong}");
    }
    assert!(api.wire.take_calls().is_empty());
    api.get(&invented()).await.assert_problem(404, "not_found");
    assert_eq!(api.wire.take_calls(), ["GetItem"]);
    assert_titles(&api.get(&path).await);
}

#[tokio::test]
async fn a_credential_that_is_sent_must_be_of_the_same_person() {
    let api = Api::embedded_with(|config| config.auth = Auth::ApiKey).await;
    let (ann, bob) = (key_until(&api, "ann", None).await, key_until(&api, "bob", None).await);
    let todos = json!({"todos": [{"title": "Buy milk"}, {"title": "Call Bo"}]});
    assert_eq!(ask(&api, "POST", "/todos", todos, &ann).await.status, 201);
    let address = ask(&api, "GET", "/export/address", Value::Null, &ann).await;
    let path = paths_of(&address).remove(0);
    ask(&api, "GET", &path, Value::Null, &bob).await.assert_problem(404, "not_found");
    for (name, value) in [
        ("authorization", format!("Bearer {}", api.app.ids.api_key().secret())),
        ("authorization", "Bearer garbage".to_owned()),
        ("authorization", "Basic YTpi".to_owned()),
        ("x-api-key", "garbage".to_owned()),
    ] {
        let answer = api.send("GET", &path, Value::Null, &[(name, &value)]).await;
        answer.assert_problem(401, "bad_credential");
    }
    assert_titles(&ask(&api, "GET", &path, Value::Null, &ann).await);
    ask(&api, "GET", &path, Value::Null, &ann).await.assert_problem(404, "not_found");
    api.get("/export/address").await.assert_problem(401, "no_credential");
    let address = ask(&api, "GET", "/export/address", Value::Null, &ann).await;
    assert_titles(&api.get(&paths_of(&address)[0]).await);
}

#[tokio::test]
async fn at_another_address_of_the_service_and_for_other_methods_nothing_is_used_up() {
    let api = api_with_todos().await;
    let path = path(&api).await;
    let elsewhere = api.beside(|config| config.public_url = Some("https://other.test".to_owned()));
    elsewhere.get(&path).await.assert_problem(404, "not_found");
    for method in ["HEAD", "POST", "PUT", "PATCH", "DELETE"] {
        let answer = api.send(method, &path, Value::Null, &[]).await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.headers["allow"], "GET", "{method}");
    }
    for (name, value) in [("sec-purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch")] {
        api.send("GET", &path, Value::Null, &[(name, value)]).await.assert_problem(404, "not_found");
    }
    assert!(api.get(&format!("{path}?format=csv")).await.status.is_client_error());
    assert_titles(&api.get(&path).await);
}

#[tokio::test]
async fn trouble_of_the_table_does_not_use_an_address_up() {
    for fault in [Fault::ServerError, Fault::Refused, Fault::Throttled] {
        for operation in ["GetItem", "Query", "TransactWriteItems"] {
            let api = api_with_todos().await;
            let path = path(&api).await;
            api.wire.fail_only(operation, [fault; 40]);
            let answer = api.get(&path).await;
            api.wire.take_faults();
            assert_eq!(answer.status, 503, "{fault:?} {operation}: {}", answer.text);
            assert_eq!(answer.headers["content-type"], "application/problem+json");
            assert_titles(&api.get(&path).await);
            api.get(&path).await.assert_problem(404, "not_found");
        }
    }
}

#[tokio::test]
async fn the_secret_is_only_in_the_answer_and_not_in_the_table_or_in_the_log() {
    let api = api_with_todos().await;
    let mut secrets = Vec::new();
    let lines = logged(async {
        for _ in 0..3 {
            secrets.push(path(&api).await.strip_prefix("/downloads/").unwrap().to_owned());
        }
        let stored = format!("{:?}", api.scan().await);
        assert!(stored.contains("download#") && secrets.iter().all(|secret| !stored.contains(&secret[7..])));
        let to = |secret: &String| format!("/downloads/{secret}");
        assert_eq!(api.get(&to(&secrets[0])).await.status, 200);
        api.get(&to(&secrets[0])).await.assert_problem(404, "not_found");
        api.get(&format!("{}x", to(&secrets[1]))).await.assert_problem(404, "not_found");
        api.send("HEAD", &to(&secrets[1]), Value::Null, &[]).await;
        api.get(&format!("{}?x={}", to(&secrets[1]), secrets[1])).await.assert_problem(422, "invalid");
        api.wire.fail_only("Query", [Fault::NoTable; 3]);
        api.get(&to(&secrets[1])).await.assert_problem(500, "internal");
        api.wire.take_faults();
        Client::new(&api, NEW).structured("exportTodos", json!({})).await;
    })
    .await;
    assert!(lines.len() >= 8, "{lines:?}");
    let log = json!(lines).to_string();
    for secret in &secrets {
        assert!(!log.contains(&secret[7..30]) && !log.contains("tododl_"), "{log}");
    }
}

#[tokio::test]
async fn an_assistant_gets_an_address_over_mcp_and_gives_it_to_the_person() {
    let api = api_with_todos().await;
    for version in [OLD, NEW] {
        let given = Client::new(&api, version).structured("exportTodos", json!({"format": "CSV"})).await;
        let address = given["addresses"][0].as_str().unwrap();
        let file = api.get(address.strip_prefix("https://todo.test").unwrap()).await;
        assert!(file.status == 200 && file.text.contains("Buy milk"), "{}", file.text);
        assert!(given.to_string().chars().count() < 300, "a short answer: {given}");
    }
    for format in ["xlsx", "json,csv", "pdf"] {
        let answer = api.get(&format!("/export/address?format={format}")).await;
        answer.assert_problem(422, "invalid");
        answer.assert_error("format", "json");
    }
}

#[tokio::test]
async fn a_large_export_has_several_addresses_whose_files_have_each_todo_once() {
    let api = Api::embedded().await;
    let mut ids = BTreeSet::new();
    for number in 0..40 {
        let todo = |n: usize| json!({"title": format!("todo {number} {n}"), "notes": "é".repeat(4_000)});
        let added = api.post("/todos", json!({"todos": (0..10).map(todo).collect::<Vec<_>>()})).await;
        assert_eq!(added.status, 201, "{}", added.text);
        ids.extend(added.ids());
    }
    for format in ["json", "md"] {
        let paths = paths(&api, format).await;
        assert!(paths.len() >= 3, "{paths:?}");
        assert_eq!(paths.iter().collect::<BTreeSet<_>>().len(), paths.len());
        let mut found = Vec::new();
        // The person opens the addresses in any order.
        for (number, path) in paths.iter().enumerate().rev() {
            let file = api.get(path).await;
            assert!(file.status == 200 && file.text.len() < 5_000_000, "{}", file.text.len());
            let name = file.headers["content-disposition"].to_str().unwrap().to_owned();
            assert!(name.contains(&format!("-part-{}.{format}\"", number + 1)), "{name}");
            match format {
                "json" => found.extend(file.ids()),
                _ => found.extend(file.text.matches("todo ").map(|_| String::new())),
            }
        }
        assert_eq!(found.len(), 400);
        assert!(format == "md" || found.into_iter().collect::<BTreeSet<_>>() == ids);
        for path in paths {
            api.get(&path).await.assert_problem(404, "not_found");
        }
    }
}
