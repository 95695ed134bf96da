//! Tests changes by filter that the service refuses, and changes that find nothing. None of these requests changes
//! anything.

use serde_json::{Value, json};

use super::harness::{Answer, Api};

async fn filled() -> (Api, Vec<String>) {
    let api = Api::new();
    let todos = json!([
        {"title": "milk", "list": "Shopping", "tags": ["food"]}, {"title": "rent", "list": "Home", "tags": ["tax"]},
        {"title": "old", "list": "Home"},
    ]);
    let ids = api.post("/todos", json!({ "todos": todos })).await.ids();
    api.delete(&format!("/todos/{}", ids[2])).await;
    (api, ids)
}

/// Sends a change by filter that completes todos.
async fn complete(api: &Api, filters: Value) -> Answer {
    api.patch("/todos", json!({"where": filters, "set": {"status": "completed"}})).await
}

#[tokio::test]
async fn filters_that_narrow_nothing_are_refused_and_the_error_says_what_would() {
    let (api, ids) = filled().await;
    let before = api.everything().await;
    for filters in [
        json!({}),
        json!({"status": ["any"]}),
        json!({"status": "any"}),
        json!({"status": ["open", "completed"]}),
        json!({"except_ids": [ids[0]]}),
        json!({"priority": ["low", "normal", "high", "urgent"]}),
        json!({"status": ["any"], "except_ids": [ids[0]]}),
        json!({"list": null, "tag": [], "q": ""}),
    ] {
        let refused = complete(&api, filters.clone()).await;
        refused.assert_problem(422, "invalid");
        refused.assert_error("where", "send at least one of list, tag, priority, q, due");
        refused.assert_error("where", "the status any and except_ids do not narrow");
    }
    for query in ["status=any", &format!("except_ids={}", ids[0]), "status=open,completed"] {
        let refused = api.delete(&format!("/todos?{query}")).await;
        refused.assert_problem(422, "invalid");
        refused.assert_error("", "send at least one of list, tag, priority, q, due");
    }
    for query in ["", "?list=", "?preview=true", "?expected_count=3"] {
        let refused = api.delete(&format!("/todos{query}")).await;
        refused.assert_problem(422, "invalid");
        refused.assert_error("ids", "or filters such as list, tag or status");
    }
    assert_eq!(api.everything().await, before);
}

#[tokio::test]
async fn a_request_without_its_other_half_is_refused_and_the_error_says_what_to_send() {
    let (api, ids) = filled().await;
    let before = api.everything().await;
    let (todos, filters) = (json!([{"id": ids[0], "status": "completed"}]), json!({"list": ["Home"]}));
    for (body, path, says) in [
        (json!({}), "todos", "send `todos` with an id in each item, or `where` with `set`"),
        (json!({"where": filters}), "set", "is missing: send the fields to change"),
        (json!({"set": {"status": "completed"}}), "where", "is missing: send filters"),
        (json!({"todos": todos, "where": filters}), "where", "cannot be sent together with `todos`"),
        (json!({"todos": todos, "set": {"due": "today"}}), "set", "cannot be sent together with `todos`"),
        (json!({"todos": todos, "preview": true}), "preview", "belongs to `where`"),
        (json!({"todos": todos, "expected_count": 1}), "expected_count", "belongs to `where`"),
        (json!({"where": filters, "set": {}}), "set", "changes nothing"),
        (json!({"where": filters, "set": {"due": "today", "clear": ["due"]}}), "set.due", "cannot be set and cleared"),
        (json!({"where": filters, "set": {"id": ids[0], "due": "today"}}), "set.id", "belongs to one todo"),
        (
            json!({"where": filters, "set": {"expected_version": 1, "due": "today"}}),
            "set.expected_version",
            "belongs to one todo",
        ),
    ] {
        let refused = api.patch("/todos", body.clone()).await;
        refused.assert_problem(422, "invalid");
        refused.assert_error(path, says);
    }
    let refused = api.delete(&format!("/todos?ids={}&list=Home", ids[0])).await;
    refused.assert_error("ids", "send only ids, or only filters");
    assert_eq!(api.everything().await, before);
}

