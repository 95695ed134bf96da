//! Tests what a calendar reads at the address of a feed. The clock of the tests shows Sunday, 22 November 2026. The
//! file `.ci/formats/feed_file.py` compares the dates with an independent library.

use jiff::Span;
use serde_json::{Value, json};

use super::{
    feeds::feed,
    harness::{Answer, Api},
};

/// An API for an owner in this time zone, with these todos, and the path of a feed of all lists.
async fn api_with(zone: &str, todos: Value) -> (Api, String, Vec<String>) {
    let api = Api::embedded().await;
    assert_eq!(api.patch("/settings", json!({ "time_zone": zone })).await.status, 200);
    let added = api.post("/todos", json!({ "todos": todos })).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let (path, _) = feed(&api, json!({})).await;
    (api, path, added.ids())
}

/// The lines of the file. This function joins the long lines that the file has split.
#[track_caller]
fn lines(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.text.split("\r\n").all(|line| line.len() <= 75), "{}", answer.text);
    answer.text.replace("\r\n ", "").lines().map(str::to_owned).collect()
}

/// The values of all lines that begin with `name`.
#[track_caller]
fn values(answer: &Answer, name: &str) -> Vec<String> {
    lines(answer).iter().filter_map(|line| line.strip_prefix(name)).map(str::to_owned).collect()
}

async fn with_tag(api: &Api, path: &str, tag: &str) -> Answer {
    api.send("GET", path, Value::Null, &[("if-none-match", tag)]).await
}

#[tokio::test]
async fn a_day_is_a_whole_day_and_a_time_takes_half_an_hour_on_the_clock_of_the_person() {
    let todos = json!([
        {"title": "Pay, rent; \\now\n", "due": "2026-11-24", "priority": "high", "tags": ["a,b"]},
        {"title": "Call Bo", "due": "2026-11-24T09:30", "notes": "one\ntwo", "steps": ["Look", "Dial"]},
        {"title": "Someday"},
        {"title": "Done", "due": "2026-11-25"},
        {"title": "Gone", "due": "2026-11-25"},
    ]);
    let (api, path, ids) = api_with("Europe/Berlin", todos).await;
    let edits = json!({"todos": [{"id": ids[3], "status": "completed"}, {"id": ids[1], "steps": [{"title": "Look", "done": true}, "Dial"]}]});
    assert_eq!(api.patch("/todos", edits).await.status, 200);
    assert_eq!(api.delete(&format!("/todos/{}", ids[4])).await.status, 200);
    let answer = api.get(&path).await;
    for (header, value) in [
        ("content-type", "text/calendar; charset=utf-8"),
        ("cache-control", "private, max-age=300"),
        ("x-robots-tag", "noindex"),
    ] {
        assert_eq!(answer.headers[header], value);
    }
    let lines = lines(&answer);
    let version = env!("CARGO_PKG_VERSION");
    let head = format!(
        "BEGIN:VCALENDAR|VERSION:2.0|PRODID:-//todo-action//todo-action {version}//EN|NAME:Todos|X-WR-CALNAME:Todos|\
         REFRESH-INTERVAL;VALUE=DURATION:PT1H|X-PUBLISHED-TTL:PT1H|BEGIN:VTIMEZONE|TZID:Europe/Berlin"
    );
    assert_eq!(lines[..9].join("|"), head);
    let begin = lines.iter().position(|line| line == "BEGIN:VEVENT").unwrap();
    let expected = format!(
        "BEGIN:VEVENT|UID:{}@todo-action|DTSTAMP:20261122T100000Z|CREATED:20261122T100000Z|\
         LAST-MODIFIED:20261122T100000Z|SEQUENCE:0|SUMMARY:Pay\\, rent\\; \\\\now|DTSTART;VALUE=DATE:20261124|\
         DTEND;VALUE=DATE:20261125|TRANSP:TRANSPARENT|PRIORITY:3|CATEGORIES:a\\,b|BEGIN:VALARM|ACTION:DISPLAY|\
         DESCRIPTION:Pay\\, rent\\; \\\\now|TRIGGER:PT9H|END:VALARM|END:VEVENT|\
         BEGIN:VEVENT|UID:{}@todo-action|DTSTAMP:20261122T100000Z|CREATED:20261122T100000Z|\
         LAST-MODIFIED:20261122T100000Z|SEQUENCE:1|SUMMARY:Call Bo|DESCRIPTION:one\\ntwo\\n\\n[x] Look\\n[ ] Dial|\
         DTSTART;TZID=Europe/Berlin:20261124T093000|DURATION:PT30M|TRANSP:TRANSPARENT|BEGIN:VALARM|ACTION:DISPLAY|\
         DESCRIPTION:Call Bo|TRIGGER:PT0S|END:VALARM|END:VEVENT|END:VCALENDAR",
        ids[0], ids[1]
    );
    assert_eq!(lines[begin..].join("|"), expected);
}

