//! Tests JSON that clients send in an unusual form: an array, an object or a boolean as text, or an object with the
//! same member twice.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::{
    harness::{Answer, Api},
    mcp::{Client, NEW, OLD},
    target::Target,
};

/// The fields of a todo whose values are not text. `repeat` has the same form as in an answer.
fn fields() -> Value {
    json!({
        "tags": ["a", "b"],
        "steps": [{"title": "x", "done": true}, {"title": "y", "done": false}],
        "repeat": {"every": 2, "unit": "week", "weekdays": ["mon", "fri"], "from": "due"},
    })
}

/// Returns the JSON text of a value, as a JSON string.
fn text(value: &Value) -> Value {
    json!(value.to_string())
}

/// Turns each member with one of these names into JSON text.
fn as_text(mut value: Value, names: &[&str]) -> Value {
    for (name, value) in value.as_object_mut().unwrap() {
        if names.contains(&name.as_str()) {
            *value = text(value);
        }
    }
    value
}

/// Adds this todo over HTTP, and then as a tool call. Returns the two todos.
async fn add_both(api: &Api, body: &Value) -> [Value; 2] {
    let over_http = api.post("/todos", body.clone()).await;
    assert_eq!(over_http.status, 201, "{body}: {}", over_http.text);
    let over_mcp = Client::new(api, OLD).structured("addTodos", body.clone()).await;
    [over_http.body["todos"][0].clone(), over_mcp["todos"][0].clone()]
}

#[tokio::test]
async fn json_text_is_read_where_no_text_is_allowed() {
    let api = Api::new();
    let mut todo = fields();
    todo["title"] = json!("a");
    todo["due"] = json!("2026-11-23");
    let whole = json!({"todos": [todo], "allow_duplicate": true});
    let inner = as_text(todo.clone(), &["tags", "steps", "repeat"]);
    let mut bodies = vec![
        whole.clone(),
        as_text(whole.clone(), &["todos"]),
        as_text(whole.clone(), &["allow_duplicate"]),
        as_text(whole.clone(), &["todos", "allow_duplicate"]),
        json!({"todos": [text(&todo)], "allow_duplicate": " True "}),
        json!({"todos": [inner], "allow_duplicate": true}),
        json!({"todos": text(&json!([inner])), "allow_duplicate": true}),
    ];
    let mut steps = todo.clone();
    steps["steps"] = json!([text(&todo["steps"][0]), "y"]);
    steps["repeat"]["weekdays"] = json!(" [\"fri\", \"mon\"]\n");
    bodies.push(json!({"todos": [steps], "allow_duplicate": true}));
    let mut done = todo.clone();
    done["steps"] = json!([{"title": "x", "done": "true"}, {"title": "y", "done": "False"}]);
    done["repeat"]["every"] = json!("2");
    bodies.push(json!({"todos": [done], "allow_duplicate": true}));
    for body in bodies {
        for added in add_both(&api, &body).await {
            for (name, value) in fields().as_object().unwrap() {
                assert_eq!(added[name], *value, "{name} of {body}");
            }
        }
    }
}

