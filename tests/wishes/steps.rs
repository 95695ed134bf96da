//! "Guests are done, and add a step for the drinks."

use serde_json::{Value, json};

use super::assistant::assistants;

fn told(todo: &Value) -> Vec<String> {
    let mark = |step: &Value| if step["done"] == true { " (done)" } else { "" };
    let steps = todo["steps"].as_array().unwrap();
    steps.iter().map(|step| format!("{}{}", step["title"].as_str().unwrap(), mark(step))).collect()
}

#[tokio::test]
async fn guests_are_done_and_drinks_come_too() {
    let [mut claude] = assistants(["Claude"]).await;
    let party = json!([{"title": "Party", "steps": ["guests", "cake", "music"]}]);
    let id = claude.call("addTodos", json!({ "todos": party })).await["todos"][0]["id"].clone();
    for (wish, edit, expected) in [
        (
            "guests are done, add step drinks",
            json!({"complete_steps": ["guests"], "add_steps": ["drinks"]}),
            vec!["guests (done)", "cake", "music", "drinks"],
        ),
        ("no cake", json!({"remove_steps": ["cake"]}), vec!["guests (done)", "music", "drinks"]),
        (
            "call the music step band",
            json!({"rename_steps": [{"step": "music", "title": "band"}]}),
            vec!["guests (done)", "band", "drinks"],
        ),
        (
            "drinks first, then the guests",
            json!({"steps": ["drinks", "guests", "band"]}),
            vec!["drinks", "guests (done)", "band"],
        ),
    ] {
        claude.hears(wish);
        let mut edits = json!([{ "id": id }]);
        edits[0].as_object_mut().unwrap().extend(edit.as_object().unwrap().clone());
        claude.call("updateTodos", json!({ "todos": edits })).await;
        claude.needed_at_most_two_calls();
        assert_eq!(told(&claude.todos_with("open").await[0]), expected, "{wish}");
    }
}
