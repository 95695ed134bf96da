//! Tests undos.

use serde_json::{Value, json};

use super::harness::Api;

#[tokio::test]
async fn undoing_restores_every_field_but_the_version() {
    let api = Api::new();
    let todo = json!({
        "title": "a", "list": "Trip", "priority": "high", "due": "2026-11-27", "notes": "n",
        "tags": ["t"], "steps": [{"title": "s", "done": true}],
    });
    let added = api.post("/todos", json!({"todos": [todo]})).await;
    let before = added.body["todos"][0].clone();
    let path = format!("/todos/{}", added.ids()[0]);
    let edit = json!({
        "title": "b", "list": "Home", "priority": "low", "due": "2027-01-01T10:00", "notes": "m",
        "tags": [], "steps": [{"title": "x"}], "status": "completed", "clear": [],
    });
    for request in [("PATCH", edit), ("DELETE", Value::Null)] {
        api.clock.advance(jiff::Span::new().hours(1));
        let changed = api.send(request.0, &path, request.1, &[]).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        let undone = api.post("/undo", json!({"change_id": changed.change_id()})).await;
        assert_eq!(undone.status, 200, "{}", undone.text);
        assert_eq!(undone.body["todos"], json!([without_version_as(&undone.body["todos"][0], &before)]));
        let mut now = api.get(&path).await.body["todo"].clone();
        assert!(now["version"].as_u64() > before["version"].as_u64());
        now["version"] = before["version"].clone();
        assert_eq!(now, before);
    }
}

fn without_version_as(todo: &Value, expected: &Value) -> Value {
    let mut expected = expected.clone();
    expected["version"] = todo["version"].clone();
    expected
}

#[tokio::test]
async fn undoing_an_add_deletes_and_redoing_brings_back() {
    let api = Api::new();
    let ids = api.add(&["a", "b"]).await;
    let undone = api.post("/undo", json!({})).await;
    assert_eq!(undone.ids(), ids);
    assert!(api.all("open").await.is_empty());
    assert_eq!(api.all("deleted").await.len(), 2);
    let redone = api.post("/undo", json!({"change_id": undone.change_id()})).await;
    assert_eq!(redone.body["todos"][0], json!({"id": ids[0], "title": "a", "list": "Inbox"}), "{}", redone.text);
    assert_eq!(api.all("open").await.len(), 2);
    let changes = api.get("/changes").await.body["changes"].clone();
    assert_eq!(changes[0]["undoes"], json!([changes[1]["id"]]));
    assert_eq!(changes[1]["undone_by"], changes[0]["id"]);
    assert_eq!(changes[1]["undoes"], json!([changes[2]["id"]]));
    assert_eq!(changes[2].get("undone_by"), None, "the redo makes the add undoable again");
    let again = api.post("/undo", json!({})).await;
    assert_eq!((again.ids(), &again.body["undid"][0]["id"]), (ids, &changes[2]["id"]), "{}", again.text);
}

#[tokio::test]
async fn an_add_whose_todo_was_deleted_otherwise_is_not_said_to_be_undone() {
    let api = Api::new();
    let added = api.post("/todos", json!({"todos": [{"title": "a"}]})).await;
    let undone = api.post("/undo", json!({})).await.change_id();
    api.post("/undo", json!({"change_id": undone})).await;
    api.delete(&format!("/todos/{}", added.ids()[0])).await;
    api.post("/undo", json!({"change_id": added.change_id()})).await.assert_problem(409, "changed_since");
}

#[tokio::test]
async fn an_undo_of_something_changed_since_touches_nothing_and_names_what_changed() {
    let api = Api::new();
    let ids = api.add(&["a", "b", "c"]).await;
    let edits: Vec<_> = ids.iter().map(|id| json!({"id": id, "due": "2026-11-27"})).collect();
    let change = api.patch("/todos", json!({"todos": edits})).await.change_id();
    let later = api.patch(&format!("/todos/{}", ids[1]), json!({"due": "2026-11-28"})).await;
    let before = api.everything().await;
    let answer = api.post("/undo", json!({"change_id": change})).await;
    answer.assert_problem(409, "changed_since");
    let later_change = format!("the last such change is {} (updateTodo)", later.change_id());
    let says = format!("after the change {change}, the todo {} was changed again (due); {later_change}", ids[1]);
    answer.assert_error("change_id", &says);
    assert_eq!(answer.body["errors"].as_array().unwrap().len(), 1);
    let current =
        json!({"id": ids[1], "title": "b", "list": "Inbox", "due": "2026-11-28", "weekday": "saturday", "version": 3});
    assert_eq!(answer.body["current"], json!([current]));
    assert_eq!(api.everything().await, before);
    // The caller must undo the later change first. Then the API can undo the earlier change.
    assert_eq!(api.post("/undo", json!({"change_id": later.change_id()})).await.status, 200);
    assert_eq!(api.post("/undo", json!({"change_id": change})).await.status, 200);
    assert!(api.all("open").await.iter().all(|todo| todo.get("due").is_none()));
}

