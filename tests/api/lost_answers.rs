//! Tests lost answers. DynamoDB commits a write, but the answer of DynamoDB is lost, so the client gets 503. Then the
//! client follows the instructions in the 503 answer. The table in docs/API-DESIGN.md has one row for each of these
//! tests.

use serde_json::{Value, json};

use super::{
    harness::{Answer, Api},
    transport::Fault,
};

/// Sends the request. All answers of DynamoDB to the transaction of the request are lost.
async fn lost(api: &Api, method: &str, path: &str, body: &Value) -> Answer {
    api.wire.fail_only("TransactWriteItems", [Fault::AnswerLost; 9]);
    let answer = api.send(method, path, body.clone(), &[]).await;
    api.wire.take_faults();
    answer.assert_problem(503, "unavailable");
    answer
}

fn says(answer: &Answer) -> &str {
    answer.body["detail"].as_str().unwrap()
}

/// Sends the request, but DynamoDB's answer is lost. Then sends the request again, as the 503 answer says. Afterwards,
/// the owner's data must be as if the client had sent the request once. Returns the answer to the second request.
async fn repeated(api: &Api, method: &str, path: &str, body: Value) -> Answer {
    let first = lost(api, method, path, &body).await;
    assert!(says(&first).starts_with("Send the same request again"), "{}", first.text);
    let once = api.everything().await;
    let again = api.send(method, path, body, &[]).await;
    assert_eq!(api.everything().await, once, "{method} {path}: {}", again.text);
    again
}

#[tokio::test]
async fn an_add_is_recognised() {
    let api = Api::new();
    let body = json!({"todos": [{"title": "a"}]});
    let again = repeated(&api, "POST", "/todos", body.clone()).await;
    assert_eq!((again.status.as_u16(), &again.body["replayed"]), (200, &json!(true)), "{}", again.text);
    assert_eq!(api.all("open").await.len(), 1);
    // After two minutes, the same request is a new request.
    api.clock.advance(jiff::Span::new().seconds(121));
    assert_eq!(api.post("/todos", body).await.status, 201);
}

#[tokio::test]
async fn an_add_that_allows_duplicates_is_not_recognised_and_its_answer_says_to_look_first() {
    let api = Api::new();
    let body = json!({"todos": [{"title": "a"}], "allow_duplicate": true});
    let first = lost(&api, "POST", "/todos", &body).await;
    assert!(says(&first).contains("First call getTodos"), "{}", first.text);
    assert_eq!(api.all("open").await.len(), 1);
    // If the request has a key, the client can send the request again.
    let body = json!({"todos": [{"title": "b"}], "allow_duplicate": true, "idempotency_key": "k"});
    assert_eq!(repeated(&api, "POST", "/todos", body).await.body["replayed"], true);
}

#[tokio::test]
async fn an_appended_paragraph_is_recognised() {
    let api = Api::new();
    let ids = api.add(&["a", "b"]).await;
    let one = format!("/todos/{}", ids[0]);
    let again = repeated(&api, "PATCH", &one, json!({"append_notes": "p", "priority": "high"})).await;
    assert_eq!((again.status.as_u16(), &again.body["replayed"]), (200, &json!(true)), "{}", again.text);
    assert_eq!(again.body["todo"]["notes"], "p");
    let several = json!({"todos": [{"id": ids[0], "append_notes": "q"}, {"id": ids[1], "title": "c"}]});
    assert_eq!(repeated(&api, "PATCH", "/todos", several).await.body["replayed"], true);
    assert_eq!(api.get(&one).await.body["todo"]["notes"], "p\n\nq");
    // A request with another todo, another value or another version is a different request.
    for (path, body) in [
        (format!("/todos/{}", ids[1]), json!({"append_notes": "p", "priority": "high"})),
        (one.clone(), json!({"append_notes": "p", "priority": "low"})),
        (one.clone(), json!({"append_notes": "p", "priority": "high", "expected_version": 4})),
    ] {
        let answer = api.patch(&path, body).await;
        assert_eq!((answer.status.as_u16(), answer.body.get("replayed")), (200, None), "{}", answer.text);
    }
}

