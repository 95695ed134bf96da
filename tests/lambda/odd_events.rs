//! Tests unusual events: events of other AWS services, and requests with unusual queries, paths and hosts.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD as STANDARD, BASE64_URL_SAFE as URL_SAFE},
};
use serde_json::{Value, json};

use super::{
    events::{Door, Reply},
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

/// The body of a request that adds a todo. The Base64 text of this body is longer than a MIME line (76 characters).
/// This text contains characters that the URL alphabet of Base64 replaces with `-` or `_`.
const ADDITION: &str =
    r#"{"todos":[{"title":"a title that is long enough for a second line ~~~???ÿÿ"}],"allow_duplicate":true}"#;

#[test]
fn a_body_that_claims_to_be_base64_never_ends_the_process() {
    let lambda = Lambda::start();
    let standard = STANDARD.encode(ADDITION);
    let lines: Vec<_> = standard.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let bodies = [
        standard.clone(),
        lines.join("\r\n"),
        format!("{standard}\n"),
        standard.trim_end_matches('=').to_owned(),
        URL_SAFE.encode(ADDITION),
        ADDITION.to_owned(),
    ];
    for door in [Door::HttpApi, Door::FunctionUrl, Door::RestApi, Door::LoadBalancer, Door::LoadBalancerMultiValue] {
        for body in &bodies {
            in_base64(&lambda, door, body).assert_json(201);
        }
        in_base64(&lambda, door, "neither JSON nor Base64 ÿ").assert_problem(400, "malformed");
    }
    assert!(!lambda.stop().output().contains("panicked"));
}

/// Sends an event with this body. The event says that the body is Base64.
#[track_caller]
fn in_base64(lambda: &Lambda, door: Door, body: &str) -> Reply {
    let ask = door.ask("POST", "/todos").header("content-type", "application/json");
    let mut event = ask.event();
    event["body"] = json!(body);
    event["isBase64Encoded"] = json!(true);
    lambda.send_event(&ask, event)
}

#[test]
fn a_path_without_a_slash_never_ends_the_process() {
    let lambda = Lambda::start();
    for door in [Door::HttpApi, Door::FunctionUrl, Door::RestApi, Door::LoadBalancer, Door::LoadBalancerMultiValue] {
        for path in ["todos", "a b", "é", ":99999/todos", "@host/todos", "\\todos", "?todos/"] {
            let ask = door.ask("GET", "/todos");
            let mut event = ask.event();
            for member in ["path", "rawPath"] {
                if event.get(member).is_some() {
                    event[member] = json!(path);
                }
            }
            let reply = lambda.send_event(&ask, event);
            // Behind a load balancer, the public address is unknown. So the start page returns an error.
            let start = reply.status == 500 && reply.body["code"] == "no_public_url";
            assert!(start || matches!(reply.status, 200 | 400 | 404), "{door:?} {path}: {}", reply.text);
        }
    }
    assert!(!lambda.stop().output().contains("panicked"));
}

#[test]
fn a_parameter_with_an_empty_list_of_values_is_no_parameter() {
    let lambda = with_todo("Milk");
    for door in [Door::RestApi, Door::LoadBalancer, Door::LoadBalancerMultiValue] {
        for member in ["queryStringParameters", "multiValueQueryStringParameters"] {
            for parameters in [json!({"tag": []}), json!({"tag": [], "q": ["milk"]})] {
                let ask = door.ask("GET", "/todos");
                let mut event = ask.event();
                event[member] = parameters.clone();
                let found = lambda.send_event(&ask, event);
                found.assert_json(200);
                let expected = if parameters.get("q").is_some() { 1 } else { 2 };
                assert_eq!(found.body["todos"].as_array().map(Vec::len), Some(expected), "{door:?} {member}");
            }
        }
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
    // This load balancer does not send multi-value headers. If a query repeats a parameter, the function receives only
    // the last value.
    lambda.send(Door::LoadBalancer.ask("GET", "/todos?tag=a&tag=b")).assert_json(200);
}

#[test]
fn a_path_in_plain_text_is_a_path_that_is_none() {
    let lambda = Lambda::start();
    // An HTTP API decodes the path before the API calls the function. The paths in this test are already decoded.
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
    // A load balancer accepts requests with any host name. An API or a function URL does not receive a request with a
    // wrong host name. So this test uses only load balancers.
    for door in [Door::LoadBalancerMultiValue, Door::LoadBalancer] {
        for host in ["todo", "user@todo.example", "todo.example:99999", "", "a b", "[::1", "%", "a\"b", "a{b", "a`b"] {
            lambda.send(door.ask("GET", "/todos").header("Host", host)).assert_json(200);
        }
    }
}
