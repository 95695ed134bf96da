//! Tests a typical session of an assistant, through every AWS service in front of the function.

use serde_json::{Value, json};

use super::{
    events::{Ask, Door, Reply},
    runtime_api::Lambda,
};

#[test]
fn a_whole_session_works_behind_an_http_api() {
    session(Door::HttpApi, false);
}

#[test]
fn a_whole_session_works_behind_a_rest_api() {
    session(Door::RestApi, false);
}

#[test]
fn a_whole_session_works_behind_a_function_url() {
    session(Door::FunctionUrl, false);
}

#[test]
fn a_whole_session_works_behind_a_load_balancer() {
    session(Door::LoadBalancer, false);
}

#[test]
fn a_whole_session_works_behind_a_load_balancer_with_multi_value_headers() {
    session(Door::LoadBalancerMultiValue, false);
}

#[test]
fn a_whole_session_works_with_bodies_in_base64_behind_every_door() {
    for door in Door::ALL {
        session(door, true);
    }
}

#[test]
fn a_load_balancers_health_check_without_a_host_is_answered() {
    let lambda = Lambda::start();
    let event = serde_json::from_str(include_str!("../events/load_balancer_health_check.json")).unwrap();

    let healthy = lambda.send_event(&Door::LoadBalancer.ask("GET", "/health"), event);

    healthy.assert_json(200);
    assert_eq!(healthy.body["status"], "ok");
}

/// A client that sends its requests through one AWS service.
struct Client {
    lambda: Lambda,
    door: Door,
    base64: bool,
}

fn session(door: Door, base64: bool) {
    let client = Client { lambda: Lambda::start(), door, base64 };
    let ids = client.adds();
    client.finds(&ids);
    client.edits(&ids[0]);
    client.deletes_and_takes_back(&ids);
}

impl Client {
    #[track_caller]
    fn get(&self, target: &str) -> Reply {
        self.lambda.send(self.door.ask("GET", target))
    }

    #[track_caller]
    fn write(&self, method: &'static str, target: &str, body: &Value) -> Reply {
        self.lambda.send(self.with_body(method, target, body))
    }

    fn with_body(&self, method: &'static str, target: &str, body: &Value) -> Ask {
        self.door.ask(method, target).json(body).in_base64(self.base64)
    }

    fn adds(&self) -> [String; 2] {
        let notes = "Fenêtre “côté couloir” – 日本 ✈";
        let body = json!({"todos": [
            {"title": "Café & more: 100% à la carte", "list": "Trip", "due": "2026-11-27", "notes": notes},
            {"title": "Call mum"},
        ]});

        let added = self.write("POST", "/todos", &body);

        added.assert_json(201);
        assert_eq!(added.body["new_lists"], json!(["Trip"]), "{}", added.text);
        assert_eq!(added.body["todos"][0]["notes"], notes, "{}", added.text);
        assert_eq!(titles(&added), ["Café & more: 100% à la carte", "Call mum"]);
        [0, 1].map(|at| added.body["todos"][at]["id"].as_str().expect("an id").to_owned())
    }

    fn finds(&self, ids: &[String; 2]) {
        let all = self.get("/todos");
        all.assert_json(200);
        assert_eq!(titles(&all), ["Café & more: 100% à la carte", "Call mum"]);

        // The searches contain é, à, a blank, an ampersand, a percent sign and Japanese characters. The last query
        // contains the name of a list in capital letters.
        for query in [
            "q=caf%C3%A9%20%26%20more",
            "q=100%25%20%C3%A0",
            "q=%E6%97%A5%E6%9C%AC&limit=10",
            "list=TRIP&due_from=2026-11-27&due_to=2026-11-27&q=",
        ] {
            let found = self.get(&format!("/todos?{query}"));
            found.assert_json(200);
            assert_eq!(titles(&found), ["Café & more: 100% à la carte"], "{query}");
        }
        assert!(titles(&self.get("/todos?q=caf%25C3%25A9")).is_empty(), "decoded once, not twice");

        let one = self.get(&format!("/todos/{}", ids[0]));
        one.assert_json(200);
        assert_eq!((one.headers["etag"].as_str(), &one.body["todo"]["list"]), ("\"1\"", &json!("Trip")));
    }

    fn edits(&self, id: &str) {
        let target = format!("/todos/{id}");
        let urgent = json!({"priority": "urgent", "add_tags": ["voyage é"]});

        let edited = self.lambda.send(self.with_body("PATCH", &target, &urgent).header("if-match", "\"1\""));
        edited.assert_json(200);
        assert_eq!(edited.headers["etag"], "\"2\"");
        assert_eq!(edited.body["todo"]["tags"], json!(["voyage é"]), "{}", edited.text);

        let stale = self.lambda.send(self.with_body("PATCH", &target, &urgent).header("If-Match", "\"1\""));
        stale.assert_problem(409, "conflict");
        assert_eq!(stale.body["current"][0]["version"], 2, "{}", stale.text);
    }

    fn deletes_and_takes_back(&self, ids: &[String; 2]) {
        let deleted = self.lambda.send(self.door.ask("DELETE", &format!("/todos/{}", ids[0])));
        deleted.assert_json(200);
        assert_eq!((deleted.headers["etag"].as_str(), &deleted.body["todo"]["status"]), ("\"3\"", &json!("deleted")));
        assert_eq!(titles(&self.get("/todos")), ["Call mum"]);

        let undone = self.write("POST", "/undo", &json!({"change_id": deleted.body["change"]["id"]}));
        undone.assert_json(200);
        assert_eq!(undone.body["todos"][0]["priority"], "urgent", "{}", undone.text);
        assert_eq!(titles(&self.get("/todos")), ["Café & more: 100% à la carte", "Call mum"]);

        let both = self.lambda.send(self.door.ask("DELETE", &format!("/todos?ids={}%2C{}", ids[0], ids[1])));
        both.assert_json(200);
        let undone = self.lambda.send(self.door.ask("POST", "/undo"));
        undone.assert_json(200);
        assert_eq!(undone.body["todos"].as_array().map(Vec::len), Some(2), "{}", undone.text);

        let changes = self.get("/changes?limit=5");
        let operations: Vec<&Value> =
            changes.body["changes"].as_array().expect("changes").iter().map(|change| &change["operation"]).collect();
        assert_eq!(operations, ["undoChange", "deleteTodos", "undoChange", "deleteTodo", "updateTodo"]);
    }
}

#[track_caller]
fn titles(reply: &Reply) -> Vec<&str> {
    let todos = reply.body["todos"].as_array().expect("an answer with todos");
    todos.iter().filter_map(|todo| todo["title"].as_str()).collect()
}
