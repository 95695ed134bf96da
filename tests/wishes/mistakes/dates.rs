//! Dates in forms that models invent.

use serde_json::json;

use super::mistake::{Mistake, mistake, new_todo};
use crate::wish::id;

/// All mistakes of this file.
pub fn all() -> Vec<Mistake> {
    [forms(), words(), changes(), repetitions()].into_iter().flatten().collect()
}

/// A mistake in the due date of a new todo. The service does what the model meant.
fn understood(sends: &'static str, due: &'static str, means: &'static str) -> Mistake {
    mistake(sends)
        .sends("addTodos", new_todo(json!({"title": "Dentist", "due": due})))
        .then(move |state| state.add(json!({"title": "Dentist", "due": means})))
}

/// A mistake in the due date of a new todo. The answer says what helps, so the model sends `next`.
fn refused(
    sends: &'static str,
    due: &'static str,
    told: &'static str,
    next: &'static str,
    means: &'static str,
) -> Mistake {
    mistake(sends)
        .refused("addTodos", new_todo(json!({"title": "Dentist", "due": due})))
        .told(told)
        .next("addTodos", new_todo(json!({"title": "Dentist", "due": next})))
        .then(move |state| state.add(json!({"title": "Dentist", "due": means})))
}

fn forms() -> Vec<Mistake> {
    vec![
        understood("`due: \"2026-11-27T17:00:00\"`", "2026-11-27T17:00:00", "2026-11-27T17:00"),
        understood("`due: \"2026-11-27 17:00\"`", "2026-11-27 17:00", "2026-11-27T17:00"),
        mistake("`due: \"2026-11-27T17:00:00Z\"`, but means 17:00 in Berlin")
            .before("updateSettings", json!({"time_zone": "Europe/Berlin"}))
            .sends("addTodos", new_todo(json!({"title": "Dentist", "due": "2026-11-27T17:00:00Z"})))
            .told("To set a time on the person's clock, send it without offset or Z.")
            .next("updateTodos", new_todo(json!({"id": id("Dentist"), "due": "2026-11-27T17:00"})))
            .then(|state| state.add(json!({"title": "Dentist", "due": "2026-11-27T17:00"}))),
        refused("`due: \"28.11.2026\"`", "28.11.2026", "send for example \"2026-11-28\"", "2026-11-28", "2026-11-28"),
        refused("`due: \"11/28/2026\"`", "11/28/2026", "send for example \"2026-11-28\"", "2026-11-28", "2026-11-28"),
        refused(
            "the wrong weekday: `thu 2026-11-27`",
            "thu 2026-11-27",
            "it names a Thursday, but 2026-11-27 is a Friday",
            "2026-11-27",
            "2026-11-27",
        ),
        refused("30 February", "2027-02-30", "February 2027 has 28 days", "2027-02-28", "2027-02-28"),
    ]
}

fn words() -> Vec<Mistake> {
    let words = [
        ("today 5pm", "2026-11-22T17:00"),
        ("tomorrow 17:00", "2026-11-23T17:00"),
        ("17:00", "2026-11-22T17:00"),
        ("noon", "2026-11-22T12:00"),
        ("tonight", "2026-11-22T20:00"),
        ("eod", "2026-11-22T17:00"),
        ("next friday", "2026-11-27"),
        ("this friday", "2026-11-27"),
        ("in 2 weeks", "2026-12-06"),
        ("+2 weeks", "2026-12-06"),
        ("2w", "2026-12-06"),
        ("+1h", "2026-11-22T11:00"),
        ("end of month", "2026-11-30"),
        ("on the 1st", "2026-12-01"),
    ];
    let todos: Vec<_> = words.iter().map(|(due, _)| json!({"title": due, "due": due})).collect();
    vec![
        mistake("words: `today 5pm`, `noon`, `eod`, `next friday`, `in 2 weeks`, `2w`, `+1h`, `end of month` …")
            .sends("addTodos", json!({"todos": todos}))
            .then(move |state| {
                for (title, due) in words {
                    state.add(json!({"title": title, "due": due}));
                }
            }),
        refused(
            "`due: \"sometime next week\"`",
            "sometime next week",
            "send for example \"2026-11-23\"",
            "2026-11-27",
            "2026-11-27",
        ),
        refused(
            "`due: \"tomorrow morning\"`",
            "tomorrow morning",
            "send for example \"tomorrow 09:00\"",
            "tomorrow 09:00",
            "2026-11-23T09:00",
        ),
        refused("`due: \"nächsten Freitag\"`", "nächsten Freitag", "or \"friday\" or", "friday", "2026-11-27"),
    ]
}

