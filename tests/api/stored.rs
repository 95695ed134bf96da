//! Tests that this version can use the data and cursors of earlier versions. `tests/stored` contains a data file, the
//! requests that wrote the data file, and cursors that the program returned for todos in the data file. The program at
//! commit e8cb6d9 made the files in `tests/stored`. The fingerprints and cursors in these files have an older text
//! format. In docs/adr/0017, the name of this format is "form 1".

use serde_json::Value;

use super::{folder::Folder, harness::Api};

fn said(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../stored/0.1.0.json")).unwrap();
    all[kind].as_array().unwrap().clone()
}

fn api(folder: &Folder) -> Api {
    let file = folder.file("todos.db");
    std::fs::write(&file, include_bytes!("../stored/0.1.0.db")).unwrap();
    Api::over(&file)
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap()
}

/// The todos in a member of an answer. The member is a todo, a list of todos, or absent.
fn todos(member: &Value) -> impl Iterator<Item = &Value> {
    member.as_array().map_or(std::slice::from_ref(member), Vec::as_slice).iter().filter(|todo| !todo.is_null())
}

#[tokio::test]
async fn a_write_of_version_0_1_is_recognised_when_it_is_repeated_with_its_key() {
    let folder = Folder::new("stored-writes");
    let api = api(&folder);
    let before = api.everything().await;
    for write in said("writes") {
        let headers: Vec<_> = write["headers"].as_object().unwrap().iter().collect();
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let again = api.send(text(&write, "method"), text(&write, "path"), write["body"].clone(), &headers).await;
        assert_eq!((again.status.as_u16(), &again.body["replayed"]), (200, &true.into()), "{write}: {}", again.text);
        for member in ["settings", "change", "new_lists"] {
            assert_eq!(again.body.get(member), write["answer"].get(member), "{member} of {write}");
        }
        // The answer contains the same todos, as they are now.
        for member in ["todo", "todos", "next"] {
            let first: Vec<_> = todos(&write["answer"][member]).map(|todo| todo["id"].clone()).collect();
            let now: Vec<_> = todos(&again.body[member]).cloned().collect();
            assert_eq!(now.iter().map(|todo| todo["id"].clone()).collect::<Vec<_>>(), first, "{member} of {write}");
            for todo in now {
                let status = todo["status"].as_str().unwrap();
                assert!(before[status].as_array().unwrap().contains(&todo), "{todo} of {write}");
            }
        }
    }
    assert_eq!(api.everything().await, before);
}

#[tokio::test]
async fn a_cursor_of_version_0_1_continues_its_listing() {
    let folder = Folder::new("stored-cursors");
    let api = api(&folder);
    let cursors = said("cursors");
    assert!(cursors.len() > 7);
    for cursor in cursors {
        let page = api.get(&format!("{}&cursor={}", text(&cursor, "path"), text(&cursor, "cursor"))).await;
        let listed = page.body.get("todos").or_else(|| page.body.get("changes"));
        let ids: Vec<_> =
            listed.unwrap_or_else(|| panic!("{cursor}: {}", page.text)).as_array().unwrap().iter().collect();
        let ids: Vec<_> = ids.iter().map(|item| item["id"].clone()).collect();
        assert_eq!(Value::from(ids), cursor["ids"], "{cursor}");
    }
}
