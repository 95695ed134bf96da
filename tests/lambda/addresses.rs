//! Tests the address of the API in the OpenAPI document. Also tests an API that has a stage of API Gateway, such as
//! `dev`.

use serde_json::json;

use super::{
    events::{Door, Reply},
    runtime_api::Lambda,
};

const DOMAINS: [Door; 3] = [Door::HttpApi, Door::RestApi, Door::FunctionUrl];
const LOAD_BALANCERS: [Door; 2] = [Door::LoadBalancer, Door::LoadBalancerMultiValue];
/// Headers with which a client could try to change the address of the API.
const FORGED: [(&str, &str); 7] = [
    ("Host", "evil.example"),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Original-Host", "evil.example"),
    ("Forwarded", "for=198.51.100.9;host=evil.example;proto=http"),
    ("X-Forwarded-Proto", "http"),
    ("X-Forwarded-Port", "8080"),
    ("X-Forwarded-Prefix", "/evil"),
];

#[test]
fn the_document_names_the_domain_of_an_http_api() {
    let document = Lambda::start().send(Door::HttpApi.ask("GET", "/openapi.json"));
    assert_eq!(server(&document), "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com");
}

#[test]
fn the_document_names_the_domain_of_a_function_url() {
    let document = Lambda::start().send(Door::FunctionUrl.ask("GET", "/openapi.json"));
    assert_eq!(server(&document), "https://k2j4h6g8f0d1s3a5q7w9e2r4t6y8u0i1.lambda-url.eu-west-1.on.aws");
}

#[test]
fn the_document_names_a_stage_that_is_not_the_default() {
    let lambda = Lambda::start();
    for door in [Door::HttpApi, Door::RestApi] {
        let document = lambda.send(door.ask("GET", "/openapi.json").stage("dev"));
        assert_eq!(server(&document), format!("https://{}/dev", door.domain()));
    }
}

#[test]
fn the_document_names_the_public_url_behind_every_door() {
    let lambda = Lambda::start_with(&[("PUBLIC_URL", Some("https://todo.example.net/v1/"))]);
    for door in Door::ALL {
        let document = lambda.send(door.ask("GET", "/openapi.json"));
        assert_eq!(server(&document), "https://todo.example.net/v1", "{door:?}");
    }
    let document = lambda.send(Door::HttpApi.ask("GET", "/openapi.json").stage("dev"));
    assert_eq!(server(&document), "https://todo.example.net/v1");
}

#[test]
fn behind_a_load_balancer_nobody_knows_the_address_without_a_public_url() {
    let lambda = Lambda::start();
    for door in LOAD_BALANCERS {
        let refused = lambda.send(door.ask("GET", "/openapi.json"));
        refused.assert_problem(500, "no_public_url");
        assert!(!refused.text.contains("todo-action.example.com"), "{}", refused.text);
    }
}

#[test]
fn the_pages_reach_a_browser_through_every_door_and_name_the_same_address() {
    let lambda = Lambda::start();
    let with_public_url = Lambda::start_with(&[("PUBLIC_URL", Some("https://todo.example.net"))]);
    for door in Door::ALL {
        for path in ["/connect", "/privacy"] {
            let page = with_public_url.send(door.ask("GET", path));
            assert_eq!(
                (page.status, page.headers["content-type"].as_str()),
                (200, "text/html; charset=utf-8"),
                "{door:?}"
            );
            assert!(page.text.starts_with("<!DOCTYPE html>") && page.text.ends_with("</html>\n"), "{door:?} {path}");
        }
        let page = with_public_url.send(door.ask("GET", "/connect"));
        assert!(page.text.contains("\"https://todo.example.net/openapi.json\""), "{door:?}");
        assert_eq!(with_public_url.send(door.ask("GET", "/favicon.ico")).headers["content-type"], "image/svg+xml");
    }
    for door in DOMAINS {
        let (page, document) =
            (lambda.send(door.ask("GET", "/connect")), lambda.send(door.ask("GET", "/openapi.json")));
        assert!(page.text.contains(&format!("\"{}/openapi.json\"", server(&document))), "{door:?}: {}", page.text);
    }
    for door in LOAD_BALANCERS {
        lambda.send(door.ask("GET", "/connect")).assert_problem(500, "no_public_url");
        lambda.send(door.ask("GET", "/export/address")).assert_problem(500, "no_public_url");
    }
}

#[test]
fn forged_headers_never_change_the_address() {
    let lambda = Lambda::start();
    for door in DOMAINS {
        let ask =
            FORGED.into_iter().fold(door.ask("GET", "/openapi.json"), |ask, (name, value)| ask.header(name, value));
        let ask = if door == Door::RestApi { ask.stage("dev") } else { ask };
        let path = if door == Door::RestApi { "/dev" } else { "" };
        let document = lambda.send(ask);
        assert_eq!(server(&document), format!("https://{}{path}", door.domain()));
        assert!(!document.text.contains("evil"), "{door:?}");
    }
}

#[test]
fn forged_headers_never_make_an_address_behind_a_load_balancer() {
    let lambda = Lambda::start();
    let with_public_url = Lambda::start_with(&[("PUBLIC_URL", Some("https://todo.example.net"))]);
    for door in LOAD_BALANCERS {
        let ask =
            FORGED.into_iter().fold(door.ask("GET", "/openapi.json"), |ask, (name, value)| ask.header(name, value));
        lambda.send(ask.clone()).assert_problem(500, "no_public_url");
        assert_eq!(server(&with_public_url.send(ask)), "https://todo.example.net");
    }
}

#[test]
fn a_stage_called_like_a_path_hides_no_path() {
    let lambda = Lambda::start();
    for door in [Door::HttpApi, Door::RestApi] {
        let body = json!({"todos": [{"title": format!("Behind {door:?}"), "list": format!("{door:?}")}]});

        let added = lambda.send(door.ask("POST", "/todos").json(&body).stage("todos"));
        added.assert_json(201);
        let id = added.body["todos"][0]["id"].as_str().expect("an id");

        let listed = lambda.send(door.ask("GET", &format!("/todos?list={door:?}")).stage("todos"));
        listed.assert_json(200);
        assert_eq!(listed.body["todos"][0]["id"], id, "{}", listed.text);

        let got = lambda.send(door.ask("GET", &format!("/todos/{id}")).stage("todos"));
        got.assert_json(200);
        assert_eq!(got.body["todo"]["title"], format!("Behind {door:?}"));

        lambda.send(door.ask("GET", "/todos/todos").stage("todos")).assert_problem(404, "not_found");
        lambda.send(door.ask("GET", "/nowhere").stage("todos")).assert_problem(404, "no_such_path");
        let document = lambda.send(door.ask("GET", "/openapi.json").stage("todos"));
        assert_eq!(server(&document), format!("https://{}/todos", door.domain()));
    }
}

/// Asserts that the OpenAPI document has only one server. Returns the address of this server.
#[track_caller]
fn server(document: &Reply) -> &str {
    document.assert_json(200);
    assert!(!document.text.contains("todo-action.example.com"), "the placeholder is served");
    assert!(document.body["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")));
    let servers = document.body["servers"].as_array().expect("servers");
    assert_eq!(servers.len(), 1, "{servers:?}");
    servers[0]["url"].as_str().expect("an address")
}