/// If the program did not recognise the repetition, the program would refuse the second request, because the first
/// request has already changed the todo.
#[tokio::test]
async fn an_appended_paragraph_is_recognised_even_if_it_would_now_be_refused() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let one = format!("/todos/{id}");
    let with_version = json!({"append_notes": "p", "expected_version": 1});
    assert_eq!(repeated(&api, "PATCH", &one, with_version).await.body["replayed"], true);
    let full = json!({"append_notes": "x".repeat(3_900)});
    assert_eq!(repeated(&api, "PATCH", &one, full.clone()).await.body["replayed"], true);
    api.clock.advance(jiff::Span::new().seconds(121));
    api.patch(&one, full).await.assert_problem(422, "invalid");
    // A second request with the same version in the header is a repetition. A request with another version is a new
    // request.
    let send =
        async |version: &str| api.send("PATCH", &one, json!({"append_notes": "h"}), &[("if-match", version)]).await;
    assert_eq!(send("\"3\"").await.status, 200);
    assert_eq!(send("\"3\"").await.body["replayed"], true);
    assert_eq!(send("\"4\"").await.body["todo"]["version"], 5);
}

#[tokio::test]
async fn a_skip_is_recognised() {
    let api = Api::new();
    let todo = json!({"title": "a", "due": "2026-11-24", "repeat": {"unit": "week"}});
    let id = api.post("/todos", json!({"todos": [todo]})).await.ids().remove(0);
    let again = repeated(&api, "PATCH", &format!("/todos/{id}"), json!({"status": "skipped"})).await;
    assert_eq!((&again.body["replayed"], &again.body["todo"]["due"]), (&json!(true), &json!("2026-12-01")));
    // The program also recognises the repetition if the filters still match the skipped todo.
    let all = json!({"where": {"list": ["Inbox"]}, "set": {"status": "skipped"}});
    assert_eq!(repeated(&api, "PATCH", "/todos", all).await.body["replayed"], true);
}

#[tokio::test]
async fn an_edit_with_shift_moves_the_due_date_once() {
    let api = Api::new();
    let id = api.post("/todos", json!({"todos": [{"title": "a", "due": "2026-12-01T10:00"}]})).await.ids().remove(0);
    let again = repeated(&api, "PATCH", &format!("/todos/{id}"), json!({"shift": "+3d"})).await;
    assert_eq!((&again.body["replayed"], &again.body["todo"]["due"]), (&json!(true), &json!("2026-12-04T10:00")));
}

#[tokio::test]
async fn an_edit_of_steps_changes_the_steps_once() {
    let api = Api::new();
    let id = api.post("/todos", json!({"todos": [{"title": "a", "steps": ["s", "t", "u"]}]})).await.ids().remove(0);
    for (edit, steps) in [
        (json!({"add_steps": ["v"]}), 4),
        (json!({"remove_steps": [1]}), 3),
        (json!({"rename_steps": [{"step": "t", "title": "w"}]}), 3),
    ] {
        let again = repeated(&api, "PATCH", &format!("/todos/{id}"), edit.clone()).await;
        assert_eq!(again.body["replayed"], true, "{edit}: {}", again.text);
        let todo = api.get(&format!("/todos/{id}")).await.body["todo"].clone();
        assert_eq!(todo["steps"].as_array().unwrap().len(), steps, "{edit}");
    }
}

#[tokio::test]
async fn a_todo_that_was_done_an_hour_ago_keeps_the_time_of_the_first_request() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let edit = json!({"status": "completed", "completed_at": "1 hour ago"});
    assert_eq!(repeated(&api, "PATCH", &format!("/todos/{id}"), edit).await.body["replayed"], true);
}

