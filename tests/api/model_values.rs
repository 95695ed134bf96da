//! Tests values that language models really send. Each value has one documented meaning, or the API refuses the value.
//! When the API refuses a value, the error lists the accepted values.

use serde_json::{Value, json};

use super::harness::Api;

/// The expected result: the value of the field in the answer, or the path and the text of the error.
enum Meaning {
    Is(Value),
    Refused(&'static str, &'static str),
}
use Meaning::{Is, Refused};

fn table() -> Vec<(Value, Meaning)> {
    let week = json!({"every": 1, "unit": "week", "from": "due"});
    let object = "must be an object such as {\"every\":1,\"unit\":\"week\"";
    let step = json!([{"title": "x", "done": false}]);
    vec![
        (json!({"due": "next friday-ish"}), Refused("due", "cannot be \"next friday-ish\"; send for example")),
        (json!({"due": "2026-02-30"}), Refused("due", "February 2026 has 28 days")),
        (json!({"due": "yesterday"}), Is(json!("2026-11-21"))),
        (json!({"due": 20261224}), Refused("due", "send for example \"2026-12-24\"")),
        (json!({"due": true}), Refused("due", "cannot be \"true\"")),
        (json!({"due": {"date": "2026-11-27"}}), Refused("due", "cannot be \"{…}\"")),
        (json!({"due": "tomorrow"}), Is(json!("2026-11-23"))),
        (json!({"due": "Friday"}), Is(json!("2026-11-27"))),
        (json!({"due": "sun"}), Is(json!("2026-11-29"))),
        (json!({"due": "+2w"}), Is(json!("2026-12-06"))),
        (json!({"due": "2026-11-27T09:30:00+01:00"}), Is(json!("2026-11-27T08:30"))),
        (json!({"due": ""}), Is(Value::Null)),
        (json!({"due": null}), Is(Value::Null)),
        (json!({"priority": "High"}), Is(json!("high"))),
        (json!({"priority": 1}), Refused("priority", "must be one of low, normal, high, urgent, not \"1\"")),
        (json!({"priority": "medium"}), Refused("priority", "must be one of low, normal, high, urgent")),
        (json!({"priority": null}), Is(json!("normal"))),
        (json!({"tags": "a,b"}), Refused("tags", "must be an array, not a string")),
        (json!({"tags": ["a", null, "A", ""]}), Is(json!(["a"]))),
        (json!({"tags": [1]}), Refused("tags[0]", "must be a string")),
        (json!({"steps": ["x"]}), Is(step.clone())),
        (json!({"steps": [{"title": "x"}]}), Is(step)),
        (json!({"steps": "x"}), Refused("steps", "must be an array, not a string")),
        (json!({"steps": [5]}), Refused("steps[0]", "must be an object such as {\"title\":")),
        (json!({"steps": [{"name": "x"}]}), Refused("steps[0].name", "did you mean title?")),
        (json!({"repeat": "weekly"}), Refused("repeat", object)),
        (json!({"repeat": true}), Refused("repeat", object)),
        (json!({"repeat": {"unit": "weekly"}}), Is(week.clone())),
        (json!({"repeat": {"unit": "Week", "every": "1"}}), Is(week)),
        (json!({"repeat": {"every": 2}}), Refused("repeat", "needs a unit: day, week, month or year")),
        (json!({"repeat": {"unit": "hour"}}), Refused("repeat.unit", "must be one of day, week, month, year")),
        (json!({"repeat": {"unit": "day", "every": 0}}), Refused("repeat.every", "from 1 to 365")),
        (json!({"repeat": {"unit": "day", "every": 366}}), Refused("repeat.every", "from 1 to 365")),
        (
            json!({"repeat": {"unit": "month", "weekdays": ["mon"]}}),
            Refused("repeat", "`weekdays` only if `unit` is week"),
        ),
        (
            json!({"repeat": {"unit": "week", "weekdays": ["someday"]}}),
            Refused("repeat.weekdays[0]", "must be one of mon"),
        ),
        (json!({"repeat": {"interval": 1, "unit": "day"}}), Refused("repeat.interval", "did you mean every?")),
        (
            json!({"repeat": {"unit": "day", "weekdays": ["Friday", "mon"]}}),
            Is(json!({"every": 1, "unit": "week", "weekdays": ["mon", "fri"], "from": "due"})),
        ),
        (json!({"list": ["Shopping"]}), Refused("list", "must be a string, not an array")),
        (json!({"notes": ["a", "b"]}), Refused("notes", "must be a string, not an array")),
        (json!({"title": 5}), Refused("title", "must be a string, not a whole number")),
    ]
}

