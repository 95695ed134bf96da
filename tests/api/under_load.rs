//! Tests many clients that write at the same time. DynamoDB throttles calls and refuses colliding transactions. Some
//! calls fail, and some answers are lost. After a 503, a client sends the same request again, as the answer says.

use serde_json::{Value, json};

use super::{
    harness::{Answer, Api},
    transport::Fault,
};

const CLIENTS: usize = 12;
const PARAGRAPHS: usize = 4;

/// Sends the request until the answer is not 503. Returns the answer, and the number of answers with 503.
async fn until_done(api: &Api, method: &str, path: &str, body: &Value) -> (Answer, usize) {
    for refused in 0..100 {
        let answer = api.send(method, path, body.clone(), &[]).await;
        if answer.status != 503 {
            assert!(answer.status.is_success(), "{method} {path} {body}: {}", answer.text);
            return (answer, refused);
        }
        assert!(answer.body["detail"].as_str().unwrap().starts_with("Send the same request again"), "{}", answer.text);
    }
    panic!("{method} {path} {body} is always refused");
}

/// Adds a todo, changes it again and again, and returns its id and the number of answers with 503.
async fn client(api: Api, number: usize) -> (String, usize) {
    let todo = json!({"todos": [{"title": format!("todo {number}"), "list": format!("list {}", number % 3)}]});
    let (added, mut refused) = until_done(&api, "POST", "/todos", &todo).await;
    let id = added.ids().remove(0);
    let one = format!("/todos/{id}");
    let mut edits: Vec<Value> = (0..PARAGRAPHS).map(|n| json!({"append_notes": format!("paragraph {n}")})).collect();
    edits.push(json!({"status": "completed"}));
    edits.push(json!({"status": "open", "idempotency_key": format!("open {number}")}));
    edits.push(json!({"title": format!("done {number}"), "add_tags": ["x"]}));
    for edit in edits {
        refused += until_done(&api, "PATCH", &one, &edit).await.1;
    }
    let extra = json!({"todos": [{"title": format!("extra {number}")}], "idempotency_key": format!("add {number}")});
    let (extra, more) = until_done(&api, "POST", "/todos", &extra).await;
    let (_, still_more) = until_done(&api, "DELETE", &format!("/todos/{}", extra.ids()[0]), &Value::Null).await;
    (id, refused + more + still_more)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn under_simultaneous_load_and_faults_nothing_is_lost_and_nothing_is_doubled() {
    let api = Api::new();
    let faults = [(3, Fault::Throttled), (7, Fault::AnswerLost), (11, Fault::ServerError), (13, Fault::Conflict)];
    api.wire.fail_often(faults);
    let clients: Vec<_> = (0..CLIENTS).map(|number| tokio::spawn(client(api.clone(), number))).collect();
    let mut refused = 0;
    let mut ids = Vec::new();
    for client in clients {
        let (id, number) = client.await.unwrap();
        ids.push(id);
        refused += number;
    }
    api.wire.fail_often([]);
    let notes = (0..PARAGRAPHS).map(|n| format!("paragraph {n}")).collect::<Vec<_>>().join("\n\n");
    for (number, id) in ids.iter().enumerate() {
        let todo = api.get(&format!("/todos/{id}")).await.body["todo"].clone();
        let expected = json!([format!("done {number}"), "open", notes, ["x"], 8]);
        assert_eq!(json!([todo["title"], todo["status"], todo["notes"], todo["tags"], todo["version"]]), expected);
    }
    assert_eq!((api.all("open").await.len(), api.all("deleted").await.len()), (CLIENTS, CLIENTS));
    // Each client made ten changes, and the history contains each change once.
    let mut changes = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api.get(&format!("/changes?limit=100&cursor={cursor}")).await;
        changes.extend(page.body["changes"].as_array().unwrap().clone());
        let Some(next) = page.body["next_cursor"].as_str() else { break };
        cursor = next.to_owned();
    }
    assert_eq!(changes.len(), CLIENTS * (PARAGRAPHS + 6));
    println!("{refused} answers were 503, and {} calls went to DynamoDB", api.wire.take_calls().len());
}
