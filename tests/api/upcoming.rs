//! Tests of the later dates of repeating todos in a period. The clock of the tests shows Sunday, 22 November 2026.

use serde_json::{Value, json};

use super::harness::Api;

async fn add(api: &Api, todos: Value) -> Vec<String> {
    let answer = api.post("/todos", json!({ "todos": todos })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.ids()
}

async fn upcoming(api: &Api, query: &str) -> Vec<String> {
    let answer = api.get(query).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let texts = answer.body.get("upcoming").and_then(Value::as_array).cloned().unwrap_or_default();
    texts.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_period_shows_the_later_dates_of_repeating_todos_by_date() {
    let api = Api::new();
    let ids = add(
        &api,
        json!([
            {"title": "Bins", "due": "2026-11-24T07:00", "repeat": {"unit": "week"}},
            {"title": "Gym", "due": "2026-11-20", "repeat": {"weekdays": ["mon", "fri"]}},
            {"title": "Plants", "due": "2026-11-23", "repeat": {"unit": "day", "from": "completion"}},
            {"title": "Pills", "due": "2026-11-22", "repeat": {"unit": "day", "count": 3}},
            {"title": "Once", "due": "2026-11-25"},
        ]),
    )
    .await;
    let [bins, gym, _, pills, _] = ids.try_into().unwrap();
    let next_seven = [
        format!("2026-11-23 (mon) Gym ({gym})"),
        format!("2026-11-23 (mon) Pills ({pills})"),
        format!("2026-11-24 (tue) Pills ({pills})"),
        format!("2026-11-27 (fri) Gym ({gym})"),
    ];
    assert_eq!(upcoming(&api, "/todos?due=next_7_days").await, next_seven);
    assert_eq!(upcoming(&api, "/overview").await, next_seven);
    assert_eq!(upcoming(&api, "/todos?due=tomorrow").await, next_seven[..2]);
    let december = "/todos?due_from=2026-12-01&due_to=2026-12-04";
    let expected = [format!("2026-12-01T07:00 (tue) Bins ({bins})"), format!("2026-12-04 (fri) Gym ({gym})")];
    assert_eq!(upcoming(&api, december).await, expected);
    assert_eq!(upcoming(&api, &format!("{december}&q=gym")).await, expected[1..]);
    assert_eq!(upcoming(&api, "/todos?due_to=2026-12-01&q=bins").await, expected[..1]);
    // A period may begin or end within a day. Then only dates between its two times count.
    assert_eq!(upcoming(&api, "/todos?due_from=2026-12-01T06:00&due_to=2026-12-01T07:00&q=bins").await, expected[..1]);
    assert!(upcoming(&api, "/todos?due_from=2026-12-01T08:00&due_to=2026-12-04&q=bins").await.is_empty());
    assert!(upcoming(&api, "/todos?due_to=2026-12-01T06:00&q=bins").await.is_empty());
    // Only listings of open todos show later dates, and only if their period has an end that has not passed.
    for other in
        ["due_from=2026-11-20", "due=today", "due_to=2026-11-21", "q=Bins", "status=completed&due_to=2026-12-31"]
    {
        assert!(upcoming(&api, &format!("/todos?{other}")).await.is_empty(), "{other}");
    }
}

#[tokio::test]
async fn every_page_shows_the_later_dates_of_its_own_todos_once() {
    let api = Api::new();
    let todos: Vec<_> = (0..9)
        .map(|day| json!({"title": format!("{day}"), "due": format!("2026-11-{}", 20 + day), "repeat": {"unit": "week"}}))
        .collect();
    add(&api, json!(todos)).await;
    let (mut all, mut path) = (Vec::new(), "/todos?due_from=2026-11-23&due_to=2026-12-03&limit=2".to_owned());
    let begin = path.clone();
    loop {
        let page = api.get(&path).await;
        all.extend(upcoming(&api, &path).await.into_iter().map(|text| {
            text.split(' ')
                .enumerate()
                .filter(|(at, _)| [0, 2].contains(at))
                .map(|(_, word)| word)
                .collect::<Vec<_>>()
                .join(" ")
        }));
        let Some(cursor) = page.body.get("next_cursor").and_then(Value::as_str) else { break };
        path = format!("{begin}&cursor={cursor}");
    }
    all.sort();
    let expected = [
        "2026-11-27 0",
        "2026-11-28 1",
        "2026-11-29 2",
        "2026-11-30 3",
        "2026-12-01 4",
        "2026-12-02 5",
        "2026-12-03 6",
    ];
    assert_eq!(all, expected);
}

#[tokio::test]
async fn there_are_at_most_a_hundred_dates_and_they_are_the_first() {
    let api = Api::new();
    let daily =
        |n: usize| json!({"title": format!("{n} {}", "x".repeat(60)), "due": "2026-11-22", "repeat": {"unit": "day"}});
    add(&api, json!((0..40).map(daily).collect::<Vec<_>>())).await;
    let mut week = upcoming(&api, "/todos?due=next_7_days").await;
    let more = "… and more; to see them, list fewer days with getTodos";
    assert_eq!(week.pop().unwrap(), more);
    assert!(week.len() <= 100 && week.iter().map(String::len).sum::<usize>() <= 8_400, "{}", week.len());
    assert!(week.iter().all(|text| ("2026-11-23".."2026-11-26").contains(&&text[..10])), "{week:?}");
    let overview = upcoming(&api, "/overview").await;
    assert_eq!((overview.len(), overview[20].as_str()), (21, more));
}

#[tokio::test]
async fn later_dates_need_no_further_call() {
    let api = Api::new();
    add(&api, json!([{"title": "Pills", "due": "2026-11-21", "repeat": {"unit": "day"}}])).await;
    for query in ["/todos?due=next_7_days", "/todos?due_from=2026-11-24&due_to=2026-11-30"] {
        api.wire.take_calls();
        assert!(!upcoming(&api, query).await.is_empty());
        assert_eq!(api.wire.take_calls(), ["Query", "Query"], "{query}");
    }
}
