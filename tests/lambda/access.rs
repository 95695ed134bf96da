//! Tests API keys with each AWS service that can be in front of the function (`Door`).

use serde_json::json;

use super::{
    events::Door,
    runtime_api::{Lambda, new_key},
};

#[test]
fn without_being_told_otherwise_a_function_wants_keys_and_writes_none_of_them_down() {
    let lambda = Lambda::start_with(&[("AUTH_MODE", None)]);
    let mut keys = Vec::new();
    for door in [Door::HttpApi, Door::RestApi, Door::FunctionUrl, Door::LoadBalancer] {
        let refused = lambda.send(door.ask("GET", "/todos"));
        refused.assert_problem(401, "no_credential");
        assert_eq!(refused.headers["www-authenticate"], "Bearer realm=\"todo-action\"");
        let (key, unknown) = (new_key(), todo_action::app::Ids::random().api_key());
        let bearer = |key: &str| format!("Bearer {key}");
        let body = json!({"todos": [{"title": "Buy milk"}]});
        let added = lambda.send(door.ask("POST", "/todos").json(&body).header("authorization", &bearer(key.secret())));
        assert_eq!(added.status, 201, "{}", added.text);
        let listed = lambda.send(door.ask("GET", "/todos").header("x-api-key", key.secret()));
        assert_eq!(listed.body["todos"][0]["id"], added.body["todos"][0]["id"]);
        let refused = lambda.send(door.ask("GET", "/todos").header("authorization", &bearer(unknown.secret())));
        refused.assert_problem(401, "bad_credential");
        assert_eq!(lambda.send(door.ask("GET", "/health")).status, 200);
        keys.extend([key, unknown]);
    }
    let output = lambda.stop().output();
    for key in keys {
        assert!(!output.contains(key.secret()) && !output.contains(key.hash().as_str()), "{output}");
    }
}

#[test]
fn a_function_that_wants_no_keys_warns_of_it() {
    let lambda = Lambda::start();
    assert_eq!(lambda.send(Door::HttpApi.ask("GET", "/health")).status, 200);
    let remains = lambda.stop();
    assert!(remains.stdout.contains("no key is needed"), "{}", remains.stdout);
}
