//! Tests the filters, the order and the pages of listings.

use serde_json::{Value, json};

use super::harness::{Answer, Api};

fn titles(answer: &Answer) -> Vec<String> {
    let todos = answer.body["todos"].as_array().unwrap_or_else(|| panic!("no todos in {}", answer.text));
    todos.iter().map(|todo| todo["title"].as_str().unwrap().to_owned()).collect()
}

async fn library(api: &Api) {
    let todos = json!([
        {"title": "Ünïcode café", "list": "Trip", "priority": "high", "due": "2026-11-30", "tags": ["Travel"]},
        {"title": "b", "notes": "buy CAFE filters", "due": "2026-11-23T09:00"},
        {"title": "c", "list": "trip", "due": "2026-11-23"},
        {"title": "d", "steps": [{"title": "go to the Café"}], "tags": ["travel", "home"]},
        {"title": "100% (a_b) \\ ~#"},
    ]);
    let added = api.post("/todos", json!({"todos": todos})).await;
    assert_eq!(added.status, 201, "{}", added.text);
}

#[tokio::test]
async fn open_todos_come_by_due_date_and_the_undated_last() {
    let api = Api::new();
    library(&api).await;
    let answer = api.get("/todos").await;
    assert_eq!(titles(&answer)[..3], ["c", "b", "Ünïcode café"]);
    assert_eq!(
        answer.body["now"],
        json!({"date": "2026-11-22", "time": "10:00", "weekday": "sunday", "time_zone": "UTC", "utc_offset": "+00:00", "time_zone_not_set": true})
    );
    assert!(answer.body.get("next_cursor").is_none());
}

#[tokio::test]
async fn now_is_told_in_the_zone_of_the_owner() {
    let answer = Api::in_zone("Pacific/Kiritimati").get("/todos").await;
    let now = json!({
        "date": "2026-11-23",
        "time": "00:00",
        "weekday": "monday",
        "time_zone": "Pacific/Kiritimati",
        "utc_offset": "+14:00",
        "time_zone_not_set": true,
    });
    assert_eq!(answer.body["now"], now);
}

#[tokio::test]
async fn completed_and_deleted_todos_come_newest_first() {
    let api = Api::new();
    let ids = api.add(&["a", "b", "c"]).await;
    for id in [&ids[1], &ids[0], &ids[2]] {
        api.patch(&format!("/todos/{id}"), json!({"status": "completed"})).await;
    }
    assert_eq!(titles(&api.get("/todos?status=completed").await), ["c", "a", "b"]);
    for id in [&ids[0], &ids[2], &ids[1]] {
        api.delete(&format!("/todos/{id}")).await;
    }
    assert_eq!(titles(&api.get("/todos?status=deleted").await), ["b", "c", "a"]);
}