#[tokio::test]
async fn an_update_and_a_deletion_read_json_text() {
    let api = Api::new();
    let client = Client::new(&api, OLD);
    let full = json!({"title": "a", "notes": "n", "tags": ["a"], "steps": ["x", "y"]});
    let added = api.post("/todos", json!({"todos": [full, {"title": "b"}]})).await;
    let [id, other] = [0, 1].map(|at| added.ids()[at].clone());
    let path = format!("/todos/{id}");
    for (edit, field, expected) in [
        (json!({"tags": "[\"a\",\"b\"]"}), "tags", json!(["a", "b"])),
        (json!({"add_tags": "[\"c\"]", "remove_tags": "[\"a\"]"}), "tags", json!(["b", "c"])),
        (json!({"complete_steps": "[\"x\", 2]", "expected_version": "3"}), "steps", json!([true, true])),
        (json!({"reopen_steps": "[\"y\"]"}), "steps", json!([true, false])),
        (json!({"repeat": "{\"unit\":\"day\"}"}), "repeat", json!({"every": 1, "unit": "day", "from": "due"})),
        (json!({"clear": "[\"notes\"]"}), "notes", Value::Null),
    ] {
        let over_http = api.patch(&path, edit.clone()).await;
        assert_eq!(over_http.status, 200, "{edit}: {}", over_http.text);
        let mut todo = over_http.body["todo"].clone();
        if field == "steps" {
            todo["steps"] = todo["steps"].as_array().unwrap().iter().map(|step| step["done"].clone()).collect();
        }
        assert_eq!(todo.get(field).unwrap_or(&Value::Null), &expected, "{edit}");
        let mut arguments = edit;
        (arguments["id"], arguments["expected_version"]) = (json!(id), Value::Null);
        client.structured("updateTodo", arguments).await;
    }
    let edits = text(&json!([{"id": id, "clear": "[\"tags\"]"}, {"id": other, "priority": "high"}]));
    let edited = client.structured("updateTodos", json!({"todos": edits})).await;
    assert_eq!((edited["todos"][0].get("tags"), &edited["todos"][1]["priority"]), (None, &json!("high")));
    client.structured("updateSettings", json!({"week_start": "sun"})).await;
    let reset = client.structured("updateSettings", json!({"clear": "[\"week_start\"]"})).await;
    assert_eq!(reset["settings"]["week_start"], "mon");
    let deleted = client.structured("deleteTodos", json!({"ids": text(&json!([id]))})).await;
    assert_eq!(deleted["todos"][0]["id"], json!(id));
    let query: String = form_urlencoded::byte_serialize(text(&json!([other])).as_str().unwrap().as_bytes()).collect();
    assert_eq!(api.delete(&format!("/todos?ids={query}")).await.ids(), [other]);
}

#[tokio::test]
async fn the_whole_of_a_body_or_of_the_arguments_can_be_json_text() {
    let api = Api::new();
    let body = json!({"todos": [{"title": "a"}], "allow_duplicate": true});
    assert_eq!(api.post("/todos", text(&body)).await.status, 201);
    for version in [OLD, NEW] {
        let client = Client::new(&api, version);
        assert_eq!(client.structured("addTodos", text(&body)).await["todos"][0]["title"], "a");
        assert_eq!(
            client.structured("addTodos", text(&as_text(body.clone(), &["todos"]))).await["todos"][0]["title"],
            "a"
        );
        for nothing in ["", " ", "{}", "null"] {
            client.structured("getSettings", json!(nothing)).await;
        }
        for wrong in ["x", "[]", "5", "{\"limit\":", "\"{}\""] {
            let answer = client.ask("tools/call", json!({"name": "getTodos", "arguments": wrong})).await;
            assert_eq!(answer.body["error"]["code"], -32602, "{wrong}: {}", answer.text);
            assert!(answer.text.contains("`arguments` must be an object"), "{wrong}: {}", answer.text);
        }
    }
    assert_eq!(api.all("open").await.len(), 5);
}