#[tokio::test]
async fn an_undo_keeps_what_later_changes_did_to_other_fields() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let one = format!("/todos/{id}");
    let change = api.patch(&one, json!({"due": "2026-11-27", "add_tags": ["x"]})).await.change_id();
    api.patch(&one, json!({"priority": "high", "append_notes": "later", "title": "b"})).await;
    let undone = api.post("/undo", json!({"change_id": change})).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    let todo = api.get(&one).await.body["todo"].clone();
    assert_eq!((todo.get("due"), todo.get("tags")), (None, None), "{todo}");
    assert_eq!([&todo["priority"], &todo["notes"], &todo["title"]], ["high", "later", "b"], "{todo}");
    // The undo of the undo also keeps the other fields.
    api.patch(&one, json!({"priority": "low"})).await;
    let redone = api.post("/undo", json!({"change_id": undone.change_id()})).await;
    assert_eq!(redone.status, 200, "{}", redone.text);
    let todo = api.get(&one).await.body["todo"].clone();
    assert_eq!([&todo["priority"], &todo["due"], &todo["tags"][0]], ["low", "2026-11-27", "x"], "{todo}");
}

#[tokio::test]
async fn fields_that_belong_together_are_undone_together_or_not_at_all() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let one = format!("/todos/{id}");
    let due = api.patch(&one, json!({"due": "2026-11-27"})).await.change_id();
    let repeats = api.patch(&one, json!({"repeat": {"unit": "week"}})).await.change_id();
    // A todo without a due date cannot repeat.
    api.post("/undo", json!({"change_id": due})).await.assert_problem(409, "changed_since");
    assert_eq!(api.post("/undo", json!({"change_id": repeats})).await.status, 200);
    assert_eq!(api.post("/undo", json!({"change_id": due})).await.status, 200);
    assert_eq!(api.get(&one).await.body["todo"].get("due"), None);
}

#[tokio::test]
async fn of_two_appended_paragraphs_the_later_one_is_undone_first() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let one = format!("/todos/{id}");
    let first = api.patch(&one, json!({"append_notes": "first"})).await.change_id();
    let second = api.patch(&one, json!({"append_notes": "second"})).await.change_id();
    api.post("/undo", json!({"change_id": first})).await.assert_problem(409, "changed_since");
    assert_eq!(api.post("/undo", json!({"change_id": second})).await.status, 200);
    assert_eq!(api.get(&one).await.body["todo"]["notes"], "first");
    assert_eq!(api.post("/undo", json!({"change_id": first})).await.status, 200);
    assert_eq!(api.get(&one).await.body["todo"].get("notes"), None);
}

#[tokio::test]
async fn a_change_is_undone_once() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let change = api.patch(&format!("/todos/{id}"), json!({"title": "b"})).await.change_id();
    let by = api.post("/undo", json!({"change_id": change})).await.change_id();
    let before = api.everything().await;
    let answer = api.post("/undo", json!({"change_id": change})).await;
    answer.assert_problem(409, "already_undone");
    assert!(answer.body["detail"].as_str().unwrap().contains(&by), "{}", answer.text);
    assert_eq!(api.everything().await, before);
    // The first request undoes the undo: the title is "b". The second request undoes the edit: the title is "a".
    assert_eq!(api.post("/undo", json!({"change_id": by})).await.body["todos"][0]["title"], "b");
    assert_eq!(api.post("/undo", json!({"change_id": change})).await.body["todos"][0]["title"], "a");
}

