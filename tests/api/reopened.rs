//! Tests of completed todos of a series that somebody reopens.

use serde_json::json;

use super::{
    harness::Api,
    series::{add, bins, complete, edit, id, todo},
};

#[tokio::test]
async fn a_reopened_todo_takes_its_untouched_next_todo_back() {
    for by_filter in [false, true] {
        let api = Api::new();
        let first = add(&api, bins()).await;
        edit(&api, &first, json!({"due": "2026-11-25"})).await;
        let next = id(&complete(&api, &first).await.body["next"]);
        let reopened = if by_filter {
            let all = json!({"where": {"list": ["Inbox"]}, "set": {"status": "open"}});
            let reopened = api.patch("/todos", all).await;
            let found = &reopened.body["found"];
            assert_eq!((&found["completed"], &found["titles"]), (&json!(1), &json!(["Bins"])), "{}", reopened.text);
            reopened
        } else {
            let reopened = api.patch("/todos", json!({"todos": [{"id": first, "status": "open"}]})).await;
            assert_eq!(reopened.ids(), std::slice::from_ref(&first));
            reopened
        };
        assert!(
            reopened.body["hints"][0].as_str().unwrap().contains(&format!("({next}) was deleted")),
            "{}",
            reopened.text
        );
        assert_eq!(todo(&api, &next).await["status"], "deleted");
        let open = api.all("open").await;
        let series = (&open[0]["due"], &open[0]["series_due"], &open[0]["repeat"]["unit"]);
        assert_eq!(series, (&json!("2026-11-25T07:00"), &json!("2026-11-24T07:00"), &json!("week")));
        assert_eq!(open.len(), 1, "{open:?}");
        // One undo takes both changes back.
        api.post("/undo", json!({})).await;
        assert_eq!((todo(&api, &first).await["status"].clone(), api.all("open").await.len()), ("completed".into(), 1));
        // Now the next todo has another version. So the program does not delete the next todo, although its content is
        // as before.
        let reopened = edit(&api, &first, json!({"status": "open"})).await;
        assert!(reopened.body["hints"][0].as_str().unwrap().contains("does not repeat any more"), "{}", reopened.text);
        assert_eq!(api.all("open").await.len(), 2);
    }
}

#[tokio::test]
async fn only_reopening_a_todo_of_a_series_takes_one_more_call() {
    let api = Api::new();
    let (first, once) = (add(&api, bins()).await, add(&api, json!({"title": "Once"})).await);
    for (todo, calls) in [(first, 3), (once, 2)] {
        complete(&api, &todo).await;
        api.wire.take_calls();
        edit(&api, &todo, json!({"status": "open"})).await;
        assert_eq!(api.wire.take_calls().len(), calls);
    }
}

#[tokio::test]
async fn a_reopened_todo_leaves_a_changed_next_todo_and_says_so() {
    let api = Api::new();
    let first = add(&api, bins()).await;
    let next = id(&complete(&api, &first).await.body["next"]);
    edit(&api, &next, json!({"notes": "Paper too"})).await;
    let reopened = edit(&api, &first, json!({"status": "open"})).await;
    assert!(reopened.body["todo"].get("repeat").is_none(), "{}", reopened.text);
    assert!(reopened.body["hints"][0].as_str().unwrap().contains("was changed"), "{}", reopened.text);
    assert_eq!(todo(&api, &next).await["status"], "open");
    // If the same call changes the next todo, the next todo stays too.
    let second = add(&api, bins()).await;
    let next = id(&complete(&api, &second).await.body["next"]);
    let both = json!([{"id": second, "status": "open"}, {"id": next, "title": "Big bins"}]);
    let reopened = api.patch("/todos", json!({ "todos": both })).await;
    assert_eq!(reopened.ids(), [second, next.clone()], "{}", reopened.text);
    assert_eq!(todo(&api, &next).await["title"], "Big bins");
}
