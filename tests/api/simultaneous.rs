//! Sends several requests at the same moment. These tests need a DynamoDB in which simultaneous transactions are
//! atomic.

use serde_json::json;

use super::harness::{Api, at_once};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_simultaneous_adds_with_one_key_make_one_set() {
    let api = Api::new();
    let body = json!({"todos": [{"title": "a", "list": "Trip"}, {"title": "b"}], "idempotency_key": "k"});
    let answers = at_once(&api, vec![("POST", "/todos".to_owned(), body); 50]).await;
    let created: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(created.len(), 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!((answer.status.as_u16(), &answer.body["replayed"]), (200, &json!(true)), "{}", answer.text);
        for member in ["todos", "change", "new_lists"] {
            assert_eq!(answer.body[member], created[0].body[member]);
        }
    }
    assert_eq!(api.all("open").await.len(), 2);
    assert_eq!(api.get("/changes").await.body["changes"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_bodies_under_one_key_simultaneously_make_one_set() {
    let api = Api::new();
    let body = |title: &str| json!({"todos": [{"title": title}], "idempotency_key": "k"});
    let requests = (0..50).map(|n| ("POST", "/todos".to_owned(), body(if n % 2 == 0 { "a" } else { "b" }))).collect();
    let answers = at_once(&api, requests).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((count(201), count(200), count(422)), (1, 24, 25));
    assert_eq!(api.all("open").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn simultaneous_edits_of_one_todo_survive_or_are_answered_409() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let edit = |n: usize| match n {
        0 => json!({"title": "renamed"}),
        1 => json!({"due": "2026-11-27"}),
        2 => json!({"priority": "high"}),
        3 => json!({"notes": "noted"}),
        4 => json!({"list": "Trip"}),
        n => json!({"add_tags": [format!("tag-{}", n % 15)]}),
    };
    let answers = at_once(&api, (0..50).map(|n| ("PATCH", format!("/todos/{id}"), edit(n))).collect()).await;
    let todo = api.get(&format!("/todos/{id}")).await.body["todo"].clone();
    let mut survived = 0;
    for (n, answer) in answers.iter().enumerate() {
        if answer.status == 409 {
            answer.assert_problem(409, "conflict");
            assert_eq!(answer.body["current"][0]["id"], json!(id));
            continue;
        }
        assert_eq!(answer.status, 200, "{}", answer.text);
        survived += 1;
        let asked = edit(n);
        let (field, value) = asked.as_object().unwrap().iter().next().unwrap();
        match field.as_str() {
            "add_tags" => assert!(todo["tags"].as_array().unwrap().contains(&value[0]), "{value} was lost: {todo}"),
            field => assert_eq!(todo[field], *value, "{field} was lost"),
        }
    }
    assert!(survived >= 4, "only {survived} of 50 got through");
    let changed = answers.iter().filter(|answer| answer.status == 200 && answer.body.get("change").is_some()).count();
    assert_eq!(todo["version"], json!(changed + 1), "each change is a version of its own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_simultaneous_edits_that_expect_one_version_one_gets_through() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let edit = |n: usize| json!({"title": format!("t{n}"), "expected_version": 1});
    let answers = at_once(&api, (0..20).map(|n| ("PATCH", format!("/todos/{id}"), edit(n))).collect()).await;
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((done.len(), refused.len()), (1, 19));
    refused.iter().for_each(|answer| answer.assert_problem(409, "conflict"));
    assert_eq!(api.get(&format!("/todos/{id}")).await.body["todo"], done[0].body["todo"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn simultaneous_undos_of_one_change_undo_it_once() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let change = api.patch(&format!("/todos/{id}"), json!({"title": "b"})).await.change_id();
    let answers = at_once(&api, vec![("POST", "/undo".to_owned(), json!({"change_id": change})); 20]).await;
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((done.len(), refused.len()), (1, 19));
    refused.iter().for_each(|answer| answer.assert_problem(409, "already_undone"));
    let todo = api.get(&format!("/todos/{id}")).await.body["todo"].clone();
    assert_eq!((&todo["title"], &todo["version"]), (&json!("a"), &json!(3)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_simultaneous_edits_the_latest_change_is_the_one_that_undo_takes() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let edit = |n: usize| ("PATCH", format!("/todos/{id}"), json!({"add_tags": [format!("t{n}")]}));
    at_once(&api, (0..6).map(edit).collect()).await;
    let before = api.get(&format!("/todos/{id}")).await.body["todo"]["version"].clone();
    let undone = api.post("/undo", json!({})).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    assert_eq!(undone.body["todos"][0]["version"].as_u64(), before.as_u64().map(|version| version + 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn simultaneous_adds_to_a_new_list_agree_on_its_name() {
    let api = Api::new();
    let names = ["Trip", "TRIP", "trip", "tRIP"];
    let body = |n: usize| json!({"todos": [{"title": format!("t{n}"), "list": names[n % 4]}]});
    let answers = at_once(&api, (0..20).map(|n| ("POST", "/todos".to_owned(), body(n))).collect()).await;
    assert!(
        answers.iter().all(|answer| answer.status == 201),
        "{:?}",
        answers.iter().map(|answer| &answer.text).collect::<Vec<_>>()
    );
    let announced: Vec<_> = answers.iter().filter(|answer| answer.body.get("new_lists").is_some()).collect();
    assert_eq!(announced.len(), 1);
    let name = &announced[0].body["new_lists"][0];
    let todos = api.all("open").await;
    assert_eq!(todos.len(), 20);
    assert!(todos.iter().all(|todo| todo["list"] == *name));
}
