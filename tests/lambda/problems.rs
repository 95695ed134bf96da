//! Tests that each refusal is a problem document. The tests send the requests through every AWS service that can be in
//! front of the function.

use serde_json::json;

use super::{events::Door, runtime_api::Lambda};

#[test]
fn a_path_that_is_none_is_a_problem_document() {
    let lambda = Lambda::start();
    for door in Door::ALL {
        for path in ["/nowhere", "/todos/0123456789/steps", "/TODOS"] {
            lambda.send(door.ask("GET", path)).assert_problem(404, "no_such_path");
        }
        lambda.send(door.ask("GET", "/todos/0123456789")).assert_problem(404, "not_found");
    }
}

#[test]
fn a_method_that_is_none_is_a_problem_document_with_the_methods_there_are() {
    let lambda = Lambda::start();
    for door in Door::ALL {
        for (path, methods) in [("/todos", vec!["DELETE", "GET", "PATCH", "POST"]), ("/undo", vec!["POST"])] {
            let refused = lambda.send(door.ask("PUT", path).json(&json!({})));
            refused.assert_problem(405, "method_not_allowed");
            let mut allowed: Vec<&str> = refused.headers["allow"].split(',').map(str::trim).collect();
            allowed.retain(|method| *method != "HEAD");
            allowed.sort_unstable();
            assert_eq!(allowed, methods, "{door:?}");
        }
    }
}

#[test]
fn a_body_over_128_kib_is_refused_and_one_of_128_kib_is_read() {
    let lambda = Lambda::start();
    let of_size = |size: usize| {
        let body = json!({"todos": [{"title": "x", "notes": ""}]}).to_string();
        body.replace("\"\"", &format!("\"{}\"", "x".repeat(size - body.len())))
    };
    for door in Door::ALL {
        for base64 in [false, true] {
            let ask = |size| {
                let ask = door.ask("POST", "/todos").header("content-type", "application/json");
                ask.text(of_size(size)).in_base64(base64)
            };
            lambda.send(ask(129 * 1024)).assert_problem(413, "too_large");
            // The size of this body is allowed, but the notes in the body are too long.
            lambda.send(ask(128 * 1024)).assert_problem(422, "invalid");
        }
    }
}

#[test]
fn values_that_break_rules_are_named() {
    let lambda = Lambda::start();
    for door in Door::ALL {
        for base64 in [false, true] {
            let body = json!({"todos": [{"title": "Fine"}, {"title": "Wrong", "priority": "soon", "prio": 1}]});
            let refused = lambda.send(door.ask("POST", "/todos").json(&body).in_base64(base64));
            refused.assert_problem(422, "invalid");
            let errors = refused.body["errors"].as_array().expect("errors");
            for path in ["todos[1].priority", "todos[1].prio"] {
                assert!(errors.iter().any(|error| error["path"] == path), "{path}: {}", refused.text);
            }
        }
        let refused = lambda.send(door.ask("GET", "/todos?limit=0&colour=red"));
        refused.assert_problem(422, "invalid");
        assert_eq!(refused.body["errors"].as_array().map(Vec::len), Some(2), "{}", refused.text);
    }
}

#[test]
fn a_body_that_cannot_be_read_is_a_problem_document() {
    let lambda = Lambda::start();
    for door in Door::ALL {
        let post = || door.ask("POST", "/todos");
        let broken = post().header("content-type", "application/json").text("{\"todos\": [".to_owned());
        lambda.send(broken).assert_problem(400, "malformed");
        let form = post().header("content-type", "application/x-www-form-urlencoded").text("title=x".to_owned());
        lambda.send(form.in_base64(true)).assert_problem(415, "not_json");
    }
}
