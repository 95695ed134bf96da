//! Tests that this version can use the data and cursors of earlier versions. For each format, `tests/stored` contains a
//! data file, the requests that wrote the data file, and cursors that the program returned for todos in the data file.
//! The files `0.1.0.*` come from the program at commit e8cb6d9. The fingerprints and cursors of these files have an
//! older text format. In docs/adr/0017, the name of this format is "form 1". The change records of these files contain
//! whole todos. The other files come from the script `tests/stored/make.py`.

use serde_json::{Value, json};

use super::{folder::Folder, harness::Api};

/// A data file of an earlier version, and the known facts about the data file.
struct Stored {
    name: &'static str,
    file: &'static [u8],
    known: &'static str,
}

const ALL: [Stored; 4] = [
    Stored { name: "0.1.0", file: include_bytes!("../stored/0.1.0.db"), known: include_str!("../stored/0.1.0.json") },
    Stored {
        name: "format-2",
        file: include_bytes!("../stored/format-2.db"),
        known: include_str!("../stored/format-2.json"),
    },
    Stored {
        name: "format-3",
        file: include_bytes!("../stored/format-3.db"),
        known: include_str!("../stored/format-3.json"),
    },
    Stored {
        name: "format-4",
        file: include_bytes!("../stored/format-4.db"),
        known: include_str!("../stored/format-4.json"),
    },
];

impl Stored {
    fn said(&self, kind: &str) -> Vec<Value> {
        let all: Value = serde_json::from_str(self.known).unwrap();
        all[kind].as_array().unwrap().clone()
    }

    fn api(&self, folder: &Folder) -> Api {
        let file = folder.file(&format!("{}.db", self.name));
        std::fs::write(&file, self.file).unwrap();
        Api::over(&file)
    }
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap()
}

/// The todos in a member of an answer. The member is a todo, a list of todos, or absent.
fn todos(member: &Value) -> impl Iterator<Item = &Value> {
    member.as_array().map_or(std::slice::from_ref(member), Vec::as_slice).iter().filter(|todo| !todo.is_null())
}

/// The settings and all todos, without the versions of the todos.
async fn content(api: &Api) -> Value {
    let mut all = api.everything().await;
    all.as_object_mut().unwrap().remove("changes");
    for status in ["open", "completed", "deleted"] {
        let todos = all[status].as_array_mut().unwrap();
        todos.iter_mut().for_each(|todo| drop(todo.as_object_mut().unwrap().remove("version")));
        todos.sort_by_key(|todo| todo["id"].to_string());
    }
    all
}

#[tokio::test]
async fn a_write_of_an_earlier_version_is_recognised_when_it_is_repeated_with_its_key() {
    let folder = Folder::new("stored-writes");
    for stored in ALL {
        let api = stored.api(&folder);
        let before = api.everything().await;
        for write in stored.said("writes") {
            let headers: Vec<_> = write["headers"].as_object().unwrap().iter().collect();
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
            let again = api.send(text(&write, "method"), text(&write, "path"), write["body"].clone(), &headers).await;
            assert_eq!(
                (again.status.as_u16(), &again.body["replayed"]),
                (200, &true.into()),
                "{write}: {}",
                again.text
            );
            for member in ["settings", "change", "new_lists"] {
                let [now, first] = [&again.body, &write["answer"]].map(|answer| answer.get(member).map(in_utc));
                assert_eq!(now, first, "{member} of {write}");
            }
            // The answer contains the same todos in their present state.
            for member in ["todo", "todos", "next"] {
                let first: Vec<_> = todos(&write["answer"][member]).map(|todo| todo["id"].clone()).collect();
                let now: Vec<_> = todos(&again.body[member]).cloned().collect();
                assert_eq!(now.iter().map(|todo| todo["id"].clone()).collect::<Vec<_>>(), first, "{member} of {write}");
                for todo in now {
                    let status = todo.get("status").map_or("open", |status| status.as_str().unwrap());
                    let whole = before[status].as_array().unwrap().iter().find(|whole| whole["id"] == todo["id"]);
                    let whole = whole.unwrap_or_else(|| panic!("{todo} of {write}"));
                    // An answer about several todos shows repetitions and steps in a short form.
                    let is_short = |name: &str| ["repeat", "steps"].contains(&name);
                    let mut fields = todo.as_object().unwrap().iter().filter(|(name, _)| !is_short(name));
                    assert!(fields.all(|(name, value)| whole[name] == *value), "{todo} of {write}");
                }
            }
        }
        assert_eq!(api.everything().await, before);
    }
}