/// The program does not take the second request for a repetition: a person may move two todos to the top alternately.
#[tokio::test]
async fn an_edit_with_position_puts_the_todo_there_again() {
    let api = Api::new();
    let ids = api.add(&["a", "b", "c"]).await;
    for (position, order) in [("top", [2, 0, 1]), (&format!("after {}", ids[0]), [0, 2, 1]), ("bottom", [0, 1, 2])] {
        let (path, edit) = (format!("/todos/{}", ids[2]), json!({ "position": position }));
        lost(&api, "PATCH", &path, &edit).await;
        assert_eq!(api.get("/todos").await.ids(), order.map(|at| ids[at].clone()), "{position}");
        let again = api.patch(&path, edit).await;
        assert_eq!((again.status.as_u16(), again.body.get("replayed")), (200, None), "{}", again.text);
        assert_eq!(api.get("/todos").await.ids(), order.map(|at| ids[at].clone()), "{position}");
    }
}

#[tokio::test]
async fn an_edit_with_append_notes_is_new_if_the_notes_were_changed_since() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let one = format!("/todos/{id}");
    for edit in
        [json!({"append_notes": "call back"}), json!({"clear": ["notes"]}), json!({"append_notes": "call back"})]
    {
        let edited = api.patch(&one, edit).await;
        assert_eq!(edited.body.get("replayed"), None, "{}", edited.text);
    }
    assert_eq!(api.get(&one).await.body["todo"]["notes"], "call back");
}

#[tokio::test]
async fn an_edit_that_sets_values_changes_nothing_the_second_time() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let one = format!("/todos/{id}");
    for body in [
        json!({"title": "b", "due": "tomorrow", "add_tags": ["x"], "notes": "n", "steps": ["s", "t"], "list": "Trip"}),
        json!({"complete_steps": ["s"]}),
        json!({"repeat": {"unit": "week"}}),
        json!({"clear": ["notes"], "remove_tags": ["x"]}),
        json!({"status": "completed"}),
        json!({"status": "open"}),
    ] {
        let again = repeated(&api, "PATCH", &one, body.clone()).await;
        assert_eq!((again.status.as_u16(), &again.body["unchanged"]), (200, &json!(true)), "{body}: {}", again.text);
    }
}

#[tokio::test]
async fn an_edit_that_completes_a_todo_and_sets_its_repetition_is_recognised() {
    let api = Api::new();
    let ids = api
        .post("/todos", json!({"todos": [{"title": "a", "due": "2026-11-22"}, {"title": "b", "due": "2026-11-22"}]}))
        .await
        .ids();
    let edit = json!({"status": "completed", "repeat": {"unit": "week"}});
    let again = repeated(&api, "PATCH", &format!("/todos/{}", ids[0]), edit.clone()).await;
    assert_eq!((again.status.as_u16(), &again.body["replayed"]), (200, &json!(true)), "{}", again.text);
    let several = json!({"todos": [{"id": ids[1], "status": "completed", "repeat": {"unit": "week"}}]});
    assert_eq!(repeated(&api, "PATCH", "/todos", several).await.body["replayed"], true);
    assert_eq!(api.all("open").await.len(), 2, "each has one next todo");
}

#[tokio::test]
async fn a_paragraph_that_somebody_took_back_can_be_appended_again() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let one = format!("/todos/{id}");
    let append = json!({"append_notes": "p", "priority": "high"});
    let first = api.patch(&one, append.clone()).await;
    assert_eq!(api.post("/undo", json!({"change_id": first.change_id()})).await.status, 200);
    let second = api.patch(&one, append.clone()).await;
    assert_eq!((second.body.get("replayed"), &second.body["todo"]["notes"]), (None, &json!("p")), "{}", second.text);
    assert_eq!(second.body["todo"]["priority"], "high");
    // The store also remembers this new edit.
    assert_eq!(api.patch(&one, append.clone()).await.body["replayed"], true);
    // If somebody undoes the undo, the notes contain the paragraph again.
    let undone = api.post("/undo", json!({"change_id": second.change_id()})).await;
    assert_eq!(api.post("/undo", json!({"change_id": undone.change_id()})).await.status, 200);
    let again = api.patch(&one, append).await;
    assert_eq!((&again.body["replayed"], &again.body["todo"]["notes"]), (&json!(true), &json!("p")), "{}", again.text);
}

