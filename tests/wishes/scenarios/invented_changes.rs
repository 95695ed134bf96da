//! Wishes that were invented by a reader who saw only the list of tools. The calls were written down before they were
//! played. These wishes change several todos.

use serde_json::{Value, json};

use crate::wish::{Outcome, Wish, id, many, wish};

wishes![
    push_everything_to_tomorrow_at_9_except_the_call,
    undo_what_chatgpt_did_this_morning,
    rename_the_tag_job_to_work,
    move_mondays_todos_in_work_to_wednesday,
    delete_the_archive_if_there_are_fewer_than_20,
    everything_on_the_einkaufsliste_but_bread,
    split_the_party_into_three,
    no_dates_in_the_reading_list,
    pause_the_standup_over_christmas,
];

fn push_everything_to_tomorrow_at_9_except_the_call() -> Wish {
    wish(42, "Push everything due today to tomorrow at 9, except the call with Anna")
        .seed(json!([
            {"title": "Call Anna", "due": "2026-11-22T11:00"},
            {"title": "Rechnung schreiben", "due": "2026-11-22"},
            {"title": "荷物を送る", "due": "2026-11-22T16:00", "list": "Trip"},
            {"title": "Gym", "due": "2026-11-23"},
            {"title": "Read"},
        ]))
        .call("getTodos", json!({"due": "today"}))
        .call(
            "updateTodos",
            json!({"where": {"due": ["today"], "except_ids": [id("Call Anna")]}, "set": {"due": "tomorrow 9am"}}),
        )
        .then(|state| {
            state.set("Rechnung schreiben", "due", json!("2026-11-23T09:00"));
            state.set("荷物を送る", "due", json!("2026-11-23T09:00"));
        })
        .undone()
}

fn undo_what_chatgpt_did_this_morning() -> Wish {
    wish(47, "Undo what ChatGPT did this morning")
        .at("2026-11-21T20:00")
        .by("ChatGPT")
        .seed(json!(many(3, "Task {}", "Work")))
        .at("2026-11-22T08:00")
        .before("updateTodos", json!({"where": {"q": "Task 00"}, "set": {"priority": "high"}}))
        .before("deleteTodos", json!({"q": "Task 01"}))
        .by("Codex")
        .before("updateTodos", json!({"where": {"q": "Task 02"}, "set": {"status": "completed"}}))
        .by("Claude")
        .at("2026-11-22T10:00")
        .refused("undoChange", json!({"by": "ChatGPT", "since": "this morning"}))
        .call("undoChange", json!({"by": "ChatGPT", "since": "today"}))
        .shows("/undid/1/operation", json!("updateTodos"))
        .shows("/undid/2", Value::Null)
        .then(|state| {
            state.set("Task 00", "priority", json!("normal"));
            state.set("Task 01", "status", json!("open"));
        })
        .outcome(Outcome::MetBut("the first call said \"this morning\", which is refused"))
}

fn rename_the_tag_job_to_work() -> Wish {
    wish(48, "Rename the tag job to work")
        .seed(json!([
            {"title": "Report", "tags": ["job", "draft"]},
            {"title": "Bewerbung", "tags": ["job"], "list": "Home"},
            {"title": "Call Ann", "tags": ["work"]},
            {"title": "Done", "tags": ["job"]},
        ]))
        .before("updateTodos", json!({"where": {"q": "done"}, "set": {"status": "completed"}}))
        .call("updateTodos", json!({"where": {"tag": ["job"]}, "set": {"add_tags": ["work"], "remove_tags": ["job"]}}))
        .shows("/found/total", json!(3))
        .then(|state| {
            state.set("Report", "tags", json!(["draft", "work"]));
            state.set("Bewerbung", "tags", json!(["work"]));
            state.set("Done", "tags", json!(["work"]));
        })
        .undone()
}

fn move_mondays_todos_in_work_to_wednesday() -> Wish {
    wish(51, "Move Monday's todos in Work to Wednesday")
        .seed(json!([
            {"title": "Report", "list": "Work", "due": "2026-11-23T15:00"},
            {"title": "レビュー", "list": "Work", "due": "2026-11-23"},
            {"title": "Mail", "list": "Work", "due": "2026-11-23"},
            {"title": "Gym", "list": "Home", "due": "2026-11-23"},
            {"title": "Budget", "list": "Work", "due": "2026-11-24"},
        ]))
        .before("updateTodos", json!({"where": {"q": "mail"}, "set": {"status": "completed"}}))
        .call(
            "updateTodos",
            json!({"where": {"list": ["Work"], "due_from": "monday", "due_to": "monday"}, "set": {"due": "wednesday"}}),
        )
        .then(|state| {
            state.set("Report", "due", json!("2026-11-25T15:00"));
            state.set("レビュー", "due", json!("2026-11-25"));
        })
        .undone()
}

