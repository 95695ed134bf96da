//! Our own JSON comes back as todos of the domain.

use std::fs;

use serde_json::{Value, json};
use todo_action::api::import::{
    formats::own::{self, Restored},
    source::{At, Broken, SourceFile},
};

use super::{FORMATS, context, files, name, writes_expected};

fn at(at: At) -> String {
    format!("{:?} {}", at.unit, at.number).to_lowercase()
}

/// What a reader has found, as JSON.
fn shown(restored: Result<Restored, Broken>) -> Value {
    match restored {
        Ok(restored) => json!({
            "exported_at": restored.exported_at,
            "settings": restored.settings,
            "lists": restored.lists,
            "todos": restored.todos,
            "broken": restored.broken.iter().map(|it| format!("{}: {}", at(it.at), it.reason)).collect::<Vec<_>>(),
            "unreadable": restored.unreadable,
            "has_more": restored.has_more,
        }),
        Err(refused) => json!({ "refused": refused.reason, "at": at(refused.at) }),
    }
}

fn read(text: &str) -> Result<Restored, Broken> {
    own::read(SourceFile { name: "todos.json", text }, &context())
}

#[test]
fn each_own_file_gives_what_stands_beside_it() {
    for file in files("own") {
        let text = fs::read_to_string(&file).unwrap();
        let found = format!("{:#}\n", shown(read(&text)));
        let expected = file.with_extension("expected.json");
        if writes_expected() {
            fs::write(&expected, &found).unwrap();
        }
        let expected = fs::read_to_string(&expected).unwrap_or_default();
        let differs = expected.lines().zip(found.lines()).find(|(wanted, line)| wanted != line);
        assert!(expected == found, "{}: {differs:#?}", name(&file));
        assert!(own::is(&text) && FORMATS.iter().all(|format| !(format.is)(&text)), "{}", name(&file));
    }
}

#[test]
fn no_other_file_is_our_own() {
    for file in FORMATS.iter().flat_map(|format| files(format.folder)) {
        assert!(!own::is(&String::from_utf8_lossy(&fs::read(&file).unwrap())), "{}", file.display());
    }
}

#[test]
fn several_pages_and_exports_become_one() {
    let page = |at: &str, list: &str, id: &str, version: u64, cursor: &str| {
        let time = "2026-11-20T09:00:00Z";
        let todo = json!({
            "id": id, "title": format!("version {version}"), "status": "open", "list": list, "priority": "low",
            "version": version, "created_at": time, "updated_at": time,
        });
        let page = json!({
            "format": "todo-action", "format_version": 1, "exported_at": at, "lists": [list],
            "settings": {"time_zone": "Asia/Tokyo"}, "todos": [todo], "next_cursor": cursor,
        });
        let page = page.to_string().replace(",\"next_cursor\":\"\"", "").replace("\"next_cursor\":\"\",", "");
        read(&page).unwrap()
    };
    let mut all = page("2026-11-27T10:00:02Z", "Home", "k7m2x9qa4t", 2, "");
    all.add(page("2026-11-27T10:00:01Z", "Trip", "k7m2x9qa4v", 1, "next"));
    all.add(page("2026-11-26T10:00:00Z", "HOME", "k7m2x9qa4t", 1, ""));
    let todos: Vec<_> = all.todos.iter().map(|todo| (todo.id.as_str(), todo.version)).collect();
    assert_eq!(todos, [("k7m2x9qa4t", 2), ("k7m2x9qa4v", 1)]);
    let lists: Vec<_> = all.lists.iter().map(|list| list.as_str()).collect();
    assert_eq!((lists, all.has_more), (vec!["Home", "Trip"], false));
}

#[test]
fn changed_pages_are_read_to_their_end() {
    let letters = ["\"", "{", "}", "[", ":", "-1", "null", "9999999999999999999", "\\u0000"];
    for file in files("own") {
        let text = fs::read_to_string(&file).unwrap();
        for (number, at) in (0..text.len()).step_by(31).enumerate().filter(|(_, at)| text.is_char_boundary(*at)) {
            drop(read(&format!("{}{}{}", &text[..at], letters[number % letters.len()], &text[at..])));
            drop(read(&text[..at]));
        }
    }
}