#[tokio::test]
async fn an_unknown_field_or_value_is_refused_with_the_nearest_one() {
    let (api, _) = filled().await;
    for (body, path, says) in [
        (json!({"where": {"lists": ["Home"]}, "set": {"due": "today"}}), "where.lists", "did you mean list?"),
        (json!({"where": {"tags": ["tax"]}, "set": {"due": "today"}}), "where.tags", "did you mean tag?"),
        (json!({"where": {"project": "Home"}, "set": {"due": "today"}}), "where.project", "did you mean list?"),
        (json!({"where": {"list": "Home"}, "set": {"prio": "high"}}), "set.prio", "did you mean priority?"),
        (json!({"where": {"list": "Home"}, "set": {"version": 1}}), "set.version", "is not a field here"),
        (json!({"filter": {"list": "Home"}, "set": {"due": "today"}}), "filter", "did you mean where?"),
        (
            json!({"where": {"status": ["done"]}, "set": {"due": "today"}}),
            "where.status[0]",
            "must be one of any, open",
        ),
        (json!({"where": {"due": "soon"}, "set": {"due": "today"}}), "where.due[0]", "must be one of overdue"),
        (json!({"where": {"list": 5}, "set": {"due": "today"}}), "where.list", "must be an array"),
        (json!({"where": {"list": vec!["a"; 21]}, "set": {"due": "today"}}), "where.list", "must be 1 to 20 values"),
        (
            json!({"where": {"list": "Home"}, "set": {"due": "today"}, "expected_count": "x"}),
            "expected_count",
            "must be a whole number",
        ),
        (json!({"where": {"list": "Home"}, "set": {"due": "today"}, "preview": 1}), "preview", "must be true or false"),
        (
            json!({"where": {"due_from": "2026-11-02", "due_to": "2026-11-01"}, "set": {"due": "today"}}),
            "where.due_to",
            "must not be before due_from",
        ),
        (
            json!({"where": {"due": "today", "due_to": "2026-11-01"}, "set": {"due": "today"}}),
            "where.due",
            "cannot be sent together",
        ),
        (
            json!({"where": {"completed_to": "2026-11-01", "status": "any"}, "set": {"due": "today"}}),
            "where.status",
            "must be `completed`, or left out",
        ),
    ] {
        let refused = api.patch("/todos", body.clone()).await;
        refused.assert_problem(422, "invalid");
        refused.assert_error(path, says);
    }
    for (query, path, says) in [
        ("lists=Home", "lists", "did you mean list?"),
        ("list=Home&where=x", "where", "is not a field here"),
        ("status=done", "status[0]", "must be one of any, open, completed"),
        ("list=Home&preview=yes", "preview", "must be true or false"),
    ] {
        api.delete(&format!("/todos?{query}")).await.assert_error(path, says);
    }
    assert_eq!(api.all("open").await.len(), 2);
}

#[tokio::test]
async fn a_list_or_tag_that_is_not_there_changes_nothing_and_the_answer_says_the_nearest() {
    let (api, _) = filled().await;
    let before = api.everything().await;
    let nothing = json!({"total": 0, "open": 0, "completed": 0});
    let none = "Nothing was changed in any list. ";
    for (filters, before_hint, hint) in [
        (json!({"list": ["Hom"]}), "", "There is no list \"Hom\". Did you mean \"Home\"?"),
        (json!({"list": ["Home", "Shoping"]}), none, "There is no list \"Shoping\". Did you mean \"Shopping\"?"),
        (json!({"list": "Shoping, Home"}), none, "There is no list \"Shoping\". Did you mean \"Shopping\"?"),
        (json!({"tag": ["taxes"]}), "", "None of the searched todos has the tag \"taxes\". Did you mean \"tax\"?"),
    ] {
        for preview in [true, false] {
            let body = json!({"where": filters, "set": {"status": "completed"}, "preview": preview});
            let answer = api.patch("/todos", body).await;
            assert_eq!((answer.status.as_u16(), &answer.body["found"]), (200, &nothing), "{filters}: {}", answer.text);
            let unchanged = answer.body["unchanged"] == true;
            assert_eq!((unchanged, answer.body.get("change")), (!preview, None));
            let hint = if preview { hint.to_owned() } else { format!("{before_hint}{hint}") };
            assert_eq!(answer.body["hints"], json!([hint]), "{}", answer.text);
        }
    }
    let answer = api.delete("/todos?list=Hom").await;
    assert_eq!(answer.body["hints"], json!(["There is no list \"Hom\". Did you mean \"Home\"?"]), "{}", answer.text);
    assert_eq!(api.everything().await, before);
    // Only the first of these tags exists. The todos with this tag change, and the answer names the other tag.
    let answer = complete(&api, json!({"tag": ["tax", "foood"]})).await;
    assert_eq!(answer.body["found"]["open"], 1, "{}", answer.text);
    assert!(answer.body["hints"][0].as_str().unwrap().contains("\"foood\""), "{}", answer.text);
}

