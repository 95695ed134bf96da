//! Tests `GET /export`: pages, cursors, formats and headers.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::harness::{Answer, Api};

/// A page of an export as JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    format: String,
    format_version: u32,
    pub exported_at: Timestamp,
    pub settings: Value,
    #[serde(default)]
    pub lists: Vec<String>,
    pub todos: Vec<Value>,
    pub changes: Vec<Value>,
    #[serde(default)]
    pub unreadable: usize,
    next_cursor: Option<String>,
    /// The whole page.
    #[serde(skip)]
    pub text: String,
}

/// The address in the header `Link`, without the base address.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.headers.get("link")?.to_str().unwrap();
    let path = link.strip_prefix("<https://todo.test").unwrap().strip_suffix(">; rel=\"next\"").unwrap();
    Some(path.to_owned())
}

/// Reads all pages, and calls `between` after each page.
pub async fn pages(api: &Api, mut between: impl AsyncFnMut(&Page)) -> Vec<Page> {
    let (mut pages, mut path) = (Vec::new(), Some("/export".to_owned()));
    while let Some(address) = path {
        let answer = api.get(&address).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.headers["content-type"]),
            (200, &"application/json".parse().unwrap())
        );
        let mut page: Page = serde_json::from_str(&answer.text).unwrap();
        page.text.clone_from(&answer.text);
        assert_eq!((page.format.as_str(), page.format_version), ("todo-action", 1));
        path = next(&answer);
        assert_eq!(path.is_some(), page.next_cursor.is_some(), "the header and the file say the same");
        assert!(path.as_ref().is_none_or(|path| path.ends_with(page.next_cursor.as_ref().unwrap())));
        between(&page).await;
        pages.push(page);
    }
    pages
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn while_todos_change_between_two_pages_each_todo_is_in_one_page() {
    let api = Api::embedded().await;
    let mut ids = BTreeSet::new();
    for _ in 0..40 {
        let todos: Vec<_> = (0..10).map(|n| json!({"title": format!("{n}"), "notes": "é".repeat(4_000)})).collect();
        ids.extend(api.post("/todos", json!({"todos": todos, "allow_duplicate": true})).await.ids());
    }
    let mut left: Vec<String> = ids.iter().cloned().collect();
    let pages = pages(&api, async |_| {
        for edit in [json!({"status": "completed"}), json!({"due": "2026-11-23"}), json!({"position": "top"})] {
            for id in [left.pop().unwrap(), left.remove(0)] {
                assert_eq!(api.patch(&format!("/todos/{id}"), edit.clone()).await.status, 200);
            }
        }
        let id = left.pop().unwrap();
        assert_eq!(api.delete(&format!("/todos/{id}")).await.status, 200);
    })
    .await;
    assert!(pages.iter().filter(|page| !page.todos.is_empty()).count() >= 3, "{}", pages.len());
    let found: Vec<_> = pages.iter().flat_map(|page| &page.todos).map(|todo| text(&todo["id"])).collect();
    assert_eq!(found.len(), 400);
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), ids);
}

#[tokio::test]
async fn a_cursor_of_another_owner_or_of_another_format_is_refused() {
    let ann = Api::embedded().await;
    let bob = ann.of_owner("bob");
    for api in [&ann, &bob] {
        for _ in 0..16 {
            let todos: Vec<_> = (0..10).map(|_| json!({"title": "a", "notes": "é".repeat(4_000)})).collect();
            assert_eq!(api.post("/todos", json!({"todos": todos, "allow_duplicate": true})).await.status, 201);
        }
    }
    let cursor = text(&ann.get("/export").await.body["next_cursor"]);
    let listing = text(&ann.get("/todos?limit=1").await.body["next_cursor"]);
    bob.get(&format!("/export?cursor={cursor}")).await.assert_problem(400, "bad_cursor");
    ann.get(&format!("/export?format=csv&cursor={cursor}")).await.assert_problem(400, "bad_cursor");
    ann.get(&format!("/todos?cursor={cursor}")).await.assert_problem(400, "bad_cursor");
    for wrong in [listing.as_str(), "x", "%00", &cursor[1..]] {
        ann.get(&format!("/export?cursor={wrong}")).await.assert_problem(400, "bad_cursor");
    }
    assert_eq!(ann.get(&format!("/export?cursor={cursor}")).await.status, 200);
    // The other formats have their cursor only in the header.
    let csv = ann.get("/export?format=csv&bom=true").await;
    let rest = next(&csv).unwrap();
    assert!(rest.starts_with("/export?format=csv&bom=true&cursor="), "{rest}");
    assert!(ann.get(&rest).await.text.starts_with("\u{feff}"));
    bob.get(&rest).await.assert_problem(400, "bad_cursor");
}

