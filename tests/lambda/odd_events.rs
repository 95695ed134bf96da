//! Tests unusual events: events of other AWS services, and requests with unusual queries, paths and hosts.

use serde_json::{Value, json};

use super::{
    events::Door,
    runtime_api::{Lambda, Outcome},
};

#[test]
fn an_event_of_another_service_does_not_end_the_process() {
    let lambda = Lambda::start();
    let scheduled = json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
        "source": "aws.events", "account": "123456789012", "time": "2026-11-22T10:00:00Z", "region": "eu-west-1",
        "resources": ["arn:aws:events:eu-west-1:123456789012:rule/warm"], "detail": {},
    });
    let queued = json!({"Records": [{"eventSource": "aws:sqs", "body": "{}", "messageId": "1"}]});
    for event in [json!({"source": "aws.events"}), scheduled, queued, json!({}), json!([]), Value::Null, json!("x")] {
        let (_, outcome) = lambda.invoke(event);
        assert!(matches!(&outcome, Outcome::Error { body, .. } if body["errorMessage"].is_string()), "{outcome:?}");
        lambda.send(Door::HttpApi.ask("GET", "/todos")).assert_json(200);
    }
    assert!(!lambda.stop().output().contains("panicked"));
}

#[test]
fn a_plus_in_a_query_is_a_blank() {
    let lambda = with_todo("Milk and more");
    for door in [Door::HttpApi, Door::RestApi, Door::LoadBalancer, Door::LoadBalancerMultiValue] {
        assert_finds(&lambda, door, "milk+and+more");
    }
}

#[test]
fn a_blank_that_a_function_url_makes_of_a_plus_is_a_blank() {
    assert_finds(&with_todo("Milk and more"), Door::FunctionUrl, "milk+and+more");
}

#[test]
fn characters_that_should_have_been_encoded_are_read_as_they_are() {
    let lambda = with_todo("Read \"{1}|^`\\ <> Café\"");
    for door in [Door::RestApi, Door::LoadBalancer, Door::LoadBalancerMultiValue, Door::HttpApi, Door::FunctionUrl] {
        for text in ["{1}", "|^`\\", "Café", "\"", "<>"] {
            assert_finds(&lambda, door, text);
        }
    }
}

fn with_todo(title: &str) -> Lambda {
    let lambda = Lambda::start();
    let body = json!({"todos": [{"title": title}, {"title": "Something else"}]});
    lambda.send(Door::RestApi.ask("POST", "/todos").json(&body)).assert_json(201);
    lambda
}

/// Asserts that a search for this text finds one of the two todos. The request contains the text without
/// percent-encoding.
#[track_caller]
fn assert_finds(lambda: &Lambda, door: Door, text: &str) {
    let found = lambda.send(door.ask("GET", &format!("/todos?limit=5&q={text}")));
    found.assert_json(200);
    assert_eq!(found.body["todos"].as_array().map(Vec::len), Some(1), "{door:?} {text}: {}", found.text);
}

#[test]
fn a_parameter_given_twice_is_refused_where_the_service_tells() {
    let lambda = Lambda::start();
    for door in [Door::HttpApi, Door::RestApi, Door::FunctionUrl, Door::LoadBalancerMultiValue] {
        lambda.send(door.ask("GET", "/todos?tag=a&tag=b")).assert_problem(422, "invalid");
    }
    // Without multi-value headers, a load balancer sends only the last value of a repeated parameter to the function.
    lambda.send(Door::LoadBalancer.ask("GET", "/todos?tag=a&tag=b")).assert_json(200);
}

#[test]
fn a_path_in_plain_text_is_a_path_that_is_none() {
    let lambda = Lambda::start();
    // An HTTP API decodes the path before it calls the function. The paths in this test are already decoded.
    for path in ["/café", "/a b", "/todos/a?b", "/todos/a#b", "/todos/100%", "//evil.example/todos", "/todos//"] {
        let mut event = Door::HttpApi.ask("GET", "/").event();
        event["rawPath"] = json!(path);
        let reply = lambda.send_event(&Door::HttpApi.ask("GET", path), event);
        assert_eq!(reply.status, 404, "{path}: {}", reply.text);
        assert_eq!(reply.headers["content-type"], "application/problem+json", "{path}");
    }
}

#[test]
fn a_host_that_is_none_is_no_reason_to_fail() {
    let lambda = Lambda::start();
    // A load balancer has a default rule, so it accepts a request with any host name. AWS finds the other services by
    // their host name, so a request with a wrong host name does not reach these services.
    for door in [Door::LoadBalancerMultiValue, Door::LoadBalancer] {
        for host in ["todo", "user@todo.example", "todo.example:99999", "", "a b", "[::1", "%", "a\"b", "a{b", "a`b"] {
            lambda.send(door.ask("GET", "/todos").header("Host", host)).assert_json(200);
        }
    }
}
