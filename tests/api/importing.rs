//! Tests `/import`: the preview, the steps, choices, the undo, and what is refused.

use axum::{body::Body, http::Request};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::io::Write;

use super::harness::{Answer, Api};

/// Sends a file, and returns the answer.
pub async fn send(api: &Api, name: &str, file: &[u8]) -> Answer {
    send_as(api, &format!("/import?name={name}"), file, &[]).await
}

async fn send_as(api: &Api, path: &str, file: &[u8], headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method("POST").uri(path).header("content-type", "application/octet-stream");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    api.raw(request.body(Body::from(file.to_vec())).unwrap()).await
}

/// Sends a file, and returns the id of the import and the preview.
pub async fn preview(api: &Api, name: &str, file: &str) -> (String, Value) {
    let answer = send(api, name, file.as_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    (answer.body["import"].as_str().unwrap().to_owned(), answer.body)
}

/// Sends the request until an answer says `finished`. After an answer `busy`, the clock of the test advances by a
/// second. Returns all answers except `busy`.
pub async fn repeat(api: &Api, method: &str, import: &str, body: Value) -> Vec<Value> {
    let mut answers = Vec::new();
    for _ in 0..60 {
        let answer = api.send(method, &format!("/import/{import}"), body.clone(), &[]).await;
        if answer.status == 503 {
            answer.assert_problem(503, "busy");
            api.clock.advance(jiff::ToSpan::seconds(1));
            continue;
        }
        assert_eq!(answer.status, 200, "{}", answer.text);
        let is_finished = answer.body["finished"] == true;
        answers.push(answer.body);
        if is_finished {
            return answers;
        }
    }
    panic!("the import is never finished: {answers:?}");
}

/// Imports a file, and returns the id of the import and the last answer.
pub async fn import(api: &Api, name: &str, file: &str, choices: Value) -> (String, Value) {
    let (id, _) = preview(api, name, file).await;
    let last = repeat(api, "POST", &id, choices).await.pop().unwrap();
    (id, last)
}

/// A file with a list `Home` of this number of todos.
pub fn checklist(todos: usize) -> String {
    let todos = (0..todos).map(|number| format!("- [ ] Todo {number}\n"));
    format!("# Home\n\n{}", todos.collect::<String>())
}

async fn titles(api: &Api) -> Vec<String> {
    let todos = api.get("/todos?limit=100&sort=list").await.body["todos"].as_array().cloned().unwrap_or_default();
    todos.iter().map(|todo| todo["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_preview_imports_nothing_and_says_what_will_come() {
    let api = Api::new();
    let (_, seen) = preview(&api, "list.md", "# Home\n\n- [ ] Paint\n- [x] Clean\n\n# Work\n\n- [ ] Call\n").await;
    assert_eq!((&seen["state"], &seen["todos"], &seen["new"]), (&json!("previewed"), &json!(3), &json!(3)));
    assert_eq!(
        seen["lists"],
        json!([
            {"list": "Home", "todos": 2, "completed": 1, "new": 2},
            {"list": "Work", "todos": 1, "completed": 0, "new": 1},
        ])
    );
    assert_eq!(seen["first"][0]["title"], "Paint");
    assert_eq!(api.all("any").await.len(), 0);
    assert_eq!(api.get("/changes").await.body["changes"], json!([]));
}

#[tokio::test]
async fn an_import_keeps_the_order_of_the_file_and_is_one_undo() {
    let api = Api::new();
    let (id, done) = import(&api, "list.md", &checklist(5), json!({})).await;
    assert_eq!((&done["state"], &done["added"], &done["left"]), (&json!("imported"), &json!(5), &json!(0)));
    let todos = api.get("/todos?list=Home&sort=list").await.body["todos"].clone();
    let found: Vec<_> = todos.as_array().unwrap().iter().map(|todo| todo["title"].clone()).collect();
    assert_eq!(found, ["Todo 0", "Todo 1", "Todo 2", "Todo 3", "Todo 4"]);
    let undone = repeat(&api, "DELETE", &id, Value::Null).await.pop().unwrap();
    assert_eq!((&undone["state"], &undone["undone"], &undone["kept"]), (&json!("undone"), &json!(5), &json!(0)));
    assert_eq!(api.all("open").await.len(), 0);
}

#[tokio::test]
async fn the_same_file_again_adds_nothing_and_after_an_undo_everything_comes_back() {
    let api = Api::new();
    let (id, _) = import(&api, "list.md", &checklist(3), json!({})).await;
    let (again, seen) = preview(&api, "list.md", &checklist(3)).await;
    assert_eq!((&seen["new"], &seen["same"]), (&json!(0), &json!(3)));
    let changes = api.get("/changes").await.body["changes"].clone();
    let done = repeat(&api, "POST", &again, json!({})).await.pop().unwrap();
    assert_eq!((&done["added"], &done["left"]), (&json!(0), &json!(3)));
    assert_eq!(api.get("/changes").await.body["changes"], changes, "nothing has changed");
    repeat(&api, "DELETE", &id, Value::Null).await;
    let (third, seen) = preview(&api, "list.md", &checklist(3)).await;
    assert_eq!((&seen["new"], &seen["restored"]), (&json!(0), &json!(3)));
    let done = repeat(&api, "POST", &third, json!({})).await.pop().unwrap();
    assert_eq!(done["added"], 3);
    assert_eq!(api.all("open").await.len(), 3);
}

#[tokio::test]
async fn a_todo_that_was_changed_here_is_never_overwritten_and_the_others_only_if_the_person_says_so() {
    let api = Api::new();
    let file =
        |date: &str| format!("BEGIN:VCALENDAR\nVERSION:2.0\n{}{}END:VCALENDAR\n", vtodo("a", date), vtodo("b", date));
    import(&api, "tasks.ics", &file("20261201"), json!({})).await;
    let todos = api.get("/todos").await.body["todos"].clone();
    let changed = todos[0]["id"].as_str().unwrap();
    api.patch(&format!("/todos/{changed}"), json!({"due": "2026-12-24"})).await;
    let (skip, seen) = preview(&api, "tasks.ics", &file("20261202")).await;
    assert_eq!((&seen["different"], &seen["changed_here"]), (&json!(1), &json!(1)));
    let done = repeat(&api, "POST", &skip, json!({})).await.pop().unwrap();
    assert_eq!((&done["updated"], &done["left"]), (&json!(0), &json!(2)));
    let (update, _) = preview(&api, "tasks.ics", &file("20261202")).await;
    let done = repeat(&api, "POST", &update, json!({"existing": "update"})).await.pop().unwrap();
    assert_eq!((&done["updated"], &done["left"]), (&json!(1), &json!(1)));
    let mut dues: Vec<_> = api.all("open").await.iter().map(|todo| todo["due"].as_str().unwrap().to_owned()).collect();
    dues.sort();
    assert_eq!(dues, ["2026-12-02", "2026-12-24"]);
    // The update has stored the imprint of the updated todo. So the next update does not take the todo for a todo that
    // the person has changed.
    let (update, _) = preview(&api, "tasks.ics", &file("20261203")).await;
    let done = repeat(&api, "POST", &update, json!({"existing": "update"})).await.pop().unwrap();
    assert_eq!(done["updated"], 1);
}

fn vtodo(uid: &str, date: &str) -> String {
    format!("BEGIN:VTODO\nUID:{uid}\nSUMMARY:Task {uid}\nDUE;VALUE=DATE:{date}\nEND:VTODO\n")
}

#[tokio::test]
async fn lists_get_other_names_or_stay_out() {
    let api = Api::new();
    api.post("/todos", json!({"todos": [{"title": "here", "list": "House"}]})).await;
    let file = "# Home\n\n- [ ] Paint\n\n# Old\n\n- [ ] Forget\n\n# Work\n\n- [ ] Call\n";
    let choices = json!({"lists": [{"list": "home", "to": "house"}, {"list": "Old", "leave_out": true}]});
    let (_, done) = import(&api, "list.md", file, choices).await;
    assert_eq!((&done["todos"], &done["added"]), (&json!(2), &json!(2)));
    let lists: Vec<_> =
        api.all("open").await.iter().map(|todo| (todo["title"].clone(), todo["list"].clone())).collect();
    for expected in [("Paint", "House"), ("Call", "Work")] {
        assert!(lists.contains(&(json!(expected.0), json!(expected.1))), "{lists:?}");
    }
    assert!(!titles(&api).await.contains(&"Forget".to_owned()));
}

#[tokio::test]
async fn an_undo_leaves_alone_what_was_changed_since() {
    let api = Api::new();
    let (id, _) = import(&api, "list.md", &checklist(3), json!({})).await;
    let todos = api.all("open").await;
    let changed = todos.iter().find(|todo| todo["title"] == "Todo 1").unwrap()["id"].as_str().unwrap().to_owned();
    api.patch(&format!("/todos/{changed}"), json!({"title": "Mine now"})).await;
    let undone = repeat(&api, "DELETE", &id, Value::Null).await.pop().unwrap();
    assert_eq!((&undone["undone"], &undone["kept"]), (&json!(2), &json!(1)));
    let left: Vec<_> = api.all("open").await.iter().map(|todo| todo["title"].clone()).collect();
    assert_eq!(left, ["Mine now"]);
}

#[tokio::test]
async fn the_undo_of_an_assistant_takes_back_the_whole_import() {
    let api = Api::new();
    import(&api, "list.md", &checklist(900), json!({})).await;
    let undone = api.post("/undo", json!({})).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    assert_eq!(api.all("open").await.len(), 0);
    let redone = api.post("/undo", json!({"change_id": undone.change_id()})).await;
    assert_eq!(redone.status, 200, "{}", redone.text);
    assert_eq!(api.all("open").await.len(), 900);
}

#[tokio::test]
async fn the_undo_of_an_import_that_is_too_large_says_what_to_do() {
    let api = Api::new();
    let (id, _) = import(&api, "list.md", &checklist(1_100), json!({})).await;
    let refused = api.post("/undo", json!({})).await;
    refused.assert_problem(413, "too_large");
    assert!(refused.text.contains(&id), "{}", refused.text);
    assert_eq!(api.all("open").await.len(), 1_100);
}

#[tokio::test]
async fn a_file_may_be_compressed_and_come_in_parts() {
    let api = Api::new();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(checklist(400).as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let (one, two) = packed.split_at(packed.len() / 2);
    let gzip = [("content-encoding", "gzip")];
    let first = send_as(&api, "/import?name=list.md&more=true", one, &gzip).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let id = first.body["import"].as_str().unwrap().to_owned();
    assert_eq!(api.get(&format!("/import/{id}")).await.body["state"], "receiving");
    let begun = api.post(&format!("/import/{id}"), json!({})).await;
    begun.assert_problem(422, "invalid");
    let second = send_as(&api, &format!("/import?import={id}"), two, &gzip).await;
    assert_eq!((&second.body["todos"], &second.body["import"]), (&json!(400), &json!(id)), "{}", second.text);
    let third = send_as(&api, &format!("/import?import={id}"), two, &gzip).await;
    third.assert_problem(422, "invalid");
    let last = repeat(&api, "POST", &id, json!({})).await.pop().unwrap();
    assert_eq!(last["added"], 400);
    // After the import, the service has deleted the stored file.
    assert!(!api.items().await.keys().any(|sk| sk.starts_with("import-file#")));
}

#[tokio::test]
async fn what_cannot_be_imported_is_refused_with_a_reason_and_leaves_nothing() {
    let api = Api::new();
    let picture = [0x89, b'P', b'N', b'G', 0, 1, 2, 3];
    for (file, status, code) in [(&b""[..], 422, "invalid"), (&picture, 422, "invalid"), (b"hello", 422, "invalid")] {
        send(&api, "x", file).await.assert_problem(status, code);
    }
    send_as(&api, "/import", b"x", &[("content-encoding", "br")]).await.assert_problem(415, "compressed");
    let gzip = [("content-encoding", "gzip")];
    send_as(&api, "/import", b"not gzip", &gzip).await.assert_problem(422, "invalid");
    send_as(&api, "/import?import=0000000000000000", b"x", &[]).await.assert_problem(404, "not_found");
    send_as(&api, "/import", &vec![b'x'; 4 * 1024 * 1024 + 1], &[]).await.assert_problem(413, "too_large");
    let too_many = send(&api, "x.md", checklist(5_001).as_bytes()).await;
    too_many.assert_problem(422, "invalid");
    assert!(too_many.text.contains("5001 todos"), "{}", too_many.text);
    assert_eq!(api.get("/import").await.body["imports"], json!([]));
    assert!(!api.items().await.keys().any(|sk| sk.starts_with("import")));
}

#[tokio::test]
async fn a_compressed_file_that_becomes_too_large_is_refused_before_it_is_large() {
    let api = Api::new();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let line = "- [ ] x\n".repeat(100_000);
    for _ in 0..60 {
        encoder.write_all(line.as_bytes()).unwrap();
    }
    let packed = encoder.finish().unwrap();
    assert!(packed.len() < 100_000, "{}", packed.len());
    let refused = send_as(&api, "/import", &packed, &[("content-encoding", "gzip")]).await;
    refused.assert_problem(422, "invalid");
    assert!(refused.text.contains("8 MB"), "{}", refused.text);
}

#[tokio::test]
async fn an_import_of_somebody_else_is_not_there() {
    let (ann, bob) = (Api::new(), Api::new());
    let (id, _) = preview(&ann, "secret.md", &checklist(2)).await;
    for method in ["GET", "POST", "DELETE"] {
        let answer = bob.send(method, &format!("/import/{id}"), Value::Null, &[]).await;
        answer.assert_problem(404, "not_found");
        assert!(!answer.text.contains("secret"), "{}", answer.text);
    }
    send_as(&bob, &format!("/import?import={id}"), b"x", &[]).await.assert_problem(404, "not_found");
    assert_eq!(bob.get("/import").await.body["imports"], json!([]));
    assert_eq!(ann.get(&format!("/import/{id}")).await.body["new"], 2);
}

#[tokio::test]
async fn an_import_that_has_not_begun_can_be_forgotten() {
    let api = Api::new();
    let (id, _) = preview(&api, "list.md", &checklist(2)).await;
    let forgotten = api.delete(&format!("/import/{id}")).await;
    assert_eq!((&forgotten.body["state"], &forgotten.body["finished"]), (&json!("forgotten"), &json!(true)));
    api.get(&format!("/import/{id}")).await.assert_problem(404, "not_found");
    assert!(!api.items().await.keys().any(|sk| sk.starts_with("import")));
}

#[tokio::test]
async fn invented_choices_are_refused_and_change_nothing() {
    let api = Api::new();
    let (id, _) = preview(&api, "list.md", &checklist(2)).await;
    for choices in
        [json!({"existing": "overwrite"}), json!({"lists": [{"list": "Home", "into": "X"}]}), json!({"force": true})]
    {
        api.post(&format!("/import/{id}"), choices).await.assert_problem(422, "invalid");
    }
    let unknown = api.post(&format!("/import/{id}"), json!({"lists": [{"list": "Hom", "leave_out": true}]})).await;
    unknown.assert_problem(422, "invalid");
    assert!(unknown.text.contains("no list of the file"), "{}", unknown.text);
    assert_eq!(api.get(&format!("/import/{id}")).await.body["state"], "previewed");
    assert_eq!(api.all("any").await.len(), 0);
}

#[tokio::test]
async fn choices_that_come_after_the_beginning_are_refused_and_the_same_ones_go_on() {
    let api = Api::new();
    let (id, _) = preview(&api, "list.md", &checklist(600)).await;
    let path = format!("/import/{id}");
    let choices = json!({"existing": "update", "lists": [{"list": "Home", "to": "House"}]});
    assert_eq!(api.post(&path, choices.clone()).await.body["state"], "importing");
    for other in [json!({"existing": "skip"}), json!({"lists": [{"list": "Home", "leave_out": true}]})] {
        let refused = api.post(&path, other).await;
        refused.assert_problem(422, "invalid");
        assert!(refused.text.contains("the import has begun"), "{}", refused.text);
    }
    assert_eq!(api.post(&path, choices).await.body["state"], "imported");
    assert_eq!(api.post(&path, json!({})).await.body["added"], 600);
}
