//! Tests items that the service cannot read, because a newer version or another program has written the items.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use super::harness::Api;

#[tokio::test]
async fn an_item_that_cannot_be_read_is_left_out_of_listings_and_counted() {
    let text = |text: &str| Some(AttributeValue::S(text.to_owned()));
    let number = |text: &str| Some(AttributeValue::N(text.to_owned()));
    for (attribute, value) in [
        ("status", text("waiting")),
        ("priority", text("blocker")),
        ("title", None),
        ("due", text("2026-13-45")),
        ("version", number("18446744073709551616")),
        ("tags", text("x")),
    ] {
        let api = Api::new();
        let ids = api.add(&["good", "bad", "also good"]).await;
        api.spoil(&format!("todo#{}", ids[1]), attribute, value).await;
        for path in ["/todos", "/todos?q=good", "/todos?due=none", "/overview"] {
            let answer = api.get(path).await;
            assert_eq!((answer.status.as_u16(), &answer.body["unreadable"]), (200, &json!(1)), "{attribute} {path}");
        }
        assert_eq!(api.get("/todos").await.ids().len(), 2, "{attribute}");
        assert_eq!(api.get("/overview").await.body["counts"]["open"], 2, "{attribute}");
        // If a request reads this todo by its id, the request fails. The API can still change other todos and add new
        // todos.
        api.get(&format!("/todos/{}", ids[1])).await.assert_problem(500, "internal");
        assert_eq!(api.patch(&format!("/todos/{}", ids[0]), json!({"title": "better"})).await.status, 200);
        let added = api.post("/todos", json!({"todos": [{"title": "new"}], "allow_duplicate": true})).await;
        assert_eq!(added.status, 201, "{attribute}: {}", added.text);
    }
}

#[tokio::test]
async fn every_page_is_reached_though_items_between_cannot_be_read() {
    let api = Api::new();
    let ids = api.add(&["a", "b", "c", "d", "e"]).await;
    for id in [&ids[1], &ids[2]] {
        api.spoil(&format!("todo#{id}"), "status", Some(AttributeValue::S("waiting".to_owned()))).await;
    }
    let (mut seen, mut left_out, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = api.get(&format!("/todos?limit=1&cursor={cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        seen.extend(page.ids());
        left_out += page.body["unreadable"].as_u64().unwrap_or_default();
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    seen.sort();
    let mut good = vec![ids[0].clone(), ids[3].clone(), ids[4].clone()];
    good.sort();
    assert_eq!(seen, good);
    assert!(left_out >= 2, "{left_out}");
}

#[tokio::test]
async fn a_change_that_cannot_be_read_is_left_out_of_the_list_of_changes() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let change = api.patch(&format!("/todos/{id}"), json!({"title": "b"})).await.change_id();
    api.spoil(&format!("change#{change}"), "todos", Some(AttributeValue::N("7".to_owned()))).await;
    let listed = api.get("/changes").await;
    assert_eq!((listed.status.as_u16(), &listed.body["unreadable"]), (200, &json!(1)), "{}", listed.text);
    assert_eq!(listed.body["changes"].as_array().unwrap().len(), 1);
}

/// If the service cannot read a setting, the service uses the default. The owner can still read and change todos, and
/// can set the setting again.
#[tokio::test]
async fn a_setting_that_cannot_be_read_has_its_default() {
    for (attribute, value) in [
        ("week_start", AttributeValue::S("someday".to_owned())),
        ("time_zone", AttributeValue::N("7".to_owned())),
        ("default_list", AttributeValue::L(Vec::new())),
    ] {
        let api = Api::new();
        let id = api.add(&["a"]).await.remove(0);
        let chosen = json!({"week_start": "sun", "time_zone": "Asia/Kathmandu", "default_list": "Work"});
        assert_eq!(api.patch("/settings", chosen).await.status, 200);
        api.spoil("settings", attribute, Some(value)).await;
        for api in [&api, &api.elsewhere()] {
            for path in ["/todos", "/todos?status=completed", "/overview", "/changes"] {
                assert_eq!(api.get(path).await.status, 200, "{attribute} {path}");
            }
            let settings = api.get("/settings").await;
            assert_eq!(settings.status, 200, "{attribute}: {}", settings.text);
            if attribute == "week_start" {
                assert_eq!(settings.body["settings"]["week_start"], "mon", "{}", settings.text);
                assert_eq!(settings.body["settings"]["time_zone"], "Asia/Kathmandu", "the others are read");
            }
            let todo =
                json!({"todos": [{"title": "b", "due": "today", "repeat": {"unit": "week"}}], "allow_duplicate": true});
            let added = api.post("/todos", todo).await;
            assert_eq!(added.status, 201, "{attribute}: {}", added.text);
            let edited = api.patch(&format!("/todos/{id}"), json!({"due": "tomorrow"})).await;
            assert_eq!(edited.status, 200, "{attribute}: {}", edited.text);
        }
        let repaired =
            api.patch("/settings", json!({"week_start": "sat", "time_zone": "UTC", "default_list": "Inbox"})).await;
        assert_eq!(repaired.status, 200, "{attribute}: {}", repaired.text);
        assert_eq!(api.get("/settings").await.body["settings"]["week_start"], "sat");
    }
}
