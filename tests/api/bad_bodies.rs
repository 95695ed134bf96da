//! Sends wrong bodies that language models really send. Each operation must refuse a wrong body, and change nothing.
//! The problem document must say what to do next.

use serde_json::{Value, json};

use super::{
    harness::{Api, OPERATIONS},
    target::Target,
};

#[tokio::test]
async fn an_unknown_field_is_refused_by_every_operation_with_a_suggestion() {
    let target = Target::new().await;
    for (method, path, takes_body) in OPERATIONS.iter().copied() {
        let answer = if takes_body {
            let mut body = target.body(method, path);
            body["idempotencykey"] = json!("k");
            target.api.send(method, &target.path(path), body, &[]).await
        } else {
            let address = target.address(method, path);
            let and = if address.contains('?') { '&' } else { '?' };
            target.api.send(method, &format!("{address}{and}limitt=3"), Value::Null, &[]).await
        };
        answer.assert_problem(422, "invalid");
        match (method, path) {
            ("GET", "/todos" | "/changes") => answer.assert_error("limitt", "did you mean limit?"),
            _ if takes_body => answer.assert_error("idempotencykey", "did you mean idempotency_key?"),
            _ => answer.assert_error("limitt", "is not a field here"),
        }
    }
    target.assert_untouched().await;
}

