//! Undoes random sequences of writes, from the last write to the first, and in random orders.

use proptest::{
    prelude::*,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use super::{
    harness::Api,
    random_writes::{restored, start, state, writes},
};

/// The number of sequences if `UNDO_SEQUENCES` is not set.
const USUAL: u32 = 24;

/// Without the variable `UNDO_SEQUENCES`, the sequences are the same at each run, so that a failure can be repeated.
/// With the variable, the test makes this number of sequences, and they are different at each run.
#[expect(clippy::disallowed_methods, reason = "a setting of the test run, not of the program")]
fn runner() -> TestRunner {
    let wanted = std::env::var("UNDO_SEQUENCES").ok().map(|number| number.parse().expect("a number"));
    let cases = wanted.unwrap_or(USUAL);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    match wanted {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    }
}

/// Undoes these changes, one by one, from the last to the first. Returns the ids of the undos, in their order.
async fn undo_each(api: &Api, changes: &[String], what: &str) -> Vec<String> {
    let mut undos = Vec::new();
    for change in changes.iter().rev() {
        let answer = api.post("/undo", json!({ "change_id": change })).await;
        assert_eq!(answer.status, 200, "{what}: {change}: {}", answer.text);
        undos.push(answer.change_id());
    }
    undos
}

/// The test undoes and redoes each sequence twice.
#[test]
fn any_sequence_of_writes_undone_one_by_one_restores_the_start_and_redone_the_end() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = runner().run(&writes(), |writes| {
        runtime.block_on(async {
            let (api, mut done) = start().await;
            let begin = state(&api).await;
            for write in &writes {
                done.perform(&api, write).await;
            }
            let end = state(&api).await;
            let mut changes = done.changes.clone();
            for round in 1..=2 {
                changes = undo_each(&api, &changes, &format!("undo {round}")).await;
                let undone = state(&api).await;
                let open = undone["todos"].as_array().unwrap().iter().filter(|todo| todo["status"] == "open");
                prop_assert_eq!(open.count(), 5, "what was added is gone: {:?}", undone);
                prop_assert_eq!(restored(undone, &begin, &done), begin.clone(), "undo {}", round);
                changes = undo_each(&api, &changes, &format!("redo {round}")).await;
                prop_assert_eq!(state(&api).await, end.clone(), "redo {}", round);
            }
            Ok(())
        })
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// The state without the times of the last change. If a todo was changed after the undone change, the undo sets the
/// time of the last change to the present time.
fn without_update_times(mut state: Value) -> Value {
    for todo in state["todos"].as_array_mut().unwrap() {
        todo.as_object_mut().unwrap().remove("updated_at");
    }
    state
}

#[test]
fn writes_undone_in_any_order_without_conflict_end_the_same() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cases = (writes(), prop::collection::vec(0usize..100, 12));
    let without_conflict = std::cell::Cell::new(0);
    let outcome = runner().run(&cases, |(writes, order)| {
        runtime.block_on(async {
            let (api, mut done) = start().await;
            let begin = without_update_times(state(&api).await);
            for write in &writes {
                done.perform(&api, write).await;
            }
            // Undoes one change after another, in the order of the random numbers. If an undo is refused, the test
            // tries the other changes first.
            let mut left: Vec<_> = done.changes.iter().zip(order.into_iter().cycle()).collect();
            left.sort_by_key(|(_, number)| *number);
            while !left.is_empty() {
                let before = left.len();
                let mut refused = Vec::new();
                for (change, number) in left {
                    let answer = api.post("/undo", json!({ "change_id": change })).await;
                    match answer.status.as_u16() {
                        200 => {}
                        409 => refused.push((change, number)),
                        _ => panic!("{writes:?}: {}", answer.text),
                    }
                }
                if refused.len() == before {
                    // This order has a conflict. For example, two changes gave a field the same value, and the test
                    // undid the wrong one first.
                    return Ok(());
                }
                left = refused;
            }
            // This test does not compare the added todos. If a todo was deleted after its addition, an undo of the
            // addition leaves this todo as it is. If the deletion is undone later, the todo is open again.
            let end = without_update_times(state(&api).await);
            prop_assert_eq!(restored(end, &begin, &done), begin);
            without_conflict.set(without_conflict.get() + 1);
            Ok(())
        })
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(without_conflict.get() >= 8, "only {} orders had no conflict", without_conflict.get());
}
