//! Tests erasures that take longer than a request.

use std::time::Duration;

use jiff::ToSpan;
use serde_json::json;
use todo_action::{config::Auth, domain::owner::Owner, store::Erasure};

use super::{
    erase::{LEAVE, assert_new, live},
    harness::Api,
    large::add_many,
    transport::Fault,
    whole_table::Items,
};

fn owner(api: &Api) -> Owner {
    let Auth::None(owner) = &api.app.config.auth else { panic!("an API without keys") };
    owner.clone()
}

/// DynamoDB throttles the erasure, so the program pauses again and again. Tokio's clock is paused, so the test does not
/// have to wait for these pauses.
#[tokio::test(start_paused = true)]
async fn an_erasure_that_takes_longer_than_a_request_is_not_finished_and_the_next_request_goes_on() {
    for same_request in [true, false] {
        let api = Api::embedded().await;
        add_many(&api, 600).await;
        live(&api).await;
        let before = api.scan().await.len();
        let slow_down = Fault::Cancelled("ThrottlingError", "Throughput exceeds the current capacity");
        for _ in 0..3 {
            api.wire.fail_only("TransactWriteItems", [slow_down; 18]);
            api.wire.fail_only("TransactWriteItems", [Fault::None]);
        }
        let answer = api.delete(LEAVE).await;
        api.wire.take_faults();
        assert_eq!((answer.status.as_u16(), &answer.body["erased"]), (202, &json!(false)), "{}", answer.text);
        assert!(answer.body["detail"].as_str().unwrap().contains("send the same request again"), "{}", answer.text);
        assert!(answer.body.get("kept").is_none(), "{}", answer.text);
        let left = api.scan().await.len();
        assert!(left < before && left > 100, "{before} {left}");
        api.get("/todos").await.assert_problem(503, "busy");
        api.post("/todos", json!({"todos": [{"title": "late"}]})).await.assert_problem(503, "busy");
        if same_request {
            assert_eq!(api.elsewhere().delete(LEAVE).await.body["erased"], true);
        } else {
            api.clock.advance(3.seconds());
            assert_eq!(api.elsewhere().get("/todos").await.body["todos"], json!([]));
        }
        assert_eq!(api.scan().await, Items::new());
        assert_new(&api).await;
    }
}

#[tokio::test]
async fn an_erasure_in_many_short_steps_comes_to_its_end() {
    let api = Api::embedded().await;
    live(&api).await;
    let (owner, now) = (owner(&api), api.app.clock.now());
    assert_eq!(api.app.store.erase(&owner, now, Duration::ZERO).await.unwrap(), Erasure::Unfinished);
    let mut steps = 1;
    while api.app.store.erase(&owner, now, Duration::from_millis(5)).await.unwrap() == Erasure::Unfinished {
        steps += 1;
        assert!(steps < 1_000, "it never ends");
    }
    assert_eq!(api.scan().await, Items::new());
}
