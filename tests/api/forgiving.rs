//! Tests requests with small mistakes that models often make. If nothing is lost, the service does what the model
//! wanted, and says what it understood. Otherwise the error says what to send.

use serde_json::{Value, json};

use super::answer::same_edit;
use super::harness::Api;

fn texts(member: &Value) -> Vec<&str> {
    member.as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(Value::as_str).collect()
}

#[tokio::test]
async fn an_empty_value_beside_other_fields_changes_nothing_and_the_answer_says_how_to_clear() {
    let api = Api::new();
    let new = json!({"title": "a", "notes": "n", "due": "2026-12-01", "tags": ["x"], "steps": ["s"]});
    let id = api.post("/todos", json!({"todos": [new, {"title": "b"}]})).await.ids();
    let says = |path: &str, field: &str| {
        format!("{path}: an empty value changes nothing. To empty the field, send \"clear\": [\"{field}\"]")
    };
    let edit =
        json!({"id": id[0], "priority": "high", "notes": "", "due": null, "tags": [], "steps": [null], "repeat": null});
    let other = json!({"id": id[1], "priority": "high", "notes": "", "due": null, "list": ""});
    let changed = api.patch("/todos", json!({"todos": [other, edit]})).await;
    let paths = ["due", "notes", "tags", "steps"].map(|field| says(&format!("todos[1].{field}"), field));
    assert_eq!(texts(&changed.body["ignored"]), paths, "{}", changed.text);
    let one = api.patch(&format!("/todos/{}", id[0]), json!({"priority": "low", "notes": null})).await;
    assert_eq!(texts(&one.body["ignored"]), [says("notes", "notes")], "{}", one.text);
    let all =
        api.patch("/todos", json!({"where": {"list": ["inbox"]}, "set": {"priority": "normal", "tags": []}})).await;
    assert_eq!(texts(&all.body["ignored"]), [says("set.tags", "tags")], "{}", all.text);
    let todo = api.get(&format!("/todos/{}", id[0])).await.body["todo"].clone();
    assert_eq!((&todo["notes"], &todo["due"], &todo["tags"]), (&json!("n"), &json!("2026-12-01"), &json!(["x"])));
    // Some models always send all fields. The answer says nothing about an empty field that is also empty in the todo.
    let nothing =
        api.patch(&format!("/todos/{}", id[1]), json!({"title": "c", "notes": null, "due": "", "tags": []})).await;
    assert_eq!(nothing.body.get("ignored"), None, "{}", nothing.text);
}

#[tokio::test]
async fn a_limit_above_the_maximum_is_the_maximum_and_the_answer_says_so() {
    let api = Api::new();
    api.post("/todos", json!({"todos": (0..101).map(|n| json!({"title": format!("{n}")})).collect::<Vec<_>>()})).await;
    for limit in ["101", "500", "1e9", "100000000000000000000", "200.0"] {
        let page = api.get(&format!("/todos?limit={limit}")).await;
        assert_eq!((page.status.as_u16(), page.ids().len()), (200, 100), "{limit}: {}", page.text);
        let says = "limit is at most 100, so 100 was used.";
        assert_eq!(texts(&page.body["hints"]), [says], "{limit}");
        let changes = api.get(&format!("/changes?limit={limit}")).await;
        assert_eq!(texts(&changes.body["hints"]), [says], "{limit}");
    }
    for limit in ["0", "-5", "ten", "1.5", "NaN"] {
        api.get(&format!("/todos?limit={limit}")).await.assert_problem(422, "invalid");
    }
    assert_eq!(api.get("/todos?limit=100").await.body.get("hints"), None);
}

#[tokio::test]
async fn a_hash_before_a_tag_is_not_a_part_of_the_tag() {
    let api = Api::new();
    let added = api.post("/todos", json!({"todos": [{"title": "a", "tags": ["#work", "# Tax", "C#", "#"]}]})).await;
    assert_eq!(added.body["todos"][0]["tags"], json!(["work", "Tax", "C#", "#"]), "{}", added.text);
    for query in ["tag=work", "tag=%23WORK", "tag=%23%23tax", "tag=c%23", "tag=%23"] {
        assert_eq!(api.get(&format!("/todos?{query}")).await.ids().len(), 1, "{query}");
    }
    let edits = json!({"todos": [{"id": added.ids()[0], "add_tags": ["#Work", "#home"], "remove_tags": ["#TAX"]}]});
    let edited = api.patch("/todos", edits).await;
    assert_eq!(edited.body["todos"][0]["tags"], json!(["work", "C#", "#", "home"]), "{}", edited.text);
    let by_filter = json!({"where": {"tag": ["#home"]}, "set": {"status": "completed"}});
    assert_eq!(api.patch("/todos", by_filter).await.body["found"]["open"], 1);
}

