//! Tests requests that a client repeats without an idempotency key. Also tests the hints about possible duplicates.

use serde_json::json;

use super::harness::{Api, at_once};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_simultaneous_equal_adds_without_a_key_make_one_set() {
    let api = Api::new();
    let body = json!({"todos": [{"title": "milk", "list": "Shopping"}, {"title": "eggs", "due": "tomorrow"}]});
    let answers = at_once(&api, vec![("POST", "/todos".to_owned(), body); 50]).await;
    let created: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(created.len(), 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!((answer.status.as_u16(), &answer.body["replayed"]), (200, &json!(true)), "{}", answer.text);
        assert_eq!(answer.body["todos"], created[0].body["todos"]);
        assert_eq!(answer.body["change"], created[0].body["change"]);
    }
    assert_eq!(api.all("open").await.len(), 2);
}

#[tokio::test]
async fn three_minutes_later_the_same_request_adds_again() {
    let api = Api::new();
    let body = json!({"todos": [{"title": "milk"}]});
    assert_eq!(api.post("/todos", body.clone()).await.status, 201);
    api.clock.advance(jiff::Span::new().seconds(115));
    assert_eq!(api.post("/todos", body.clone()).await.body["replayed"], true);
    api.clock.advance(jiff::Span::new().seconds(65));
    let again = api.post("/todos", body).await;
    assert_eq!(again.status, 201, "{}", again.text);
    assert_eq!(api.all("open").await.len(), 2);
}

#[tokio::test]
async fn no_edge_of_a_time_window_lets_a_repetition_through() {
    // The two requests of each pair are 20 seconds apart. In some pairs, the first request comes at the end of a
    // minute, so the second request comes in the next minute. The API must recognise the repetition in every pair.
    for second in (0..=180).step_by(15) {
        let api = Api::new();
        api.clock.set("2026-11-22T09:59:00", "UTC");
        api.clock.advance(jiff::Span::new().seconds(second));
        let body = json!({"todos": [{"title": "milk"}]});
        assert_eq!(api.post("/todos", body.clone()).await.status, 201);
        api.clock.advance(jiff::Span::new().seconds(20));
        assert_eq!(api.post("/todos", body).await.body["replayed"], true, "{second}");
        assert_eq!(api.all("open").await.len(), 1);
    }
}

#[tokio::test]
async fn a_duplicate_that_is_allowed_is_added() {
    let api = Api::new();
    let body = json!({"todos": [{"title": "milk"}]});
    let allowed = json!({"todos": [{"title": "milk"}], "allow_duplicate": true});
    for body in [body.clone(), allowed.clone(), allowed] {
        assert_eq!(api.post("/todos", body).await.status, 201);
    }
    assert_eq!(api.all("open").await.len(), 3);
    assert_eq!(api.post("/todos", body).await.body["replayed"], true);
}

