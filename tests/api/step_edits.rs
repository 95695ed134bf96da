//! Tests edits that add, remove, rename and replace steps.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::harness::Api;

/// A todo with these steps. A step that begins with `+` is done.
async fn party(api: &Api, steps: &[&str]) -> String {
    let steps: Vec<_> = steps
        .iter()
        .map(|step| json!({"title": step.trim_start_matches('+'), "done": step.starts_with('+')}))
        .collect();
    api.post("/todos", json!({"todos": [{"title": "Party", "steps": steps}]})).await.ids().remove(0)
}

/// The steps of the todo. A step that is done begins with `+`.
async fn steps(api: &Api, id: &str) -> Vec<String> {
    let todo = api.get(&format!("/todos/{id}")).await.body["todo"].clone();
    let steps = todo["steps"].as_array().cloned().unwrap_or_default();
    let mark = |step: &Value| if step["done"] == true { "+" } else { "" };
    steps.iter().map(|step| format!("{}{}", mark(step), step["title"].as_str().unwrap())).collect()
}

async fn after(before: &[&str], edit: Value) -> Vec<String> {
    let api = Api::new();
    let id = party(&api, before).await;
    let answer = api.patch(&format!("/todos/{id}"), edit).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    steps(&api, &id).await
}

#[tokio::test]
async fn steps_are_added_at_the_end_removed_and_renamed_by_title_or_position() {
    let before = ["guests", "+cake", "music"];
    for (edit, expected) in [
        (json!({"add_steps": ["drinks", {"title": "balloons", "done": true}]}), "guests +cake music drinks +balloons"),
        (json!({"remove_steps": ["CAKE", 3]}), "guests"),
        (json!({"rename_steps": [{"step": "guests", "title": "invitations"}]}), "invitations +cake music"),
        (json!({"rename_steps": [{"step": "2", "title": "tart"}, {"step": 1, "title": "cake"}]}), "cake +tart music"),
        // A client may send JSON as text.
        (json!({"rename_steps": "[{\"step\":\"1\",\"title\":\"friends\"}]"}), "friends +cake music"),
        (json!({"add_steps": "[\"drinks\"]", "remove_steps": "[\"1\"]"}), "+cake music drinks"),
    ] {
        assert_eq!(after(&before, edit.clone()).await.join(" "), expected, "{edit}");
    }
}

#[tokio::test]
async fn titles_and_positions_are_those_before_the_edit() {
    let before = ["guests", "+cake", "music"];
    for (edit, expected) in [
        (json!({"complete_steps": ["guests"], "add_steps": ["drinks"]}), "+guests +cake music drinks"),
        (json!({"remove_steps": [1], "complete_steps": [3], "add_steps": ["drinks"]}), "+cake +music drinks"),
        (
            json!({"rename_steps": [{"step": 1, "title": "music"}], "reopen_steps": ["cake"], "complete_steps": ["music"]}),
            "music cake +music",
        ),
        // The call removes the step, and adds it again at the end.
        (json!({"remove_steps": ["guests"], "add_steps": ["guests"]}), "+cake music guests"),
        // The service applies `steps` first, and then the other fields.
        (json!({"steps": ["music", "cake"], "add_steps": ["drinks"], "complete_steps": [1]}), "+music +cake drinks"),
        (json!({"clear": ["steps"], "add_steps": ["drinks"]}), "drinks"),
    ] {
        assert_eq!(after(&before, edit.clone()).await.join(" "), expected, "{edit}");
    }
}

#[tokio::test]
async fn steps_in_another_order_keep_their_ticks() {
    let before = ["Gäste", "+cake", "music", "+music"];
    for (edit, expected) in [
        (json!(["music", "CAKE", "gaste"]), "music +CAKE gaste"),
        (json!(["music", "music", "music"]), "music +music music"),
        (json!([{"title": "cake", "done": false}, {"title": "gäste", "done": true}]), "cake +gäste"),
        (json!(["drinks", {"title": "cake"}]), "drinks +cake"),
    ] {
        assert_eq!(after(&before, json!({ "steps": edit })).await.join(" "), expected, "{edit}");
    }
}

#[tokio::test]
async fn a_step_that_the_todo_already_has_is_not_added_again() {
    let before = ["guests", "+cake"];
    for (edit, expected) in [
        (json!({"add_steps": ["Guests", "drinks", "DRINKS"]}), "guests +cake drinks"),
        // The step `cake` is done, so the call adds a second step `cake`.
        (json!({"add_steps": ["cake"]}), "guests +cake cake"),
        (json!({"complete_steps": ["guests"], "add_steps": ["guests"]}), "+guests +cake guests"),
    ] {
        assert_eq!(after(&before, edit.clone()).await.join(" "), expected, "{edit}");
    }
}