/// Each pair is a field name of other services, and the name of the same field in this service.
#[tokio::test]
async fn the_error_for_a_name_of_another_service_says_the_name_here() {
    let api = Api::new();
    for (name, here) in [
        ("due_date", "due"),
        ("dueDate", "due"),
        ("deadline", "due"),
        ("description", "notes"),
        ("body", "notes"),
        ("comment", "notes"),
        ("labels", "tags"),
        ("categories", "tags"),
        ("subtasks", "steps"),
        ("sub-tasks", "steps"),
        ("checklist", "steps"),
        ("project", "list"),
        ("list_name", "list"),
        ("folder", "list"),
        ("name", "title"),
        ("content", "title"),
        ("recurrence", "repeat"),
        ("rrule", "repeat"),
        ("importance", "priority"),
        ("prio", "priority"),
    ] {
        let refused = api.post("/todos", json!({"todos": [{"title": "a", name: "x"}]})).await;
        refused.assert_problem(422, "invalid");
        refused.assert_error(&format!("todos[0].{name}"), &format!("is not a field here; did you mean {here}?"));
    }
    let id = api.add(&["a"]).await.remove(0);
    for name in ["done", "completed", "complete", "isCompleted", "is_done", "checked"] {
        let refused = api.patch("/todos", json!({"todos": [{"id": id, name: true}]})).await;
        refused.assert_problem(422, "invalid");
        let says = "did you mean status? It is \"completed\" for done, and \"open\" for not done";
        refused.assert_error(&format!("todos[0].{name}"), says);
    }
}

#[tokio::test]
async fn each_message_is_said_once_for_all_its_places() {
    let api = Api::new();
    let todo = |n: usize| json!({"title": format!("{n}"), "colour": "red", "flag": 1, "due": "2026-02-30"});
    let refused = api.post("/todos", json!({"todos": (0..40).map(todo).collect::<Vec<_>>()})).await;
    refused.assert_problem(422, "invalid");
    let errors = refused.body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{}", refused.text);
    assert_eq!((errors[0]["path"].as_str(), texts(&errors[0]["also"])[0]), (Some("todos[0].colour"), "todos[0].flag"));
    assert_eq!((errors[0]["also"].as_array().unwrap().len(), texts(&errors[0]["also"])[50]), (51, "and 29 more"));
    assert!(refused.text.len() < 2_000, "{}", refused.text.len());
    let todo = |n: usize| json!({"title": format!("{n}"), "due": "2026-02-30"});
    let refused = api.post("/todos", json!({"todos": (0..40).map(todo).collect::<Vec<_>>()})).await;
    refused.assert_error("todos[39].due", "February 2026 has 28 days");
    assert!(refused.text.len() < 1_500, "{}", refused.text.len());
}

/// The todo as `getTodo` shows it, and the todo as a listing shows it.
async fn read(api: &Api, id: &str) -> [Value; 2] {
    let whole = api.get(&format!("/todos/{id}")).await.body["todo"].clone();
    let status = whole["status"].as_str().unwrap();
    let listed = api.get(&format!("/todos?status={status}&limit=100")).await;
    let short = listed.body["todos"].as_array().unwrap().iter().find(|todo| todo["id"] == id).unwrap().clone();
    [whole, short]
}

#[tokio::test]
async fn a_todo_that_was_read_may_be_sent_back_with_one_change() {
    let api = Api::new();
    api.patch("/settings", json!({"time_zone": "Asia/Kolkata"})).await;
    let new = json!({"title": "rent", "due": "2026-12-01", "notes": "n", "tags": ["x"], "steps": ["s"], "priority": "low",
        "repeat": {"unit": "month"}});
    let ids = api.post("/todos", json!({"todos": [new, {"title": "plain"}]})).await.ids();
    // The due date of this todo was moved, so its answer has `series_due`.
    api.patch(&format!("/todos/{}", ids[0]), json!({"due": "2026-12-03"})).await;
    for id in &ids {
        for form in 0..2 {
            let mut todo = read(&api, id).await[form].clone();
            let same = api.patch("/todos", json!({"todos": [todo]})).await;
            assert_eq!((same.status.as_u16(), &same.body["unchanged"]), (200, &json!(true)), "{todo}: {}", same.text);
            todo["title"] = json!(format!("{} {form}", todo["title"]));
            let sent = api.patch(&format!("/todos/{id}"), todo.clone()).await;
            assert_eq!((sent.status.as_u16(), &sent.body["todo"]["title"]), (200, &todo["title"]), "{}", sent.text);
        }
    }
    let [done, _] = read(&api, &ids[1]).await;
    api.patch("/todos", json!({"todos": [{"id": done["id"], "status": "completed"}]})).await;
    for form in 0..2 {
        let mut todo = read(&api, &ids[1]).await[form].clone();
        todo["notes"] = json!(format!("n{form}"));
        let sent = api.patch("/todos", json!({"todos": [todo]})).await;
        assert_eq!((sent.status.as_u16(), &sent.body["todos"][0]["notes"]), (200, &todo["notes"]), "{}", sent.text);
        assert_eq!(sent.body["todos"][0]["completed_at"], todo["completed_at"], "{}", sent.text);
    }
}

