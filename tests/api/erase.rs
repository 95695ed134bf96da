//! Tests `DELETE /account`, with which a person leaves: what the person must confirm, what the service erases, and what
//! stays. After an erasure, the owner may write again: the tests call this a new life.

use jiff::ToSpan;
use serde_json::{Value, json};
use todo_action::config::Auth;

use super::{
    access::{ask, key_until},
    harness::Api,
    large::{LARGE, add_many, completed, dies_after},
    whole_table::{Items, about},
};

/// The request with which a person leaves.
pub const LEAVE: &str = "/account?confirm=erase-everything";

/// Writes some of everything that an owner can have: todos of every status, lists with exceptions, settings, a large
/// change, an undo, an idempotency key, addresses of downloads, and a calendar feed.
pub async fn live(api: &Api) {
    let ids = add_many(api, LARGE).await;
    assert_eq!(api.patch("/todos", completed(&ids[..3])).await.status, 200);
    assert_eq!(api.delete(&format!("/todos/{}", ids[3])).await.status, 200);
    assert_eq!(api.post("/undo", json!({})).await.status, 200);
    for body in [
        json!({"todos": [{"title": "Water plants", "list": "Home", "due": "tomorrow", "repeat": {"unit": "day"}}]}),
        json!({"todos": [{"title": "Call Bo", "list": "Work"}], "idempotency_key": "k"}),
    ] {
        assert_eq!(api.post("/todos", body).await.status, 201);
    }
    for (path, body) in [
        ("/lists", json!({"list": "Home", "rename_to": "Flat"})),
        ("/lists", json!({"list": "Work", "merge_into": "Party"})),
        ("/settings", json!({"time_zone": "Europe/Paris", "week_start": "sun", "default_list": "Flat"})),
    ] {
        let answer = api.patch(path, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    assert_eq!(api.get("/export/address?format=csv").await.status, 200);
    assert_eq!(api.post("/feeds", json!({"list": "Party"})).await.status, 201);
}

/// A table with the data of two owners.
async fn two_lives() -> (Api, Api) {
    let ann = Api::embedded().await;
    let bob = ann.of_owner("bob");
    live(&bob).await;
    live(&ann).await;
    (ann, bob)
}

/// Asserts that the API shows the list of somebody who has not written anything.
pub async fn assert_new(api: &Api) {
    let overview = api.get("/overview").await;
    let lists: Vec<_> = overview.body["lists"].as_array().unwrap().iter().map(|list| &list["name"]).collect();
    assert_eq!(lists, ["Inbox"], "{}", overview.text);
    let settings = api.get("/settings").await.body["settings"].clone();
    assert_eq!(settings, api.of_owner("a stranger").get("/settings").await.body["settings"]);
    for path in ["/todos?status=open", "/todos?status=completed", "/todos?status=deleted"] {
        assert_eq!(api.get(path).await.body["todos"], json!([]), "{path}");
    }
    assert_eq!(api.get("/changes").await.body["changes"], json!([]));
    api.post("/undo", json!({})).await.assert_problem(404, "nothing_to_undo");
}

#[tokio::test]
async fn after_the_erasure_nothing_of_the_owner_is_left_and_everything_of_the_others_is_as_before() {
    let (ann, bob) = two_lives().await;
    let (before, shown) = (ann.scan().await, bob.everything().await);
    let answer = ann.delete(LEAVE).await;
    assert_eq!((answer.status.as_u16(), &answer.body["erased"]), (200, &json!(true)), "{}", answer.text);
    assert!(answer.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
    assert_eq!(ann.scan().await, about(&before, "bob"));
    assert_eq!(bob.everything().await, shown);
    for instance in [&ann, &ann.elsewhere()] {
        assert_new(instance).await;
    }
    assert_eq!(ann.scan().await.len(), about(&before, "bob").len(), "reading writes nothing");
}

#[tokio::test]
async fn without_the_exact_confirmation_nothing_changes() {
    let (ann, _) = two_lives().await;
    let before = ann.scan().await;
    for query in ["", "?confirm=", "?confirm=yes", "?confirm=true", "?confirm=Erase-Everything", "?confirm=erase"] {
        let answer = ann.delete(&format!("/account{query}")).await;
        answer.assert_problem(422, "not_confirmed");
        assert!(answer.body["detail"].as_str().unwrap().contains("erase-everything"), "{}", answer.text);
    }
    ann.delete(&format!("{LEAVE}&force=true")).await.assert_problem(422, "invalid");
    ann.delete(&format!("{LEAVE}&confirm=no")).await.assert_problem(422, "invalid");
    let body = json!({"confirm": "erase-everything"});
    assert!(ann.send("DELETE", "/account", body.clone(), &[]).await.status.is_client_error());
    assert!(ann.send("DELETE", LEAVE, body, &[]).await.status.is_client_error());
    for method in ["GET", "POST", "PATCH", "PUT", "HEAD"] {
        assert_eq!(ann.send(method, LEAVE, Value::Null, &[]).await.status, 405, "{method}");
    }
    let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    assert_eq!(ann.send("DELETE", LEAVE, Value::Null, &foreign).await.status, 403);
    assert_eq!(ann.scan().await, before);
}

#[tokio::test]
async fn an_owner_who_has_nothing_leaves_and_so_does_an_owner_who_has_just_left() {
    let api = Api::embedded().await;
    for _ in 0..3 {
        assert_eq!(api.delete(LEAVE).await.body["erased"], true);
        assert_eq!(api.scan().await, Items::new());
    }
    live(&api).await;
    for _ in 0..2 {
        assert_eq!(api.delete(LEAVE).await.body["erased"], true);
        assert_eq!(api.scan().await, Items::new());
    }
}

#[tokio::test]
async fn a_key_still_works_after_the_erasure_and_begins_an_empty_list() {
    let api = Api::embedded_with(|config| config.auth = Auth::ApiKey).await;
    let (ann, other, bob) =
        (key_until(&api, "ann", None).await, key_until(&api, "ann", None).await, key_until(&api, "bob", None).await);
    for key in [&ann, &bob] {
        let todos = json!({"todos": [{"title": "a", "list": "Home"}, {"title": "b"}]});
        assert_eq!(ask(&api, "POST", "/todos", todos, key).await.status, 201);
        assert_eq!(ask(&api, "PATCH", "/settings", json!({"week_start": "sun"}), key).await.status, 200);
        assert_eq!(ask(&api, "GET", "/export/address", Value::Null, key).await.status, 200);
    }
    let before = api.scan().await;
    let answer = ask(&api, "DELETE", LEAVE, Value::Null, &ann).await;
    assert_eq!(answer.body["erased"], true, "{}", answer.text);
    assert!(answer.body["kept"].to_string().contains("API keys"), "{}", answer.text);
    let after = api.scan().await;
    assert_eq!(about(&after, "bob"), about(&before, "bob"));
    let of_ann = about(&after, "ann");
    assert_eq!(of_ann.len(), 2, "only the keys: {of_ann:?}");
    assert!(of_ann.keys().all(|(partition, _)| partition == "keys"), "{of_ann:?}");
    assert_eq!(after.len(), of_ann.len() + about(&after, "bob").len());
    assert_eq!(ask(&api, "GET", "/settings", Value::Null, &other).await.body["settings"]["week_start"], "mon");
    let anew = ask(&api, "POST", "/todos", json!({"todos": [{"title": "c", "list": "Home"}]}), &other).await;
    assert_eq!((anew.status.as_u16(), &anew.body["new_lists"]), (201, &json!(["Home"])), "{}", anew.text);
    let listed = ask(&api, "GET", "/todos", Value::Null, &ann).await;
    assert_eq!(listed.ids(), anew.ids());
}

/// Adds a todo in the new life, and checks that its list exists, and that the settings of the old life do not count.
async fn assert_begins_anew(api: &Api, todo: Value) {
    let added = api.post("/todos", json!({ "todos": [todo] })).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let list = todo["list"].as_str().unwrap_or("Inbox");
    for instance in [api, &api.elsewhere()] {
        let shown = instance.get(&format!("/todos/{}", added.ids()[0])).await.body["todo"].clone();
        assert_eq!(shown["list"], list, "{shown}");
        if todo.get("due").is_some() {
            assert_eq!(shown["due"], "2026-11-23T09:00", "{shown}");
        }
        let overview = instance.get("/overview").await;
        let lists = overview.body["lists"].as_array().unwrap();
        assert!(lists.iter().any(|known| known["name"] == list), "{list}: {}", overview.text);
        assert!(lists.len() <= 2, "{}", overview.text);
        let name = format!("list#{}", list.to_lowercase());
        assert!(list == "Inbox" || api.items().await.contains_key(&name), "{list} has no name");
        let settings = instance.get("/settings").await.body["settings"].clone();
        assert_eq!(
            (&settings["week_start"], &settings["default_list"]),
            (&json!("mon"), &json!("Inbox")),
            "{settings}"
        );
    }
}

/// An instance that has remembered the lists and the settings of the old life must not use them for the new life. The
/// new life begins with this instance, or with another instance.
#[tokio::test]
async fn an_instance_that_remembers_the_old_life_begins_the_new_life_right() {
    let here = Api::embedded().await;
    for begins_elsewhere in [false, true] {
        for todo in [
            json!({"title": "new", "list": "Home"}),
            json!({"title": "new", "list": "Party"}),
            json!({"title": "new", "list": "Flat"}),
            json!({"title": "new", "due": "2026-11-23T09:00:00Z"}),
        ] {
            for simple in [true, false] {
                if simple {
                    let home = json!({"todos": [{"title": "a", "list": "Home"}, {"title": "b", "list": "Party"}]});
                    assert_eq!(here.post("/todos", home).await.status, 201);
                } else {
                    live(&here).await;
                }
                assert_eq!(here.elsewhere().delete(LEAVE).await.body["erased"], true);
                if begins_elsewhere {
                    here.elsewhere().add(&["first"]).await;
                }
                assert_begins_anew(&here, todo.clone()).await;
                assert_eq!(here.elsewhere().delete(LEAVE).await.body["erased"], true);
                assert_eq!(here.scan().await, Items::new());
            }
        }
    }
}

/// The lists of the old life and of the new life can differ, although they have the same version.
#[tokio::test]
async fn an_instance_does_not_take_the_lists_of_the_old_life_for_those_of_the_new_life() {
    for reads in [false, true] {
        let here = Api::embedded().await;
        let todos = |list: &str| json!({"todos": [{"title": "a", "list": list}], "allow_duplicate": true});
        assert_eq!(here.post("/todos", todos("Home")).await.status, 201);
        assert_eq!(here.patch("/lists", json!({"list": "Home", "rename_to": "Flat"})).await.status, 200);
        let there = here.elsewhere();
        assert_eq!(there.delete(LEAVE).await.body["erased"], true);
        for list in ["Home", "Work"] {
            assert_eq!(there.post("/todos", todos(list)).await.status, 201);
        }
        assert_eq!(there.patch("/lists", json!({"list": "Work", "rename_to": "Office"})).await.status, 200);
        if reads {
            assert_eq!(here.get("/todos?list=Home").await.ids().len(), 1);
            assert_eq!(here.get("/todos?list=Flat").await.body["hints"], json!(["There is no list \"Flat\"."]));
        }
        for list in ["Home", "Office", "Flat"] {
            assert_eq!(here.post("/todos", todos(list)).await.status, 201);
        }
        for instance in [&here, &there, &here.elsewhere()] {
            for (list, todos) in [("Home", 2), ("Office", 2), ("Flat", 1)] {
                let listed = instance.get(&format!("/todos?list={list}")).await;
                assert_eq!((listed.status.as_u16(), listed.ids().len()), (200, todos), "{list}: {}", listed.text);
            }
        }
    }
}

#[tokio::test]
async fn a_large_change_that_died_is_finished_or_removed_before_everything_is_erased() {
    for transactions in 0..=4 {
        let api = Api::embedded().await;
        let ids = add_many(&api, LARGE).await;
        dies_after(transactions, &api, ("PATCH", "/todos"), completed(&ids)).await;
        if transactions > 0 {
            api.elsewhere().delete(LEAVE).await.assert_problem(503, "busy");
            api.clock.advance(3.seconds());
        }
        assert_eq!(api.elsewhere().delete(LEAVE).await.body["erased"], true);
        assert_eq!(api.scan().await, Items::new(), "{transactions}");
        assert_new(&api).await;
    }
}