#[tokio::test]
async fn contradictions_and_too_many_steps_are_refused_and_nothing_changes() {
    let api = Api::new();
    let many: Vec<String> = (0..48).map(|number| format!("step {number}")).collect();
    let id = party(&api, &many.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let before = api.everything().await;
    for (edit, field, says) in [
        (json!({"remove_steps": [1], "complete_steps": ["step 0"]}), "remove_steps", "also in `complete_steps`"),
        (json!({"remove_steps": [1], "reopen_steps": ["step 0"]}), "remove_steps", "also in `reopen_steps`"),
        (
            json!({"remove_steps": [1], "rename_steps": [{"step": "step 0", "title": "a"}]}),
            "remove_steps",
            "also in `rename_steps`",
        ),
        (
            json!({"rename_steps": [{"step": "step 0", "title": "a"}, {"step": 1, "title": "b"}]}),
            "rename_steps",
            "names a step twice",
        ),
        (json!({"remove_steps": ["sauna"]}), "remove_steps", "has no step \"sauna\"; send the position"),
        (json!({"rename_steps": [{"step": "sauna", "title": "a"}]}), "rename_steps", "has no step \"sauna\""),
        (
            json!({"add_steps": ["a", "b", "c"]}),
            "add_steps",
            "would make 51 steps, but a todo has at most 50, and this todo has 48",
        ),
        (json!({"clear": ["steps"], "steps": ["a"]}), "steps", "cannot be set and cleared"),
        (json!({"rename_steps": [{"step": 1}]}), "rename_steps[0].title", "is missing"),
        (json!({"rename_steps": [{"from": 1, "title": "a"}]}), "rename_steps[0].from", "step"),
    ] {
        let answer = api.patch(&format!("/todos/{id}"), edit.clone()).await;
        answer.assert_problem(422, "invalid");
        answer.assert_error(field, says);
    }
    assert_eq!(api.everything().await, before);
    let edit = json!({"add_steps": ["a", "b", "c"], "remove_steps": ["step 5"]});
    assert_eq!(api.patch(&format!("/todos/{id}"), edit).await.status, 200);
    assert_eq!(steps(&api, &id).await.len(), 50);
}

#[tokio::test]
async fn the_same_edit_of_steps_again_changes_nothing() {
    for edit in [
        json!({"add_steps": ["drinks"]}),
        json!({"remove_steps": [1]}),
        json!({"remove_steps": ["guests"]}),
        json!({"rename_steps": [{"step": "guests", "title": "friends"}]}),
        json!({"complete_steps": ["guests"], "add_steps": ["guests"]}),
    ] {
        let api = Api::new();
        let id = party(&api, &["guests", "cake", "music"]).await;
        let edits = json!({"todos": [{"id": id}]});
        let mut edits = edits;
        edits["todos"][0].as_object_mut().unwrap().extend(edit.as_object().unwrap().clone());
        assert_eq!(api.patch("/todos", edits.clone()).await.status, 200);
        let once = steps(&api, &id).await;
        let again = api.patch("/todos", edits).await;
        assert_eq!(again.status, 200, "{edit}: {}", again.text);
        assert_eq!(again.body["replayed"], true, "{edit}: {}", again.text);
        assert_eq!(steps(&api, &id).await, once, "{edit}");
    }
}

#[tokio::test]
async fn steps_of_all_found_todos_are_edited_and_an_undo_brings_them_back() {
    let api = Api::new();
    let ids = [party(&api, &["guests", "+cake"]).await, party(&api, &["music", "+guests"]).await];
    let set = json!({
        "add_steps": ["drinks"], "remove_steps": ["guests"], "rename_steps": [{"step": 1, "title": "first"}],
    });
    let refused = api.patch("/todos", json!({"where": {"q": "party"}, "set": set})).await;
    refused.assert_problem(422, "invalid");
    let set = json!({"add_steps": ["drinks"], "remove_steps": ["guests"]});
    let changed = api.patch("/todos", json!({"where": {"q": "party"}, "set": set})).await;
    assert_eq!(changed.body["found"]["open"], 2, "{}", changed.text);
    assert_eq!(steps(&api, &ids[0]).await, ["+cake", "drinks"]);
    assert_eq!(steps(&api, &ids[1]).await, ["music", "drinks"]);
    assert_eq!(api.post("/undo", json!({})).await.status, 200);
    assert_eq!(steps(&api, &ids[0]).await, ["guests", "+cake"]);
    assert_eq!(steps(&api, &ids[1]).await, ["music", "+guests"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The steps have different titles. If a caller sends the steps in any other order, each step stays done or not
    /// done.
    #[test]
    fn no_order_loses_a_tick(done in prop::collection::vec(any::<bool>(), 1..8), seed in any::<prop::sample::Index>()) {
        let titles: Vec<String> = done.iter().enumerate()
            .map(|(at, done)| format!("{}step {at}", if *done { "+" } else { "" }))
            .collect();
        let mut sorted = titles.clone();
        let length = sorted.len();
        sorted.rotate_left(seed.index(length));
        sorted.swap(0, length / 2);
        let sent: Vec<&str> = sorted.iter().map(|title| title.trim_start_matches('+')).collect();
        let before: Vec<&str> = titles.iter().map(String::as_str).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        prop_assert_eq!(runtime.block_on(after(&before, json!({ "steps": sent }))), sorted);
    }
}