#[tokio::test]
async fn text_that_looks_like_json_stays_text_where_text_is_meant() {
    let api = Api::new();
    for sent in ["[1]", "{\"a\":1}", "{\"title\":\"x\"}", "true", "null", "[\"a\"]"] {
        let todo = json!({"title": sent, "notes": sent, "list": sent, "tags": [sent], "steps": [{"title": sent}]});
        for added in add_both(&api, &json!({"todos": [todo], "allow_duplicate": "true"})).await {
            for field in ["title", "notes", "list"] {
                assert_eq!(added[field], sent, "{field}");
            }
            assert_eq!((&added["tags"][0], &added["steps"][0]["title"]), (&json!(sent), &json!(sent)));
            let edit = json!({"append_notes": sent, "complete_steps": [sent], "idempotency_key": sent});
            let edited = api.patch(&format!("/todos/{}", added["id"].as_str().unwrap()), edit).await;
            let todo = &edited.body["todo"];
            assert!(edited.status == 200 || edited.body["code"] == "idempotency_key_reused", "{}", edited.text);
            if edited.status == 200 {
                assert_eq!(todo["notes"], format!("{sent}\n\n{sent}"));
                assert_eq!(todo["steps"][0]["done"], true, "{todo}");
            }
        }
    }
    // If a step is text, the text is the title of the step.
    let steps = json!({"todos": [{"title": "a", "steps": ["[1]", "{\"a\":1}", "{\"title\":", "5"]}]});
    let [added, _] = add_both(&api, &steps).await;
    let titles: Vec<_> = added["steps"].as_array().unwrap().iter().map(|step| &step["title"]).collect();
    assert_eq!(titles, ["[1]", "{\"a\":1}", "{\"title\":", "5"]);
}

#[tokio::test]
async fn an_error_in_json_text_has_the_path_of_the_value() {
    let target = Target::new().await;
    let path = target.path("/todos/{id}");
    let add = |todos: Value| json!({"todos": todos});
    for (method, at, body, place, says) in [
        (
            "POST",
            "/todos",
            add(text(&json!([{"title": "a"}, {"titel": "b"}]))),
            "todos[1].titel",
            "did you mean title?",
        ),
        (
            "POST",
            "/todos",
            add(json!([text(&json!({"title": "a", "due": "soon"}))])),
            "todos[0].due",
            "cannot be \"soon\"",
        ),
        (
            "POST",
            "/todos",
            add(json!([{"title": "a", "steps": "[{\"title\":\"\"}]"}])),
            "todos[0].steps[0].title",
            "is missing",
        ),
        ("POST", "/todos", add(json!("[5]")), "todos[0]", "must be an object"),
        ("POST", "/todos", add(json!("{\"title\":\"a\"}")), "todos", "must be an array, not an object"),
        ("POST", "/todos", add(json!("[{\"title\":\"a\"}")), "todos", "must be an array, not a string"),
        ("POST", "/todos", add(text(&text(&json!([{"title": "a"}])))), "todos", "must be an array, not a string"),
        ("POST", "/todos", add(json!("[]")), "todos", "is missing"),
        ("PATCH", &path, json!({"repeat": "{\"unit\":\"hour\"}"}), "repeat.unit", "must be one of day"),
        ("PATCH", &path, json!({"clear": "[\"due\",\"title\"]"}), "clear[1]", "must be one of due"),
        ("PATCH", &path, json!({"tags": "a,b"}), "tags", "must be an array, not a string"),
        (
            "PATCH",
            &path,
            json!({"steps": "[{\"title\":\"s\",\"done\":\"maybe\"}]"}),
            "steps[0].done",
            "must be true or false",
        ),
    ] {
        let answer = target.api.send(method, at, body, &[]).await;
        answer.assert_problem(422, "invalid");
        answer.assert_error(place, says);
    }
    target.assert_untouched().await;
}

#[tokio::test]
async fn a_repetition_is_recognised_in_both_spellings() {
    let api = Api::new();
    let todos = json!([{"title": "a", "tags": ["x"], "repeat": {"unit": "day"}}]);
    let with_key = |todos: Value| json!({"todos": todos, "idempotency_key": "k"});
    for bodies in
        [[with_key(todos.clone()), with_key(text(&todos))], [json!({"todos": text(&todos)}), json!({"todos": todos})]]
    {
        let [first, second] =
            [api.post("/todos", bodies[0].clone()).await, api.post("/todos", bodies[1].clone()).await];
        assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 200), "{}", second.text);
        assert_eq!((first.ids(), &second.body["replayed"]), (second.ids(), &json!(true)), "{}", second.text);
    }
}

