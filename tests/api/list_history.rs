//! Tests the changes to lists in the history, and the undo and redo of these changes. Also tests how `updateLists`
//! reads the values that models send, what repeated calls do, and how much a change to a list costs.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::{
    harness::{Answer, Api},
    list_changes::{add, add_each, change, lists, undo},
};

/// One call of each kind, the text of its change in the history, and the lists in the overview after the call. Each
/// case begins with the lists of [`lists_before`].
fn cases() -> [(Value, &'static str, &'static [&'static str]); 4] {
    [
        (json!({"list": "Work", "rename_to": "Office"}), "list: Work → Office", &["Inbox 0", "Home 1", "Office 1"]),
        (json!({"list": "Work", "merge_into": "Home"}), "list: Work → merged into Home", &["Inbox 0", "Home 2"]),
        (json!({"list": "Work", "delete": true}), "list: Work → deleted", &["Inbox 0", "Home 1"]),
        (json!({"order": ["Work", "Inbox"]}), "order: none → Work, Inbox", &["Work 1", "Inbox 0", "Home 1"]),
    ]
}

async fn lists_before(api: &Api) {
    add_each(api, "Home").await;
    add_each(api, "Work").await;
    assert_eq!(lists(api).await, BEFORE);
}

const BEFORE: [&str; 3] = ["Inbox 0", "Home 1", "Work 1"];

async fn newest_change(api: &Api) -> Value {
    let history = api.get("/changes?limit=1").await;
    history.body["changes"][0].clone()
}

#[tokio::test]
async fn each_change_to_lists_is_one_readable_change_that_is_undone_and_redone() {
    for (body, text, after) in cases() {
        let api = Api::new();
        lists_before(&api).await;
        let (all, number) =
            (api.everything().await, api.get("/changes").await.body["changes"].as_array().unwrap().len());
        let mut last = change(&api, body.clone()).await.change_id();
        let entry = newest_change(&api).await;
        assert_eq!((&entry["id"], &entry["operation"]), (&json!(last), &json!("updateLists")));
        assert_eq!(entry["lists"], json!([text]), "{entry}");
        assert_eq!(api.get("/changes").await.body["changes"].as_array().unwrap().len(), number + 1, "{body}");
        assert_eq!(lists(&api).await, after, "{body}");
        for (times, expected) in [(1, &BEFORE[..]), (2, after), (3, &BEFORE[..])] {
            // The first undo has no id, so it undoes the latest change. A redo is an undo with the id of the undo.
            let undone = if times == 1 { api.post("/undo", json!({})).await } else { undo(&api, &last).await };
            assert_eq!(undone.status, 200, "{body}: {}", undone.text);
            let undid = &undone.body["undid"][0];
            assert_eq!(undid["id"], json!(last), "{body}, {times}");
            let is_text = undid["lists"][0] == text;
            assert_eq!((is_text, undid["lists"].as_array().unwrap().len()), (times != 2, 1), "{undid}");
            assert_eq!(lists(&api).await, expected, "{body}, {times}");
            last = undone.change_id();
            let entry = newest_change(&api).await;
            assert_eq!((&entry["id"], &entry["undoes"]), (&json!(last), &json!([undid["id"]])), "{body}, {times}");
        }
        let state = api.everything().await;
        for status in ["open", "completed", "deleted"] {
            assert_eq!(without_versions(&state[status]), without_versions(&all[status]), "{body}, {status}");
        }
    }
}

fn without_versions(todos: &Value) -> Vec<Value> {
    let mut todos = todos.as_array().unwrap().clone();
    for todo in &mut todos {
        todo.as_object_mut().unwrap().remove("version");
    }
    todos
}

#[tokio::test]
async fn a_change_to_a_list_that_was_changed_since_is_not_undone_and_the_answer_names_the_later_change() {
    for (body, text, _) in &cases()[..3] {
        let api = Api::new();
        lists_before(&api).await;
        let first = change(&api, body.clone()).await.change_id();
        let undone = undo(&api, &first).await.change_id();
        let later = change(&api, json!({"list": "Work", "rename_to": "Desk"})).await.change_id();
        let before = api.everything().await;
        // The redo would change the list, but the list has got another name since.
        let refused = api.post("/undo", json!({ "change_id": undone })).await;
        refused.assert_problem(409, "changed_since");
        let says = format!("after the change {undone}, the list was changed again; the last such change is {later}");
        refused.assert_error("change_id", &format!("{says} (updateLists)"));
        assert_eq!(api.everything().await, before, "{text}");
        undo(&api, &later).await;
        undo(&api, &undone).await;
        assert_eq!(newest_change(&api).await["undoes"], json!([undone]));
    }
    let api = Api::new();
    lists_before(&api).await;
    let first = change(&api, json!({"list": "Work", "rename_to": "Office"})).await.change_id();
    let later = change(&api, json!({"list": "Office", "rename_to": "Desk"})).await.change_id();
    let refused = api.post("/undo", json!({ "change_id": first })).await;
    refused.assert_error("change_id", &format!("the last such change is {later} (updateLists)"));
    assert_eq!(lists(&api).await, ["Inbox 0", "Desk 1", "Home 1"]);
}

/// Each wrong call, and the path and the text of its error.
fn wrong_calls() -> Vec<(Value, &'static str, String)> {
    let one_of = || "exactly one of rename_to, merge_into, delete (true) and order".to_owned();
    let long = "x".repeat(61);
    let many: Vec<String> = (0..201).map(|number| format!("List {number}")).collect();
    vec![
        (json!({}), "", one_of()),
        (json!({"list": "Work"}), "", one_of()),
        (json!({"list": "Work", "delete": false}), "", one_of()),
        (json!({"list": "Work", "delete": null, "rename_to": ""}), "", one_of()),
        (json!({"list": "Work", "rename_to": "A", "merge_into": "Home"}), "", one_of()),
        (json!({"list": "Work", "rename_to": "A", "delete": true}), "", one_of()),
        (json!({"list": "Work", "rename_to": "A", "order": ["Home"]}), "", one_of()),
        (json!({"order": ["Home"], "list": "Work"}), "list", "send only `order`".to_owned()),
        (json!({"order": []}), "", one_of()),
        (json!({ "order": many }), "order", "at most 200 lists, but there are 201".to_owned()),
        (json!({"rename_to": "A"}), "list", "is missing".to_owned()),
        (json!({"list": "", "merge_into": "Home"}), "list", "is missing".to_owned()),
        (json!({"list": null, "delete": true}), "list", "is missing".to_owned()),
        (json!({"list": "Work", "delete": "maybe"}), "delete", String::new()),
        (json!({"list": "Work", "rename_to": long}), "rename_to", "at most 60 characters, but has 61".to_owned()),
        (json!({"list": "Work", "rename_to": "\u{200f}"}), "rename_to", "visible character".to_owned()),
        (json!({"list": "Work", "rename_to": ["A"]}), "rename_to", String::new()),
        (json!({"list": "Work", "order": "Work"}), "order", String::new()),
        (json!({"list": "Work", "name": "A"}), "name", String::new()),
        (json!({"order": ["Home", 7]}), "order[1]", String::new()),
    ]
}

#[tokio::test]
async fn wrong_calls_change_nothing_and_say_what_is_wrong() {
    let api = Api::new();
    lists_before(&api).await;
    let before = api.everything().await;
    for (body, path, says) in wrong_calls() {
        let refused = api.patch("/lists", body.clone()).await;
        assert_eq!(refused.status, 422, "{body}: {}", refused.text);
        refused.assert_problem(422, "invalid");
        refused.assert_error(path, &says);
    }
    assert_eq!((api.everything().await, lists(&api).await), (before, BEFORE.map(str::to_owned).to_vec()));
}

#[tokio::test]
async fn odd_values_that_models_send_are_understood() {
    let long = "x".repeat(60);
    for (body, after) in [
        (json!({"list": "Work", "delete": "true"}), "[\"Inbox\",\"Home\"]".to_owned()),
        (
            json!({"list": "Work", "rename_to": "A", "delete": false, "order": null}),
            "[\"Inbox\",\"A\",\"Home\"]".to_owned(),
        ),
        (
            json!({"list": "Work", "rename_to": "A", "merge_into": "", "delete": null}),
            "[\"Inbox\",\"A\",\"Home\"]".to_owned(),
        ),
        (json!({"list": "Work", "rename_to": "A", "order": []}), "[\"Inbox\",\"A\",\"Home\"]".to_owned()),
        (json!({"list": "Work", "merge_into": "Home", "delete": true}), "[\"Inbox\",\"Home\"]".to_owned()),
        (json!({"order": ["Work", "", null]}), "[\"Work\",\"Inbox\",\"Home\"]".to_owned()),
        (json!({"list": "Work", "rename_to": long}), format!("[\"Inbox\",\"Home\",\"{long}\"]")),
        (json!({"list": "Work", "rename_to": " \u{202e}עבודה "}), "[\"Inbox\",\"Home\",\"עבודה\"]".to_owned()),
        (json!({"list": "Work", "rename_to": "🏢 Büro 👩‍💻"}), "[\"Inbox\",\"Home\",\"🏢 Büro 👩‍💻\"]".to_owned()),
    ] {
        let api = Api::new();
        lists_before(&api).await;
        let changed = change(&api, body.clone()).await;
        assert_eq!(changed.body["lists"].to_string(), after, "{body}: {}", changed.text);
        let names: Vec<String> = serde_json::from_value(changed.body["lists"].clone()).unwrap();
        let shown = lists(&api.elsewhere()).await;
        let shown: Vec<_> = shown.iter().map(|list| list.rsplit_once(' ').unwrap().0.to_owned()).collect();
        assert_eq!(shown, names, "{body}");
        undo(&api, &changed.change_id()).await;
        assert_eq!(lists(&api).await, BEFORE, "{body}");
    }
}

fn outcome(answer: &Answer) -> (u16, bool, Value) {
    let replayed = answer.body["replayed"] == true;
    (answer.status.as_u16(), replayed, answer.body["change"]["id"].clone())
}

#[tokio::test]
async fn the_same_call_twice_is_done_once_and_after_an_undo_it_is_done_again() {
    for (body, _, after) in cases() {
        for key in [None, Some("key-1")] {
            let api = Api::new();
            lists_before(&api).await;
            let mut call = body.clone();
            key.iter().for_each(|key| call["idempotency_key"] = json!(key));
            let first = change(&api, call.clone()).await;
            api.clock.advance(1.minute());
            for instance in [&api, &api.elsewhere()] {
                let again = instance.patch("/lists", call.clone()).await;
                assert_eq!(outcome(&again), (200, true, json!(first.change_id())), "{call}: {}", again.text);
                assert_eq!((&again.body["lists"], again.body.get("deleted")), (&first.body["lists"], None), "{call}");
            }
            assert_eq!(lists(&api).await, after, "{call}");
            undo(&api, &first.change_id()).await;
            let third = change(&api, call.clone()).await;
            if key.is_none() {
                assert_eq!(
                    (outcome(&third).1, lists(&api).await),
                    (false, after.iter().map(|list| (*list).to_owned()).collect())
                );
                assert_ne!(third.change_id(), first.change_id(), "after an undo, the call is done again");
            } else {
                assert_eq!(outcome(&third), (200, true, json!(first.change_id())), "a key names one call");
            }
        }
    }
}

#[tokio::test]
async fn a_key_of_another_call_is_refused_and_an_old_repetition_is_a_new_call() {
    let api = Api::new();
    lists_before(&api).await;
    change(&api, json!({"list": "Work", "rename_to": "Office", "idempotency_key": "k"})).await;
    let other = api.patch("/lists", json!({"list": "Office", "delete": true, "idempotency_key": "k"})).await;
    other.assert_problem(422, "idempotency_key_reused");
    let rename = json!({"list": "Office", "rename_to": "Desk"});
    change(&api, rename.clone()).await;
    api.clock.advance(10.minutes());
    let late = api.patch("/lists", rename).await;
    late.assert_problem(404, "not_found");
}

/// The calls to DynamoDB and the write units of a rename, a merge, an order, and their undos, for a list with this
/// number of todos.
async fn costs(todos: usize) -> Vec<(Vec<String>, f64)> {
    let api = Api::new();
    add(&api, "Home", &["a"]).await;
    let names: Vec<String> = (0..todos).map(|number| format!("todo {number}")).collect();
    for batch in names.chunks(1_000) {
        add(&api, "Work", &batch.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
    let mut costs = Vec::new();
    for body in [
        json!({"list": "Work", "rename_to": "Office"}),
        json!({"list": "Office", "merge_into": "Home"}),
        json!({"order": ["Home"]}),
    ] {
        api.wire.take_calls();
        api.wire.take_write_units();
        let change = change(&api, body).await.change_id();
        costs.push((api.wire.take_calls(), api.wire.take_write_units()));
        let undone = undo(&api, &change).await.change_id();
        costs.push((api.wire.take_calls(), api.wire.take_write_units()));
        undo(&api, &undone).await;
    }
    assert_eq!(lists(&api).await, [format!("Home {}", todos + 1), "Inbox 0".to_owned()]);
    costs
}

#[tokio::test]
async fn a_rename_and_a_merge_cost_the_same_for_5_and_for_5_000_todos() {
    let (few, many) = (costs(5).await, costs(5_000).await);
    assert_eq!(few, many);
    for (calls, units) in few.iter().step_by(2) {
        assert_eq!(calls, &["BatchGetItem", "TransactWriteItems", "Query"]);
        assert!(*units > 0.0 && *units < 30.0, "{units} write units");
    }
}
