//! Wishes about days and times. The clock shows 10:00 UTC on Sunday, 22 November 2026.

use serde_json::json;

use crate::wish::{Outcome, Wish, id, wish};

wishes![
    what_is_on_today,
    move_everything_overdue_to_tomorrow,
    remind_me_to_call_mum_at_5_pm,
    i_am_in_tokyo,
    what_is_due_there_in_berlin_time,
    postpone_the_dentist_by_three_days,
    the_meeting_moved_from_3_to_4_pm,
    snooze_all_low_priority_until_monday,
    the_cake_is_due_in_an_hour,
];

fn what_is_on_today() -> Wish {
    wish(1, "What's on today?")
        .usual()
        .call("getTodos", json!({"due": "today"}))
        .contains("Return the parcel to the post office")
        .contains("مشاهدة المحاضرة المسجلة")
        .contains("Call mum")
        .contains("田中さんに連絡する")
        .contains("Report on tenants' rights")
        .shows("/todos/10", json!(null))
        .at_most(3_000)
        .then_nothing_changed()
}

fn move_everything_overdue_to_tomorrow() -> Wish {
    wish(4, "Move everything overdue to tomorrow")
        .seed(json!([
            {"title": "Take out the bins", "due": "2026-11-17", "repeat": {"unit": "week"}},
            {"title": "Steuererklärung", "due": "2026-11-19"},
            {"title": "Call Ann", "due": "2026-11-20T15:00"},
            {"title": "花に水をやる", "due": "2026-11-22T08:00"},
            {"title": "Pay the rent", "due": "2026-11-22"},
            {"title": "Old bill", "due": "2026-11-18"},
            {"title": "Read"},
        ]))
        .before("updateTodos", json!({"where": {"q": "Old bill"}, "set": {"status": "completed"}}))
        .call("updateTodos", json!({"where": {"due": ["overdue"]}, "set": {"due": "tomorrow"}}))
        .shows("/found/total", json!(4))
        .then(|state| {
            state.set("Take out the bins", "due", json!("2026-11-23"));
            state.set("Take out the bins", "series_due", json!("2026-11-17"));
            state.set("Steuererklärung", "due", json!("2026-11-23"));
            state.set("Call Ann", "due", json!("2026-11-23T15:00"));
            state.set("花に水をやる", "due", json!("2026-11-23T08:00"));
        })
        .undone()
        .after("undoChange", json!({"change_id": id("change")}))
        .after("getTodos", json!({"q": "bins"}))
        .after("updateTodos", json!({"todos": [{"id": id("Take out the bins"), "status": "completed"}]}))
        .shows("/next/0/due", json!("2026-11-24"))
}

fn remind_me_to_call_mum_at_5_pm() -> Wish {
    wish(9, "Remind me to call mum at 5 pm")
        .before("updateSettings", json!({"time_zone": "Europe/Berlin"}))
        .call("addTodos", json!({"todos": [{"title": "Call mum", "due": "today 5pm"}]}))
        .shows("/todos/0/due", json!("2026-11-22T17:00"))
        .then(|state| state.add(json!({"title": "Call mum", "due": "2026-11-22T17:00"})))
        .told("The service does not remind, notify or share by itself; never promise that.")
        .outcome(Outcome::MetBut(
            "the todo is due at 17:00 on the person's clock. Reminding is **not offered**, and the instructions say so",
        ))
}

fn i_am_in_tokyo() -> Wish {
    wish(19, "I'm in Tokyo this week")
        .before("updateSettings", json!({"time_zone": "Europe/Berlin"}))
        .seed(json!([{"title": "Call Mr Sato", "due": "2026-11-23T09:00"}, {"title": "Pay the rent"}]))
        .call("updateSettings", json!({"time_zone": "Asia/Tokyo"}))
        .shows("/now/time_zone", json!("Asia/Tokyo"))
        .contains("19:00")
        .then(|state| state.settings["time_zone"] = json!("Asia/Tokyo"))
        .undone()
}

fn what_is_due_there_in_berlin_time() -> Wish {
    wish(20, "What is due tomorrow, in Berlin time?")
        .before("updateSettings", json!({"time_zone": "Asia/Tokyo"}))
        .seed(json!([{"title": "Call Mr Sato", "due": "2026-11-23T09:00"}, {"title": "Pay the rent"}]))
        .call("getTodos", json!({"due": "tomorrow"}))
        .titles(["Call Mr Sato"])
        .contains("2026-11-23T09:00")
        .contains("+09:00")
        .then_nothing_changed()
}

fn postpone_the_dentist_by_three_days() -> Wish {
    wish(26, "Postpone the dentist by three days")
        .seed(json!([{"title": "Dentist", "due": "2026-11-25T09:30"}, {"title": "Gym", "due": "2026-11-25"}]))
        .call("getTodos", json!({"q": "dentist"}))
        .call("updateTodos", json!({"todos": [{"id": id("Dentist"), "shift": "+3d"}]}))
        .then(|state| state.set("Dentist", "due", json!("2026-11-28T09:30")))
        .undone()
}

fn the_meeting_moved_from_3_to_4_pm() -> Wish {
    wish(27, "The meeting moved from 3 to 4 pm")
        .seed(json!([{"title": "Meeting with Priya", "due": "2026-11-24T15:00"}, {"title": "Meet Ann"}]))
        .call("getTodos", json!({"q": "meeting"}))
        .call("updateTodos", json!({"todos": [{"id": id("Meeting with Priya"), "due": "16:00"}]}))
        .then(|state| state.set("Meeting with Priya", "due", json!("2026-11-24T16:00")))
        .undone()
}

fn snooze_all_low_priority_until_monday() -> Wish {
    wish(31, "Snooze all low priority until Monday")
        .seed(json!([
            {"title": "late low", "due": "2026-11-20", "priority": "low"},
            {"title": "late", "due": "2026-11-20"},
            {"title": "soon low", "due": "2026-11-22T18:00", "priority": "low"},
            {"title": "soon", "due": "2026-11-22T18:00"},
            {"title": "later low", "due": "2026-12-24", "priority": "low"},
            {"title": "some day low", "priority": "low"},
            {"title": "done low", "due": "2026-11-19", "priority": "low"},
        ]))
        .before("updateTodos", json!({"where": {"q": "done"}, "set": {"status": "completed"}}))
        .call("updateTodos", json!({"where": {"priority": ["low"], "due_to": "sunday"}, "set": {"due": "monday"}}))
        .then(|state| {
            // No todo becomes due earlier, a todo without a date gets none, and a completed todo stays as it is.
            state.set("late low", "due", json!("2026-11-23"));
            state.set("soon low", "due", json!("2026-11-23T18:00"));
        })
        .undone()
}

fn the_cake_is_due_in_an_hour() -> Wish {
    wish(37, "Take the cake out of the oven in an hour")
        .before("updateSettings", json!({"time_zone": "Europe/Berlin"}))
        .call("addTodos", json!({"todos": [{"title": "Take the cake out of the oven", "due": "+1h"}]}))
        .then(|state| state.add(json!({"title": "Take the cake out of the oven", "due": "2026-11-22T12:00"})))
}
