//! Searches that find nothing, or too much.

use serde_json::json;

use super::mistake::{Mistake, mistake};

/// A mistake with some todos to search in.
fn search(sends: &'static str) -> Mistake {
    mistake(sends).seed(json!([
        {"title": "Tax return", "list": "Office", "tags": ["tax"], "due": "2026-11-25"},
        {"title": "Check the contract", "list": "Office", "tags": ["legal"], "due": "2026-12-02"},
        {"title": "Milk", "list": "Shopping", "tags": ["food"]},
    ]))
}

/// All mistakes of this file.
pub fn all() -> Vec<Mistake> {
    [names_and_words(), parameters()].into_iter().flatten().collect()
}

fn names_and_words() -> Vec<Mistake> {
    vec![
        search("a list that does not exist")
            .sends("getTodos", json!({"list": "Shoping"}))
            .told("Did you mean \"Shopping\"?")
            .next("getTodos", json!({"list": "Shopping"}))
            .shows("/total", json!(1)),
        search("a tag that does not exist")
            .sends("getTodos", json!({"tag": "taxes"}))
            .told("Did you mean \"tax\"?")
            .next("getTodos", json!({"tag": "tax"}))
            .shows("/total", json!(1)),
        search("`tag: \"tax,legal\"`")
            .sends("getTodos", json!({"tag": "tax,legal"}))
            .told("A search takes one tag: make one call for each tag.")
            .next("getTodos", json!({"tag": "tax"}))
            .shows("/total", json!(1))
            .next("getTodos", json!({"tag": "legal"}))
            .shows("/total", json!(1)),
        search("`tag: [\"tax\", \"legal\"]`")
            .refused("getTodos", json!({"tag": ["tax", "legal"]}))
            .told("make one call for each value")
            .next("getTodos", json!({"tag": "tax"}))
            .shows("/total", json!(1))
            .next("getTodos", json!({"tag": "legal"}))
            .shows("/total", json!(1)),
        search("`tag: \"#tax\"`").sends("getTodos", json!({"tag": "#tax"})).shows("/total", json!(1)),
        search("a search with one wrong word")
            .sends("getTodos", json!({"q": "milk carton"}))
            .told("Found in some: milk. Send fewer words as q.")
            .next("getTodos", json!({"q": "milk"}))
            .shows("/total", json!(1)),
        search("`q: \"milk OR tax\"`")
            .sends("getTodos", json!({"q": "milk OR tax"}))
            .told("Found in some: milk, tax. Send fewer words as q.")
            .next("getTodos", json!({"q": "milk"}))
            .shows("/total", json!(1))
            .next("getTodos", json!({"q": "tax"}))
            .shows("/total", json!(1)),
    ]
}

fn parameters() -> Vec<Mistake> {
    vec![
        search("`status: \"all\"`")
            .refused("getTodos", json!({"status": "all"}))
            .told("must be one of any, open, completed, deleted, not \"all\"")
            .next("getTodos", json!({"status": "any"})),
        search("`due: \"this week\"` in a search")
            .refused("getTodos", json!({"due": "this week"}))
            .told("to choose other days, send `due_from` and `due_to`")
            .next("getTodos", json!({"due_from": "today", "due_to": "sunday"}))
            .shows("/todos/0/title", json!("Tax return")),
        search("`due_from` after `due_to`")
            .refused("getTodos", json!({"due_from": "2026-11-30", "due_to": "2026-11-23"}))
            .told("must not be before due_from")
            .next("getTodos", json!({"due_from": "2026-11-23", "due_to": "2026-11-30"}))
            .shows("/todos/0/title", json!("Tax return")),
        search("`query` and `page`")
            .refused("getTodos", json!({"query": "milk", "page": 1}))
            .told("did you mean q?")
            .next("getTodos", json!({"q": "milk"}))
            .shows("/total", json!(1)),
        search("the title instead of the id in `getTodo`")
            .refused("getTodo", json!({"id": "Milk"}))
            .told("Use an id that getTodos returned.")
            .next("getTodos", json!({"q": "Milk"}))
            .shows("/total", json!(1)),
    ]
}
