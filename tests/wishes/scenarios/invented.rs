//! Wishes that were invented by a reader who saw only the list of tools. The calls were written down before they were
//! played. These wishes read or add todos, change lists, or change one todo.

use serde_json::{Value, json};

use crate::wish::{Outcome, Wish, id, many, wish};

wishes![
    tomorrow_afternoon,
    which_todos_have_no_date,
    vat_return_on_the_15th_of_every_third_month,
    gym_moves_to_monday_and_thursday,
    i_did_the_laundry_on_friday,
    bring_back_the_passport_todo,
    steps_1_and_3_of_the_tax_return,
    lists_in_alphabetical_order,
    only_my_repeating_todos,
    give_me_two_things_for_now,
    three_days_after_i_last_did_it,
];

fn tomorrow_afternoon() -> Wish {
    wish(41, "What have I got tomorrow afternoon?")
        .seed(json!([
            {"title": "Standup", "due": "2026-11-23T09:15"},
            {"title": "Zahnarzt", "due": "2026-11-23T14:30"},
            {"title": "会議", "due": "2026-11-23T18:00"},
            {"title": "Cinema", "due": "2026-11-23T20:00"},
            {"title": "Pay the rent", "due": "2026-11-23"},
            {"title": "Gym", "due": "2026-11-24T14:00"},
        ]))
        .call("getTodos", json!({"due_from": "tomorrow 12:00", "due_to": "tomorrow 18:00"}))
        .titles(["Pay the rent", "Zahnarzt", "会議"])
        .then_nothing_changed()
        .outcome(Outcome::MetBut("a todo that is due tomorrow without a time is shown too"))
}

fn which_todos_have_no_date() -> Wish {
    wish(43, "Which todos have no date yet?")
        .usual()
        .call("getTodos", json!({"due": "none"}))
        .contains("Manual of the camera")
        .contains("京都の予定を考える")
        .shows("/todos/40", Value::Null)
        .then_nothing_changed()
}

fn vat_return_on_the_15th_of_every_third_month() -> Wish {
    wish(44, "VAT return on the 15th of every third month")
        .call(
            "addTodos",
            json!({"todos": [{"title": "VAT return", "repeat": {"unit": "month", "every": 3, "on": "15th"}}]}),
        )
        .then(|state| {
            let repeat = json!({"unit": "month", "every": 3, "on": "15"});
            state.add(json!({"title": "VAT return", "due": "2026-12-15", "repeat": repeat}));
        })
}

fn gym_moves_to_monday_and_thursday() -> Wish {
    let to = json!({"unit": "week", "weekdays": ["mon", "thu"]});
    wish(45, "From now on, gym is on Mondays and Thursdays at 18:30, no longer on Tuesdays")
        .seed(json!([
            {"title": "Gym", "due": "2026-11-24T17:00", "repeat": {"unit": "week"}, "notes": "Towel"},
            {"title": "Gym bag", "list": "Shopping"},
        ]))
        .call("getTodos", json!({"q": "gym"}))
        .call("updateTodos", json!({"todos": [{"id": id("Gym"), "due": "monday 18:30", "repeat": to}]}))
        .then(|state| {
            state.set("Gym", "due", json!("2026-11-23T18:30"));
            state.set("Gym", "repeat", json!({"unit": "week", "weekdays": ["mon", "thu"]}));
        })
        .undone()
}

fn i_did_the_laundry_on_friday() -> Wish {
    wish(46, "I did the laundry on Friday")
        .seed(json!([{"title": "Laundry", "due": "2026-11-19"}, {"title": "Call Ann"}]))
        .call("getTodos", json!({"q": "laundry"}))
        .call("updateTodos", json!({"todos": [{"id": id("Laundry"), "status": "completed", "completed_at": "friday"}]}))
        .then(|state| state.set("Laundry", "status", json!("completed")))
        .after("getTodos", json!({"completed_from": "2026-11-20", "completed_to": "2026-11-20"}))
        .titles(["Laundry"])
        .undone()
}

fn bring_back_the_passport_todo() -> Wish {
    wish(49, "Bring back the passport todo that I deleted")
        .usual()
        .seed(json!([{"title": "Renew the passport", "list": "Trip", "tags": ["office"], "due": "2026-12-01"}]))
        .before("deleteTodos", json!({"q": "passport renew"}))
        .call("getTodos", json!({"q": "passport", "status": "deleted"}))
        .titles(["Renew the passport"])
        .call("updateTodos", json!({"todos": [{"id": id("Renew the passport"), "status": "open"}]}))
        .then(|state| state.set("Renew the passport", "status", json!("open")))
        .undone()
}

fn steps_1_and_3_of_the_tax_return() -> Wish {
    let step = |title: &str, done: bool| json!({"title": title, "done": done});
    wish(50, "I finished steps 1 and 3 of the tax return")
        .seed(json!([
            {"title": "Tax return", "steps": [{"title": "Belege"}, {"title": "Form"}, {"title": "Call Mr Sato"}]},
            {"title": "Taxi", "list": "Trip"},
        ]))
        .call("getTodos", json!({"q": "tax return"}))
        .call("updateTodos", json!({"todos": [{"id": id("Tax return"), "complete_steps": ["1", "3"]}]}))
        .then(move |state| {
            let steps = json!([step("Belege", true), step("Form", false), step("Call Mr Sato", true)]);
            state.set("Tax return", "steps", steps);
        })
        .undone()
}

fn lists_in_alphabetical_order() -> Wish {
    let lists = ["Garden", "Home", "Inbox", "Trip", "Work", "旅行"];
    let todos = ["旅行", "Trip", "Home", "Work", "Garden"].map(|list| json!({"title": "a", "list": list}));
    wish(53, "Put my lists in alphabetical order")
        .seed(json!(todos))
        .before("updateLists", json!({"order": ["Work", "Trip"]}))
        .call("getOverview", json!({}))
        .call("updateLists", json!({ "order": lists }))
        .then(move |state| state.lists = lists.map(str::to_owned).to_vec())
        .undone()
}

fn only_my_repeating_todos() -> Wish {
    wish(55, "Show me only my repeating todos")
        .usual()
        .call("getTodos", json!({"q": "repeat", "limit": 100}))
        .call("getTodos", json!({"limit": 100}))
        .contains("next_cursor")
        .then_nothing_changed()
        .outcome(Outcome::NotMet("no filter finds todos that repeat; the assistant has to read all todos"))
}

fn give_me_two_things_for_now() -> Wish {
    wish(56, "What should I do right now? Give me two")
        .usual()
        .call("getTodos", json!({"due": "today", "sort": "priority", "limit": 2}))
        .titles(["Call the landlord about the boiler", "Sign the form for the school trip"])
        .shows("/total", json!(10))
        .then_nothing_changed()
}

fn three_days_after_i_last_did_it() -> Wish {
    wish(59, "Water the plants three days after I last did it")
        .seed(json!(many(2, "Plant {}", "Garden")))
        .call(
            "addTodos",
            json!({"todos": [{"title": "Water", "list": "Garden", "repeat": {"unit": "day", "every": 3, "from": "completion"}}]}),
        )
        .then(|state| {
            let repeat = json!({"unit": "day", "every": 3, "from": "completion"});
            state.add(json!({"title": "Water", "list": "Garden", "due": "2026-11-22", "repeat": repeat}));
        })
        .at("2026-11-26T10:00")
        .after("updateTodos", json!({"todos": [{"id": id("Water"), "status": "completed"}]}))
        .shows("/next/0/due", json!("2026-11-29"))
}
