//! Tests that an export is complete. The test reads the export with code of its own, and compares it with the answers
//! of the API.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};
use todo_action::{
    api::import::{
        formats::own::{self, Restored},
        source::{Context, SourceFile},
    },
    domain::moment::Weekday,
};

use super::{
    erase::LEAVE,
    export::{Page, pages, text},
    export_life::Life,
    harness::Api,
    whole_table::Items,
};

/// Everything, from all pages.
struct Export {
    settings: Value,
    lists: Vec<String>,
    todos: BTreeMap<String, Value>,
    /// Oldest first.
    changes: Vec<Value>,
}

impl Export {
    fn of(pages: Vec<Page>) -> Self {
        let (settings, lists) = (pages[0].settings.clone(), pages[0].lists.clone());
        assert!(pages.iter().all(|page| page.settings == settings && page.unreadable == 0));
        assert!(pages.windows(2).all(|two| two[1].lists.is_empty() && two[0].exported_at < two[1].exported_at));
        let (mut todos, mut changes) = (BTreeMap::new(), Vec::new());
        for page in pages {
            for todo in page.todos {
                let before = todos.insert(text(&todo["id"]), todo);
                assert!(before.is_none(), "twice in the export: {before:?}");
            }
            changes.extend(page.changes);
        }
        changes.reverse();
        Self { settings, lists, todos, changes }
    }
}

/// The time without the fraction of a second.
fn second(time: &Value) -> Value {
    json!(time.as_str().unwrap().parse::<Timestamp>().unwrap().as_second())
}

/// The parts that a todo of the export and a todo of getTodo have in common.
fn common(todo: &Value) -> Value {
    let mut todo = todo.as_object().unwrap().clone();
    for only_here in ["anchor_day", "handed_on", "place", "told_at", "weekday"] {
        todo.remove(only_here);
    }
    for time in ["created_at", "updated_at", "completed_at", "deleted_at"] {
        todo.get_mut(time).into_iter().for_each(|at| *at = second(at));
    }
    if let Some(repeat) = todo.get_mut("repeat") {
        let mut whole = json!({"every": 1, "from": "due"});
        whole.as_object_mut().unwrap().extend(repeat.as_object().unwrap().clone());
        *repeat = whole;
    }
    Value::Object(todo)
}

/// All changes, as getChanges shows them, from the oldest.
async fn changes(api: &Api) -> Vec<Value> {
    let (mut changes, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("/changes?limit=100&cursor={cursor}")).await;
        changes.extend(page.body["changes"].as_array().unwrap().clone());
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    changes.reverse();
    changes
}

/// The ids of the changes that this change of the export has undone.
fn undoes(change: &Value) -> Vec<&Value> {
    change.get("undoes").into_iter().chain(change["also_undoes"].as_array().into_iter().flatten()).collect()
}

/// Applies all changes to an empty list, one after another. The values in each `before` must be the values that the
/// earlier changes have left.
fn replayed(changes: &[Value]) -> BTreeMap<String, Map<String, Value>> {
    let mut todos: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for todo in changes.iter().flat_map(|change| change["todos"].as_array().unwrap()) {
        let id = text(&todo["id"]);
        if let Some(added) = todo["added"].as_object() {
            assert_eq!(todos.insert(id, added.clone()), None, "added twice: {todo}");
            continue;
        }
        let state = todos.get_mut(&id).unwrap_or_else(|| panic!("never added: {todo}"));
        let kept = todo["kept_bytes_of_notes"].as_u64().unwrap_or_default() as usize;
        let notes = state.get("notes").map(text).unwrap_or_default();
        for (name, before) in todo["before"].as_object().into_iter().flatten() {
            let mut now = state.remove(name).unwrap_or_else(|| panic!("there was no {name}: {todo}"));
            if name == "notes" {
                now = json!(notes[kept..]);
            }
            assert_eq!(now, *before, "{name}: {todo}");
        }
        state.extend(todo["after"].as_object().cloned().unwrap_or_default());
        if kept > 0 {
            let rest = todo["after"]["notes"].as_str().unwrap_or_default();
            state.insert("notes".to_owned(), json!(format!("{}{rest}", &notes[..kept])));
        }
    }
    todos
}

