//! Tests the settings, and the behaviour that depends on the settings.

use serde_json::json;

use super::harness::{Answer, Api};

#[tokio::test]
async fn settings_have_defaults_change_one_by_one_and_go_back() {
    let api = Api::in_zone("Europe/Berlin");
    let defaults = json!({"time_zone": "Europe/Berlin", "week_start": "mon", "default_list": "Inbox"});
    assert_eq!(api.get("/settings").await.body["settings"], defaults);
    let changed = api.patch("/settings", json!({"time_zone": "asia/kathmandu", "week_start": "Sunday"})).await;
    let settings = json!({"time_zone": "Asia/Kathmandu", "week_start": "sun", "default_list": "Inbox"});
    assert_eq!(changed.body["settings"], settings, "{}", changed.text);
    assert_eq!(changed.body["now"]["time"], "15:45");
    let list = api.patch("/settings", json!({"default_list": "Errands", "time_zone": "", "week_start": null})).await;
    assert_eq!(list.body["settings"]["time_zone"], "Asia/Kathmandu", "nothing is not a value: {}", list.text);
    let back = api.patch("/settings", json!({"clear": ["time_zone", "week_start", "default_list"]})).await;
    assert_eq!(back.body["settings"], defaults);
    let again = api.patch("/settings", json!({"clear": ["time_zone"]})).await;
    assert_eq!((&again.body["unchanged"], again.body.get("change")), (&json!(true), None), "{}", again.text);
}

/// Every answer with `now` tells the model to ask for the time zone.
#[tokio::test]
async fn every_answer_with_the_present_moment_says_that_no_time_zone_is_set_until_one_is_set() {
    let api = Api::in_zone("Europe/Berlin");
    let told = async || {
        let mut told = Vec::new();
        for path in ["/overview", "/todos", "/todos?status=completed", "/changes", "/settings"] {
            let now = &api.get(path).await.body["now"];
            assert!(now["time_zone"].is_string(), "{path}: {now}");
            told.push(now.get("time_zone_not_set").cloned());
        }
        told
    };
    assert_eq!(told().await, vec![Some(json!(true)); 5]);
    let week = api.patch("/settings", json!({"week_start": "sun"})).await;
    assert_eq!(week.body["now"]["time_zone_not_set"], true, "{}", week.text);
    let zone = api.patch("/settings", json!({"time_zone": "Europe/Berlin"})).await;
    assert_eq!(zone.body["now"].get("time_zone_not_set"), None, "the person has chosen the default: {}", zone.text);
    assert_eq!(told().await, vec![None; 5]);
    api.patch("/settings", json!({"clear": ["time_zone"]})).await;
    assert_eq!(told().await, vec![Some(json!(true)); 5]);
}

#[tokio::test]
async fn the_overview_shows_the_settings() {
    let api = Api::in_zone("Europe/Berlin");
    for edit in [json!({"week_start": "sun", "default_list": "Errands"}), json!({"time_zone": "Asia/Kathmandu"})] {
        let settings = api.get("/settings").await.body;
        let overview = api.get("/overview").await.body;
        assert_eq!(overview["settings"], settings["settings"]);
        assert_eq!(api.patch("/settings", edit).await.status, 200);
    }
    let settings = json!({"time_zone": "Asia/Kathmandu", "week_start": "sun", "default_list": "Errands"});
    assert_eq!(api.get("/overview").await.body["settings"], settings);
}

#[tokio::test]
async fn a_change_of_settings_is_on_the_record_and_undone_like_any_other() {
    let api = Api::new();
    let first = api.patch("/settings", json!({"time_zone": "Asia/Kathmandu"})).await;
    let change = &api.get("/changes").await.body["changes"][0];
    assert_eq!(
        (&change["operation"], &change["settings"]),
        (&json!("updateSettings"), &json!(["time_zone: none → Asia/Kathmandu"]))
    );
    let undone = api.post("/undo", json!({})).await;
    assert_eq!((&undone.body["settings"]["time_zone"], undone.ids().len()), (&json!("UTC"), 0), "{}", undone.text);
    let redone = api.post("/undo", json!({"change_id": undone.change_id()})).await;
    assert_eq!(redone.body["settings"]["time_zone"], "Asia/Kathmandu", "{}", redone.text);
    api.patch("/settings", json!({"week_start": "sun"})).await;
    // An undo restores only the settings that its change changed.
    let undone = api.post("/undo", json!({"change_id": first.change_id()})).await;
    let expected = json!({"time_zone": "UTC", "week_start": "sun", "default_list": "Inbox"});
    assert_eq!(undone.body["settings"], expected, "{}", undone.text);
    api.post("/undo", json!({"change_id": undone.change_id()})).await;
    api.patch("/settings", json!({"time_zone": "Europe/Berlin"})).await;
    let refused = api.post("/undo", json!({"change_id": first.change_id()})).await;
    refused.assert_problem(409, "changed_since");
    refused.assert_error("change_id", "the settings were changed again (time_zone)");
    assert_eq!(api.get("/settings").await.body["settings"]["time_zone"], "Europe/Berlin");
}