#[tokio::test]
async fn as_todos_the_feed_has_a_vtodo_for_each_event() {
    let todos = json!([
        {"title": "Pay", "due": "2026-11-24"},
        {"title": "Bins", "due": "2026-11-24T07:00", "repeat": {"unit": "week"}},
    ]);
    let (api, path, _) = api_with("UTC", todos).await;
    for form in ["todo", "VTODO", "todos"] {
        let answer = api.get(&format!("{path}?as={form}&x=1")).await;
        let begin = lines(&answer).iter().position(|line| line == "SUMMARY:Bins").unwrap();
        let expected = "SUMMARY:Bins|DTSTART:20261124T070000Z|DUE:20261124T070000Z|STATUS:NEEDS-ACTION|\
            RRULE:FREQ=WEEKLY|BEGIN:VALARM|ACTION:DISPLAY|DESCRIPTION:Bins|TRIGGER;RELATED=END:PT0S|END:VALARM|END:VTODO|\
            END:VCALENDAR";
        assert_eq!(lines(&answer)[begin..].join("|"), expected);
        assert_eq!(values(&answer, "DUE;VALUE=DATE:"), ["20261124"]);
        assert!(!answer.text.contains("VEVENT"));
    }
    assert_eq!(values(&api.get(&format!("{path}?as=event")).await, "BEGIN:VEVENT").len(), 2);
    let refused = api.get(&format!("{path}?as=ics")).await;
    refused.assert_problem(422, "invalid");
    refused.assert_error("as", "todo");
}

#[tokio::test]
async fn only_a_common_repetition_is_a_rule_and_the_other_dates_are_events_of_a_year() {
    for (due, repeat, rule, later) in [
        ("2026-11-24", json!({"unit": "day"}), Some("FREQ=DAILY"), &[][..]),
        ("2026-11-24", json!({"unit": "month", "on": "fourth tue"}), Some("FREQ=MONTHLY;BYDAY=4TU"), &[]),
        ("2026-11-24", json!({"unit": "week", "count": 3}), Some("FREQ=WEEKLY;COUNT=3"), &[]),
        ("2026-11-24", json!({"unit": "week", "from": "completion"}), None, &[]),
        (
            "2026-11-30",
            json!({"unit": "month", "every": 2, "on": "last workday"}),
            None,
            &["20270129", "20270331", "20270531", "20270730", "20270930", "20271130"],
        ),
        ("2026-12-31", json!({"unit": "month", "every": 3}), None, &["20270331", "20270630", "20270930"]),
        ("2026-11-30", json!({"unit": "month", "every": 3}), None, &["20270228", "20270530", "20270830", "20271130"]),
        // This todo is overdue. The count of an RRULE would include the dates that have passed.
        ("2026-11-18", json!({"unit": "day", "count": 4}), None, &["20261122", "20261123", "20261124"]),
    ] {
        let (api, path, ids) =
            api_with("UTC", json!([{"title": "Pay", "due": due, "repeat": repeat, "notes": "n"}])).await;
        let answer = api.get(&path).await;
        assert_eq!(values(&answer, "RRULE:"), rule.into_iter().collect::<Vec<_>>(), "{repeat}");
        let starts = values(&answer, "DTSTART;VALUE=DATE:");
        assert_eq!(starts[0], due.replace('-', ""));
        assert_eq!(starts[1..], *later, "{repeat}");
        let uids: Vec<_> = later.iter().map(|day| format!("{}-{day}@todo-action", ids[0])).collect();
        assert_eq!(values(&answer, "UID:")[1..], uids);
        assert_eq!(values(&answer, "DESCRIPTION:n").len(), 1, "a later date has no notes: {}", answer.text);
    }
}

#[tokio::test]
async fn a_moved_todo_is_on_its_new_day_and_the_series_on_its_own() {
    let todos = json!([{"title": "Bins", "due": "2026-11-24", "repeat": {"unit": "week", "every": 8}}]);
    let (api, path, ids) = api_with("UTC", todos).await;
    assert_eq!(values(&api.get(&path).await, "RRULE:"), ["FREQ=WEEKLY;INTERVAL=8"]);
    assert_eq!(api.patch(&format!("/todos/{}", ids[0]), json!({"due": "2026-11-26"})).await.status, 200);
    let expected = ["20261126", "20270119", "20270316", "20270511", "20270706", "20270831", "20271026"];
    assert_eq!(values(&api.get(&path).await, "DTSTART;VALUE=DATE:"), expected);
}

