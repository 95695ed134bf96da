//! Everything that the person sees: todos, lists and settings. A wish says how this state changes, and nothing else may
//! change.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::assistant::Assistant;

/// The compared fields of a todo. The tests do not compare versions and times of changes.
const FIELDS: [&str; 11] =
    ["id", "title", "status", "list", "priority", "due", "series_due", "repeat", "steps", "tags", "notes"];

#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub todos: Vec<Value>,
    /// The names of the lists in their order.
    pub lists: Vec<String>,
    pub settings: Value,
}

impl State {
    /// Reads the state. The calls for this do not count as calls of the assistant.
    pub async fn read(assistant: &Assistant) -> Self {
        let mut ids = Vec::new();
        for status in ["open", "completed", "deleted"] {
            for todo in assistant.todos_with(status).await {
                ids.push(todo["id"].clone());
            }
        }
        let read = ids.into_iter().map(|id| async move {
            let (_, found) = assistant.answer("getTodo", json!({ "id": id })).await;
            normal(&found["todo"])
        });
        let todos = futures::future::join_all(read).await;
        let (_, overview) = assistant.answer("getOverview", json!({})).await;
        let lists = overview["lists"].as_array().unwrap().iter();
        for list in lists.clone() {
            let open = todos.iter().filter(|todo| todo["list"] == list["name"] && todo["status"] == "open").count();
            assert_eq!(list["open"], open, "the overview counts the open todos of {list}");
        }
        let lists = lists.map(|list| list["name"].as_str().unwrap().to_owned()).collect();
        Self { todos, lists, settings: overview["settings"].clone() }
    }

    /// The only todo with this title.
    #[track_caller]
    pub fn todo(&mut self, title: &str) -> &mut Value {
        let mut todos: Vec<_> = self.todos.iter_mut().filter(|todo| todo["title"] == title).collect();
        assert_eq!(todos.len(), 1, "one todo is called {title:?}");
        todos.remove(0)
    }

    /// Sets a field of the only todo with this title. `null` removes the field.
    #[track_caller]
    pub fn set(&mut self, title: &str, field: &str, value: Value) {
        set(self.todo(title), field, value);
    }

    /// Sets a field of all todos whose field `of` has the value `is`.
    pub fn set_all(&mut self, of: &str, is: &str, field: &str, value: Value) {
        for todo in self.todos.iter_mut().filter(|todo| todo[of] == is) {
            set(todo, field, value.clone());
        }
    }

    /// Expects a new todo. Fields that are left out have their defaults. A new list comes last.
    pub fn add(&mut self, fields: Value) {
        let mut todo = json!({"status": "open", "list": "Inbox", "priority": "normal"});
        let fields = fields.as_object().unwrap().clone();
        todo.as_object_mut().unwrap().extend(fields);
        let list = todo["list"].as_str().unwrap().to_owned();
        if !self.lists.contains(&list) {
            self.lists.push(list);
        }
        self.todos.push(normal(&todo));
    }

    /// The ids of all todos.
    pub fn ids(&self) -> BTreeSet<String> {
        self.todos.iter().filter_map(|todo| todo["id"].as_str().map(str::to_owned)).collect()
    }

    /// Asserts that this state is the `expected` state. In `expected`, new todos have no id.
    #[track_caller]
    pub fn assert_is(&self, expected: &Self, wish: &str) {
        let known = expected.ids();
        let (ours, theirs) = (lines(&self.todos, &known), lines(&expected.todos, &known));
        let only = |these: &[String], those: &[String]| {
            let mut rest = those.to_vec();
            let is_missing = |line: &&String| match rest.iter().position(|other| other == *line) {
                Some(place) => {
                    rest.remove(place);
                    false
                }
                None => true,
            };
            these.iter().filter(is_missing).cloned().collect::<Vec<_>>().join("\n  ")
        };
        let (unexpected, missing) = (only(&ours, &theirs), only(&theirs, &ours));
        assert!(
            unexpected.is_empty() && missing.is_empty(),
            "{wish}\n unexpected:\n  {unexpected}\n missing:\n  {missing}"
        );
        assert_eq!((&self.lists, &self.settings), (&expected.lists, &expected.settings), "{wish}");
    }
}

/// One text for each todo. A todo whose id is not `known` is a new todo.
fn lines(todos: &[Value], known: &BTreeSet<String>) -> Vec<String> {
    let line = |todo: &Value| {
        let mut todo = todo.clone();
        if todo["id"].as_str().is_none_or(|id| !known.contains(id)) {
            todo["id"] = json!("new");
        }
        todo.to_string()
    };
    todos.iter().map(line).collect()
}

fn set(todo: &mut Value, field: &str, value: Value) {
    let fields = todo.as_object_mut().unwrap();
    match value {
        Value::Null => drop(fields.remove(field)),
        value => drop(fields.insert(field.to_owned(), value)),
    }
}

/// The compared fields of a todo. Answers may leave out defaults in `steps` and `repeat`, so this function makes them
/// equal.
fn normal(todo: &Value) -> Value {
    let mut fields = Map::new();
    for field in FIELDS {
        if let Some(value) = todo.get(field) {
            fields.insert(field.to_owned(), value.clone());
        }
    }
    for step in fields.get_mut("steps").and_then(Value::as_array_mut).into_iter().flatten() {
        if step["done"].is_null() {
            step["done"] = json!(false);
        }
    }
    if let Some(repeat) = fields.get_mut("repeat").and_then(Value::as_object_mut) {
        repeat.retain(|field, value| !(field == "every" && *value == 1 || field == "from" && *value == "due"));
    }
    Value::Object(fields)
}

#[test]
fn every_difference_between_two_states_is_noticed() {
    let todo = |id: &str, title: &str| json!({"id": id, "title": title, "status": "open", "list": "Inbox"});
    let before = State {
        todos: vec![todo("a", "Milk"), todo("b", "Eggs")],
        lists: vec!["Inbox".to_owned()],
        settings: json!({"time_zone": "UTC"}),
    };
    before.assert_is(&before, "nothing changed");
    let differences: [fn(&mut State); 7] = [
        |state| state.set("Milk", "due", json!("2026-11-27")),
        |state| state.set("Milk", "id", json!("c")),
        |state| state.add(json!({"title": "Bread"})),
        |state| drop(state.todos.pop()),
        |state| state.todos.push(state.todos[0].clone()),
        |state| state.lists.push("Work".to_owned()),
        |state| state.settings["time_zone"] = json!("Asia/Tokyo"),
    ];
    for (number, difference) in differences.into_iter().enumerate() {
        let mut after = before.clone();
        difference(&mut after);
        let noticed = std::panic::catch_unwind(|| after.assert_is(&before, "the wish"));
        assert!(noticed.is_err(), "difference {number} is not noticed");
    }
}