#[tokio::test]
async fn a_setting_that_cannot_be_is_refused_with_what_can() {
    let api = Api::new();
    for (body, path, says) in [
        (json!({"time_zone": "Berlin"}), "time_zone", "send for example Europe/Berlin"),
        (json!({"time_zone": "GMT+2"}), "time_zone", "send for example Europe/Berlin"),
        (json!({"time_zone": 2}), "time_zone", "send for example Europe/Berlin"),
        (json!({"week_start": "someday"}), "week_start", "must be one of mon, tue"),
        (json!({"week_start": 1}), "week_start", "must be one of mon, tue"),
        (json!({"default_list": "l".repeat(61)}), "default_list", "at most 60"),
        (json!({"timezone": "UTC"}), "timezone", "did you mean time_zone?"),
        (json!({"clear": ["due"]}), "clear[0]", "must be one of time_zone"),
        (json!({"time_zone": "UTC", "clear": ["time_zone"]}), "time_zone", "set and cleared"),
        (json!({}), "", "changes nothing"),
    ] {
        let answer = api.patch("/settings", body.clone()).await;
        answer.assert_problem(422, "invalid");
        answer.assert_error(path, says);
    }
    assert!(api.get("/changes").await.body["changes"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn new_todos_go_into_the_default_list_whoever_remembers_an_old_one() {
    let api = Api::new();
    assert_eq!(api.post("/todos", json!({"todos": [{"title": "a"}]})).await.body["todos"][0]["list"], "Inbox");
    let chosen = api.patch("/settings", json!({"default_list": "Errands"})).await;
    assert_eq!(chosen.body["new_lists"], json!(["Errands"]));
    // The instance `elsewhere` has not read the latest settings. Nevertheless, this instance must put new todos into
    // the latest default list.
    let elsewhere = api.elsewhere();
    let added = elsewhere.post("/todos", json!({"todos": [{"title": "b"}]})).await;
    assert_eq!((&added.body["todos"][0]["list"], added.body.get("new_lists")), (&json!("Errands"), None));
    api.patch("/settings", json!({"default_list": "Work"})).await;
    let added = elsewhere.post("/todos", json!({"todos": [{"title": "c"}]})).await;
    assert_eq!(added.body["todos"][0]["list"], "Work", "{}", added.text);
}

#[tokio::test]
async fn simultaneous_changes_of_settings_all_survive() {
    let api = Api::new();
    let bodies = [json!({"time_zone": "Asia/Kathmandu"}), json!({"week_start": "sat"}), json!({"default_list": "x"})];
    let answers = futures::future::join_all(bodies.iter().map(|body| api.patch("/settings", body.clone()))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let settings = json!({"time_zone": "Asia/Kathmandu", "week_start": "sat", "default_list": "x"});
    assert_eq!(api.get("/settings").await.body["settings"], settings);
}

/// In the index, the settings item is directly before the first open todo.
#[tokio::test]
async fn settings_come_with_a_listing_and_take_no_place_in_it() {
    let api = Api::new();
    let zone = |page: &Answer| page.body["now"]["time_zone"].clone();
    assert_eq!(zone(&api.get("/todos").await), "UTC");
    assert_eq!(api.patch("/settings", json!({"time_zone": "Asia/Tokyo", "week_start": "sun"})).await.status, 200);
    let empty = api.get("/todos?limit=1").await;
    assert_eq!((empty.ids().len(), zone(&empty), empty.body.get("next_cursor")), (0, json!("Asia/Tokyo"), None));
    let ids = api.add(&["a", "b", "c"]).await;
    let (mut seen, mut query) = (Vec::new(), "limit=1".to_owned());
    for _ in &ids {
        let page = api.get(&format!("/todos?{query}")).await;
        assert_eq!((page.ids().len(), zone(&page)), (1, json!("Asia/Tokyo")), "{query}");
        seen.extend(page.ids());
        let Some(next) = page.body["next_cursor"].as_str() else { break };
        query = format!("limit=1&cursor={next}");
    }
    seen.sort();
    assert_eq!(seen, {
        let mut ids = ids;
        ids.sort();
        ids
    });
    for query in ["", "?q=a", "?due=none", "?due=today", "?status=completed", "?list=Inbox&limit=100"] {
        assert_eq!(zone(&api.get(&format!("/todos{query}")).await), "Asia/Tokyo", "{query}");
    }
    assert_eq!(zone(&api.get("/overview").await), "Asia/Tokyo");
    assert_eq!(
        api.post("/undo", json!({"change_id": api.get("/changes").await.body["changes"][1]["id"]})).await.status,
        200
    );
    assert_eq!(zone(&api.get("/todos").await), "UTC");
}

/// The settings of the first instance have the same content as the settings in the table, but another version.
#[tokio::test]
async fn settings_that_somebody_changed_and_undid_elsewhere_do_not_stop_an_add() {
    let api = Api::new();
    api.patch("/settings", json!({"week_start": "sun"})).await;
    let elsewhere = api.elsewhere();
    elsewhere.patch("/settings", json!({"week_start": "sat"})).await;
    elsewhere.post("/undo", json!({})).await;
    api.wire.take_calls();
    let added = api.post("/todos", json!({"todos": [{"title": "a", "due": "today"}]})).await;
    assert_eq!(added.status, 201, "{}", added.text);
    assert_eq!(api.wire.take_calls().iter().filter(|call| *call == "TransactWriteItems").count(), 2);
}