/// Asserts that the export says the same as the API.
async fn assert_complete(api: &Api, export: &Export) {
    let shown = [api.all("open").await, api.all("completed").await, api.all("deleted").await].concat();
    assert_eq!(shown.len(), export.todos.len());
    for todo in &shown {
        assert_eq!(common(&export.todos[&text(&todo["id"])]), common(todo));
    }
    let overview = api.get("/overview").await.body;
    let lists: Vec<_> = overview["lists"].as_array().unwrap().iter().map(|list| text(&list["name"])).collect();
    assert_eq!(export.lists, lists);
    let settings = api.get("/settings").await.body["settings"].clone();
    for (name, default) in [("time_zone", "UTC"), ("week_start", "mon"), ("default_list", "Inbox")] {
        assert_eq!(export.settings.get(name).unwrap_or(&json!(default)), &settings[name], "{name}");
    }
    let shown = changes(api).await;
    assert_eq!(export.changes.len(), shown.len());
    for (exported, shown) in export.changes.iter().zip(&shown) {
        for name in ["id", "undone_by"] {
            assert_eq!(exported.get(name), shown.get(name), "{exported} {shown}");
        }
        assert_eq!(exported["operation"], *shown.get("operation").unwrap_or(&json!("updateTodos")));
        assert_eq!(second(&exported["at"]), second(&shown["at"]));
        assert_eq!(json!(undoes(exported)), shown.get("undoes").cloned().unwrap_or(json!([])), "{exported} {shown}");
    }
    let mut replayed = replayed(&export.changes);
    for (id, todo) in &export.todos {
        let mut todo = todo.as_object().unwrap().clone();
        for name in ["id", "version"] {
            todo.remove(name);
        }
        assert_eq!(replayed.remove(id), Some(todo), "the changes lead to the present todo");
    }
    assert!(replayed.is_empty(), "{replayed:?}");
}

/// Asserts that the import reads each todo, the lists and the settings from our own export.
fn assert_comes_back(pages: &[Page]) {
    let mut restored = Restored::default();
    for page in pages {
        let context = Context { now: page.exported_at, zone: TimeZone::UTC, week_start: Weekday::Mon };
        let file = SourceFile { name: "todos.json", text: &page.text };
        assert!(own::is(&page.text));
        restored.add(own::read(file, &context).unwrap());
    }
    assert!(restored.broken.is_empty() && !restored.has_more, "{:?}", restored.broken);
    let todos: Vec<_> = pages.iter().flat_map(|page| &page.todos).collect();
    assert_eq!(json!(restored.todos), json!(todos));
    assert_eq!(json!(restored.lists), json!(pages[0].lists));
    assert_eq!(json!(restored.settings), pages[0].settings);
}

/// Asserts that the random writes have made every kind of data that an export could write wrongly.
fn assert_is_rich(export: &Export) {
    let Export { todos, changes, lists, settings } = export;
    assert!(todos.len() >= 2_000 && changes.len() > 200 && lists.len() > 5, "{} {lists:?}", changes.len());
    for status in ["open", "completed", "deleted"] {
        assert!(todos.values().filter(|todo| todo["status"] == status).count() > 20, "{status}");
    }
    for field in ["due", "repeat", "handed_on", "notes", "tags", "steps", "place", "told_at"] {
        assert!(todos.values().any(|todo| todo.get(field).is_some()), "{field}");
    }
    for member in ["undone_by", "undoes", "settings", "list_changes", "new_lists"] {
        assert!(changes.iter().filter(|change| change.get(member).is_some()).count() > 1, "{member}");
    }
    assert!(changes.iter().any(|change| change["todos"].as_array().unwrap().len() > 100), "a large change");
    assert_eq!(settings["time_zone_is_set"], true);
    let all = format!("{todos:?} {changes:?} {lists:?} {settings:?}");
    assert!(!all.contains("\\u{1f}") && !all.contains("\\u001f"), "an id of a list");
}

#[tokio::test]
async fn a_random_life_is_complete_in_the_export_and_gone_after_the_erasure() {
    let api = Api::embedded().await;
    Life::new(&api, 22).live(2_000).await;
    let pages_of_the_life = pages(&api, async |_| {}).await;
    assert_comes_back(&pages_of_the_life);
    let export = Export::of(pages_of_the_life);
    assert_is_rich(&export);
    assert_complete(&api, &export).await;
    assert_eq!(api.delete(LEAVE).await.body["erased"], true);
    assert_eq!(api.scan().await, Items::new());
    let empty = Export::of(pages(&api, async |_| {}).await);
    assert!(empty.todos.is_empty() && empty.changes.is_empty());
    assert_eq!(empty.lists, ["Inbox"]);
}