#[tokio::test]
async fn the_version_of_a_todo_that_was_read_is_the_expected_version() {
    let api = Api::new();
    let id = api.add(&["a"]).await.remove(0);
    let path = format!("/todos/{id}");
    let [mut old, _] = read(&api, &id).await;
    api.patch(&path, json!({"title": "b"})).await;
    old["notes"] = json!("mine");
    let refused = api.patch("/todos", json!({"todos": [old]})).await;
    refused.assert_problem(409, "conflict");
    refused.assert_error("todos[0].expected_version", "version 1 was expected, but the todo has version 2");
    let both = api.patch(&path, json!({"version": 2, "expected_version": 1, "title": "c"})).await;
    both.assert_error("version", "differs from `expected_version`; send only one of the two");
    assert_eq!(api.patch(&path, json!({"version": 2, "expected_version": "2", "title": "c"})).await.status, 200);
    for version in [json!(0), json!("three"), json!(-1)] {
        let bad = api.patch(&path, json!({"version": version, "title": "d"})).await;
        bad.assert_error("version", "must be the version of the todo");
    }
}

#[tokio::test]
async fn a_member_of_answers_with_another_value_is_refused_once_for_forty_todos() {
    let api = Api::new();
    let titles: Vec<String> = (0..40).map(|n| format!("{n}")).collect();
    let ids = api.add(&titles.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let edits = |edit: Value| same_edit(&ids, &edit);
    for (member, value) in [
        ("created_at", json!("2026-11-22T10:00:01Z")),
        ("updated_at", json!("tomorrow")),
        ("deleted_at", json!("2026-11-22T10:00:00Z")),
        ("series_due", json!("2026-12-01")),
        ("weekday", json!("friday")),
        ("created_at", json!(5)),
    ] {
        let refused = api.patch("/todos", edits(json!({"priority": "high", member: value}))).await;
        refused.assert_problem(422, "invalid");
        refused.assert_error(&format!("todos[39].{member}"), "cannot be changed; leave it out");
        assert_eq!(refused.body["errors"].as_array().unwrap().len(), 1);
        assert!(refused.text.len() < 1_500, "{}", refused.text);
    }
    let edit = json!({"due": "2026-12-04", "weekday": "Thursday"});
    let refused = api.patch("/todos", edits(edit)).await;
    refused.assert_error("todos[0].weekday", "is fri for the due date 2026-12-04; send only due");
    assert_eq!(api.patch("/todos", edits(json!({"due": "2026-12-04", "weekday": "Fri"}))).await.status, 200);
    // A model may send a new due date together with the old weekday that it has read. The service accepts this.
    assert_eq!(api.patch("/todos", edits(json!({"due": "2026-12-05", "weekday": "friday"}))).await.status, 200);
    let of_all =
        json!({"where": {"list": ["Inbox"]}, "set": {"created_at": "2026-11-22T10:00:00Z", "priority": "low"}});
    api.patch("/todos", of_all).await.assert_error("set.created_at", "is not a field here");
}

#[tokio::test]
async fn a_todo_that_was_read_and_gets_another_date_keeps_its_series() {
    let api = Api::new();
    let new =
        json!({"title": "bins", "due": "2026-11-24T07:00", "repeat": {"unit": "week"}, "notes": "n", "steps": ["s"]});
    let id = api.post("/todos", json!({"todos": [new]})).await.ids().remove(0);
    for form in 0..2 {
        let mut todo = read(&api, &id).await[form].clone();
        todo["due"] = json!("2026-11-27T07:00");
        let moved = api.patch("/todos", json!({"todos": [todo]})).await;
        assert_eq!(moved.body["todos"][0]["series_due"], "2026-11-24T07:00", "{}", moved.text);
        assert_eq!(
            moved.body.get("hints").map(|hints| hints.to_string().contains("series")),
            Some(false),
            "{}",
            moved.text
        );
        api.post("/undo", json!({})).await;
    }
    // A model sends back a todo that it has read, with one change. The unchanged fields do not contradict this change.
    let read_and = async |change: Value| {
        let mut todo = read(&api, &id).await[0].clone();
        todo.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = api.patch("/todos", json!({"todos": [todo]})).await;
        assert_eq!(answer.status, 200, "{change}: {}", answer.text);
        api.post("/undo", json!({})).await;
        answer.body["todos"][0].clone()
    };
    assert_eq!(read_and(json!({"shift": "+1d"})).await["due"], "2026-11-25T07:00");
    assert_eq!(read_and(json!({"status": "skipped"})).await["due"], "2026-12-01T07:00");
    assert_eq!(read_and(json!({"clear": ["notes"]})).await.get("notes"), None);
    // A caller who sends only `due` and `repeat` moves the whole series, and the answer says so.
    let all = json!({"due": "2026-11-27T07:00", "repeat": {"unit": "week"}});
    let all = api.patch(&format!("/todos/{id}"), all).await;
    let says = "\"bins\" was moved with its whole series, because repeat was sent too. To move only this one, undo this, then send due without repeat.";
    assert_eq!(texts(&all.body["hints"]), [says], "{}", all.text);
}

#[tokio::test]
async fn a_time_alone_with_weekdays_is_the_next_such_day() {
    let api = Api::new();
    // It is Sunday, 10:00.
    for (due, repeat, first) in [
        ("7:30", json!({"weekdays": ["mon", "tue", "wed", "thu", "fri"]}), "2026-11-23T07:30"),
        ("17:00", json!({"weekdays": ["sun"]}), "2026-11-22T17:00"),
        ("9:00", json!({"weekdays": ["sun"]}), "2026-11-29T09:00"),
        ("9am", json!({"unit": "month", "on": "15"}), "2026-12-15T09:00"),
        ("9am", json!({"unit": "day"}), "2026-11-23T09:00"),
    ] {
        let new = json!({"title": "a", "due": due, "repeat": repeat});
        let added = api.post("/todos", json!({"todos": [new], "allow_duplicate": true})).await;
        assert_eq!(added.body["todos"][0]["due"], first, "{due} {repeat}");
        let id = api.post("/todos", json!({"todos": [{"title": "b"}], "allow_duplicate": true})).await.ids().remove(0);
        let edited = api.patch(&format!("/todos/{id}"), json!({"due": due, "repeat": repeat})).await;
        assert_eq!(edited.body["todo"]["due"], first, "{due} {repeat}");
    }
}

#[tokio::test]
async fn a_repeated_request_says_how_to_do_it_once_more_and_the_first_time_zone_what_it_means() {
    let api = Api::new();
    let id = api.post("/todos", json!({"todos": [{"title": "a", "due": "2026-12-01"}]})).await.ids().remove(0);
    let path = format!("/todos/{id}");
    api.patch(&path, json!({"shift": "+1d"})).await;
    let again = api.patch(&path, json!({"shift": "+1d"})).await;
    let says = "The same request was done within the last two minutes, so nothing was done now. To do it once more, send an idempotency_key.";
    assert_eq!((&again.body["replayed"], texts(&again.body["hints"])), (&json!(true), vec![says]), "{}", again.text);
    let once_more = api.patch(&path, json!({"shift": "+1d", "idempotency_key": "2"})).await;
    assert_eq!(once_more.body["todo"]["due"], "2026-12-03", "{}", once_more.text);
    let first = api.patch("/settings", json!({"time_zone": "Europe/Berlin"})).await;
    assert!(texts(&first.body["hints"])[0].contains("send it again"), "{}", first.text);
    let second = api.patch("/settings", json!({"time_zone": "Asia/Tokyo"})).await;
    assert_eq!(second.body.get("hints"), None);
    let undone = api.post("/undo", json!({"since": "10 minutes"})).await;
    assert!(undone.body["hints"].to_string().contains("The time zone is not set any more."), "{}", undone.text);
}

#[tokio::test]
async fn a_field_in_the_wrong_place_is_told_its_place() {
    let api = Api::new();
    for (body, path, says) in [
        (json!({"ids": ["x"], "set": {"status": "completed"}}), "ids", "send the id in each item of `todos`"),
        (json!({"id": "x", "status": "completed"}), "status", "send it in each item of `todos`, or in `set` together"),
        (json!({"where": {"list": ["a"]}, "priority": "high"}), "priority", "or in `set` together with `where`"),
        (json!({"where": {"ids": ["x"]}, "set": {"due": "today"}}), "where.ids", "send `todos` instead of `where`"),
        (json!({"where": {"due_before": "x"}, "set": {"due": "today"}}), "where.due_before", "did you mean due_to?"),
        (json!({"todos": [{"id": "x", "reminder": "1h"}]}), "todos[0].reminder", "the service reminds nobody"),
    ] {
        api.patch("/todos", body).await.assert_error(path, says);
    }
    for (query, path, says) in [
        ("ids=a", "ids", "to read one todo, call getTodo"),
        ("due_after=today", "due_after", "did you mean due_from?"),
        ("search=a", "search", "did you mean q?"),
    ] {
        api.get(&format!("/todos?{query}")).await.assert_error(path, says);
    }
    api.delete("/todos?where=x").await.assert_error("where", "send the filters themselves");
}