#[tokio::test]
async fn deep_json_text_does_not_end_the_server() {
    let api = Api::new();
    let mut deep = json!({"todos": format!("{}{}", "[".repeat(120), "]".repeat(120))});
    for _ in 0..8 {
        deep = json!({"todos": [text(&deep)]});
    }
    api.post("/todos", deep).await.assert_problem(422, "invalid");
}

/// Sends this text as the body of a request.
async fn send(target: &Target, method: &str, path: &str, body: &str) -> Answer {
    let request = Request::builder().method(method).uri(target.path(path)).header("content-type", "application/json");
    target.api.raw(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn a_member_that_a_body_contains_twice_is_refused_and_named() {
    let target = Target::new().await;
    for (method, path, body, member) in [
        ("POST", "/todos", r#"{"todos":[{"title":"a"}],"todos":[{"title":"b"}]}"#, "todos"),
        ("POST", "/todos", r#"{"todos":[{"title":"a","title":"a"}]}"#, "title"),
        ("POST", "/todos", r#"{"todos":[{"title":"a","ti\u0074le":"b"}]}"#, "title"),
        ("POST", "/todos", r#"{"todos":[{"title":"a","steps":[{"title":"s","done":false,"done":true}]}]}"#, "done"),
        ("POST", "/todos", r#"{"todos":"[{\"title\":\"a\",\"title\":\"b\"}]"}"#, "title"),
        ("POST", "/todos", r#"{"todos":["{\"title\":\"a\",\"title\":\"b\"}"]}"#, "title"),
        ("POST", "/todos", r#""{\"todos\":[],\"todos\":[]}""#, "todos"),
        ("PATCH", "/todos", r#"{"todos":[{"id":"{id}","title":"b","id":"{id}"}]}"#, "id"),
        ("PATCH", "/todos/{id}", r#"{"title":"b","title":null}"#, "title"),
        ("PATCH", "/todos/{id}", r#"{"title":"b","nonsense":{"x":1,"x":1}}"#, "x"),
        ("POST", "/undo", r#"{"change_id":"a","change_id":"b"}"#, "change_id"),
        ("PATCH", "/settings", r#"{"week_start":"mon","week_start":"sun"}"#, "week_start"),
    ] {
        let answer = send(&target, method, path, &target.path(body)).await;
        answer.assert_problem(400, "malformed");
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("the member \"{member}\" twice")), "{body}: {detail}");
    }
    target.assert_untouched().await;
}

#[tokio::test]
async fn a_member_that_a_message_of_mcp_contains_twice_is_refused_and_named() {
    let target = Target::new().await;
    let client = Client::new(&target.api, OLD);
    let call = |arguments: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"addTodos","arguments":{arguments}}}}}"#
        )
    };
    for (message, member) in [
        (call(r#"{"todos":[{"title":"a","title":"b"}]}"#), "title"),
        (call(r#"{"todos":[],"todos":[{"title":"b"}]}"#), "todos"),
        (call(r#""{\"todos\":[],\"todos\":[{\"title\":\"b\"}]}""#), "todos"),
        (r#"{"jsonrpc":"2.0","id":7,"method":"ping","method":"tools/list"}"#.to_owned(), "method"),
        (r#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"x":{"y":1,"y":2}}}"#.to_owned(), "y"),
        (r#"{"jsonrpc":"2.0","id":7,"method":"tools/list","id":8}"#.to_owned(), "id"),
    ] {
        let answer = client.send(&message).await;
        let error = &answer.body["error"];
        assert_eq!((answer.status.as_u16(), &error["code"]), (400, &json!(-32600)), "{message}: {}", answer.text);
        assert!(error["message"].as_str().unwrap().contains(&format!("the member \"{member}\" twice")), "{error}");
        // If the message contains the id twice, the program does not know which id the client means.
        let known = member != "id";
        assert_eq!(answer.body.get("id"), known.then_some(&json!(7)), "{message}");
    }
    target.assert_untouched().await;
}
