//! How the process starts when something is missing.

use std::net::TcpListener;

use serde_json::json;

use super::{
    events::Door,
    runtime_api::{Lambda, Remains},
};

#[test]
fn a_variable_that_is_missing_is_named_when_the_process_ends() {
    for name in ["TABLE_NAME", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        let remains = Lambda::start_with(&[(name, None)]).exited();
        assert_refused_to_start(&remains, name);
    }
}

#[test]
fn a_variable_that_cannot_be_used_is_named_when_the_process_ends() {
    let unusable = [
        ("TABLE_NAME", ""),
        ("PUBLIC_URL", "todo.example.net"),
        ("DEFAULT_TIME_ZONE", "Mars/Olympus"),
        ("OWNER", "a\tb"),
        ("CONFIRM", "always"),
        ("AUTH_MODE", "none"),
        ("AUTH_MODE", "oauth"),
    ];
    for (name, value) in unusable {
        let remains = Lambda::start_with(&[(name, Some(value))]).exited();
        assert_refused_to_start(&remains, name);
    }
}

#[track_caller]
fn assert_refused_to_start(remains: &Remains, name: &str) {
    let output = remains.output();
    // 101 is the status of a panic; a signal has none.
    assert_eq!(remains.status.code(), Some(1), "{output}");
    assert!(output.contains(name), "{name} is not named:\n{output}");
    assert!(!output.contains("panicked"), "{output}");
}

#[test]
fn without_dynamodb_the_process_starts_and_asks_for_patience() {
    let port = closed_port();
    let endpoint = format!("http://127.0.0.1:{port}");
    let lambda = Lambda::start_with(&[("AWS_ENDPOINT_URL_DYNAMODB", Some(&endpoint))]);

    for door in [Door::HttpApi, Door::RestApi, Door::FunctionUrl, Door::LoadBalancer] {
        let body = json!({"todos": [{"title": "Wait"}]});
        for ask in [door.ask("GET", "/todos"), door.ask("POST", "/todos").json(&body), door.ask("GET", "/health")] {
            let refused = lambda.send(ask);
            refused.assert_problem(503, "unavailable");
            assert!(refused.headers["retry-after"].parse::<u32>().is_ok_and(|seconds| seconds > 0));
            for told in ["127.0.0.1", &port.to_string(), "onnect", "ispatch", "DynamoDB"] {
                assert!(!refused.text.contains(told), "{told}: {}", refused.text);
            }
        }
        assert_eq!(lambda.send(door.ask("GET", "/nowhere")).status, 404);
    }

    let remains = lambda.stop();
    assert!(remains.stdout.contains("DynamoDB did not answer during init"), "{}", remains.stdout);
    assert!(!remains.output().contains("panicked"), "{}", remains.output());
}

/// A port of this machine at which nobody listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