#[tokio::test]
async fn weeks_begin_on_the_day_of_the_person() {
    let todos = json!([
        {"title": "Gym", "due": "2026-11-22", "repeat": {"unit": "week", "every": 2, "weekdays": ["sun", "mon"]}},
        {"title": "Run", "due": "2026-11-22", "repeat": {"unit": "week", "weekdays": ["sun", "mon"]}},
    ]);
    let (api, path, _) = api_with("UTC", todos).await;
    let both = |week: &str| [format!("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU{week}"), "FREQ=WEEKLY;BYDAY=MO,SU".to_owned()];
    let sorted = |mut rules: Vec<String>| {
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.contains("INTERVAL")));
        rules
    };
    assert_eq!(sorted(values(&api.get(&path).await, "RRULE:")), both(""));
    assert_eq!(api.patch("/settings", json!({"week_start": "sun"})).await.status, 200);
    assert_eq!(sorted(values(&api.get(&path).await, "RRULE:")), both(";WKST=SU"));
}

#[tokio::test]
async fn unchanged_todos_give_the_same_bytes_and_304_for_two_reads() {
    let todos = json!([
        {"title": "Pay", "due": "2026-11-30", "repeat": {"unit": "month"}},
        {"title": "Bins", "due": "2026-11-10T07:00", "repeat": {"unit": "day"}},
    ]);
    let (api, path, ids) = api_with("Europe/Berlin", todos).await;
    let first = api.get(&path).await;
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
    for (time, zone) in
        [("2026-11-22T10:30", "UTC"), ("2026-11-23T02:00", "UTC"), ("2026-11-30T23:59", "Europe/Berlin")]
    {
        api.clock.set(time, zone);
        for api in [&api, &api.elsewhere()] {
            let again = api.get(&path).await;
            assert_eq!((&again.text, &again.headers["etag"]), (&first.text, &first.headers["etag"]), "{time}");
            api.wire.take_calls();
            for sent in [&tag, &format!("W/{tag}"), &format!("\"x\", {tag}"), "*"] {
                let known = with_tag(api, &path, sent).await;
                assert_eq!((known.status.as_u16(), known.text.as_str()), (304, ""), "{time}");
                assert_eq!(known.headers["etag"], tag);
                assert_eq!(known.headers["cache-control"], "private, max-age=300");
                assert_eq!(api.wire.take_calls(), ["GetItem", "GetItem"]);
            }
        }
    }
    let head = api.send("HEAD", &path, Value::Null, &[]).await;
    assert_eq!((head.status.as_u16(), head.text.as_str(), &head.headers["etag"]), (200, "", &first.headers["etag"]));
    for other in ["\"x\"", "\"month-\""] {
        assert_eq!(with_tag(&api, &path, other).await.status, 200);
    }
    assert_eq!(with_tag(&api, &format!("{path}?as=todo"), &tag).await.status, 200);
    // In the next month, the file contains other dates. After each change, the file is also another one.
    api.clock.set("2026-12-01T00:00", "Europe/Berlin");
    let next = with_tag(&api, &path, &tag).await;
    assert!(next.status == 200 && next.text != first.text);
    assert_eq!(api.patch(&format!("/todos/{}", ids[0]), json!({"title": "Pay rent"})).await.status, 200);
    let changed = with_tag(&api, &path, next.headers["etag"].to_str().unwrap()).await;
    assert!(changed.status == 200 && changed.text.contains("Pay rent"));
    assert_eq!(api.post("/undo", json!({})).await.status, 200);
    let undone = with_tag(&api, &path, changed.headers["etag"].to_str().unwrap()).await;
    assert!(undone.status == 200 && !undone.text.contains("Pay rent"));
    assert_eq!(api.patch("/settings", json!({"time_zone": "Asia/Tokyo"})).await.status, 200);
    let moved = with_tag(&api, &path, undone.headers["etag"].to_str().unwrap()).await;
    assert!(moved.status == 200 && moved.text.contains("TZID:Asia/Tokyo"));
}

#[tokio::test]
async fn a_number_of_dates_makes_the_file_depend_on_the_day() {
    let todos = json!([{"title": "Pills", "due": "2026-11-22", "repeat": {"unit": "day", "count": 3}}]);
    let (api, path, _) = api_with("UTC", todos).await;
    let first = api.get(&path).await;
    let tag = first.headers["etag"].to_str().unwrap();
    assert_eq!(values(&first, "RRULE:"), ["FREQ=DAILY;COUNT=3"]);
    api.clock.set("2026-11-22T23:59", "UTC");
    assert_eq!(with_tag(&api, &path, tag).await.status, 304);
    api.clock.set("2026-11-25T00:00", "UTC");
    let later = with_tag(&api, &path, tag).await;
    assert_eq!(values(&later, "DTSTART;VALUE=DATE:"), ["20261122", "20261125", "20261126"]);
    // This todo has a time. When it is overdue, only times in the future count: today counts before 11:00, but not
    // after 11:00.
    let todos = json!([{"title": "Pills", "due": "2026-11-22T11:00", "repeat": {"unit": "day", "count": 3}}]);
    let (api, path, _) = api_with("UTC", todos).await;
    for (now, later) in [
        ("2026-11-22T23:59", &[][..]),
        ("2026-11-25T10:59", &["20261125T110000Z", "20261126T110000Z"]),
        ("2026-11-25T11:01", &["20261126T110000Z", "20261127T110000Z"]),
    ] {
        api.clock.set(now, "UTC");
        let answer = api.get(&path).await;
        assert_eq!(values(&answer, "DTSTART:")[1..], *later, "{now}");
        assert_eq!(with_tag(&api, &path, answer.headers["etag"].to_str().unwrap()).await.status, 304);
    }
}