#[tokio::test]
async fn what_a_call_left_as_it_was_is_not_part_of_its_change() {
    for key in [Value::Null, json!("k")] {
        let api = Api::new();
        let ids = api.add(&["a", "b"]).await;
        let edits = json!([{"id": ids[0], "title": "a2"}, {"id": ids[1], "status": "open"}]);
        let change = api.patch("/todos", json!({"todos": edits, "idempotency_key": key})).await.change_id();
        api.patch(&format!("/todos/{}", ids[1]), json!({"title": "b2"})).await;
        let undone = api.post("/undo", json!({"change_id": change})).await;
        assert_eq!(undone.status, 200, "{}", undone.text);
        assert_eq!(undone.ids(), [ids[0].clone()]);
    }
}

#[tokio::test]
async fn a_todo_that_an_undo_deletes_again_is_kept_for_thirty_days_from_then() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let path = format!("/todos/{id}");
    api.delete(&path).await;
    api.clock.advance(jiff::Span::new().hours(20 * 24));
    let reopened = api.patch(&path, json!({"status": "open"})).await.change_id();
    api.clock.advance(jiff::Span::new().hours(15 * 24));
    let undone = api.post("/undo", json!({"change_id": reopened})).await;
    assert_eq!(undone.body["todos"][0]["status"], "deleted", "{}", undone.text);
    assert_eq!(api.all("deleted").await.len(), 1);
    let redone = api.post("/undo", json!({"change_id": undone.change_id()})).await;
    assert_eq!(redone.body["todos"][0]["status"], "open", "{}", redone.text);
}

#[tokio::test]
async fn a_key_used_again_after_thirty_days_undoes_its_own_change_alone() {
    let api = Api::new();
    let large = |n: usize| json!({"title": format!("t{n}"), "notes": "漢".repeat(4_000)});
    let mut ids = Vec::new();
    for batch in 0..4 {
        let added =
            api.post("/todos", json!({"todos": (0..9).map(|n| large(batch * 9 + n)).collect::<Vec<_>>()})).await;
        ids.extend(added.ids());
    }
    let edits =
        |ids: &[String], status: &str| ids.iter().map(|id| json!({"id": id, "status": status})).collect::<Vec<_>>();
    let weekly = |edits: Vec<Value>| json!({"todos": edits, "idempotency_key": "weekly"});
    assert_eq!(api.patch("/todos", weekly(edits(&ids, "completed"))).await.status, 200);
    api.clock.advance(jiff::Span::new().hours(31 * 24));
    let second = api.patch("/todos", weekly(edits(&ids[..3], "open"))).await;
    assert_eq!(second.ids().len(), 3, "{}", second.text);
    let undone = api.post("/undo", json!({"change_id": second.change_id()})).await;
    assert_eq!(undone.ids(), ids[..3], "{}", undone.text);
}

#[tokio::test]
async fn an_undo_with_a_key_is_answered_again_after_its_change_is_too_old() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let change = api.patch(&format!("/todos/{id}"), json!({"title": "b"})).await.change_id();
    api.clock.advance(jiff::Span::new().hours(29 * 24));
    let undo = json!({"change_id": change, "idempotency_key": "k"});
    assert_eq!(api.post("/undo", undo.clone()).await.status, 200);
    api.clock.advance(jiff::Span::new().hours(2 * 24));
    assert_eq!(api.post("/undo", undo).await.body["replayed"], true);
}

#[tokio::test]
async fn an_addition_undone_again_is_undone() {
    let api = Api::new();
    api.add(&["a"]).await;
    let change = api.get("/changes").await.body["changes"][0]["id"].clone();
    let undone = api.post("/undo", json!({})).await.change_id();
    api.post("/undo", json!({"change_id": undone})).await;
    assert_eq!(api.post("/undo", json!({})).await.status, 200);
    api.post("/undo", json!({"change_id": change})).await.assert_problem(409, "already_undone");
}

#[tokio::test]
async fn without_any_change_there_is_nothing_to_undo() {
    let api = Api::new();
    api.post("/undo", Value::Null).await.assert_problem(404, "nothing_to_undo");
}

