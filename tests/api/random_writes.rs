//! Random sequences of writes, which the tests in `undo_all.rs` undo.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::harness::{Answer, Api};

/// One of the writes in a random sequence of writes. Each `usize` selects one of the todos that the test has added.
#[derive(Debug, Clone)]
pub enum Write {
    /// Adds todos with these titles, in these lists.
    Add(Vec<(String, Option<&'static str>)>),
    Edit(Vec<(usize, Value)>),
    Delete(Vec<usize>),
    Settings(Value),
    /// Renames, merges, deletes or orders lists.
    Lists(Value),
    /// Undoes the latest change that is not undone.
    Undo,
    /// Undoes one of the earlier changes, which may be an undo, or an undo of an undo.
    UndoChange(usize),
    /// Undoes everything since a number of seconds ago. The clock advances by a millisecond with each reading.
    UndoSince(String),
}

/// The names of lists in the random writes. There are only a few names, so the writes often use a name again after it
/// has become free.
const NAMES: [&str; 7] = ["a", "b", "c", "d", "A", "B", "Inbox"];

/// All that a test has learned from the answers to its writes.
#[derive(Debug, Default)]
pub struct Done {
    /// The ids of the added todos.
    pub ids: Vec<String>,
    /// The ids of the changes. The oldest change comes first.
    pub changes: Vec<String>,
    /// The names of the lists that the writes have created, in lower case.
    pub new_lists: Vec<String>,
}

pub fn writes() -> impl Strategy<Value = Vec<Write>> {
    let name = || prop::sample::select(&NAMES[..]);
    let edit = prop_oneof![
        "[a-z]{1,8}".prop_map(|title| json!({ "title": title })),
        (1u32..28).prop_map(|day| json!({"due": format!("2026-12-{day:02}")})),
        Just(json!({"status": "completed"})),
        Just(json!({"repeat": {"unit": "week", "weekdays": ["mon"]}})),
        Just(json!({"clear": ["repeat"]})),
        Just(json!({"status": "open"})),
        Just(json!({"clear": ["due", "repeat", "tags", "notes"]})),
        "[a-c]".prop_map(|tag| json!({"add_tags": [tag]})),
        "[a-c]".prop_map(|tag| json!({"remove_tags": [tag]})),
        name().prop_map(|list| json!({ "list": list })),
        name().prop_map(|list| json!({"list": list, "status": "open"})),
        "[a-z ]{1,9}[a-z]".prop_map(|notes| json!({ "append_notes": notes })),
    ];
    let settings = prop_oneof![
        Just(json!({"week_start": "sun"})),
        Just(json!({"clear": ["week_start"]})),
        name().prop_map(|list| json!({ "default_list": list })),
    ];
    let lists = prop_oneof![
        3 => (name(), name()).prop_map(|(list, to)| json!({"list": list, "rename_to": to})),
        3 => (name(), name()).prop_map(|(list, into)| json!({"list": list, "merge_into": into})),
        2 => name().prop_map(|list| json!({"list": list, "delete": true})),
        1 => prop::collection::vec(name(), 1..4).prop_map(|order| json!({ "order": order })),
    ];
    let new = ("[a-z]{1,8}", prop::option::of(name()));
    let write = prop_oneof![
        2 => prop::collection::vec(new, 1..4).prop_map(Write::Add),
        2 => prop::collection::vec((0usize..20, edit), 1..4).prop_map(Write::Edit),
        1 => prop::collection::vec(0usize..20, 1..3).prop_map(Write::Delete),
        1 => settings.prop_map(Write::Settings),
        4 => lists.prop_map(Write::Lists),
        1 => Just(Write::Undo),
        1 => (0usize..20).prop_map(Write::UndoChange),
        1 => Just(Write::UndoSince("1 second".to_owned())),
    ];
    prop::collection::vec(write, 1..12)
}

/// An API with todos in several lists.
pub async fn start() -> (Api, Done) {
    let api = Api::new();
    let todos: Vec<_> =
        ["Inbox", "a", "b", "b", "C"].iter().map(|list| json!({"title": "one", "list": list})).collect();
    let added = api.post("/todos", json!({"todos": todos, "allow_duplicate": true})).await;
    (api, Done { ids: added.ids(), ..Done::default() })
}

impl Done {
    /// Executes the write, and remembers the new change. A write that changes nothing makes no change.
    pub async fn perform(&mut self, api: &Api, write: &Write) {
        let Some(answer) = self.send(api, write).await else { return };
        // If an edit contains the id of a deleted todo, or if a later change altered the same fields, the API answers
        // with status 409 and changes nothing. If there is no change to undo, the API answers with status 404. If a
        // list does not exist, the API answers with status 404. If another list already has the new name, the API
        // answers with status 422.
        let expected: &[u16] = match write {
            Write::Lists(_) => &[200, 404, 422],
            Write::Undo | Write::UndoSince(_) => &[200, 404, 409],
            _ => &[200, 201, 409],
        };
        assert!(expected.contains(&answer.status.as_u16()), "{write:?}: {}", answer.text);
        if let Write::Lists(edit) = write
            && answer.status == 200
        {
            assert_lists(edit, &answer);
        }
        self.learn(&answer);
    }

    /// Remembers the new todos, lists and changes of this answer.
    pub fn learn(&mut self, answer: &Answer) {
        assert!(!answer.text.contains("\\u001f"), "no answer shows the id of a list: {}", answer.text);
        let new_lists = answer.body["new_lists"].as_array().into_iter().flatten();
        self.new_lists.extend(new_lists.map(|name| name.as_str().unwrap().to_lowercase()));
        if answer.status == 201 {
            self.ids.extend(answer.ids());
        }
        if answer.body.get("replayed").is_none() {
            self.changes.extend(answer.body["change"]["id"].as_str().map(str::to_owned));
        }
    }

    /// Sends the write. The result is `None` if the write names an earlier change, but there is none yet.
    pub async fn send(&self, api: &Api, write: &Write) -> Option<Answer> {
        let pick = |at: &usize| self.ids[at % self.ids.len()].clone();
        Some(match write {
            Write::Add(todos) => {
                let todo = |(title, list): &(String, Option<&str>)| match list {
                    Some(list) => json!({"title": title, "list": list}),
                    None => json!({ "title": title }),
                };
                let todos: Vec<_> = todos.iter().map(todo).collect();
                api.post("/todos", json!({ "todos": todos, "allow_duplicate": true })).await
            }
            Write::Settings(edit) => api.patch("/settings", edit.clone()).await,
            Write::Lists(edit) => api.patch("/lists", edit.clone()).await,
            Write::Edit(edits) => {
                let mut items: Vec<Value> = Vec::new();
                for (at, edit) in edits {
                    let mut item = edit.clone();
                    item["id"] = json!(pick(at));
                    if !items.iter().any(|other| other["id"] == item["id"]) {
                        items.push(item);
                    }
                }
                api.patch("/todos", json!({ "todos": items })).await
            }
            Write::Delete(which) => {
                let named: Vec<_> = which.iter().map(pick).collect();
                api.delete(&format!("/todos?ids={}", named.join(","))).await
            }
            Write::Undo => api.post("/undo", json!({})).await,
            Write::UndoChange(_) if self.changes.is_empty() => return None,
            Write::UndoChange(at) => {
                api.post("/undo", json!({"change_id": self.changes[at % self.changes.len()]})).await
            }
            Write::UndoSince(since) => {
                let answer = api.post("/undo", json!({ "since": since })).await;
                api.clock.advance(jiff::Span::new().seconds(5));
                answer
            }
        })
    }
}

/// Checks that the answer names the right lists after this change to a list.
fn assert_lists(edit: &Value, answer: &Answer) {
    let names: Vec<_> = answer.body["lists"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let is_there = |name: &str| names.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    let to = edit["rename_to"].as_str().or(edit["merge_into"].as_str());
    if let Some(to) = to {
        assert!(is_there(to), "{edit}: {}", answer.text);
    }
    if let Some(list) = edit["list"].as_str()
        && to.is_none_or(|to| to.to_lowercase() != list.to_lowercase())
    {
        assert!(!is_there(list), "{edit}: {}", answer.text);
    }
    if let Some(to) = edit["rename_to"].as_str() {
        assert!(names.contains(&to), "the list has the spelling of the request: {edit}: {}", answer.text);
    }
}

/// Returns the todos, the settings and the names of the lists in their order. The todos are sorted by id, and their
/// `version` is removed.
pub async fn state(api: &Api) -> Value {
    let mut todos = [api.all("open").await, api.all("completed").await, api.all("deleted").await].concat();
    todos.sort_by_key(|todo| todo["id"].to_string());
    for todo in &mut todos {
        todo.as_object_mut().unwrap().remove("version");
    }
    let overview = api.get("/overview").await;
    let lists = overview.body["lists"].as_array().unwrap().iter().map(|list| list["name"].clone());
    json!({
        "todos": todos,
        "settings": api.get("/settings").await.body["settings"],
        "lists": lists.collect::<Vec<_>>(),
    })
}

/// The part of the state that an undo of everything must restore. After this undo, the added todos remain as deleted
/// todos, and the lists that the writes created remain without open todos. An empty list does no harm. To delete empty
/// lists, the undo of an add would have to read all todos.
pub fn restored(mut end: Value, start: &Value, done: &Done) -> Value {
    let known = |todo: &Value| start["todos"].as_array().unwrap().iter().any(|other| other["id"] == todo["id"]);
    end["todos"].as_array_mut().unwrap().retain(known);
    let was = |name: &Value| start["lists"].as_array().unwrap().contains(name);
    let (lists, more): (Vec<_>, Vec<_>) = end["lists"].as_array().unwrap().iter().cloned().partition(was);
    let is_new = |name: &Value| done.new_lists.contains(&name.as_str().unwrap().to_lowercase());
    assert!(more.iter().all(is_new), "{more:?} are not the lists that the writes created: {done:?}");
    end["lists"] = json!(lists);
    end
}