#[tokio::test]
async fn a_cursor_of_an_earlier_version_continues_its_listing() {
    let folder = Folder::new("stored-cursors");
    for stored in ALL {
        let api = stored.api(&folder);
        let cursors = stored.said("cursors");
        assert!(cursors.len() >= 3, "{}", stored.name);
        for cursor in cursors {
            let page = api.get(&format!("{}&cursor={}", text(&cursor, "path"), text(&cursor, "cursor"))).await;
            let listed = page.body.get("todos").or_else(|| page.body.get("changes"));
            let ids: Vec<_> =
                listed.unwrap_or_else(|| panic!("{cursor}: {}", page.text)).as_array().unwrap().iter().collect();
            let ids: Vec<_> = ids.iter().map(|item| item["id"].clone()).collect();
            assert_eq!(Value::from(ids), cursor["ids"], "{cursor}");
        }
    }
}

#[tokio::test]
async fn what_the_present_version_shows_is_what_the_earlier_version_showed() {
    let folder = Folder::new("stored-shown");
    for stored in &ALL[1..] {
        let known: Value = serde_json::from_str(stored.known).unwrap();
        let api = stored.api(&folder);
        let mut shown = api.everything().await;
        // The order of the todos is not part of this comparison, so this test sorts all todos by id.
        let by_id = |todos: &mut Value| todos.as_array_mut().unwrap().sort_by_key(|todo| todo["id"].to_string());
        let mut expected = known["shown"].clone();
        for status in ["open", "completed", "deleted"] {
            by_id(&mut shown[status]);
            by_id(&mut expected[status]);
            // The earlier versions showed no weekday, and all times in UTC.
            for todo in shown[status].as_array_mut().unwrap() {
                todo.as_object_mut().unwrap().remove("weekday");
                *todo = in_utc(todo);
            }
        }
        for history in [&mut shown["changes"], &mut expected["changes"]] {
            history.as_array_mut().unwrap().iter_mut().for_each(|change| *change = in_both_forms(change));
        }
        // The file of format 2 does not say which lists the earlier version showed.
        if let Some(lists) = expected.as_object_mut().unwrap().remove("lists") {
            let overview = api.get("/overview").await.body["lists"].clone();
            let names: Vec<_> = overview.as_array().unwrap().iter().map(|list| list["name"].clone()).collect();
            assert_eq!(json!(names), lists, "{}", stored.name);
        }
        assert_eq!(shown, expected, "{}", stored.name);
    }
}

/// The object with all its times in UTC.
fn in_utc(object: &Value) -> Value {
    let Value::Object(members) = object else { return object.clone() };
    let of_member = |(name, value): (&String, &Value)| {
        let time = value.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
        let is_time = name.ends_with("_at") || name == "undo_until";
        (name.clone(), time.filter(|_| is_time).map_or(value.clone(), |time| json!(time)))
    };
    members.iter().map(of_member).collect()
}

/// The content of a change that this version and the earlier version show. The earlier version showed the names of the
/// changed fields, and this version also shows their values.
fn in_both_forms(change: &Value) -> Value {
    let names = |fields: &Value| -> std::collections::BTreeSet<String> {
        let fields = fields.as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(Value::as_str);
        fields.map(|field| field.split(": ").next().unwrap_or_default().to_owned()).collect()
    };
    let todo = |todo: &Value| {
        let fields = todo.get("changed").or_else(|| todo.get("fields")).map(names).unwrap_or_default();
        json!({"id": todo["id"], "title": todo["title"], "fields": fields})
    };
    let todos = change.get("todos").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let at: jiff::Timestamp = text(change, "at").parse().unwrap();
    let undoes = change["undoes"].as_str().map_or_else(|| change["undoes"].clone(), |id| json!([id]));
    json!({
        "id": change["id"], "at": at, "operation": change.get("operation").unwrap_or(&json!("updateTodos")), "undone_by": change["undone_by"],
        "lists": change["lists"], "undoes": undoes, "settings": names(&change["settings"]), "todos": todos.iter().take(3).map(todo).collect::<Vec<_>>(),
    })
}

/// The program converts an old item only when a request changes the item. This test reads and changes each item of the
/// earlier version, and undoes each change.
#[tokio::test]
async fn what_an_earlier_version_wrote_is_changed_and_undone_without_loss() {
    let folder = Folder::new("stored-undone");
    for stored in ALL {
        let api = stored.api(&folder);
        let (start, earlier) = (content(&api).await, api.get("/changes?limit=100").await.body["changes"].clone());
        let live: Vec<_> = ["open", "completed"].iter().flat_map(|status| start[status].as_array().unwrap()).collect();
        let edits: Vec<_> = live
            .iter()
            .map(|todo| json!({"id": todo["id"], "append_notes": "more", "add_tags": ["new"], "priority": "low"}))
            .collect();
        let edited = api.patch("/todos", json!({ "todos": edits })).await;
        assert_eq!(edited.status, 200, "{}: {}", stored.name, edited.text);
        let settings = api.patch("/settings", json!({"week_start": "mon", "time_zone": "Asia/Kathmandu"})).await;
        let deleted: Vec<_> = live.iter().map(|todo| todo["id"].as_str().unwrap()).collect();
        let deleted = api.delete(&format!("/todos?ids={}", deleted.join(","))).await;
        for change in [&deleted, &settings, &edited] {
            let undone = api.post("/undo", json!({"change_id": change.change_id()})).await;
            assert_eq!(undone.status, 200, "{}: {}", stored.name, undone.text);
        }
        assert_eq!(content(&api).await, start, "{}", stored.name);
        // The changes of the earlier version, from the latest to the first.
        for change in earlier.as_array().unwrap() {
            let undone = api.post("/undo", json!({"change_id": change["id"]})).await;
            assert_eq!(undone.status, 200, "{}: {change}: {}", stored.name, undone.text);
        }
        let end = content(&api).await;
        assert_eq!([&end["open"], &end["completed"]], [&json!([]), &json!([])], "{}", stored.name);
        let default = Api::new().get("/settings").await.body["settings"].clone();
        assert_eq!(end["settings"], default, "{}", stored.name);
    }
}