/// Wrong repetitions. For each, the field that the error names, and a part of the text of the error.
const REPETITIONS: [(&str, &str, &str); 13] = [
    (r#"{"unit": "week", "until": "soon"}"#, "until", "such as 2030-12-31"),
    (r#"{"unit": "week", "until": "christmas"}"#, "until", "cannot be \"christmas\""),
    (r#"{"unit": "week", "until": "31.12.2026"}"#, "until", "for example 2026-12-31"),
    (r#"{"unit": "week", "until": "2026-12-31T23:59:59Z"}"#, "until", "for example 2026-12-31"),
    (r#"{"unit": "week", "until": "24 december"}"#, "until", "as YYYY-12-24"),
    (r#"{"unit": "week", "until": "end of year"}"#, "until", "as YYYY-12-31"),
    (r#"{"unit": "week", "until": "2026-02-30"}"#, "until", "February 2026 has 28 days"),
    (r#"{"unit": "week", "until": "fri 2026-12-31"}"#, "until", "for example 2026-12-31"),
    (r#"{"unit": "week", "on": "mon"}"#, "on", r#"send "weekdays":["mon"] with unit week"#),
    (r#"{"unit": "workday"}"#, "unit", r#"send unit week with "weekdays":["mon","tue","wed","thu","fri"]"#),
    (r#"{"unit": "quarter"}"#, "unit", r#"send "every":3 with unit month"#),
    (r#"{"unit": "week", "weekdays": ["weekdays"]}"#, "weekdays[0]", r#"["mon","tue","wed","thu","fri"]"#),
    (r#"{"unit": "week", "weekdays": ["mondays"]}"#, "weekdays[0]", r#"send "weekdays":["mon"]"#),
];

#[tokio::test]
async fn the_error_for_a_part_of_a_repetition_says_what_to_send() {
    let api = Api::new();
    for (repeat, field, says) in REPETITIONS {
        let repeat: Value = serde_json::from_str(repeat).unwrap();
        let answer = api.post("/todos", json!({"todos": [{"title": "a", "repeat": repeat}]})).await;
        answer.assert_problem(422, "invalid");
        answer.assert_error(&format!("todos[0].repeat.{field}"), says);
    }
    for until in ["2026-12-31", "2026-12-31T23:59", "31 december 2026", "thu, 2026-12-31", "２０２６‑12‑31"] {
        let todo = json!({"title": until, "repeat": {"unit": "week", "until": until}});
        let answer = api.post("/todos", json!({"todos": [todo], "allow_duplicate": true})).await;
        assert_eq!(answer.body["todos"][0]["repeat"]["until"], "2026-12-31", "{until}: {}", answer.text);
    }
}

#[tokio::test]
async fn each_value_that_a_model_sends_has_one_meaning_or_a_refusal_that_names_what_is_accepted() {
    let api = Api::new();
    for (value, meaning) in table() {
        let mut todo = json!({"title": "a"});
        let (field, sent) = value.as_object().unwrap().iter().next().unwrap();
        todo[field] = sent.clone();
        let before = api.all("open").await.len();
        let answer = api.post("/todos", json!({"todos": [todo], "allow_duplicate": true})).await;
        match meaning {
            Is(expected) => {
                assert_eq!(answer.status, 201, "{value}: {}", answer.text);
                assert_eq!(answer.body["todos"][0][field], expected, "{value}");
            }
            Refused(path, says) => {
                answer.assert_problem(422, "invalid");
                answer.assert_error(&format!("todos[0].{path}"), says);
                assert_eq!(api.all("open").await.len(), before, "{value}");
            }
        }
    }
}