#[tokio::test]
async fn unknown_fields_are_refused_at_every_depth_and_all_at_once() {
    let target = Target::new().await;
    let answer = target
        .api
        .post(
            "/todos",
            json!({"todos": [{"title": "a", "prio": "high"}, {"titel": "b", "steps": [{"title": "c", "doen": true}]}]}),
        )
        .await;
    answer.assert_problem(422, "invalid");
    answer.assert_error("todos[0].prio", "did you mean priority?");
    answer.assert_error("todos[1].titel", "did you mean title?");
    answer.assert_error("todos[1].title", "is missing");
    answer.assert_error("todos[1].steps[0].doen", "did you mean done?");
    target.assert_untouched().await;
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_refused_by_every_operation_that_takes_a_body() {
    let target = Target::new().await;
    let wrong = [
        ("POST", "/todos", json!({"todos": {"title": "x"}}), "todos", "must be an array, not an object"),
        ("POST", "/todos", json!({"todos": ["milk"]}), "todos[0]", "must be an object, not a string"),
        ("POST", "/todos", json!({"todos": [{"title": 5}]}), "todos[0].title", "must be a string, not a whole number"),
        ("POST", "/todos", json!({"todos": [{"title": "x", "tags": "a,b"}]}), "todos[0].tags", "must be an array"),
        (
            "POST",
            "/todos",
            json!({"todos": [{"title": "x", "priority": 1}]}),
            "todos[0].priority",
            "must be one of low, normal",
        ),
        ("PATCH", "/todos", json!({"todos": [{"id": 7, "title": "x"}]}), "todos[0].id", "must be a string"),
        ("PATCH", "/todos/{id}", json!({"clear": "due"}), "clear", "must be an array, not a string"),
        ("PATCH", "/todos/{id}", json!({"title": "x", "expected_version": "three"}), "expected_version", "such as 3"),
        ("PATCH", "/todos/{id}", json!({"title": "x", "idempotency_key": 5}), "idempotency_key", "must be a string"),
        ("PATCH", "/todos/{id}", json!({"title": "x", "expected_version": 1.5}), "expected_version", "such as 3"),
        ("PATCH", "/todos/{id}", json!({"title": "x", "expected_version": 0}), "expected_version", "such as 3"),
        ("PATCH", "/todos/{id}", json!({"title": "x", "expected_version": -1}), "expected_version", "such as 3"),
        ("POST", "/undo", json!({"change_id": 5}), "change_id", "must be a string, not a whole number"),
    ];
    for (method, path, body, at, says) in wrong {
        let answer = target.api.send(method, &target.path(path), body, &[]).await;
        answer.assert_problem(422, "invalid");
        answer.assert_error(at, says);
    }
    for body in [json!([]), json!("x"), json!(5), json!(true)] {
        for (method, path, _) in OPERATIONS.iter().copied().filter(|(_, _, takes_body)| *takes_body) {
            target.api.send(method, &target.path(path), body.clone(), &[]).await.assert_problem(400, "malformed");
        }
    }
    target.assert_untouched().await;
}

#[tokio::test]
async fn values_that_break_a_rule_are_refused_with_the_rule_and_the_accepted_values() {
    let target = Target::new().await;
    let broken = [
        (json!({"title": "x".repeat(501)}), "title", "at most 500 characters, but has 501"),
        (json!({"title": "   \u{200b}"}), "title", "at least one visible character"),
        (
            json!({"title": "x", "due": "next week"}),
            "due",
            "\"2026-11-23\", the first day, or \"2026-11-29\", the last day",
        ),
        (json!({"title": "x", "due": "2026-02-30"}), "due", "February 2026 has 28 days"),
        (json!({"title": "x", "priority": "top"}), "priority", "must be one of low, normal, high, urgent, not \"top\""),
        (json!({"title": "x", "notes": "n".repeat(4_001)}), "notes", "at most 4000 characters"),
        (json!({"title": "x", "list": "l".repeat(61)}), "list", "at most 60 characters"),
        (json!({"title": "x", "tags": ["t".repeat(61)]}), "tags[0]", "at most 60 characters"),
        (json!({"title": "x", "tags": (0..21).map(|n| n.to_string()).collect::<Vec<_>>()}), "tags", "at most 20 tags"),
        (
            json!({"title": "x", "steps": (0..51).map(|n| json!({"title": n.to_string()})).collect::<Vec<_>>()}),
            "steps",
            "at most 50 steps",
        ),
        (json!({"title": "x", "steps": [{"title": "s".repeat(201)}]}), "steps[0].title", "at most 200 characters"),
    ];
    for (todo, field, says) in broken {
        let answer = target.api.post("/todos", json!({"todos": [{"title": "fine"}, todo]})).await;
        answer.assert_problem(422, "invalid");
        answer.assert_error(&format!("todos[1].{field}"), says);
        let mut edit = todo;
        edit["id"] = json!(target.id);
        let answer = target.api.patch("/todos", json!({"todos": [edit]})).await;
        answer.assert_problem(422, "invalid");
        answer.assert_error(&format!("todos[0].{field}"), says);
    }
    let answer = target.api.post("/todos", json!({"todos": [{"title": "x", "priority": "top"}]})).await;
    assert_eq!(answer.body["errors"][0]["allowed"], json!(["low", "normal", "high", "urgent"]));
    target.assert_untouched().await;
}

#[tokio::test]
async fn null_and_empty_text_count_as_absent() {
    let api = Api::new();
    let todo =
        json!({"title": "a", "list": null, "due": "", "notes": "", "tags": ["", null], "steps": null, "priority": ""});
    let added = api.post("/todos", json!({"todos": [todo], "idempotency_key": null})).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let todo = &added.body["todos"][0];
    assert_eq!((&todo["list"], &todo["priority"]), (&json!("Inbox"), &json!("normal")));
    for absent in ["due", "notes", "tags", "steps"] {
        assert!(todo.get(absent).is_none(), "{absent}");
    }
    let path = format!("/todos/{}", added.ids()[0]);
    let edited = api.patch(&path, json!({"title": "b", "due": "2026-11-27", "notes": ""})).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    let again = api.patch(&path, json!({"title": "", "due": null, "notes": "n"})).await;
    assert_eq!((&again.body["todo"]["title"], &again.body["todo"]["due"]), (&json!("b"), &json!("2026-11-27")));
    let listed = api.get("/todos?status=&list=&tag=&q=&due_from=&limit=&cursor=").await;
    assert_eq!(listed.ids().len(), 1, "{}", listed.text);
}

#[tokio::test]
async fn nulls_and_empty_texts_in_lists_do_not_count_and_keep_the_numbers() {
    let target = Target::new().await;
    let path = target.path("/todos/{id}");
    let filled = json!({"tags": ["a", null, "", "b"], "steps": [{"title": "s"}]});
    let filled = target.api.patch(&path, filled).await.body["todo"].clone();
    assert_eq!(filled["tags"], json!(["a", "b"]));
    let kept = target.api.patch(&path, json!({"title": "x", "tags": [""], "steps": [null], "add_tags": []})).await;
    assert_eq!((&kept.body["todo"]["tags"], &kept.body["todo"]["steps"]), (&filled["tags"], &filled["steps"]));
    let broken = target.api.patch(&path, json!({"tags": ["", null, "t".repeat(61)]})).await;
    broken.assert_error("tags[2]", "at most 60 characters");
}

#[tokio::test]
async fn a_call_that_asks_for_nothing_is_refused_instead_of_doing_nothing() {
    let target = Target::new().await;
    for body in [
        json!({}),
        json!({"todos": null}),
        json!({"todos": ""}),
        json!({"todos": [{}]}),
        json!({"todos": [{"title": ""}]}),
    ] {
        target.api.post("/todos", body).await.assert_problem(422, "invalid");
    }
    target.api.post("/todos", json!({"todos": []})).await.assert_error("todos", "is missing");
    let nothing = [
        json!({}),
        json!({"title": null, "due": ""}),
        json!({"expected_version": 1}),
        json!({"clear": [], "tags": []}),
    ];
    for edit in nothing {
        let answer = target.api.patch(&target.path("/todos/{id}"), edit.clone()).await;
        answer.assert_problem(422, "invalid");
        answer.assert_error("", "the fields that you want to empty");
        let mut item = edit;
        item["id"] = json!(target.id);
        target.api.patch("/todos", json!({"todos": [item]})).await.assert_error("todos[0]", "changes nothing");
    }
    target
        .api
        .patch("/todos", json!({"todos": [{"title": "x"}, {"title": "y"}]}))
        .await
        .assert_error("todos[1].id", "is missing");
    let answer = target.api.patch(&target.path("/todos/{id}"), json!({"id": "0000000000", "title": "x"})).await;
    answer.assert_error("id", "not the id in the path");
    let answer = target.api.patch(&target.path("/todos/{id}"), json!({"due": "2026-11-27", "clear": ["due"]})).await;
    answer.assert_error("due", "set and cleared");
    target.assert_untouched().await;
}

#[tokio::test]
async fn deleting_without_ids_or_with_an_empty_one_is_refused() {
    let target = Target::new().await;
    for query in ["", "?ids=", "?ids=,", "?ids=%20"] {
        let answer = target.api.delete(&format!("/todos{query}")).await;
        answer.assert_problem(422, "invalid");
    }
    for ids in [format!("{},", target.id), format!("{},,{}", target.id, target.id), format!(",{}", target.id)] {
        target.api.delete(&format!("/todos?ids={ids}")).await.assert_error("ids", "separated by single commas");
    }
    let twice = format!("/todos?ids={0}&ids={0}", target.id);
    target.api.delete(&twice).await.assert_error("ids", "more than once");
    let body = json!({"ids": [target.id]});
    target.api.send("DELETE", &format!("/todos?ids={}", target.id), body, &[]).await.assert_problem(400, "malformed");
    target.assert_untouched().await;
}

#[tokio::test]
async fn an_error_is_short_however_much_is_wrong() {
    let target = Target::new().await;
    let bodies = [
        ("PATCH", "/todos/{id}", json!({"clear": vec!["due"; 12_000], "due": "2026-01-01"})),
        ("PATCH", "/todos", json!({"todos": vec![json!({"id": "x".repeat(2_000), "priority": "y".repeat(500)}); 40]})),
        ("POST", "/todos", json!({"todos": vec![json!({}); 10_000]})),
        ("POST", "/todos", json!({"todos": [{"title": "x", "z".repeat(100_000): 1}]})),
    ];
    for (method, path, body) in bodies {
        let answer = target.api.send(method, &target.path(path), body, &[]).await;
        answer.assert_problem(422, "invalid");
        assert!(answer.text.len() < 20_000, "{}", answer.text.len());
    }
    target.assert_untouched().await;
}

#[tokio::test]
async fn words_that_others_use_are_answered_with_ours() {
    let api = Api::new();
    let meant = [
        ("name", "title"),
        ("task", "title"),
        ("description", "notes"),
        ("labels", "tags"),
        ("due_date", "due"),
        ("Deadline", "due"),
        ("subtasks", "steps"),
        ("prio", "priority"),
        ("importance", "priority"),
        ("lst", "list"),
    ];
    for (sent, field) in meant {
        let answer = api.post("/todos", json!({"todos": [{"title": "x", sent: "y"}]})).await;
        answer.assert_error(&format!("todos[0].{sent}"), &format!("did you mean {field}?"));
    }
    let path = format!("/todos/{}", api.add(&["x"]).await[0]);
    for edits in ["notes_append", "tags_to_add"] {
        let answer = api.patch(&path, json!({"title": "x", edits: "y"})).await;
        answer.assert_error(edits, "the fields are title, status");
    }
    let answer = api.post("/todos", json!({"todos": [{"title": "x", "idempotency_key": "y"}]})).await;
    answer.assert_error("todos[0].idempotency_key", "the fields are title, list");
    let answer = api.post("/todos", json!({"todos": [{"title": "x", "colour": "y"}]})).await;
    answer.assert_error("todos[0].colour", "the fields are title, list, priority");
}

#[tokio::test]
async fn a_body_over_128_kib_is_refused_by_every_operation() {
    let target = Target::new().await;
    for (method, path, _) in OPERATIONS.iter().copied() {
        let body = format!("{{\"filler\":\"{}\"}}", "x".repeat(129 * 1024));
        target.raw(method, path, "application/json", body).await.assert_problem(413, "too_large");
    }
    target.assert_untouched().await;
}

#[tokio::test]
async fn a_body_where_none_belongs_is_refused_instead_of_overlooked() {
    let target = Target::new().await;
    for (method, path, _) in OPERATIONS.iter().copied().filter(|(_, _, takes_body)| !takes_body) {
        target.raw(method, path, "application/json", "{\"status\":\"open\"}").await.assert_problem(400, "malformed");
    }
    target.assert_untouched().await;
}

#[tokio::test]
async fn a_thousand_todos_in_one_call_are_the_most() {
    let api = Api::new();
    let todos = |count: usize| (0..count).map(|n| json!({"title": format!("todo {n}")})).collect::<Vec<_>>();
    let more = "at most 1000 todos, but there are 1001";
    api.post("/todos", json!({"todos": todos(1_001)})).await.assert_error("todos", more);
    let id = api.add(&["a"]).await.remove(0);
    let edits: Vec<_> = (0..1_001).map(|_| json!({"id": id, "title": "x"})).collect();
    api.patch("/todos", json!({ "todos": edits })).await.assert_error("todos", "at most 1000");
    let others: Vec<_> = (0..1_001).map(|n| format!("{n:010}")).collect();
    api.delete(&format!("/todos?ids={}", others.join(","))).await.assert_error("ids", "at most 1000");
}

#[tokio::test]
async fn emoji_right_to_left_text_and_long_notes_come_back_as_they_were() {
    let api = Api::new();
    let notes = "שלום 👋\n\tline two ".repeat(200).trim().to_owned();
    let todo = json!({"title": "👨‍👩‍👧 לקנות חלב", "list": "🛒", "tags": ["بيت"], "notes": notes, "steps": [{"title": "می‌خواهم"}]});
    let added = api.post("/todos", json!({"todos": [todo]})).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let found = api.get(&format!("/todos/{}", added.ids()[0])).await;
    for field in ["title", "list", "tags", "notes"] {
        assert_eq!(found.body["todo"][field], todo[field], "{field}");
    }
    assert_eq!(found.body["todo"]["steps"][0]["title"], todo["steps"][0]["title"]);
}
