//! Tests edits. A field that is absent from the request stays unchanged. Only `clear` empties a field. A call changes
//! all its todos or none.

use serde_json::{Value, json};

use super::harness::Api;

async fn rich(api: &Api) -> Value {
    let todo = json!({
        "title": "Book flights", "list": "Trip", "priority": "high", "due": "2026-11-27", "notes": "window seat",
        "tags": ["travel", "Money"], "steps": [{"title": "Compare prices", "done": false}],
    });
    let added = api.post("/todos", json!({"todos": [todo]})).await;
    assert_eq!(added.status, 201, "{}", added.text);
    added.body["todos"][0].clone()
}

fn path(todo: &Value) -> String {
    format!("/todos/{}", todo["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_todo_comes_back_as_it_was_added() {
    let api = Api::new();
    let todo = rich(&api).await;
    let mut expected = todo.clone();
    expected["id"] = json!("any");
    insta::assert_json_snapshot!(expected);
    let found = api.get(&path(&todo)).await;
    assert_eq!(found.body["todo"], todo);
    assert_eq!(found.headers["etag"], "\"1\"");
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_nothing_else() {
    let api = Api::new();
    let todo = rich(&api).await;
    let edits = [
        (json!({"title": "Book trains"}), "title", json!("Book trains")),
        (json!({"priority": "Urgent"}), "priority", json!("urgent")),
        (json!({"due": "2026-11-28T09:30"}), "due", json!("2026-11-28T09:30")),
        (json!({"due": "2026-12-01T08:00:00+01:00"}), "due", json!("2026-12-01T07:00")),
        (json!({"list": "Holidays"}), "list", json!("Holidays")),
        (json!({"notes": "aisle seat"}), "notes", json!("aisle seat")),
        (json!({"append_notes": "with a table"}), "notes", json!("aisle seat\n\nwith a table")),
        (json!({"tags": ["a", "A", "b"]}), "tags", json!(["a", "b"])),
        (json!({"add_tags": ["B", "c"]}), "tags", json!(["a", "b", "c"])),
        (json!({"remove_tags": ["A", "never"]}), "tags", json!(["b", "c"])),
        (
            json!({"steps": [{"title": "x", "done": true}, {"title": "y"}]}),
            "steps",
            json!([{"title": "x", "done": true}, {"title": "y", "done": false}]),
        ),
    ];
    let mut expected = todo.clone();
    for (at, (edit, field, value)) in edits.into_iter().enumerate() {
        let answer = api.patch(&path(&todo), edit).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        expected[field] = value;
        if field == "due" {
            expected["weekday"] = json!(if at == 2 { "sat" } else { "tue" });
        }
        expected["version"] = json!(at + 2);
        assert_eq!(answer.headers["etag"], format!("\"{}\"", at + 2));
        assert_eq!(answer.body["todo"], expected, "{field}");
    }
    for field in ["due", "notes", "tags", "steps"] {
        let answer = api.patch(&path(&todo), json!({"clear": [field]})).await;
        assert!(answer.body["todo"].get(field).is_none(), "{}", answer.text);
    }
}

#[tokio::test]
async fn completing_and_reopening_keep_the_rest() {
    let api = Api::new();
    let todo = rich(&api).await;
    let completed = api.patch(&path(&todo), json!({"status": "COMPLETED"})).await;
    assert_eq!(completed.body["todo"]["status"], "completed", "{}", completed.text);
    assert_eq!(completed.body["todo"]["completed_at"], "2026-11-22T10:00:00+00:00");
    assert!(api.all("open").await.is_empty());
    assert_eq!(api.all("completed").await.len(), 1);

    let reopened = api.patch(&path(&todo), json!({"status": "open"})).await;
    let mut expected = todo.clone();
    expected["version"] = json!(3);
    assert_eq!(reopened.body["todo"], expected);

    let refused = api.patch(&path(&todo), json!({"status": "deleted"})).await;
    refused.assert_problem(422, "invalid");
    refused.assert_error("status", "delete the todo with deleteTodos");
}

#[tokio::test]
async fn what_is_already_so_makes_no_change() {
    let api = Api::new();
    let todo = rich(&api).await;
    let before = api.everything().await;
    let answer =
        api.patch(&path(&todo), json!({"title": "Book flights", "list": "TRIP", "add_tags": ["TRAVEL"]})).await;
    assert_eq!((answer.status.as_u16(), &answer.body["unchanged"]), (200, &json!(true)), "{}", answer.text);
    assert!(answer.body.get("change").is_none());
    assert_eq!(answer.body["todo"], todo);
    assert_eq!(api.everything().await, before);

    api.delete(&path(&todo)).await.change_id();
    let again = api.delete(&path(&todo)).await;
    assert_eq!((&again.body["unchanged"], &again.body["todo"]["status"]), (&json!(true), &json!("deleted")));
    let undone = api.post("/undo", Value::Null).await;
    assert_eq!(undone.body["todos"][0]["status"], "open", "a repeated delete hides the first: {}", undone.text);
}

#[tokio::test]
async fn several_updates_are_one_change() {
    let api = Api::new();
    let ids = api.add(&["a", "b", "c"]).await;
    let answer = api
        .patch("/todos", json!({"todos": [{"id": ids[2], "due": "2026-11-23"}, {"id": ids[0], "status": "completed"}]}))
        .await;
    assert_eq!(answer.ids(), [ids[2].clone(), ids[0].clone()], "the order of the call");
    let changes = api.get("/changes?limit=1").await;
    assert_eq!(changes.body["changes"][0]["id"], answer.change_id());
    assert_eq!(
        changes.body["changes"][0]["todos"][0],
        json!({"id": ids[2], "title": "c", "changed": ["due: none → 2026-11-23"]})
    );
    assert_eq!(
        changes.body["changes"][0]["todos"][1],
        json!({"id": ids[0], "title": "a", "changed": ["status: open → completed"]})
    );
}

#[tokio::test]
async fn one_unknown_id_among_forty_changes_nothing_and_is_named() {
    let api = Api::new();
    let titles: Vec<String> = (0..39).map(|n| format!("todo {n}")).collect();
    let mut ids = api.add(&titles.iter().map(String::as_str).collect::<Vec<_>>()).await;
    ids.insert(17, "0000000000".to_owned());
    let before = api.everything().await;
    let edits: Vec<_> = ids.iter().map(|id| json!({"id": id, "status": "completed"})).collect();
    let answer = api.patch("/todos", json!({"todos": edits})).await;
    answer.assert_problem(404, "not_found");
    answer.assert_error("todos[17].id", "no todo has the id \"0000000000\"");
    assert_eq!(answer.body["errors"].as_array().unwrap().len(), 1);

    let answer = api.delete(&format!("/todos?ids={}", ids.join(","))).await;
    answer.assert_problem(404, "not_found");
    answer.assert_error("ids[17]", "no todo has the id \"0000000000\"");
    assert_eq!(api.everything().await, before);
}

#[tokio::test]
async fn a_todo_named_in_two_spellings_is_deleted_once() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let answer = api.delete(&format!("/todos?ids={id},{},{id}", id.to_uppercase())).await;
    assert_eq!((answer.status.as_u16(), answer.ids()), (200, vec![id]), "{}", answer.text);
}

#[tokio::test]
async fn one_broken_rule_among_several_changes_nothing() {
    let api = Api::new();
    let added =
        api.post("/todos", json!({"todos": [{"title": "a"}, {"title": "b", "notes": "n".repeat(3_990)}]})).await;
    let ids = added.ids();
    let before = api.everything().await;
    let edits = json!([{"id": ids[0], "title": "x"}, {"id": ids[1], "append_notes": "more than fits"}]);
    let answer = api.patch("/todos", json!({"todos": edits})).await;
    answer.assert_problem(422, "invalid");
    answer.assert_error("todos[1].append_notes", "at most 4000 are allowed");
    let twice = json!([{"id": ids[0], "title": "x"}, {"id": ids[0].to_uppercase(), "due": "2026-11-27"}]);
    api.patch("/todos", json!({"todos": twice})).await.assert_error("todos[1].id", "also the id of item 0");
    assert_eq!(api.everything().await, before);
}

#[tokio::test]
async fn a_stale_version_is_409_with_the_current_todo() {
    let api = Api::new();
    let todo = rich(&api).await;
    let moved = api.patch(&path(&todo), json!({"priority": "low"})).await;
    let current = moved.body["todo"].clone();
    let stale = [("if-match", "\"1\"")];
    let answers = [
        (api.patch(&path(&todo), json!({"title": "x", "expected_version": 1})).await, "expected_version"),
        (api.patch(&path(&todo), json!({"title": "x", "expected_version": "1"})).await, "expected_version"),
        (api.patch(&path(&todo), json!({"title": "x", "expected_version": 1.0})).await, "expected_version"),
        (api.delete(&format!("{}?expected_version=1", path(&todo))).await, "expected_version"),
        (api.send("PATCH", &path(&todo), json!({"title": "x"}), &stale).await, "expected_version"),
        (api.send("DELETE", &path(&todo), Value::Null, &stale).await, "expected_version"),
        (
            api.patch("/todos", json!({"todos": [{"id": todo["id"], "title": "x", "expected_version": 1}]})).await,
            "todos[0].expected_version",
        ),
    ];
    for (answer, at) in answers {
        answer.assert_problem(409, "conflict");
        answer.assert_error(at, "version 1 was expected, but the todo has version 2");
        // The answer to a conflict has the version, but no times.
        let mut short = current.clone();
        for field in ["status", "created_at", "updated_at"] {
            short.as_object_mut().unwrap().remove(field);
        }
        short["steps"] = json!([{"title": "Compare prices"}]);
        assert_eq!(answer.body["current"], json!([short]));
    }
    assert_eq!(api.get(&path(&todo)).await.body["todo"], current);

    for headers in [[("if-match", "\"2\"")], [("if-match", "*")]] {
        let answer = api.send("PATCH", &path(&todo), json!({"add_tags": [headers[0].1]}), &headers).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let answer =
        api.send("PATCH", &path(&todo), json!({"title": "x", "expected_version": 3}), &[("if-match", "\"4\"")]).await;
    answer.assert_error("expected_version", "differs from the header");
}

#[tokio::test]
async fn a_deleted_todo_takes_no_edit_until_it_is_restored() {
    let api = Api::new();
    let todo = rich(&api).await;
    api.delete(&path(&todo)).await;
    for edit in [json!({"title": "x"}), json!({"status": "completed"})] {
        let answer = api.patch(&path(&todo), edit).await;
        answer.assert_problem(409, "conflict");
        answer.assert_error("status", "to restore the todo, set `status` to open");
    }
    assert_eq!(api.get(&path(&todo)).await.body["todo"]["status"], "deleted");
    let restored = api.patch(&path(&todo), json!({"status": "open", "title": "back"})).await;
    assert_eq!((&restored.body["todo"]["status"], &restored.body["todo"]["title"]), (&json!("open"), &json!("back")));
    assert!(restored.body["todo"].get("deleted_at").is_none());
}

#[tokio::test]
async fn a_deleted_todo_is_kept_for_thirty_days() {
    let api = Api::new();
    let todo = rich(&api).await;
    let deleted = api.delete(&path(&todo)).await;
    assert_eq!(deleted.body["change"]["undo_until"], "2026-12-22T10:00:00+00:00");
    api.clock.advance(jiff::Span::new().hours(30 * 24 - 1));
    assert_eq!(api.all("deleted").await.len(), 1);
    api.clock.advance(jiff::Span::new().hours(2));
    assert!(api.all("deleted").await.is_empty());
    api.get(&path(&todo)).await.assert_problem(404, "not_found");
    api.patch(&path(&todo), json!({"status": "open"})).await.assert_problem(404, "not_found");
    api.post("/undo", json!({"change_id": deleted.change_id()})).await.assert_problem(404, "not_found");
    api.post("/undo", Value::Null).await.assert_problem(404, "nothing_to_undo");
}

#[tokio::test]
async fn a_list_keeps_its_first_spelling_and_a_new_one_is_announced() {
    let api = Api::new();
    let first = api.post("/todos", json!({"todos": [{"title": "a", "list": "Trip"}, {"title": "b", "list": "TRIP"}, {"title": "c", "list": "inbox"}]})).await;
    assert_eq!(first.body["new_lists"], json!(["Trip"]), "{}", first.text);
    assert_eq!(
        [0, 1, 2].map(|at| first.body["todos"][at]["list"].clone()),
        ["Trip", "Trip", "Inbox"].map(|name| json!(name))
    );
    let second = api.post("/todos", json!({"todos": [{"title": "d", "list": "trip"}]})).await;
    assert_eq!(second.body["todos"][0]["list"], "Trip");
    assert!(second.body.get("new_lists").is_none(), "{}", second.text);
    let moved = api
        .patch(
            "/todos",
            json!({"todos": [{"id": first.ids()[2], "list": "tRIP"}, {"id": second.ids()[0], "list": "Tripp"}]}),
        )
        .await;
    assert_eq!(moved.body["todos"][0]["list"], "Trip");
    assert_eq!(moved.body["new_lists"], json!(["Tripp"]));
}