#[tokio::test]
async fn a_feed_follows_its_list() {
    let api = Api::embedded().await;
    let todo = |title: &str, list: &str| json!({"title": title, "list": list, "due": "2026-11-24"});
    let todos = json!({"todos": [todo("Mow", "Garden"), todo("Cook", "Home"), todo("Read", "Inbox")]});
    assert_eq!(api.post("/todos", todos).await.status, 201);
    let ((garden, _), (inbox, _)) =
        (feed(&api, json!({"list": "garden"})).await, feed(&api, json!({"list": "inbox"})).await);
    let (named, _) = feed(&api, json!({"list": "Garden", "name": "Green; things"})).await;
    let titles = async |path: &str| {
        let answer = api.get(path).await;
        (values(&answer, "X-WR-CALNAME:").remove(0), values(&answer, "SUMMARY:"))
    };
    let expect =
        |name: &str, titles: &[&str]| (name.to_owned(), titles.iter().map(|title| (*title).to_owned()).collect());
    assert_eq!(titles(&garden).await, expect("Garden", &["Mow"]));
    assert_eq!(titles(&inbox).await, expect("Inbox", &["Read"]));
    assert_eq!(titles(&named).await, expect("Green\\; things", &["Mow"]));
    let change = async |body: Value| assert_eq!(api.patch("/lists", body).await.status, 200);
    change(json!({"list": "Garden", "rename_to": "Yard"})).await;
    assert_eq!(titles(&garden).await, expect("Yard", &["Mow"]));
    change(json!({"list": "Yard", "merge_into": "Home"})).await;
    let (name, mut both) = titles(&garden).await;
    both.sort();
    assert_eq!((name.as_str(), &both[..]), ("Home", &["Cook".to_owned(), "Mow".to_owned()][..]));
    assert_eq!(api.get("/feeds").await.body["feeds"][0]["list"], "Home");
    change(json!({"list": "Home", "delete": true})).await;
    assert_eq!(titles(&garden).await, expect("Home", &[]));
    assert_eq!(api.get("/feeds").await.body["feeds"][0]["list_is_deleted"], true);
    assert_eq!(api.post("/undo", json!({})).await.status, 200);
    assert_eq!(titles(&garden).await.1.len(), 2);
}

#[tokio::test]
async fn what_does_not_fit_is_left_out_and_the_calendar_says_so() {
    let (api, path, _) = api_with("Europe/Berlin", json!([{"title": "first", "due": "2026-11-01"}])).await;
    for batch in 0..7 {
        let day = |n: i64| jiff::civil::date(2026, 12, 1) + Span::new().days(batch * 40 + n / 5);
        let todo =
            |n: i64| json!({"title": format!("{batch} {n}"), "due": day(n).to_string(), "notes": "é".repeat(4_000)});
        // A request has at most 128 KiB.
        for begin in (0..200).step_by(10) {
            let todos: Vec<_> = (begin..begin + 10).map(todo).collect();
            let added = api.post("/todos", json!({ "todos": todos })).await;
            assert_eq!(added.status, 201, "{}", added.text);
        }
    }
    let answer = api.get(&path).await;
    let in_lambda = serde_json::to_string(&answer.text).unwrap().len();
    assert!((4_000_000..5_500_000).contains(&in_lambda), "{in_lambda}");
    let (starts, titles) = (values(&answer, "DTSTART;VALUE=DATE:"), values(&answer, "SUMMARY:"));
    assert!(starts.is_sorted() && titles[0] == "first" && (400..1_400).contains(&titles.len()), "{}", titles.len());
    assert!(titles.last().unwrap().starts_with("More todos are due from here on"), "{titles:?}");
    assert_eq!(values(&answer, "UID:more@todo-action").len(), 1);
    assert_eq!(api.get(&path).await.text, answer.text);
    let known = with_tag(&api, &path, answer.headers["etag"].to_str().unwrap()).await;
    assert_eq!(known.status, 304);
}
