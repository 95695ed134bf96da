//! Renames, merges and deletes a list, while other requests add todos to this list. Afterwards no todo is lost, and
//! each todo is in a list that exists.

use std::time::Duration;

use serde_json::{Value, json};

use super::harness::{Answer, Api};

/// The number of rounds of each race. Each round has another timing.
const ROUNDS: u64 = 10;
const ADDS: usize = 20;

/// Sends the adds and these changes to the list `Work` at the same time, alternately to two instances. The adds start
/// one after another with a short pause, and the changes start at different moments among the adds. Returns the answers
/// to the adds and to the changes.
async fn race(api: &Api, round: u64, changes: &[Value]) -> (Vec<Answer>, Vec<Answer>) {
    let instances = [api.elsewhere(), api.elsewhere()];
    // Both instances know the list before the race.
    for instance in &instances {
        assert_eq!(instance.get("/overview").await.status, 200);
    }
    let adds = (0..ADDS).map(|n| {
        let todo = json!({"todos": [{"title": format!("add {n}"), "list": if n % 3 == 0 { "WORK" } else { "Work" }}]});
        (n as u64 * round, "POST", "/todos", todo)
    });
    let changes =
        changes.iter().enumerate().map(|(n, change)| (round * (3 + 8 * n as u64), "PATCH", "/lists", change.clone()));
    let tasks = adds.chain(changes).enumerate().map(|(n, (pause, method, path, body))| {
        let instance = instances[n % 2].clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_micros(pause * 400)).await;
            instance.send(method, path, body, &[]).await
        })
    });
    let mut answers = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        answers.push(task.await.unwrap());
    }
    let changes = answers.split_off(ADDS);
    (answers, changes)
}

/// The open and completed todos. Checks that the overview contains the list of each todo, with the same spelling, and
/// the right number of open todos.
async fn todos_in_lists(api: &Api) -> Vec<Value> {
    let todos = [api.all("open").await, api.all("completed").await].concat();
    let overview = api.get("/overview").await;
    let lists = overview.body["lists"].as_array().unwrap();
    for todo in &todos {
        assert!(lists.iter().any(|list| list["name"] == todo["list"]), "{todo}: {}", overview.text);
    }
    for list in lists {
        let open = todos.iter().filter(|todo| todo["list"] == list["name"] && todo["status"] == "open").count();
        assert_eq!(list["open"], json!(open), "{}", overview.text);
    }
    todos
}

/// An API with todos in the lists `Work` and `Home`.
async fn start() -> (Api, Vec<String>) {
    let api = Api::new();
    let todo = |n: usize| json!({"title": format!("old {n}"), "list": if n < 4 { "Work" } else { "Home" }});
    let added = api.post("/todos", json!({"todos": (0..6).map(todo).collect::<Vec<_>>()})).await;
    let ids = added.ids();
    api.patch(&format!("/todos/{}", ids[0]), json!({"status": "completed"})).await;
    (api, ids)
}

fn assert_added(adds: &[Answer]) -> Vec<String> {
    let failed: Vec<_> = adds.iter().filter(|answer| answer.status != 201).map(|answer| &answer.text).collect();
    assert_eq!(failed, Vec::<&String>::new());
    adds.iter().flat_map(Answer::ids).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rename_a_merge_and_twenty_adds_at_once_lose_no_todo() {
    let (rename, merge) =
        (json!({"list": "Work", "rename_to": "Office"}), json!({"list": "Work", "merge_into": "Home"}));
    let mut done = 0;
    for round in 0..ROUNDS {
        let (api, mut ids) = start().await;
        let order = if round % 2 == 0 { [rename.clone(), merge.clone()] } else { [merge.clone(), rename.clone()] };
        let (adds, changes) = race(&api, round, &order).await;
        ids.extend(assert_added(&adds));
        // If the first change wins, the second change finds no list with this name, or finds a new list that an add has
        // created.
        for change in &changes {
            assert!([200, 404].contains(&change.status.as_u16()), "{}", change.text);
            done += usize::from(change.status == 200);
        }
        let elsewhere = api.elsewhere();
        let todos = todos_in_lists(&elsewhere).await;
        assert_eq!(todos.len(), ids.len(), "round {round}");
        for todo in &todos {
            assert!(ids.iter().any(|id| todo["id"] == *id), "{todo}");
            let list = todo["list"].as_str().unwrap().to_lowercase();
            assert!(["work", "office", "home"].contains(&list.as_str()), "{todo}");
        }
        // The change that won has moved all old todos.
        let old = |id: &String| todos.iter().find(|todo| todo["id"] == **id).map(|todo| todo["list"].clone());
        let old: Vec<_> = ids[..4].iter().map(old).collect();
        assert!(old.iter().all(|list| *list == old[0] && *list != Some(json!("Work"))), "{old:?}");
    }
    assert!(done >= ROUNDS as usize, "one of the two changes always wins: {done}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deletion_of_the_list_and_twenty_adds_at_once_delete_only_todos_that_the_deletion_names() {
    let delete = json!({"list": "Work", "delete": true});
    let mut deletions = 0;
    for round in 0..ROUNDS {
        let (api, ids) = start().await;
        let (adds, changes) = race(&api, round, std::slice::from_ref(&delete)).await;
        let added = assert_added(&adds);
        // Each add changes the owner's data, and the deletion must know all todos of the list. So the service may
        // refuse the deletion.
        let deletion = &changes[0];
        assert!([200, 409].contains(&deletion.status.as_u16()), "{}", deletion.text);
        let todos = todos_in_lists(&api.elsewhere()).await;
        let deleted = api.all("deleted").await;
        assert_eq!(todos.len() + deleted.len(), ids.len() + added.len(), "round {round}: no todo is lost");
        let (open, completed) =
            (deletion.body["deleted"]["open"].as_u64(), deletion.body["deleted"]["completed"].as_u64());
        assert_eq!(deleted.len() as u64, open.unwrap_or_default() + completed.unwrap_or_default(), "{}", deletion.text);
        if deletion.status == 409 {
            continue;
        }
        deletions += 1;
        assert!(ids[..4].iter().all(|id| deleted.iter().any(|todo| todo["id"] == *id)), "{deleted:?}");
        // The undo restores the deleted todos, even if an add has created the list again.
        let undone = api.elsewhere().post("/undo", json!({"change_id": deletion.change_id()})).await;
        assert_eq!(undone.status, 200, "{}", undone.text);
        let todos = todos_in_lists(&api.elsewhere()).await;
        let work = todos.iter().filter(|todo| todo["list"].as_str().unwrap().to_lowercase() == "work").count();
        assert_eq!((todos.len(), work), (ids.len() + added.len(), 4 + ADDS), "round {round}");
    }
    println!("{deletions} of {ROUNDS} deletions");
    assert!(deletions > 0, "no deletion won");
}