#[tokio::test]
async fn deleted_todos_can_only_be_restored() {
    let (api, ids) = filled().await;
    let before = api.everything().await;
    for set in [json!({"priority": "high"}), json!({"status": "completed"})] {
        let body = json!({"where": {"status": ["deleted"], "list": ["Home"]}, "set": set});
        let refused = api.patch("/todos", body).await;
        refused.assert_error("where.status", "may be deleted only if `set` has the status open");
    }
    api.delete("/todos?status=deleted").await.assert_error("status[0]", "these todos are already deleted");
    assert_eq!(api.everything().await, before);
    let body = json!({"where": {"status": ["deleted"], "list": ["Home"]}, "set": {"status": "open"}});
    let restored = api.patch("/todos", body).await;
    assert_eq!(restored.body["found"], json!({"total": 1, "open": 0, "completed": 0, "deleted": 1, "titles": ["old"]}));
    assert_eq!(api.get(&format!("/todos/{}", ids[2])).await.body["todo"]["status"], "open");
}

#[tokio::test]
async fn another_number_than_the_expected_one_is_a_conflict_that_says_how_many_there_are() {
    let (api, ids) = filled().await;
    api.patch("/todos", json!({"todos": [{"id": ids[0], "status": "completed", "list": "Home"}]})).await;
    let before = api.everything().await;
    for expected in [0, 1, 3] {
        let body = json!({"where": {"list": ["Home"]}, "set": {"status": "completed"}, "expected_count": expected});
        let refused = api.patch("/todos", body).await;
        refused.assert_problem(409, "conflict");
        let detail = refused.body["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("2 todos match, not {expected}. Would change: 1 open. Already as asked: 1.")));
        api.delete(&format!("/todos?list=Home&expected_count={expected}")).await.assert_problem(409, "conflict");
    }
    assert_eq!(api.everything().await, before);
}

#[tokio::test]
async fn an_exception_that_is_no_todo_is_refused() {
    let (api, ids) = filled().await;
    let before = api.everything().await;
    for id in ["0000000000", "nonsense"] {
        let refused = complete(&api, json!({"list": ["Home"], "except_ids": [ids[0], id]})).await;
        refused.assert_problem(404, "not_found");
        refused.assert_error("where.except_ids[1]", &format!("no todo has the id \"{id}\""));
        let refused = api.delete(&format!("/todos?list=Home&except_ids={id}")).await;
        refused.assert_error("except_ids[0]", id);
    }
    assert_eq!(api.everything().await, before);
}

#[tokio::test]
async fn an_edit_that_does_not_fit_one_todo_changes_no_todo_and_the_error_names_this_todo() {
    let (api, ids) = filled().await;
    api.patch("/todos", json!({"todos": [{"id": ids[0], "steps": ["pack"], "list": "Home"}]})).await;
    let before = api.everything().await;
    let body = json!({"where": {"list": ["Home"]}, "set": {"complete_steps": ["pack"]}});
    let refused = api.patch("/todos", body).await;
    refused.assert_problem(422, "invalid");
    refused.assert_error("set.complete_steps", &format!("(todo {}, \"rent\")", ids[1]));
    assert_eq!(refused.body["errors"].as_array().unwrap().len(), 1, "{}", refused.text);
    assert_eq!(api.everything().await, before);
}

#[tokio::test]
async fn too_many_todos_are_refused_with_their_number_and_how_to_narrow() {
    let api = Api::new();
    for _ in 0..3 {
        api.add(&["x"; 334]).await;
    }
    let before = api.everything().await;
    let refused = complete(&api, json!({"list": ["Inbox"]})).await;
    refused.assert_problem(413, "too_large");
    let detail = refused.body["detail"].as_str().unwrap();
    for says in ["1002 todos", "at most 1000", "one list, a period (due_from and due_to) or a priority"] {
        assert!(detail.contains(says), "{detail}");
    }
    let body = json!({"where": {"list": ["Inbox"]}, "set": {"status": "completed"}, "preview": true});
    let preview = api.patch("/todos", body).await;
    assert_eq!(preview.body["found"]["open"], 1_002);
    assert_eq!(
        preview.body["hints"][0],
        "1002 todos would change, but one call can change at most 1000. Narrow the filters."
    );
    assert_eq!(api.everything().await, before);
    // A repeating todo counts twice, because its completion also adds the next todo.
    let api = Api::new();
    for _ in 0..2 {
        let new = json!({"title": "x", "due": "today", "repeat": {"unit": "day"}});
        api.post("/todos", json!({"todos": vec![new; 300], "allow_duplicate": true})).await;
    }
    let before = api.everything().await;
    let refused = complete(&api, json!({"due": ["today"]})).await;
    refused.assert_problem(413, "too_large");
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("600 todos") && detail.contains("counts twice"), "{detail}");
    assert_eq!(api.everything().await, before);
}
