//! Tests the steps of a todo. A call can tick or reopen single steps.

use serde_json::{Value, json};

use super::harness::Api;

async fn trip(api: &Api) -> String {
    let steps =
        json!([{"title": "Compare prices"}, {"title": "Book"}, {"title": "Pack", "done": true}, {"title": "book"}]);
    api.post("/todos", json!({"todos": [{"title": "Trip", "steps": steps}]})).await.ids().remove(0)
}

fn done(todo: &Value) -> Vec<bool> {
    todo["steps"].as_array().unwrap().iter().map(|step| step["done"].as_bool().unwrap()).collect()
}

#[tokio::test]
async fn a_step_is_ticked_without_sending_the_rest() {
    let api = Api::new();
    let id = trip(&api).await;
    let path = format!("/todos/{id}");
    let ticked = api.patch(&path, json!({"complete_steps": ["compare PRICES", 4], "reopen_steps": ["3"]})).await;
    assert_eq!(done(&ticked.body["todo"]), [true, false, false, true], "{}", ticked.text);
    let again = api.patch(&path, json!({"complete_steps": [1]})).await;
    assert_eq!(again.body["unchanged"], true, "{}", again.text);
    let several = api.patch("/todos", json!({"todos": [{"id": id, "complete_steps": ["2"]}]})).await;
    assert_eq!(done(&several.body["todos"][0]), [true, true, false, true], "{}", several.text);
}

#[tokio::test]
async fn a_step_that_may_be_two_or_none_is_refused_and_nothing_is_ticked() {
    let api = Api::new();
    let path = format!("/todos/{}", trip(&api).await);
    let before = api.everything().await;
    for (edit, field, says) in [
        (json!({"complete_steps": ["Book"]}), "complete_steps", "could mean step 2 or 4"),
        (json!({"complete_steps": [1, "Fly"]}), "complete_steps", "1 Compare prices, 2 Book, 3 Pack, 4 book"),
        (json!({"complete_steps": [5]}), "complete_steps", "no step \"5\""),
        (json!({"reopen_steps": [0]}), "reopen_steps", "no step \"0\""),
        (json!({"complete_steps": [3], "reopen_steps": ["Pack"]}), "reopen_steps", "send the step in only one"),
    ] {
        let answer = api.patch(&path, edit.clone()).await;
        answer.assert_problem(422, "invalid");
        answer.assert_error(field, says);
    }
    let answer = api.patch(&path, json!({"complete_steps": [{"title": "Book"}]})).await;
    answer.assert_error("complete_steps[0]", "must be the title of a step");
    let answer = api.patch(&path, json!({"complete_steps": "Book"})).await;
    answer.assert_error("complete_steps", "must be an array");
    assert_eq!(api.everything().await, before);
}

#[tokio::test]
async fn simultaneous_ticks_of_different_steps_all_survive() {
    let api = Api::new();
    let steps: Vec<_> = (0..3).map(|n| format!("step {n}")).collect();
    let id = api.post("/todos", json!({"todos": [{"title": "a", "steps": steps}]})).await.ids().remove(0);
    let path = format!("/todos/{id}");
    let ticks = (1..=3).map(|position| api.patch(&path, json!({"complete_steps": [position]})));
    let answers = futures::future::join_all(ticks).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert_eq!(done(&api.get(&path).await.body["todo"]), [true, true, true]);
}