/// Todos of earlier versions contain the name of their list. The present version takes this name for the id of the
/// list.
#[tokio::test]
async fn lists_of_an_earlier_version_are_renamed_merged_and_deleted_and_each_of_this_is_undone() {
    let folder = Folder::new("stored-lists");
    for stored in ALL {
        let api = stored.api(&folder);
        let lists = async || api.elsewhere().get("/overview").await.body["lists"].clone();
        let (start, names) = (content(&api).await, lists().await);
        let list =
            names.as_array().unwrap().iter().map(|list| text(list, "name")).find(|name| *name != "Inbox").unwrap();
        let before: Vec<_> = todos(&start["open"]).chain(todos(&start["completed"])).collect();
        let in_list = before.iter().filter(|todo| text(todo, "list") == list).count();
        assert!(in_list > 0, "{}: {names}", stored.name);
        let mut changes = Vec::new();
        for (change, shown) in [
            (json!({"list": list.to_uppercase(), "rename_to": "Office"}), Some("Office")),
            (json!({"list": "Office", "merge_into": "Inbox"}), Some("Inbox")),
            (json!({"list": list, "delete": true}), None),
        ] {
            // Before the deletion, the test undoes the other changes, so that the list is as at the start.
            if shown.is_none() {
                for change in changes.drain(..).rev() {
                    let undone = api.post("/undo", json!({ "change_id": change })).await;
                    assert_eq!(undone.status, 200, "{}: {}", stored.name, undone.text);
                }
                assert_eq!((content(&api).await, lists().await), (start.clone(), names.clone()), "{}", stored.name);
            }
            let changed = api.patch("/lists", change.clone()).await;
            assert_eq!(changed.status, 200, "{}: {change}: {}", stored.name, changed.text);
            changes.push(changed.change_id());
            let now = content(&api.elsewhere()).await;
            let now: Vec<_> = todos(&now["open"]).chain(todos(&now["completed"])).cloned().collect();
            for todo in before.iter().filter(|todo| text(todo, "list") == list) {
                let found = now.iter().find(|other| other["id"] == todo["id"]).map(|todo| text(todo, "list"));
                assert_eq!(found, shown, "{}: {change}", stored.name);
            }
        }
        let undone = api.elsewhere().post("/undo", json!({"change_id": changes[0]})).await;
        assert_eq!(undone.status, 200, "{}: {}", stored.name, undone.text);
        assert_eq!((content(&api).await, lists().await), (start, names.clone()), "{}", stored.name);
    }
}

/// Todos of an earlier version have no place. Without a due date, these todos come before new todos, in the order of
/// their ids. They can be moved.
#[tokio::test]
async fn undated_todos_of_an_earlier_version_come_first_and_can_be_moved() {
    let folder = Folder::new("stored-places");
    for stored in ALL {
        let api = stored.api(&folder);
        let undated = async || api.get("/todos?due=none&limit=100").await.ids();
        let old = undated().await;
        assert!(old.is_sorted() && !old.is_empty(), "{}: {old:?}", stored.name);
        let new = api.add(&["new"]).await.remove(0);
        let first = old[0].clone();
        api.patch(&format!("/todos/{first}"), json!({"title": "still first"})).await;
        let expected = |order: &[&String]| order.iter().map(|id| (*id).clone()).collect::<Vec<_>>();
        let others: Vec<_> = old.iter().skip(1).collect();
        assert_eq!(undated().await, expected(&[&[&first], &others[..], &[&new]].concat()), "{}", stored.name);
        for (id, position, order) in [
            (&new, &first, [&[&first, &new], &others[..]].concat()),
            (&first, &"bottom".to_owned(), [&[&new], &others[..], &[&first]].concat()),
            (&first, &"top".to_owned(), [&[&first, &new], &others[..]].concat()),
        ] {
            let moved = api.patch(&format!("/todos/{id}"), json!({ "position": position })).await;
            assert_eq!(undated().await, expected(&order), "{}: {position}: {}", stored.name, moved.text);
        }
    }
}
