//! Tests that each page of an export fits into an answer of Lambda, and that nothing is lost between the pages, even if
//! a list grows in the meantime.

use serde_json::{Value, json};

use super::{downloads::paths, harness::Api};

/// The maximum size of an answer of Lambda, in bytes.
const LAMBDA: usize = 6 * 1024 * 1024;

/// All pages of an export. Checks that each page fits into an answer of Lambda, which contains the page as JSON text.
async fn pages(api: &Api, format: &str) -> Vec<String> {
    let (mut pages, mut next) = (Vec::new(), Some(format!("/export?format={format}")));
    while let Some(path) = next {
        let page = api.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(json!(page.text).to_string().len() < LAMBDA - 100_000, "{format}: {}", page.text.len());
        let link = page.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
        next = link.map(|link| format!("/export?{}", link.split_once('?').unwrap().1.split_once('>').unwrap().0));
        pages.push(page.text);
    }
    pages
}

#[tokio::test]
async fn todos_with_many_steps_are_in_more_but_smaller_files() {
    let api = Api::new();
    let steps: Vec<_> = (0..50).map(|step| json!({"title": step.to_string()})).collect();
    for number in 0..12 {
        let todos = (0..40)
            .map(|todo| json!({"title": format!("{number} {todo}"), "steps": steps, "list": "買い物".repeat(20)}));
        let body = json!({"todos": todos.collect::<Vec<_>>(), "allow_duplicate": true});
        assert_eq!(api.post("/todos", body).await.status, 201);
    }
    let calendars = pages(&api, "ics").await;
    assert!(calendars.len() > 1, "{}", calendars.len());
    let todos: usize = calendars.iter().map(|calendar| calendar.matches("\nSUMMARY:").count()).sum();
    assert_eq!(todos, 12 * 40 * 51);
    assert!(calendars.iter().all(|calendar| calendar.ends_with("END:VCALENDAR\r\n")));
    assert_eq!(pages(&api, "csv").await.len(), 1);
}

#[tokio::test]
async fn large_changes_are_on_pages_of_their_own_and_one_that_fits_no_page_leaves_out_its_values() {
    let api = Api::new();
    let notes = "\"".repeat(3_990);
    for _ in 0..24 {
        let todos: Vec<_> = (0..10).map(|todo| json!({"title": format!("todo {todo}"), "notes": notes})).collect();
        let body = json!({"todos": todos, "allow_duplicate": true});
        assert_eq!(api.post("/todos", body).await.status, 201);
    }
    let cleared = api.patch("/todos", json!({"where": {"status": "open"}, "set": {"clear": ["notes"]}})).await;
    assert_eq!(cleared.status, 200, "{}", cleared.text);
    assert_eq!(api.post("/undo", json!({})).await.status, 200);
    let short = json!({"where": {"status": "open"}, "set": {"notes": "'".repeat(3_990)}});
    assert_eq!(api.patch("/todos", short).await.status, 200);
    let read: Vec<Value> = pages(&api, "json").await.iter().map(|page| serde_json::from_str(page).unwrap()).collect();
    let all = |member: &str| -> Vec<Value> {
        read.iter().flat_map(|page| page[member].as_array().unwrap().clone()).collect()
    };
    let (todos, changes) = (all("todos"), all("changes"));
    assert_eq!((todos.len(), changes.len()), (240, 27));
    let history = api.get("/changes").await.body["changes"].clone();
    for (change, listed) in changes.iter().zip(history.as_array().unwrap()) {
        assert_eq!(change["id"], listed["id"]);
        let has_values = change["todos"].as_array().unwrap().iter().all(|todo| todo.as_object().unwrap().len() > 2);
        assert_ne!(has_values, change["values_left_out"] == true, "{}", change["operation"]);
    }
    assert!(read.len() > 2, "{}", read.len());
}

/// Each address knows where the next part begins, so no todo gets lost between two parts or after the last part.
#[tokio::test]
async fn if_a_list_has_outgrown_its_parts_the_addresses_say_so_instead_of_leaving_todos_out() {
    let api = Api::embedded().await;
    let add = async || {
        let todo = |n: usize| json!({"title": format!("todo {n}"), "notes": "é".repeat(4_000)});
        let body = json!({"todos": (0..10).map(todo).collect::<Vec<_>>(), "allow_duplicate": true});
        assert_eq!(api.post("/todos", body).await.status, 201);
    };
    add().await;
    let only = paths(&api, "csv").await;
    assert_eq!(only.len(), 1);
    for _ in 0..15 {
        add().await;
    }
    api.get(&only[0]).await.assert_problem(409, "export_outdated");
    let parts = paths(&api, "csv").await;
    assert!(parts.len() > 1, "{parts:?}");
    for _ in 0..10 {
        add().await;
    }
    let mut outdated = 0;
    for path in &parts {
        let file = api.get(path).await;
        outdated += usize::from(file.status == 409);
        assert!(matches!(file.status.as_u16(), 200 | 409), "{}", file.text);
    }
    assert!(outdated > 0, "the parts have room for 160 todos, and there are 260");
    let (mut files, parts) = (String::new(), paths(&api, "csv").await);
    for path in &parts {
        files += &api.get(path).await.text;
    }
    assert_eq!(files.matches("\"todo ").count(), 260);
}