fn delete_the_archive_if_there_are_fewer_than_20() -> Wish {
    wish(52, "How many todos are in Archive? If fewer than 20, delete them")
        .seed(json!(many(12, "Old {}", "Archive")))
        .seed(json!(many(3, "New {}", "Work")))
        .before("updateTodos", json!({"where": {"q": "Old 03"}, "set": {"status": "completed"}}))
        .call("deleteTodos", json!({"list": "Archive", "preview": true}))
        .shows("/found/total", json!(12))
        .then_nothing_changed()
        .call("deleteTodos", json!({"list": "Archive", "expected_count": 12}))
        .then(|state| state.set_all("list", "Archive", "status", json!("deleted")))
        .undone()
}

fn everything_on_the_einkaufsliste_but_bread() -> Wish {
    wish(54, "Alles auf der Einkaufsliste ist erledigt, außer dem Brot")
        .usual()
        .call("getTodos", json!({"list": "Einkaufsliste"}))
        .contains("Einkauf")
        .call("getTodos", json!({"list": "Einkauf"}))
        .call(
            "updateTodos",
            json!({"where": {"list": ["Einkauf"], "except_ids": [id("Brot")]}, "set": {"status": "completed"}}),
        )
        .shows("/found/total", json!(13))
        .then(|state| {
            state.set_all("list", "Einkauf", "status", json!("completed"));
            state.set("Brot", "status", json!("open"));
        })
        .undone()
        .outcome(Outcome::NotMet("three calls: the list is called Einkauf, as the first answer says"))
}

fn split_the_party_into_three() -> Wish {
    let parts =
        ["Invite the guests", "Bake a cake", "Choose the music"].map(|title| json!({"title": title, "list": "Home"}));
    wish(57, "Split \"Plan the party\" into invite the guests, bake a cake and choose the music")
        .seed(json!([{"title": "Plan the party", "list": "Home"}, {"title": "Party shoes", "list": "Shopping"}]))
        .call("addTodos", json!({ "todos": parts }))
        .call("deleteTodos", json!({"q": "Plan the party"}))
        .then(move |state| {
            for title in ["Invite the guests", "Bake a cake", "Choose the music"] {
                state.add(json!({"title": title, "list": "Home"}));
            }
            state.set("Plan the party", "status", json!("deleted"));
        })
}

fn no_dates_in_the_reading_list() -> Wish {
    wish(58, "My reading list is for some day: no dates there any more")
        .usual()
        .call("updateTodos", json!({"where": {"list": ["Reading"]}, "set": {"clear": ["due"]}}))
        .shows("/found/total", json!(12))
        .then(|state| state.set_all("list", "Reading", "due", Value::Null))
        .undone()
}

fn pause_the_standup_over_christmas() -> Wish {
    let weekdays = ["mon", "tue", "wed", "thu", "fri"];
    let until = json!({"unit": "week", "weekdays": weekdays, "until": "2026-12-23"});
    let after = json!({"unit": "week", "weekdays": weekdays});
    let new = json!({"title": "Standup", "list": "Work", "due": "2027-01-04T09:15", "repeat": after});
    wish(60, "Pause the standup from 24 December to 3 January")
        .seed(json!([
            {"title": "Standup", "list": "Work", "due": "2026-11-23T09:15", "repeat": after},
            {"title": "Call Ann"},
        ]))
        .call("updateTodos", json!({"where": {"q": "standup"}, "set": {"repeat": until}}))
        .shows("/found/total", json!(1))
        .call("addTodos", json!({"todos": [new]}))
        .then(move |state| {
            let repeat = json!({"unit": "week", "weekdays": weekdays});
            state.set("Standup", "repeat", json!({"unit": "week", "weekdays": weekdays, "until": "2026-12-23"}));
            state.add(json!({"title": "Standup", "list": "Work", "due": "2027-01-04T09:15", "repeat": repeat}));
        })
}
