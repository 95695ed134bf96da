//! Tests calendar feeds: how a person makes, lists, renews and ends them, and that only their address opens them. The
//! file `feed_calendar.rs` tests what a calendar reads there.

use serde_json::{Value, json};
use todo_action::{
    app::Ids,
    config::Auth,
    domain::{address::AddressKind, owner::Owner},
};

use super::{
    access::{ask, key_until},
    erase::LEAVE,
    harness::{Answer, Api, at_once},
    transport::Fault,
    warnings::logged,
};

const BEGIN: &str = "BEGIN:VCALENDAR\r\n";

/// The path in the address of a new or renewed feed.
#[track_caller]
pub fn path_of(answer: &Answer) -> String {
    let address = answer.body["address"].as_str().unwrap_or_else(|| panic!("{}", answer.text));
    let path = address.strip_prefix("https://todo.test").unwrap();
    assert!(path.starts_with("/calendar/todocf_") && path.ends_with(".ics") && path.len() == 70, "{path}");
    path.to_owned()
}

/// Makes a feed, and returns its path and its id.
pub async fn feed(api: &Api, body: Value) -> (String, String) {
    let answer = api.post("/feeds", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    (path_of(&answer), answer.body["feed"]["id"].as_str().unwrap().to_owned())
}

/// The path of a feed that does not exist. Its secret has a valid form.
fn invented() -> String {
    format!("/calendar/{}.ics", Ids::random().address(AddressKind::Feed).reveal())
}

#[track_caller]
fn assert_calendar(answer: &Answer) {
    assert!(answer.status == 200 && answer.text.starts_with(BEGIN), "{} {}", answer.status, answer.text);
}

#[tokio::test]
async fn a_feed_is_made_listed_renewed_and_ended_and_only_its_present_address_works() {
    let api = Api::embedded().await;
    api.post("/todos", json!({"todos": [{"title": "Buy milk", "due": "2026-11-24", "list": "Home"}]})).await;
    assert_eq!(api.get("/feeds").await.body, json!({"feeds": []}));
    let made = api.post("/feeds", json!({"list": " hOME ", "name": "On my phone"})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let (first, id) = (path_of(&made), made.body["feed"]["id"].clone());
    assert_eq!(made.body["feed"]["list"], "Home");
    for told in ["not shown again", "can read these todos", "8 to 24 hours", "alarms"] {
        assert!(made.body["detail"].as_str().unwrap().contains(told), "{told}");
    }
    api.clock.advance(jiff::Span::new().hours(1));
    let (second, _) = feed(&api, json!({})).await;
    for path in [&first, &second] {
        assert_calendar(&api.get(path).await);
    }
    let listed = api.get("/feeds").await;
    let feeds = listed.body["feeds"].as_array().unwrap();
    assert_eq!((&feeds[0]["id"], &feeds[0]["name"], feeds[1].get("list")), (&id, &json!("On my phone"), None));
    assert!(feeds.iter().all(|feed| feed["last_used_at"].is_string()), "{}", listed.text);
    assert!(!listed.text.contains("todocf_"), "{}", listed.text);

    let renewed = api.post(&format!("/feeds/{}/renew", id.as_str().unwrap()), Value::Null).await;
    assert_eq!((renewed.status.as_u16(), &renewed.body["feed"]["id"]), (200, &id), "{}", renewed.text);
    let third = path_of(&renewed);
    assert_calendar(&api.get(&third).await);
    let ended = api.delete(&format!("/feeds/{}", id.as_str().unwrap())).await;
    assert_eq!((ended.status.as_u16(), &ended.body["ended"]["id"]), (200, &id), "{}", ended.text);
    for path in [&first, &third, &invented()] {
        let answer = api.get(path).await;
        answer.assert_problem(404, "not_found");
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
    assert_calendar(&api.get(&second).await);
    for (method, path) in [
        ("DELETE", format!("/feeds/{}", id.as_str().unwrap())),
        ("POST", "/feeds/x/renew".to_owned()),
        ("DELETE", "/feeds/%FF".to_owned()),
    ] {
        api.send(method, &path, Value::Null, &[]).await.assert_problem(404, "not_found");
    }
    let left = api.scan().await;
    assert_eq!(left.keys().filter(|key| format!("{key:?}").contains("feed")).count(), 2, "one address and its entry");
}

#[tokio::test]
async fn a_feed_that_cannot_be_made_says_what_to_do() {
    let api = Api::embedded().await;
    api.post("/todos", json!({"todos": [{"title": "a", "list": "Garden"}]})).await;
    let answer = api.post("/feeds", json!({"list": "Gardn"})).await;
    answer.assert_problem(404, "not_found");
    assert!(answer.body["detail"].as_str().unwrap().contains("Garden"), "{}", answer.text);
    for (body, path) in [
        (json!({"name": "x".repeat(101)}), "name"),
        (json!({"name": 5}), "name"),
        (json!({"list": "x".repeat(61)}), "list"),
        (json!({"title": "a"}), "title"),
    ] {
        let answer = api.post("/feeds", body).await;
        answer.assert_problem(422, "invalid");
        assert_eq!(answer.body["errors"][0]["path"], path, "{}", answer.text);
    }
    for _ in 0..50 {
        feed(&api, Value::Null).await;
    }
    let full = api.post("/feeds", json!({})).await;
    full.assert_problem(422, "invalid");
    assert!(full.text.contains("50 feeds"), "{}", full.text);
    let id = api.get("/feeds").await.body["feeds"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(api.post(&format!("/feeds/{id}/renew"), json!({})).await.status, 200);
    assert_eq!(api.delete(&format!("/feeds/{id}")).await.status, 200);
    feed(&api, json!({"name": "Work"})).await;
}

#[tokio::test]
async fn nobody_sees_renews_or_ends_the_feed_of_another_person() {
    let api = Api::embedded_with(|config| config.auth = Auth::ApiKey).await;
    let (ann, bob) = (key_until(&api, "ann", None).await, key_until(&api, "bob", None).await);
    let todos = json!({"todos": [{"title": "Ann's", "due": "2026-11-24"}]});
    assert_eq!(ask(&api, "POST", "/todos", todos, &ann).await.status, 201);
    for (method, path) in [("GET", "/feeds"), ("POST", "/feeds"), ("POST", "/feeds/x/renew"), ("DELETE", "/feeds/x")] {
        api.send(method, path, Value::Null, &[]).await.assert_problem(401, "no_credential");
    }
    let made = ask(&api, "POST", "/feeds", json!({}), &ann).await;
    let (path, id) = (path_of(&made), made.body["feed"]["id"].as_str().unwrap().to_owned());
    assert!(made.body["feed"]["by"].as_str().unwrap().starts_with("test (key "), "{}", made.text);
    assert_eq!(ask(&api, "GET", "/feeds", Value::Null, &bob).await.body["feeds"], json!([]));
    for (method, path) in [("POST", format!("/feeds/{id}/renew")), ("DELETE", format!("/feeds/{id}"))] {
        ask(&api, method, &path, Value::Null, &bob).await.assert_problem(404, "not_found");
    }
    // The address is the only credential. So the service ignores all other credentials of the request.
    for headers in [&[][..], &[("authorization", "Bearer garbage")], &[("x-api-key", bob.secret())]] {
        let answer = api.send("GET", &path, Value::Null, headers).await;
        assert_calendar(&answer);
        assert!(answer.text.contains("Ann's"), "{}", answer.text);
    }
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        api.send(method, &path, Value::Null, &[]).await.assert_problem(405, "method_not_allowed");
    }
}

#[tokio::test]
async fn an_altered_secret_is_refused_without_asking_the_table() {
    let api = Api::embedded().await;
    let (path, _) = feed(&api, json!({})).await;
    let secret = path.strip_prefix("/calendar/").unwrap().strip_suffix(".ics").unwrap();
    let mut altered = secret.to_owned();
    altered.replace_range(20..21, if &secret[20..21] == "a" { "b" } else { "a" });
    api.wire.take_calls();
    for wrong in [
        &format!("{altered}.ics"),
        secret,
        &format!("{secret}.ics.ics"),
        &format!("{secret}.ICS"),
        &format!("{}.ics", secret.replace("todocf_", "tododl_")),
        "%FF",
        "%00.ics",
        "..%2Ffeeds",
        ".ics",
        &format!("{}.ics", "x".repeat(5_000)),
    ] {
        api.get(&format!("/calendar/{wrong}")).await.assert_problem(404, "not_found");
    }
    api.get(&format!("/downloads/{secret}")).await.assert_problem(404, "not_found");
    assert!(api.wire.take_calls().is_empty());
    api.get(&invented()).await.assert_problem(404, "not_found");
    assert_eq!(api.wire.take_calls(), ["GetItem"]);
    assert_calendar(&api.get(&path).await);
}

#[tokio::test]
async fn while_the_table_does_not_answer_a_calendar_keeps_what_it_has() {
    for fault in [Fault::ServerError, Fault::Refused, Fault::Throttled] {
        for operation in ["GetItem", "Query"] {
            let api = Api::embedded().await;
            let (path, _) = feed(&api, json!({})).await;
            api.wire.fail_only(operation, [fault; 40]);
            let answer = api.get(&path).await;
            api.wire.take_faults();
            assert_eq!(answer.status, 503, "{fault:?} {operation}: {}", answer.text);
            assert!(answer.headers.contains_key("retry-after") && answer.headers["cache-control"] == "no-store");
            assert_calendar(&api.get(&path).await);
        }
    }
    // The service cannot write the note that the feed was used. The calendar still gets the file.
    let api = Api::embedded().await;
    let (path, _) = feed(&api, json!({})).await;
    api.wire.fail_only("UpdateItem", [Fault::Refused]);
    assert_calendar(&api.get(&path).await);
    assert_eq!(api.wire.take_faults(), 0, "the note has failed");
}

#[tokio::test]
async fn the_secret_is_only_in_the_answer_and_not_in_the_table_or_in_the_log() {
    let api = Api::embedded().await;
    let mut paths = Vec::new();
    let lines = logged(async {
        let (path, id) = feed(&api, json!({})).await;
        assert_calendar(&api.get(&path).await);
        assert_eq!(api.send("HEAD", &path, Value::Null, &[]).await.status, 200);
        let renewed = api.post(&format!("/feeds/{id}/renew"), Value::Null).await;
        paths.extend([path.clone(), path_of(&renewed)]);
        api.get(&path).await.assert_problem(404, "not_found");
        api.get(&format!("{}x", paths[1])).await.assert_problem(404, "not_found");
        api.get(&format!("{}?as={}", paths[1], paths[1])).await.assert_problem(422, "invalid");
        api.wire.fail_only("Query", [Fault::NoTable; 3]);
        api.get(&paths[1]).await.assert_problem(500, "internal");
        api.wire.take_faults();
        assert_eq!(api.get("/feeds").await.status, 200);
    })
    .await;
    assert!(lines.len() >= 8, "{lines:?}");
    let (log, stored) = (json!(lines).to_string(), format!("{:?}", api.scan().await));
    assert!(stored.contains("feed#"));
    for path in &paths {
        let secret = &path["/calendar/todocf_".len()..][..20];
        assert!(!log.contains(secret) && !log.contains("todocf_") && !stored.contains(secret), "{log}");
    }
}

#[tokio::test]
async fn a_feed_ends_with_the_access_of_the_person_and_with_everything_else() {
    let ann = Api::embedded().await;
    let bob = ann.of_owner("bob");
    let (hers, his) = (feed(&ann, json!({})).await.0, feed(&bob, json!({})).await.0);
    ann.app.store.end_programs(&Owner::parse("bob").unwrap(), ann.app.clock.now()).await.unwrap();
    ann.get(&his).await.assert_problem(404, "not_found");
    assert_eq!(bob.get("/feeds").await.body["feeds"], json!([]));
    assert_calendar(&ann.get(&hers).await);
    assert_eq!(ann.delete(LEAVE).await.status, 200);
    ann.get(&hers).await.assert_problem(404, "not_found");
    assert!(ann.scan().await.keys().all(|key| !format!("{key:?}").contains("feed")), "nothing is left");
}

#[tokio::test]
async fn a_feed_of_a_restored_backup_stays_ended() {
    let api = Api::embedded().await;
    let (path, id) = feed(&api, json!({})).await;
    let before = api.scan().await;
    assert_eq!(api.delete(&format!("/feeds/{id}")).await.status, 200);
    for (_, mut item) in before.into_iter().filter(|(key, _)| format!("{key:?}").contains("feed")) {
        let table = aws_sdk_dynamodb::types::AttributeValue::S("the table of the backup".to_owned());
        item.insert("table".to_owned(), table).expect("each item says its table");
        api.client.put_item().table_name(api.table).set_item(Some(item)).send().await.unwrap();
    }
    api.get(&path).await.assert_problem(404, "not_found");
    assert_eq!(api.get("/feeds").await.body["feeds"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_simultaneous_renewals_the_last_address_works_and_no_other() {
    let api = Api::embedded().await;
    let (_, id) = feed(&api, json!({})).await;
    let answers = at_once(&api, vec![("POST", format!("/feeds/{id}/renew"), Value::Null); 8]).await;
    let mut working = 0;
    for answer in &answers {
        if answer.status == 200 {
            working += usize::from(api.get(&path_of(answer)).await.status == 200);
        } else {
            answer.assert_problem(404, "not_found");
        }
    }
    assert_eq!((working, api.get("/feeds").await.body["feeds"].as_array().unwrap().len()), (1, 1));
}
