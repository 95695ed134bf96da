//! Tests what the service says about lists: all lists in the overview, and a list or a tag that does not exist.

use serde_json::{Value, json};

use super::harness::Api;

async fn add(api: &Api, title: &str, list: &str, tags: &[&str]) -> String {
    let new = json!({"todos": [{"title": title, "list": list, "tags": tags}]});
    api.post("/todos", new).await.ids().remove(0)
}

#[tokio::test]
async fn the_overview_has_every_list_and_also_the_lists_without_open_todos() {
    let api = Api::new();
    let empty = json!([{"name": "Inbox", "open": 0}]);
    assert_eq!(api.get("/overview").await.body["lists"], empty, "everybody has an inbox");
    add(&api, "a", "Work", &[]).await;
    let done = add(&api, "b", "Trip", &[]).await;
    let gone = add(&api, "c", "Old ideas", &[]).await;
    api.patch(&format!("/todos/{done}"), json!({"status": "completed"})).await;
    api.delete(&format!("/todos/{gone}")).await;
    let lists = json!([
        {"name": "Inbox", "open": 0}, {"name": "Old ideas", "open": 0}, {"name": "Trip", "open": 0},
        {"name": "Work", "open": 1},
    ]);
    let overview = api.get("/overview").await;
    assert_eq!((&overview.body["lists"], overview.body.get("more_lists")), (&lists, None), "{}", overview.text);
    for n in 0..5 {
        let todos: Vec<_> = (0..40).map(|i| json!({"title": "x", "list": format!("List {n}-{i}")})).collect();
        api.post("/todos", json!({ "todos": todos })).await;
    }
    let overview = api.get("/overview").await;
    assert_eq!(overview.body["lists"].as_array().unwrap().len(), 200);
    assert_eq!(overview.body["more_lists"], 4, "{}", overview.text);
}

#[tokio::test]
async fn a_list_or_a_tag_that_does_not_exist_is_said_with_the_nearest_one() {
    let api = Api::new();
    add(&api, "a", "Groceries", &["tax", "Müller"]).await;
    let done = add(&api, "b", "Reisen", &["legal"]).await;
    api.patch(&format!("/todos/{done}"), json!({"status": "completed"})).await;
    for (query, expected) in [
        ("list=Grocery", json!(["There is no list \"Grocery\". Did you mean \"Groceries\"?"])),
        ("list=grocereis", json!(["There is no list \"grocereis\". Did you mean \"Groceries\"?"])),
        ("list=Nowhere", json!(["There is no list \"Nowhere\"."])),
        ("list=reisen", json!(["No open todo matches. Completed todos that match: 1. Send status completed."])),
        ("list=inbox", Value::Null),
        ("list=groceries", Value::Null),
        ("tag=taxes", json!(["None of the searched todos has the tag \"taxes\". Did you mean \"tax\"?"])),
        ("tag=muller", json!(["None of the searched todos has the tag \"muller\". Did you mean \"Müller\"?"])),
        (
            "tag=tax,legal",
            json!([
                "None of the searched todos has the tag \"tax,legal\". A search takes one tag: make one call for each tag."
            ]),
        ),
        ("tag=legal", json!(["None of the searched todos has the tag \"legal\"."])),
        ("tag=legal&status=completed", Value::Null),
        ("tag=tax&q=nothing", Value::Null),
        ("q=nothing", Value::Null),
    ] {
        let page = api.get(&format!("/todos?{query}")).await;
        assert_eq!((page.status.as_u16(), &page.body["hints"]), (200, &expected), "{query}: {}", page.text);
    }
    let history = api.get("/changes?list=Grocery").await;
    assert_eq!(history.body["hints"], json!(["There is no list \"Grocery\". Did you mean \"Groceries\"?"]));
    assert_eq!(api.get("/changes?list=Groceries").await.body.get("hints"), None);
}
