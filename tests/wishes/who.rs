//! More wishes about the history: what one assistant did, and what happened to one todo.

use jiff::ToSpan;
use serde_json::json;

use super::assistant::assistants;

#[tokio::test]
async fn what_did_codex_change_and_what_happened_to_the_rent() {
    let [mut claude, mut codex] = assistants(["Claude", "Codex"]).await;
    claude.call("addTodos", json!({"todos": [{"title": "Last week"}]})).await;
    claude.wait((7 * 24).hours());
    let added = codex.call("addTodos", json!({"todos": [{"title": "Rent", "due": "2026-12-01"}]})).await;
    let id = added["todos"][0]["id"].clone();
    claude.call("updateTodos", json!({"todos": [{"id": id, "due": "2026-12-03", "priority": "high"}]})).await;
    claude.hears("what changed since yesterday, and who did it?");
    let history = claude.call("getChanges", json!({"since": "yesterday"})).await;
    claude.needed_at_most_two_calls();
    let [edited, added] = history["changes"].as_array().unwrap().as_slice() else { panic!("{history}") };
    assert_eq!((&edited["by"], &added["by"]), (&json!("Claude"), &json!("Codex")), "{history}");
    assert_eq!(edited["todos"][0]["title"], "Rent");
    assert_eq!(edited["todos"][0]["changed"], json!(["due: 2026-12-01 → 2026-12-03", "priority: normal → high"]));
    claude.hears("what did Codex change?");
    let history = claude.call("getChanges", json!({"by": "codex"})).await;
    assert_eq!(history["changes"].as_array().unwrap().len(), 1, "{history}");
    claude.hears("what happened to the rent?");
    let history = claude.call("getChanges", json!({ "todo_id": id })).await;
    assert_eq!(history["changes"].as_array().unwrap().len(), 2, "{history}");
}
