//! Tests that an export of ours, imported into an empty account, gives an equal export.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::{
    export_life::Life,
    harness::Api,
    importing::{import, preview, repeat},
};

/// The export without its time and its changes. The changes belong to the account, so an import does not restore them.
async fn export(api: &Api) -> Value {
    let answer = api.get("/export").await;
    assert!(!answer.headers.contains_key("link"), "the life is longer than one page");
    let mut export: Value = serde_json::from_str(&answer.text).unwrap();
    for other in ["exported_at", "changes"] {
        export.as_object_mut().unwrap().remove(other);
    }
    export
}

/// An empty account, a day later.
async fn other_account() -> Api {
    let api = Api::embedded().await;
    api.clock.advance(24.hours());
    api
}

#[tokio::test]
async fn an_export_that_is_imported_into_an_empty_account_is_equal() {
    for seed in [24, 25] {
        let api = Api::embedded().await;
        Life::new(&api, seed).live(400).await;
        let (whole, file) = (export(&api).await, api.get("/export").await.text);
        let other = other_account().await;
        let (_, seen) = preview(&other, "todos.json", &file).await;
        assert_eq!(seen["broken"], json!([]), "seed {seed}");
        assert_eq!(seen["lost"], json!([]), "seed {seed}");
        let (id, done) = import(&other, "todos.json", &file, json!({})).await;
        let number = whole["todos"].as_array().unwrap().len();
        assert_eq!(done["added"], number, "seed {seed}");
        let again = export(&other).await;
        for member in ["settings", "lists", "format_version"] {
            assert_eq!(again[member], whole[member], "{member}, seed {seed}");
        }
        for (now, before) in again["todos"].as_array().unwrap().iter().zip(whole["todos"].as_array().unwrap()) {
            assert_eq!(now, before, "seed {seed}");
        }
        assert_eq!(again, whole, "seed {seed}");

        let (_, seen) = preview(&other, "todos.json", &file).await;
        assert_eq!((&seen["same"], &seen["new"]), (&json!(number), &json!(0)), "seed {seed}");
        repeat(&other, "DELETE", &id, Value::Null).await;
        assert_eq!(other.all("open").await.len(), 0);
    }
}
