//! Tests the history of changes: who changed what, the old and the new values, and the filters.

use serde_json::{Value, json};

use super::{
    access::{ask, key_until, locked},
    harness::Api,
};

/// The ids of the listed changes.
async fn listed(api: &Api, query: &str) -> Vec<Value> {
    let answer = api.get(&format!("/changes?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    answer.body["changes"].as_array().unwrap().iter().map(|change| change["id"].clone()).collect()
}

#[tokio::test]
async fn a_change_shows_the_old_and_the_new_value_of_each_field() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let one = format!("/todos/{id}");
    let long = "漢".repeat(200);
    let shown = format!("{}…", "漢".repeat(79));
    for (edit, expected) in [
        (json!({"title": "b", "due": "2026-12-01"}), vec!["due: none → 2026-12-01 (tuesday)", "title: a → b"]),
        (
            json!({"due": "2026-12-01T09:30", "priority": "high"}),
            vec!["due: 2026-12-01 (tuesday) → 2026-12-01T09:30 (tuesday)", "priority: normal → high"],
        ),
        (
            json!({"repeat": {"unit": "week", "every": 2, "weekdays": ["tue", "fri"]}}),
            vec!["repeat: none → every 2 weeks on tue, fri"],
        ),
        (
            json!({"clear": ["repeat", "due"]}),
            vec!["due: 2026-12-01T09:30 (tuesday) → none", "repeat: every 2 weeks on tue, fri → none"],
        ),
        (json!({"tags": ["x", "y"], "list": "Trip"}), vec!["list: Inbox → Trip", "tags: none → x, y"]),
        (json!({"steps": [{"title": "one"}, {"title": "two", "done": true}]}), vec!["steps: none → [ ] one, [x] two"]),
        (json!({"notes": "first"}), vec!["notes: none → first"]),
        (json!({"append_notes": "second"}), vec!["notes: … → …\n\nsecond"]),
        (json!({ "notes": long }), vec![&format!("notes: first\n\nsecond → {shown}")]),
        (json!({"status": "completed"}), vec!["status: open → completed"]),
    ] {
        let changed = api.patch(&one, edit).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        let change = api.get("/changes?limit=1").await.body["changes"][0].clone();
        assert_eq!((&change["id"], &change["todos"][0]["changed"]), (&json!(changed.change_id()), &json!(expected)));
        let undone = api.post("/undo", json!({"change_id": changed.change_id()})).await;
        let shown = api.get("/changes?limit=1").await.body["changes"][0]["todos"][0]["changed"].clone();
        for field in expected {
            let (name, values) = field.split_once(": ").unwrap();
            let (old, new) = values.split_once(" → ").unwrap();
            let turned = json!(format!("{name}: {new} → {old}"));
            assert!(shown.as_array().unwrap().contains(&turned), "{turned} is not in {shown}");
        }
        api.post("/undo", json!({"change_id": undone.change_id()})).await;
    }
    api.patch("/settings", json!({"time_zone": "Europe/Berlin", "week_start": "sun"})).await;
    let change = api.get("/changes?limit=1").await.body["changes"][0].clone();
    assert_eq!(change["settings"], json!(["time_zone: none → Europe/Berlin", "week_start: none → sun"]));
    assert_eq!(change["at"].as_str().unwrap().get(19..), Some("+01:00"), "the time has the person's offset: {change}");
}

#[tokio::test]
async fn a_change_of_forty_todos_shows_three_and_the_number_of_the_others() {
    let api = Api::new();
    let titles: Vec<_> = (0..40).map(|n| format!("todo {n}")).collect();
    let ids = api.add(&titles.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let edits: Vec<_> = ids.iter().map(|id| json!({"id": id, "status": "completed"})).collect();
    api.patch("/todos", json!({"todos": edits})).await;
    let changes = api.get("/changes").await;
    let [completed, added] = changes.body["changes"].as_array().unwrap().as_slice() else { panic!("{}", changes.text) };
    assert_eq!((completed["todos"].as_array().unwrap().len(), &completed["more_todos"]), (3, &json!(37)));
    assert_eq!(completed["todos"][0]["changed"], json!(["status: open → completed"]));
    assert_eq!(added["todos"][2], json!({"id": ids[2], "title": "todo 2", "added": true}));
    // The history of one todo shows this todo.
    let about = api.get(&format!("/changes?todo_id={}", ids[39])).await.body["changes"].clone();
    let shown = json!({"id": ids[39], "title": "todo 39", "fields": ["status"]});
    assert_eq!((&about[0]["todos"], &about[0]["more_todos"]), (&json!([shown]), &json!(39)), "{about}");
}

#[tokio::test]
async fn the_history_is_filtered_by_todo_list_credential_and_time() {
    let api = locked();
    let owner = format!("owner-{}", api.app.ids.change().as_str());
    let (ann, bob) = (key_until(&api, &owner, None).await, key_until(&api, &owner, None).await);
    let add = async |title: &str, list: &str, key| {
        let new = json!({"todos": [{"title": title, "list": list}]});
        ask(&api, "POST", "/todos", new, key).await
    };
    let (first, second) = (add("a", "Work", &ann).await, add("b", "Home", &bob).await);
    api.clock.advance(jiff::Span::new().hours(2));
    let edit = async |id: &str, edit: Value, key| ask(&api, "PATCH", &format!("/todos/{id}"), edit, key).await;
    let moved = edit(&second.ids()[0], json!({"list": "work"}), &ann).await;
    let titled = edit(&second.ids()[0], json!({"title": "c"}), &bob).await;
    let [first, second, moved, titled] = [&first, &second, &moved, &titled].map(|answer| json!(answer.change_id()));
    let id = ask(&api, "GET", "/changes", Value::Null, &ann).await.body["changes"][0]["todos"][0]["id"].clone();
    let listed = async |query: String, key| {
        let answer = ask(&api, "GET", &format!("/changes?{query}"), Value::Null, key).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        answer.body["changes"].as_array().unwrap().iter().map(|change| change["id"].clone()).collect::<Vec<_>>()
    };
    let all = [&titled, &moved, &second, &first];
    for (query, expected) in [
        ("by=any".to_owned(), &all[..]),
        ("list=WORK".to_owned(), &[&titled, &moved, &first]),
        ("list=Home".to_owned(), &[&moved, &second]),
        (format!("todo_id={}", id.as_str().unwrap()), &all[..3]),
        ("by=me".to_owned(), &[&moved, &first]),
        (format!("by={}", bob.hash().id()), &[&titled, &second]),
        ("since=60".to_owned(), &all[..2]),
        ("since=2%20hours&by=me".to_owned(), &[&moved]),
        ("since=11:00".to_owned(), &all[..2]),
        ("since=today&list=home".to_owned(), &[&moved, &second]),
        ("since=1%20day&limit=100".to_owned(), &all[..]),
        ("list=Nowhere".to_owned(), &[]),
        ("by=nobody".to_owned(), &[]),
    ] {
        assert_eq!(listed(query.clone(), &ann).await.iter().collect::<Vec<_>>(), expected, "{query}");
    }
    let page = ask(&api, "GET", "/changes?by=any&limit=3", Value::Null, &ann).await;
    let cursor = page.body["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(listed(format!("by=any&limit=3&cursor={cursor}"), &ann).await, [first]);
    let other = ask(&api, "GET", &format!("/changes?by=me&cursor={cursor}"), Value::Null, &ann).await;
    other.assert_problem(400, "bad_cursor");
}

#[tokio::test]
async fn a_filter_that_cannot_be_is_refused_with_what_can() {
    let api = Api::new();
    api.add(&["a"]).await;
    api.get("/changes?since=recently").await.assert_error("since", "10 minutes");
    api.get("/changes?since=2030-01-01").await.assert_error("since", "is in the future");
    api.get("/changes?todo_id=nope").await.assert_problem(404, "not_found");
    api.get("/changes?todo=x").await.assert_error("todo", "did you mean todo_id?");
    let key_api = locked();
    let key = super::access::key(&key_api).await;
    ask(&key_api, "POST", "/todos", json!({"todos": [{"title": "a"}]}), &key).await;
    let nobody = ask(&key_api, "GET", "/changes?by=test%20two", Value::Null, &key).await;
    let says = format!(
        "No searched change was made by \"test two\". The searched changes were made by: test (key {}).",
        key.hash().id()
    );
    assert_eq!(nobody.body["hints"], json!([says]), "{}", nobody.text);
    assert_eq!(listed(&api, "since=&todo_id=&list=&by=").await.len(), 1, "an empty filter is no filter");
}

#[tokio::test]
async fn fifty_changes_are_told_in_ten_thousand_bytes() {
    let api = locked();
    let key = super::access::key(&api).await;
    let titles = ["Buy milk and bread", "Call the dentist", "Pay the rent", "Book flights to Lisbon"];
    let mut ids = Vec::new();
    for title in titles {
        ids.extend(ask(&api, "POST", "/todos", json!({"todos": [{"title": title}]}), &key).await.ids());
    }
    for n in 0..46 {
        let edit = match n % 4 {
            0 => json!({"due": format!("2026-12-{:02}", n % 31 + 1)}),
            1 => json!({"priority": if n % 8 == 1 { "high" } else { "low" }}),
            2 => json!({"list": format!("List {n}")}),
            _ => json!({"status": if n % 8 == 3 { "completed" } else { "open" }}),
        };
        let changed = ask(&api, "PATCH", &format!("/todos/{}", ids[n / 8 % 4]), edit, &key).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
    }
    let history = ask(&api, "GET", "/changes", Value::Null, &key).await;
    assert_eq!(history.body["changes"].as_array().unwrap().len(), 50);
    println!("{} bytes", history.text.len());
    assert!(history.text.len() <= 10_000, "{} bytes", history.text.len());
}
