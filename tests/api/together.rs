//! Three instances of the service change the todos and lists of one owner at the same moment. Afterwards these tests
//! check the history, the lists and the counts.

use std::collections::{BTreeMap, HashMap};

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use super::{
    harness::Api,
    random_writes::{Done, Write, start, writes},
};

/// The statuses that an answer to a write may have, if other instances write at the same moment.
const ANSWERED: [u16; 5] = [200, 201, 404, 409, 422];
/// The number of instances that write at the same moment.
const INSTANCES: usize = 3;

/// Random writes. The same seed always gives the same writes.
fn writes_of(seed: u8, number: usize) -> Vec<Write> {
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let mut all = Vec::new();
    while all.len() < number {
        let writes = writes().new_tree(&mut runner).unwrap().current();
        all.extend(writes.into_iter().filter(|write| !matches!(write, Write::UndoSince(_))));
    }
    all
}

/// Executes the writes one after another. Returns the number of writes with each status.
async fn perform_all(api: Api, mut done: Done, writes: Vec<Write>) -> BTreeMap<u16, usize> {
    let mut statuses = BTreeMap::new();
    for write in writes {
        let Some(answer) = done.send(&api, &write).await else { continue };
        let status = answer.status.as_u16();
        assert!(ANSWERED.contains(&status), "{write:?}: {status} {}", answer.text);
        done.learn(&answer);
        *statuses.entry(status).or_default() += 1;
    }
    statuses
}

/// All changes of the history, from the oldest to the newest.
async fn history(api: &Api, query: &str) -> Vec<Value> {
    let (mut changes, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("/changes?limit=100{query}&cursor={cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        changes.extend(page.body["changes"].as_array().unwrap().iter().cloned());
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    changes.reverse();
    changes
}

/// Checks that in the history of this todo, the old value of each field is the new value of the change before, and that
/// the last value is the present value. Returns the number of checked values.
///
/// The history shows only the end of long notes, and it does not show the values of a todo that a change added. So this
/// function begins with the first value that the history shows.
async fn assert_chain(api: &Api, todo: &Value) -> usize {
    let (id, mut checked) = (todo["id"].as_str().unwrap(), 0);
    let mut last: HashMap<String, String> = HashMap::new();
    let changes = history(api, &format!("&todo_id={id}")).await;
    for change in &changes {
        let of_todo = change["todos"].as_array().into_iter().flatten().find(|other| other["id"] == todo["id"]);
        // If a change concerns many todos, the history leaves out the values of some todos. Then it shows only the
        // names of their changed fields.
        for field in of_todo.and_then(|todo| todo["fields"].as_array()).into_iter().flatten() {
            last.remove(field.as_str().unwrap());
        }
        for field in of_todo.and_then(|todo| todo["changed"].as_array()).into_iter().flatten() {
            let (name, values) = field.as_str().unwrap().split_once(": ").unwrap();
            let (old, new) = values.split_once(" → ").unwrap();
            if name == "notes" {
                continue;
            }
            if let Some(before) = last.insert(name.to_owned(), new.to_owned()) {
                assert_eq!(before, old, "{name} of {id}: {change:#}\nin {changes:#?}");
                checked += 1;
            }
        }
    }
    for (name, value) in last.iter().filter(|(name, _)| ["title", "status", "list", "due"].contains(&name.as_str())) {
        assert_eq!(todo[name].as_str().unwrap_or("none"), value, "{name} of {id}: {changes:#?}");
        checked += 1;
    }
    checked
}

/// Checks the lists of all todos, and compares the counts in the overview with a count by hand.
async fn assert_lists_and_counts(api: &Api) {
    let (open, completed) = (api.all("open").await, api.all("completed").await);
    let overview = api.get("/overview").await;
    let lists = overview.body["lists"].as_array().unwrap();
    let mut spellings: HashMap<String, &str> = HashMap::new();
    for list in lists {
        let name = list["name"].as_str().unwrap();
        assert_eq!(spellings.insert(name.to_lowercase(), name), None, "{name} is there twice: {}", overview.text);
    }
    for todo in open.iter().chain(&completed) {
        let name = todo["list"].as_str().unwrap();
        assert_eq!(spellings.get(&name.to_lowercase()), Some(&name), "{todo} in {}", overview.text);
    }
    let count = |name: &Value| open.iter().filter(|todo| todo["list"] == *name).count();
    for list in lists {
        assert_eq!(list["open"], json!(count(&list["name"])), "{}", overview.text);
    }
    let counts = &overview.body["counts"];
    assert_eq!((&counts["open"], &counts["completed_today"]), (&json!(open.len()), &json!(completed.len())));
}

/// The names of the lists in the answer of another instance with empty caches.
async fn names(api: &Api) -> Value {
    api.elsewhere().get("/overview").await.body["lists"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_three_instances_wrote_at_once_history_lists_and_counts_are_whole() {
    let (mut checked, mut statuses): (usize, BTreeMap<u16, usize>) = (0, BTreeMap::new());
    for round in 0..8 {
        let (api, done) = start().await;
        let instances = (0..INSTANCES).map(|instance| {
            let writes = writes_of((round * INSTANCES + instance) as u8, 20);
            tokio::spawn(perform_all(api.elsewhere(), Done { ids: done.ids.clone(), ..Done::default() }, writes))
        });
        let instances: Vec<_> = instances.collect();
        for instance in instances {
            for (status, number) in instance.await.unwrap() {
                *statuses.entry(status).or_default() += number;
            }
        }
        assert_lists_and_counts(&api).await;
        assert_eq!(api.get("/overview").await.body["lists"], names(&api).await);
        for status in ["open", "completed", "deleted"] {
            for todo in api.all(status).await {
                checked += assert_chain(&api, &todo).await;
            }
        }
    }
    println!("{checked} values, answers by status: {statuses:?}");
    assert!(checked > 100, "only {checked} values");
    assert!(statuses[&200] + statuses[&201] > 200, "{statuses:?}");
}

#[tokio::test]
async fn an_instance_that_knows_nothing_shows_the_present_names_of_lists() {
    let api = Api::new();
    api.post("/todos", json!({"todos": [{"title": "x", "list": "Work"}], "allow_duplicate": true})).await;
    let renamed = api.patch("/lists", json!({"list": "Work", "rename_to": "Office"})).await;
    assert_eq!(renamed.status, 200, "{}", renamed.text);
    let listed = api.elsewhere().all("open").await;
    assert_eq!((listed.len(), &listed[0]["list"]), (1, &json!("Office")));
    let lists = json!([{"name": "Inbox", "open": 0}, {"name": "Office", "open": 1}]);
    assert_eq!(api.elsewhere().get("/overview").await.body["lists"], lists);
}