#[tokio::test]
async fn a_change_of_forty_large_todos_is_undone_as_one() {
    let api = Api::new();
    let long = "ח".repeat(4_000);
    let mut ids = Vec::new();
    for _ in 0..4 {
        let todos: Vec<_> = (0..10).map(|n| json!({"title": format!("t{n}"), "notes": long})).collect();
        let added = api.post("/todos", json!({"todos": todos, "allow_duplicate": true})).await;
        assert_eq!(added.status, 201, "{}", added.text);
        ids.extend(added.ids());
    }
    let start = api.all("open").await;
    let edits: Vec<_> = ids.iter().map(|id| json!({"id": id, "status": "completed"})).collect();
    let completed = api.patch("/todos", json!({"todos": edits})).await;
    assert_eq!(completed.status, 200, "{}", completed.text);
    assert!(completed.text.chars().count() < 100_000);
    assert_eq!(completed.body["found"]["total"], 40);
    let undone = api.post("/undo", json!({})).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    let mut end = api.all("open").await;
    for (todo, before) in end.iter_mut().zip(&start) {
        todo["version"] = before["version"].clone();
    }
    assert_eq!(end, start);
}

/// If an edit keeps the beginning of the notes, its undo replaces only the text after this beginning. If a later edit
/// has altered this beginning, the undo would mix two texts. So the API refuses the undo.
#[tokio::test]
async fn an_undo_does_not_mix_notes_that_were_written_anew() {
    for (first, second, third) in [
        ("Call 555-1234".to_owned(), "Call 555-1235".to_owned(), "Mail 777-9995".to_owned()),
        ("漢".repeat(1_000) + &"x".repeat(3_000), "漢".repeat(1_000) + "y", "a".repeat(3_000) + "y"),
    ] {
        let api = Api::new();
        let id = api.add(&["a"]).await.remove(0);
        let one = format!("/todos/{id}");
        api.patch(&one, json!({ "notes": first })).await;
        let change = api.patch(&one, json!({ "notes": second })).await.change_id();
        let later = api.patch(&one, json!({ "notes": third })).await.change_id();
        api.post("/undo", json!({"change_id": change})).await.assert_problem(409, "changed_since");
        assert_eq!(api.get(&one).await.body["todo"]["notes"], json!(third));
        assert_eq!(api.post("/undo", json!({"change_id": later})).await.status, 200);
        assert_eq!(api.post("/undo", json!({"change_id": change})).await.status, 200);
        assert_eq!(api.get(&one).await.body["todo"]["notes"], json!(first));
    }
}

#[tokio::test]
async fn a_completed_todo_gets_back_no_repetition_and_a_deleted_todo_gets_back_nothing() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let one = format!("/todos/{id}");
    api.patch(&one, json!({"due": "2026-11-27", "repeat": {"unit": "week"}})).await;
    let cleared = api.patch(&one, json!({"clear": ["repeat"]})).await.change_id();
    let titled = api.patch(&one, json!({"title": "b"})).await.change_id();
    let completed = api.patch(&one, json!({"status": "completed"})).await.change_id();
    api.post("/undo", json!({"change_id": cleared})).await.assert_problem(409, "changed_since");
    let deleted = api.delete(&one).await.change_id();
    api.post("/undo", json!({"change_id": titled})).await.assert_problem(409, "changed_since");
    for change in [deleted, completed, titled, cleared] {
        let undone = api.post("/undo", json!({"change_id": change})).await;
        assert_eq!(undone.status, 200, "{}", undone.text);
    }
    assert_eq!(api.get(&one).await.body["todo"]["repeat"]["unit"], "week");
}

#[tokio::test]
async fn the_repetition_of_a_todo_that_was_already_completed_is_undone_and_redone() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    api.patch(&format!("/todos/{id}"), json!({"status": "completed"})).await;
    api.patch(&format!("/todos/{id}"), json!({"repeat": {"unit": "week", "weekdays": ["mon"]}})).await;
    let undo = api.post("/undo", json!({})).await;
    api.patch(&format!("/todos/{id}"), json!({"append_notes": "a note"})).await;
    let redo = api.post("/undo", json!({"change_id": undo.body["change"]["id"]})).await;
    assert_eq!(redo.status, 200, "{}", redo.text);
    assert_eq!(redo.body["todos"][0]["repeat"]["weekdays"], json!(["mon"]), "{}", redo.text);
    assert_eq!(redo.body["todos"][0]["notes"], "a note");
}