#[tokio::test]
async fn an_edit_with_a_version_is_a_conflict_that_shows_what_it_did() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let again = repeated(&api, "PATCH", &format!("/todos/{id}"), json!({"title": "b", "expected_version": 1})).await;
    again.assert_problem(409, "conflict");
    assert_eq!(again.body["current"][0]["title"], "b");
}

#[tokio::test]
async fn a_deletion_changes_nothing_the_second_time() {
    let api = Api::new();
    let ids = api.add(&["a", "b"]).await;
    for path in [format!("/todos/{}", ids[0]), format!("/todos?ids={},{}", ids[0], ids[1])] {
        let again = repeated(&api, "DELETE", &path, Value::Null).await;
        assert_eq!((again.status.as_u16(), &again.body["unchanged"]), (200, &json!(true)), "{}", again.text);
    }
}

#[tokio::test]
async fn a_setting_changes_nothing_the_second_time() {
    let api = Api::new();
    let again = repeated(&api, "PATCH", "/settings", json!({"time_zone": "Asia/Kathmandu"})).await;
    assert_eq!((again.status.as_u16(), &again.body["unchanged"]), (200, &json!(true)), "{}", again.text);
}

#[tokio::test]
async fn an_undo_of_a_named_change_is_already_undone_the_second_time() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let change = api.delete(&format!("/todos/{id}")).await.change_id();
    let again = repeated(&api, "POST", "/undo", json!({"change_id": change})).await;
    again.assert_problem(409, "already_undone");
    assert_eq!(api.get(&format!("/todos/{id}")).await.body["todo"]["status"], "open");
}

#[tokio::test]
async fn an_undo_without_an_id_is_not_recognised_and_its_answer_says_to_look_first() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let deleted = api.delete(&format!("/todos/{id}")).await.change_id();
    let first = lost(&api, "POST", "/undo", &json!({})).await;
    assert!(says(&first).contains("First call getChanges"), "{}", first.text);
    assert!(!says(&first).contains("Send the same request again"), "{}", first.text);
    // The client calls `getChanges`, as the answer says. The newest change is the undo, so the client does not have to
    // do anything.
    let newest = api.get("/changes?limit=1").await.body["changes"][0].clone();
    assert_eq!([&newest["operation"], &newest["undoes"]], [&json!("undoChange"), &json!([deleted])]);
    assert_eq!(api.get(&format!("/todos/{id}")).await.body["todo"]["status"], "open");
    // A second undo without an id is not a repetition, because it undoes the first undo.
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    api.patch(&format!("/todos/{id}"), json!({"title": "b"})).await;
    assert_eq!(api.post("/undo", json!({})).await.body.get("replayed"), None);
    assert_eq!(api.post("/undo", json!({})).await.body.get("replayed"), None);
}

#[tokio::test]
async fn with_a_key_every_write_is_recognised() {
    let api = Api::new();
    let ids = api.add(&["a", "b", "c", "d"]).await;
    api.patch(&format!("/todos/{}", ids[3]), json!({"title": "e"})).await;
    let key = |n: u32, mut body: Value| {
        body["idempotency_key"] = json!(format!("k{n}"));
        body
    };
    let writes = [
        ("POST", "/undo".to_owned(), key(1, json!({}))),
        ("POST", "/todos".to_owned(), key(2, json!({"todos": [{"title": "x"}]}))),
        ("PATCH", format!("/todos/{}", ids[0]), key(3, json!({"append_notes": "p"}))),
        ("PATCH", "/todos".to_owned(), key(4, json!({"todos": [{"id": ids[1], "append_notes": "p"}]}))),
        ("PATCH", "/settings".to_owned(), key(5, json!({"week_start": "sun"}))),
        ("DELETE", format!("/todos/{}?idempotency_key=k6", ids[0]), Value::Null),
        ("DELETE", format!("/todos?ids={}&idempotency_key=k7", ids[1]), Value::Null),
    ];
    for (method, path, body) in writes {
        let again = repeated(&api, method, &path, body).await;
        assert_eq!(
            (again.status.as_u16(), &again.body["replayed"]),
            (200, &json!(true)),
            "{method} {path}: {}",
            again.text
        );
    }
}