fn changes() -> Vec<Mistake> {
    vec![
        mistake("`shift` for a todo without a date")
            .seed(json!([{"title": "Dentist"}]))
            .reads("getTodos", json!({}))
            .refused("updateTodos", new_todo(json!({"id": id("Dentist"), "shift": "+3d"})))
            .told("moves a due date, but the todo has none; send `due`")
            .next("updateTodos", new_todo(json!({"id": id("Dentist"), "due": "+3d"})))
            .then(|state| state.set("Dentist", "due", json!("2026-11-25"))),
        mistake("`shift: \"tomorrow\"`")
            .seed(json!([{"title": "Dentist", "due": "2026-11-22T09:30"}]))
            .reads("getTodos", json!({}))
            .refused("updateTodos", new_todo(json!({"id": id("Dentist"), "shift": "tomorrow"})))
            .told("send how far to move the due date, such as +3d, -1h or 2 weeks")
            .next("updateTodos", new_todo(json!({"id": id("Dentist"), "shift": "+1d"})))
            .then(|state| state.set("Dentist", "due", json!("2026-11-23T09:30"))),
        mistake("a date in the past, by mistake in the year")
            .sends("addTodos", new_todo(json!({"title": "Dentist", "due": "2025-11-27"})))
            .told("is in the past")
            .next("updateTodos", new_todo(json!({"id": id("Dentist"), "due": "2026-11-27"})))
            .then(|state| state.add(json!({"title": "Dentist", "due": "2026-11-27"}))),
    ]
}

fn repetitions() -> Vec<Mistake> {
    let bins = |repeat: serde_json::Value| new_todo(json!({"title": "Bins", "due": "2026-11-24", "repeat": repeat}));
    let weekly = || json!({"title": "Bins", "due": "2026-11-24", "repeat": {"unit": "week"}});
    vec![
        mistake("`repeat: \"weekly\"`")
            .refused("addTodos", bins(json!("weekly")))
            .told("must be an object such as {")
            .next("addTodos", bins(json!({"unit": "week"})))
            .then(move |state| state.add(weekly())),
        mistake("`repeat: {\"frequency\": \"weekly\", \"interval\": 1}`")
            .refused("addTodos", bins(json!({"frequency": "weekly", "interval": 1})))
            .told("did you mean unit?")
            .told("did you mean every?")
            .next("addTodos", bins(json!({"unit": "week", "every": 1})))
            .then(move |state| state.add(weekly())),
        mistake("`weekdays: [\"Tuesday\"]`")
            .sends("addTodos", bins(json!({"unit": "week", "weekdays": ["Tuesday"]})))
            .then(|state| {
                state.add(
                    json!({"title": "Bins", "due": "2026-11-24", "repeat": {"unit": "week", "weekdays": ["tue"]}}),
                );
            }),
        mistake("`until` in the past")
            .refused("addTodos", bins(json!({"unit": "week", "until": "2026-11-01"})))
            .told("must not be before the due date (2026-11-24)")
            .next("addTodos", bins(json!({"unit": "week", "until": "2026-12-31"})))
            .then(|state| {
                let repeat = json!({"unit": "week", "until": "2026-12-31"});
                state.add(json!({"title": "Bins", "due": "2026-11-24", "repeat": repeat}));
            }),
        mistake("a repetition without a date")
            .sends("addTodos", new_todo(json!({"title": "Bins", "repeat": {"unit": "week"}})))
            .told("\"due\":\"2026-11-22\"")
            .then(|state| state.add(json!({"title": "Bins", "due": "2026-11-22", "repeat": {"unit": "week"}}))),
    ]
}
