//! Tests owners who stay away for a long time while a change is pending. DynamoDB removes expired items in the
//! meantime.

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::{
    folder::Folder,
    harness::Api,
    large::{LARGE, add_many, completed, dies_after, pending, todos},
    table::Item,
};

const DAY: i64 = 24 * 60 * 60;

fn seconds(item: &Item, name: &str) -> Option<i64> {
    item.get(name).map(|value| value.as_n().unwrap().parse().unwrap())
}

/// Removes all items that have expired by this time.
async fn remove_expired(api: &Api, now: Timestamp) -> usize {
    let now = now.as_second();
    let mut removed = 0;
    for (sk, item) in api.items().await {
        if seconds(&item, "expires_at").is_some_and(|second| second <= now) {
            api.remove(&sk).await;
            removed += 1;
        }
    }
    removed
}

/// The path of a request that deletes these todos.
fn deletion(ids: &[String]) -> String {
    format!("/todos?ids={}", ids.join(","))
}

/// Ten o'clock on this day.
fn at(day: &str) -> Timestamp {
    format!("{day}T10:00:00Z").parse().unwrap()
}

#[tokio::test]
async fn a_deletion_that_is_finished_after_twenty_or_forty_days_can_be_undone_for_thirty_days() {
    let cases = [(1, "2027-01-01", "2027-01-31"), (3, "2027-01-01", "2027-01-31"), (4, "2027-01-01", "2027-01-31")];
    for (transactions, back, end) in cases.into_iter().chain([(3, "2026-12-12", "2027-01-11")]) {
        let api = Api::new();
        let ids = add_many(&api, LARGE).await;
        let before = todos(&api).await;
        dies_after(transactions, &api, ("DELETE", &deletion(&ids)), Value::Null).await;
        let large = pending(&api).await.unwrap();
        api.clock.set(&format!("{back}T10:00:00"), "UTC");
        remove_expired(&api, at(back)).await;
        assert_eq!((api.all("open").await.len(), api.all("deleted").await.len()), (0, LARGE), "{transactions}");
        let items = api.items().await;
        let record = format!("change#{large}");
        let of_change: Vec<_> = items.iter().filter(|(sk, _)| sk.starts_with(&record)).collect();
        assert!(of_change.len() > 1);
        let expected = at(end).as_second()..at(end).as_second() + 10;
        for (sk, item) in of_change {
            assert!(expected.contains(&seconds(item, "expires_at").unwrap()), "{sk} {item:?}");
        }
        api.clock.set(&format!("{end}T09:00:00"), "UTC");
        remove_expired(&api, at(end) - 1.hours()).await;
        let reopened = api.patch(&format!("/todos/{}", ids[0]), json!({"status": "open"})).await;
        assert_eq!(reopened.status, 200, "{}", reopened.text);
        assert_eq!(api.post("/undo", json!({})).await.status, 200);
        let undone = api.post("/undo", json!({"change_id": large})).await;
        assert_eq!(undone.status, 200, "{}", undone.text);
        assert_eq!(todos(&api).await, before);
    }
}

#[tokio::test]
async fn an_undo_that_is_finished_after_the_deleted_todos_were_removed_restores_them() {
    for transactions in 1..=4 {
        let api = Api::new();
        let ids = add_many(&api, LARGE).await;
        let before = todos(&api).await;
        assert_eq!(api.delete(&deletion(&ids)).await.status, 200);
        api.clock.set("2026-12-22T09:00:00", "UTC");
        dies_after(transactions, &api, ("POST", "/undo"), json!({})).await;
        api.clock.set("2027-01-31T10:00:00", "UTC");
        let removed = remove_expired(&api, at("2027-01-31")).await;
        // The finished slices have restored their todos. The other todos and the record of the deletion have expired
        // and are removed.
        assert!(removed > 0, "{transactions}");
        assert_eq!(todos(&api).await, before, "{transactions}");
        assert_eq!(pending(&api).await, None);
        let redone = api.post("/undo", json!({})).await;
        redone.assert_problem(404, "nothing_to_undo");
        assert_eq!(api.patch("/todos", completed(&ids)).await.status, 200);
        assert_eq!(api.post("/undo", json!({})).await.status, 200);
        assert_eq!(todos(&api).await, before, "{transactions}");
    }
}

/// The parts of a pending change must not expire before the change is finished, even if the program dies at the end of
/// the change.
#[tokio::test]
async fn while_a_change_is_pending_its_items_do_not_expire_within_a_year() {
    let api = Api::new();
    let ids = add_many(&api, LARGE).await;
    for transactions in 1..=4 {
        dies_after(transactions, &api, ("PATCH", "/todos"), completed(&ids)).await;
        let record = format!("change#{}", pending(&api).await.unwrap());
        let items = api.items().await;
        assert_eq!(seconds(&items[&record], "expires_at"), None);
        let parts: Vec<_> = items.iter().filter(|(sk, _)| sk.starts_with(&format!("{record}#"))).collect();
        assert!(!parts.is_empty());
        let since = seconds(&items["settings"], "pending_since").unwrap() / 1_000_000;
        for (sk, part) in parts {
            assert!(seconds(part, "expires_at").is_none_or(|second| second > since + 365 * DAY), "{sk}: {part:?}");
        }
        api.clock.advance(3.seconds());
        assert_eq!(api.post("/undo", json!({})).await.status, 200);
    }
}

#[tokio::test]
async fn a_start_of_todo_serve_removes_nothing_that_a_pending_change_needs() {
    for (day, ahead) in [("2027-01-01", "2027-01-01"), ("2027-12-01", "2027-12-01"), ("2026-12-23", "2126-11-22")] {
        let folder = Folder::new(&format!("large-{day}"));
        let file = folder.file("todos.db");
        let api = Api::over_at(&file, at("2026-11-22"));
        api.create_table().await;
        let ids = add_many(&api, LARGE).await;
        let before = todos(&api).await;
        assert_eq!(api.delete(&deletion(&ids)).await.status, 200);
        api.clock.set("2026-12-22T09:00:00", "UTC");
        dies_after(2, &api, ("POST", "/undo"), json!({})).await;
        drop(api);
        drop(Api::over_at(&file, at(ahead)));
        let api = Api::over_at(&file, at(day));
        api.clock.set(&format!("{day}T10:00:00"), "UTC");
        assert_eq!(todos(&api).await, before, "{day}");
        assert_eq!(pending(&api).await, None);
    }
}
