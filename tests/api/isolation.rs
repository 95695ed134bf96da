//! Tests that an owner cannot read or change the data of another owner. No answer may reveal that the data of another
//! owner exists.

use serde_json::{Value, json};

use super::{harness::Api, samples::SAMPLES};

#[tokio::test]
async fn anothers_todo_is_404_for_every_operation_that_takes_an_id() {
    let (ann, bob) = (Api::new(), Api::new());
    let id = ann.add(&["secret"]).await.remove(0);
    let own = bob.add(&["own"]).await.remove(0);
    let change = ann.patch(&format!("/todos/{id}"), json!({"title": "very secret"})).await.change_id();
    let (anns, bobs) = (ann.everything().await, bob.everything().await);

    let path = format!("/todos/{id}");
    let mut answers = Vec::new();
    for sample in SAMPLES.iter().filter(|sample| sample.names_a_todo()) {
        answers.push(bob.send(sample.method, &sample.target(&id), sample.body(&id), &[]).await);
    }
    answers.extend([
        bob.patch(&path, json!({"title": "x", "expected_version": 2})).await,
        bob.send("PATCH", &path, json!({"title": "x"}), &[("if-match", "\"2\"")]).await,
        bob.delete(&format!("/todos?ids={own},{id}")).await,
        bob.patch("/todos", json!({"todos": [{"id": own, "title": "x"}, {"id": id, "title": "x"}]})).await,
        bob.post("/undo", json!({"change_id": change})).await,
    ]);
    for answer in answers {
        answer.assert_problem(404, "not_found");
        assert!(!answer.text.contains("secret"), "{}", answer.text);
        assert!(answer.body.get("current").is_none());
    }
    assert_eq!((ann.everything().await, bob.everything().await), (anns, bobs));
}

#[tokio::test]
async fn anothers_id_and_one_that_never_was_are_answered_alike() {
    let (ann, bob) = (Api::new(), Api::new());
    let id = ann.add(&["secret"]).await.remove(0);
    let change = ann.get("/changes").await.body["changes"][0]["id"].as_str().unwrap().to_owned();
    let pairs = [
        (bob.get(&format!("/todos/{id}")).await, bob.get("/todos/0000000000").await),
        (
            bob.post("/undo", json!({"change_id": change})).await,
            bob.post("/undo", json!({"change_id": "0000000000000000"})).await,
        ),
        (bob.delete(&format!("/todos?ids={id}")).await, bob.delete("/todos?ids=0000000000").await),
    ];
    for (anothers, invented) in pairs {
        assert_eq!(anothers.status, invented.status);
        assert_eq!(anothers.text.replace(&id, "0000000000"), invented.text);
    }
}

#[tokio::test]
async fn anothers_cursor_is_refused_by_every_listing() {
    let (ann, bob) = (Api::new(), Api::new());
    for api in [&ann, &bob] {
        api.add(&["a", "b"]).await;
        api.add(&["c"]).await;
    }
    for path in ["/todos", "/changes"] {
        let cursor = ann.get(&format!("{path}?limit=1")).await.body["next_cursor"].as_str().unwrap().to_owned();
        bob.get(&format!("{path}?limit=1&cursor={cursor}")).await.assert_problem(400, "bad_cursor");
        assert_eq!(ann.get(&format!("{path}?limit=1&cursor={cursor}")).await.status, 200);
    }
}

#[tokio::test]
async fn two_owners_use_the_same_key_without_knowing_of_each_other() {
    let (ann, bob) = (Api::new(), Api::new());
    let body = |title: &str| json!({"todos": [{"title": title}], "idempotency_key": "k"});
    assert_eq!(ann.post("/todos", body("anns")).await.status, 201);
    let bobs = bob.post("/todos", body("bobs")).await;
    assert_eq!((bobs.status.as_u16(), bobs.body.get("replayed")), (201, None::<&Value>), "{}", bobs.text);
    assert_eq!(ann.all("open").await[0]["title"], "anns");
}

#[tokio::test]
async fn listings_and_undo_know_only_the_own_todos() {
    let (ann, bob) = (Api::new(), Api::new());
    ann.post("/todos", json!({"todos": [{"title": "secret", "list": "Trip"}]})).await;
    for status in ["open", "completed", "deleted"] {
        assert!(bob.all(status).await.is_empty());
    }
    assert_eq!(bob.get("/changes").await.body["changes"], json!([]));
    bob.post("/undo", json!({})).await.assert_problem(404, "nothing_to_undo");
    let bobs = bob.post("/todos", json!({"todos": [{"title": "own", "list": "TRIP"}]})).await;
    assert_eq!(bobs.body["new_lists"], json!(["TRIP"]), "a list's name is its owner's alone");
}