#[tokio::test]
async fn each_filter_narrows_and_all_of_them_together() {
    let api = Api::new();
    library(&api).await;
    let cases: [(&str, &[&str]); 14] = [
        ("list=TRIP", &["c", "Ünïcode café"]),
        ("list=Nowhere", &[]),
        ("tag=TRAVEL", &["Ünïcode café", "d"]),
        ("priority=High", &["Ünïcode café"]),
        ("q=cafe", &["b", "Ünïcode café", "d"]),
        ("q=CAF%C3%89", &["b", "Ünïcode café", "d"]),
        ("q=unicode", &["Ünïcode café"]),
        ("q=%25+(a_b)+%5C+~%23", &["100% (a_b) \\ ~#"]),
        ("due_from=2026-11-24", &["Ünïcode café"]),
        ("due_to=2026-11-23", &["c", "b"]),
        ("due_from=2026-11-23&due_to=2026-11-30", &["c", "b", "Ünïcode café"]),
        ("due_from=2026-12-01", &[]),
        ("list=trip&due_to=2026-11-23", &["c"]),
        ("tag=travel&priority=high&q=cafe&list=Trip&due_from=2026-11-30&due_to=2026-11-30", &["Ünïcode café"]),
    ];
    for (query, expected) in cases {
        let answer = api.get(&format!("/todos?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        let mut found = titles(&answer);
        if !query.contains("due") {
            // The API sorts todos without a due date by their ids, and ids are random.
            found.sort_by_key(|title| expected.iter().position(|other| other == title));
        }
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test]
async fn a_text_is_found_however_its_letters_are_composed() {
    let api = Api::new();
    let notes =
        ["Ǽon ŁÓDŹ", "e\u{301}cole ǿre", "\u{1112}\u{1161}\u{11ab}글", "か\u{3099}っこう", "\u{fdfa}\u{610}\u{618}"];
    let todos: Vec<_> = notes.iter().map(|notes| json!({"title": notes, "notes": notes.repeat(40)})).collect();
    assert_eq!(api.post("/todos", json!({"todos": todos})).await.status, 201);
    for (text, found) in [
        ("aeon+lodz", Some(0)),
        ("ÉCOLE+ore", Some(1)),
        ("한글", Some(2)),
        ("하글", None),
        ("がっこう", Some(3)),
        ("かっこう", None),
        ("صلى+الله", Some(4)),
        // The notes contain the two marks in the opposite order. According to Unicode, the order of these two marks has
        // no meaning.
        ("وسلم\u{618}\u{610}صلى", Some(4)),
    ] {
        let query: String = form_urlencoded::byte_serialize(text.replace('+', " ").as_bytes()).collect();
        let answer = api.get(&format!("/todos?q={query}")).await;
        let titles = titles(&answer);
        let expected: Vec<_> = found.iter().map(|at| notes[*at]).collect();
        assert_eq!(titles, expected, "{text}");
    }
}

#[tokio::test]
async fn due_days_filter_completed_todos_too() {
    let api = Api::new();
    library(&api).await;
    let edits: Vec<_> =
        api.get("/todos").await.ids().iter().map(|id| json!({"id": id, "status": "completed"})).collect();
    assert_eq!(api.patch("/todos", json!({"todos": edits})).await.status, 200);
    let answer = api.get("/todos?status=completed&due_from=2026-11-23&due_to=2026-11-23").await;
    let mut found = titles(&answer);
    found.sort();
    assert_eq!(found, ["b", "c"]);
}

#[tokio::test]
async fn pages_hold_every_todo_once_whatever_the_filter() {
    let api = Api::new();
    for batch in 0..3 {
        let todos: Vec<_> = (0..40)
            .map(|n| json!({"title": format!("{batch}-{n}"), "tags": [if n % 3 == 0 { "third" } else { "other" }]}))
            .collect();
        assert_eq!(api.post("/todos", json!({"todos": todos})).await.status, 201);
    }
    for (filter, count) in [("", 120), ("&tag=third", 42), ("&due_to=2030-01-01", 0)] {
        for limit in [1, 7, 40, 100] {
            let mut seen = Vec::new();
            let mut cursor = String::new();
            loop {
                let answer = api.get(&format!("/todos?limit={limit}{filter}&cursor={cursor}")).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
                assert!(answer.ids().len() <= limit);
                seen.extend(answer.ids());
                match answer.body["next_cursor"].as_str() {
                    Some(next) => cursor = next.to_owned(),
                    None => break,
                }
                assert!(!answer.ids().is_empty(), "a page without an item and with a cursor");
            }
            let total = seen.len();
            seen.sort();
            seen.dedup();
            assert_eq!((seen.len(), total), (count, count), "limit {limit}{filter}");
        }
    }
}

#[tokio::test]
async fn a_cursor_goes_on_after_its_todo_has_gone() {
    let api = Api::new();
    let ids = api.add(&["a", "b", "c", "d"]).await;
    let first = api.get("/todos?limit=2").await;
    let gone = first.ids()[1].clone();
    api.delete(&format!("/todos/{gone}")).await;
    let second = api.get(&format!("/todos?limit=2&cursor={}", first.body["next_cursor"].as_str().unwrap())).await;
    let mut seen = [first.ids(), second.ids()].concat();
    seen.sort();
    let mut expected = ids;
    expected.sort();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_cursor_with_other_filters_is_refused() {
    let api = Api::new();
    api.add(&["a", "b", "c"]).await;
    let cursor = api.get("/todos?limit=1").await.body["next_cursor"].as_str().unwrap().to_owned();
    for other in ["tag=x", "status=completed", "q=a", "due_from=2026-01-01", "list=Inbox", "priority=normal"] {
        api.get(&format!("/todos?{other}&cursor={cursor}")).await.assert_problem(400, "bad_cursor");
    }
    assert_eq!(
        api.get(&format!("/todos?limit=2&cursor={cursor}")).await.ids().len(),
        2,
        "another limit is the same listing"
    );
}

#[tokio::test]
async fn changes_come_newest_first_and_in_pages() {
    let api = Api::new();
    for title in ["a", "b", "c"] {
        api.add(&[title]).await;
    }
    let mut seen: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api.get(&format!("/changes?limit=2&cursor={cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        seen.extend(page.body["changes"].as_array().unwrap().iter().map(|change| change["todos"][0]["title"].clone()));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, ["c", "b", "a"]);
}