#[tokio::test]
async fn another_person_s_data_never_show() {
    let ann = Api::embedded().await;
    let bob = ann.of_owner("bob");
    bob.post("/todos", json!({"todos": [{"title": "secret", "list": "Secret", "notes": "secret"}]})).await;
    ann.add(&["own"]).await;
    for format in ["json", "csv", "ics", "todo.txt", "md"] {
        let file = ann.get(&format!("/export?format={format}")).await.text;
        assert!(file.contains("own") && !file.to_lowercase().contains("secret"), "{file}");
    }
}

#[tokio::test]
async fn todos_and_changes_that_cannot_be_read_are_counted() {
    let api = Api::embedded().await;
    let ids = api.add(&["good", "bad", "also good"]).await;
    let change = api.patch(&format!("/todos/{}", ids[0]), json!({"title": "better"})).await.change_id();
    api.spoil(&format!("todo#{}", ids[1]), "title", Some(AttributeValue::N("1".to_owned()))).await;
    api.spoil(&format!("change#{change}"), "operation", Some(AttributeValue::N("1".to_owned()))).await;
    let page: Page = serde_json::from_str(&api.get("/export").await.text).unwrap();
    assert_eq!((page.todos.len(), page.changes.len(), page.unreadable), (2, 1, 2));
    let csv = api.get("/export?format=csv").await.text;
    assert!(csv.contains("better") && csv.contains("also good") && !csv.contains("bad"), "{csv}");
}

#[tokio::test]
async fn the_words_for_formats_and_the_headers_of_the_files() {
    let api = Api::embedded().await;
    api.add(&["Buy milk"]).await;
    // In the person's time zone, the next day has already begun.
    api.patch("/settings", json!({"time_zone": "Pacific/Auckland"})).await;
    api.clock.set("2026-11-22T23:30:00", "UTC");
    for (words, media_type, end) in [
        (&["", "json", "JSON"][..], "application/json", "json"),
        (&["csv", "CSV"], "text/csv; charset=utf-8; header=present", "csv"),
        (&["ics", "ical", "icalendar", "vtodo"], "text/calendar; charset=utf-8", "ics"),
        (&["todo.txt", "todotxt", "TXT"], "text/plain; charset=utf-8", "txt"),
        (&["md", "markdown", "Markdown"], "text/markdown; charset=utf-8", "md"),
    ] {
        for word in words {
            for (query, mark) in [("", ""), ("&bom=false", ""), ("&bom=true", "\u{feff}")] {
                let file = api.get(&format!("/export?format={word}{query}")).await;
                if !mark.is_empty() && ["json", "ics"].contains(&end) {
                    file.assert_problem(422, "invalid");
                    continue;
                }
                assert!(file.status == 200 && file.text.contains("Buy milk"), "{word}: {}", file.text);
                assert!(file.text.starts_with('\u{feff}') != mark.is_empty(), "{word}");
                for (header, value) in [
                    ("content-type", media_type),
                    ("content-disposition", &format!("attachment; filename=\"todos-2026-11-23.{end}\"")),
                    ("cache-control", "no-store"),
                    ("x-content-type-options", "nosniff"),
                ] {
                    assert_eq!(file.headers[header], value, "{word}");
                }
                assert!(!file.headers.contains_key("link"));
            }
        }
    }
    for wrong in ["xlsx", "json,csv", "jsonl"] {
        let answer = api.get(&format!("/export?format={wrong}")).await;
        answer.assert_problem(422, "invalid");
        for word in ["json", "csv", "ics", "todo.txt", "md"] {
            answer.assert_error("format", word);
        }
    }
    for (query, path) in [("bom=perhaps", "bom"), ("list=Home", "list"), ("status=open", "status")] {
        let answer = api.get(&format!("/export?{query}")).await;
        answer.assert_problem(422, "invalid");
        assert!(answer.text.contains(path), "{}", answer.text);
    }
}