#[tokio::test]
async fn the_order_of_members_makes_no_other_request_and_another_value_does() {
    let api = Api::new();
    let request = |text: &str| {
        let request =
            axum::http::Request::builder().method("POST").uri("/todos").header("content-type", "application/json");
        request.body(axum::body::Body::from(text.to_owned())).unwrap()
    };
    let first = api.raw(request(r#"{"todos":[{"title":"milk","list":"Shopping"}]}"#)).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let same =
        api.raw(request(r#"{ "todos": [ {"notes": null, "list":"Shopping", "tags": [], "title":"milk"} ] }"#)).await;
    assert_eq!(same.body["replayed"], true, "{}", same.text);
    let other = api.raw(request(r#"{"todos":[{"title":"milk","list":"Office"}]}"#)).await;
    assert_eq!(other.status, 201, "{}", other.text);
    let keyed =
        api.post("/todos", json!({"todos": [{"title": "milk", "list": "Shopping"}], "idempotency_key": "k"})).await;
    assert_eq!(keyed.status, 201, "a key says for itself what is a repetition: {}", keyed.text);
}

#[tokio::test]
async fn a_wanted_second_milk_is_added_once_anything_that_the_first_request_added_has_changed() {
    let body = json!({"todos": [{"title": "milk"}, {"title": "eggs"}]});
    for (method, path, edit) in [
        ("POST", "/undo", json!({})),
        ("DELETE", "/todos/{}", json!(null)),
        ("PATCH", "/todos/{}", json!({"status": "completed"})),
        ("PATCH", "/todos/{}", json!({"title": "oat milk"})),
        ("PATCH", "/todos/{}", json!({"priority": "high"})),
    ] {
        let api = Api::new();
        let first = api.post("/todos", body.clone()).await.ids();
        assert_eq!(api.post("/todos", body.clone()).await.body["replayed"], true, "nothing has changed yet");
        let changed = api.send(method, &path.replace("{}", &first[1]), edit.clone(), &[]).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        let second = api.post("/todos", body.clone()).await;
        assert_eq!((second.status.as_u16(), second.body.get("replayed")), (201, None), "{edit}: {}", second.text);
        assert!(second.ids().iter().all(|id| !first.contains(id)), "{}", second.text);
        // From now on, the same request repeats the second request.
        let third = api.post("/todos", body.clone()).await;
        assert_eq!((&third.body["replayed"], third.ids()), (&json!(true), second.ids()), "{}", third.text);
        assert_eq!(third.change_id(), second.change_id());
    }
}

#[tokio::test]
async fn after_a_change_and_its_undo_the_same_add_is_a_repetition_again() {
    let api = Api::new();
    let body = json!({"todos": [{"title": "milk"}]});
    let first = api.post("/todos", body.clone()).await;
    let edit = api.patch(&format!("/todos/{}", first.ids()[0]), json!({"title": "oat milk"})).await;
    assert_eq!(api.post("/undo", json!({"change_id": edit.change_id()})).await.status, 200);
    let again = api.post("/todos", body).await;
    assert_eq!((&again.body["replayed"], again.ids()), (&json!(true), first.ids()), "{}", again.text);
}

#[tokio::test]
async fn another_owner_may_ask_for_the_same() {
    let body = json!({"todos": [{"title": "milk"}]});
    for _ in 0..2 {
        assert_eq!(Api::new().post("/todos", body.clone()).await.status, 201);
    }
}

#[tokio::test]
async fn equal_open_titles_in_the_same_list_come_back_as_possible_duplicates() {
    let api = Api::new();
    let ids =
        api.post("/todos", json!({"todos": [{"title": "Milk", "list": "Shopping"}, {"title": "Milk"}]})).await.ids();
    let done = api.add(&["bread"]).await.remove(0);
    api.patch(&format!("/todos/{done}"), json!({"status": "completed"})).await;
    let added = api.post("/todos", json!({"todos": [{"title": "MILK", "list": "shopping"}, {"title": "bread"}]})).await;
    assert_eq!(added.status, 201, "{}", added.text);
    assert_eq!(
        added.body["possible_duplicates"],
        json!([format!("Milk ({})", ids[0])]),
        "another list and a completed todo do not count"
    );
    let twins = api.post("/todos", json!({"todos": [{"title": "tea"}, {"title": "Tea"}]})).await;
    assert_eq!(twins.body["possible_duplicates"], json!([format!("Tea ({})", twins.ids()[1])]));
    let alone = api.post("/todos", json!({"todos": [{"title": "salt"}]})).await;
    assert!(alone.body.get("possible_duplicates").is_none(), "{}", alone.text);
}

#[tokio::test]
async fn a_todo_counts_as_a_duplicate_by_the_title_that_it_has_now_while_it_is_open() {
    let api = Api::new();
    let id = api.add(&["tea"]).await.remove(0);
    let item = format!("/todos/{id}");
    let found = async |title: &str| {
        let new = json!({"todos": [{"title": title}], "allow_duplicate": true});
        let found = api.post("/todos", new).await.body["possible_duplicates"].clone();
        api.post("/undo", json!({})).await;
        found
    };
    assert_eq!(found("Tea").await, json!([format!("tea ({id})")]));
    api.patch(&item, json!({"title": "green tea"})).await;
    assert_eq!((found("tea").await, found("GREEN TEA").await), (json!(null), json!([format!("green tea ({id})")])));
    api.patch(&item, json!({"status": "completed"})).await;
    assert_eq!(found("green tea").await, json!(null));
    api.patch(&item, json!({"status": "open"})).await;
    assert_eq!(found("green tea").await, json!([format!("green tea ({id})")]));
    let deleted = api.delete(&item).await.body["change"]["id"].clone();
    assert_eq!(found("green tea").await, json!(null));
    api.post("/undo", json!({"change_id": deleted})).await;
    assert_eq!(found("green tea").await, json!([format!("green tea ({id})")]));
}
