//! Compares the model with sums that we made by hand. The units, prices and habits are easy to add up.

use serde_json::{Value, json};

use super::{
    attack::BEGINNING,
    bill::total,
    data::{Habit, Model, Prices},
    limits::Limit,
};

const TEMPLATE: &str = "
  MemorySize:
    Default: 512
  RequestsPerSecond:
    Default: 20
  LogRetentionDays:
    Default: 30
  Alarm: { MetricName: Errors, MetricName: Throttles }
  Dashboard: { Type: AWS::CloudWatch::Dashboard }
";

fn prices() -> Prices {
    let price = |per: f64, tiers: Value| json!({"unit": "", "per": per, "tiers": tiers, "source": "", "checked": "no"});
    let flat = |per: f64, dollars: f64| price(per, json!([{"up_to": null, "dollars": dollars}]));
    let two = |per: f64, up_to: f64, dollars: [f64; 2]| {
        price(per, json!([{"up_to": up_to, "dollars": dollars[0]}, {"up_to": null, "dollars": dollars[1]}]))
    };
    let quota = |value: f64| json!({"value": value, "unit": "", "source": "", "checked": "no"});
    serde_json::from_value(json!({
        "date": "", "region": "",
        "prices": {
            "read_units": flat(1e6, 1.0), "write_units": flat(1e6, 10.0),
            "storage": flat(1.0, 2.0), "backups": flat(1.0, 1.0),
            "api_requests": two(1e6, 1e6, [2.0, 1.0]),
            "lambda_requests": flat(1e6, 1.0), "lambda_time": flat(1e6, 16.0),
            "logs": two(1.0, 10.0, [1.0, 0.5]), "log_storage": flat(1.0, 0.1),
            "data_out": flat(1.0, 1.0), "traces": flat(1e6, 4.0),
            "alarm_metrics": flat(1.0, 1.0), "dashboards": flat(1.0, 5.0), "metrics": flat(1.0, 2.0),
            "cognito": flat(1.0, 0.01),
        },
        "quotas": {
            "requests_an_instance": quota(10.0), "partition_read_units": quota(3000.0),
            "partition_write_units": quota(1000.0),
        },
    }))
    .unwrap()
}

/// Two operations: `read` takes 2 read units, and `write` takes 1 read unit and 10 write units.
fn model() -> Model {
    let cost = |requests: u32, calls: u32, reads: u32, writes: u32, bytes: u32| json!({"requests": requests, "calls": calls, "read_units": reads, "write_units": writes, "answer_bytes": bytes});
    Model {
        expected: json!({"operations": {
            "read": {"calls": 1.0, "read_units": 2.0, "write_units": 0.0},
            "write": {"calls": 2.0, "read_units": 1.0, "write_units": 10.0},
        }}),
        measured: serde_json::from_value(json!({
            "requests": {
                "the page looks, nothing is new": cost(1, 1, 1, 0, 100),
                "an instance looks up an access": cost(0, 1, 1, 0, 0),
                "an instance looks for the note of a use": cost(0, 1, 1, 0, 0),
                "an instance notes the use of an access": cost(0, 1, 0, 1, 0),
                "somebody begins a sign-in": cost(1, 1, 0, 1, 500),
            },
            "answer_bytes": {"read": 1000, "write": 500},
            "stored_bytes": {"a todo": 400, "a change of one todo": 300},
        }))
        .unwrap(),
        prices: prices(),
        habits: serde_json::from_value(json!({
            "presumed": {
                "peak": 2, "own_milliseconds": 4, "call_milliseconds": 6, "provider_milliseconds": 100,
                "log_bytes": 1000, "header_bytes": 500, "accesses_a_day": 2, "operations": 5, "sign_in_requests_at_the_provider": 2,
            },
            "attack": {"sign_in_write_units": 4, "sign_in_days": 2, "dearest_write_units": 2000},
            "people": [1, 2, 3],
            "habits": [{
                "name": "usual", "todos": 100, "page_minutes": 0,
                "a_day": {"read": 10, "write": 2}, "a_month": {},
            }],
        }))
        .unwrap(),
        template: TEMPLATE,
        page_pause: 5.0,
        remembered: 10_000.0,
    }
}

fn usual() -> Habit {
    model().habit("usual").clone()
}

#[track_caller]
fn assert_near(found: f64, by_hand: f64) {
    assert!((found - by_hand).abs() < 1e-6 * by_hand.abs().max(1.0), "{found}, by hand {by_hand}");
}

#[test]
fn sum_1_the_units_of_a_persons_actions() {
    // 10 reads and 2 writes: 10 × 2 + 2 × 1 = 22 read units, 2 × 10 = 20 write units, 12 requests, 2 changes.
    let actions = model().actions(&usual());
    assert_near(actions.reads, 22.0);
    assert_near(actions.writes, 20.0);
    assert_near(actions.requests, 12.0);
    assert_near(actions.changes, 2.0);
    // Two minutes at the page: 2 × 60 / 5 = 24 more requests, and 24 more read units.
    let looks = model().actions(&Habit { page_minutes: 2.0, ..usual() });
    assert_near(looks.requests, 36.0);
    assert_near(looks.reads, 46.0);
}

#[test]
fn sum_2_a_day_with_look_ups_and_notes() {
    // Each of 12 requests looks up the access: 22 + 12 = 34 read units. The time of a read is 4 + 6 = 10 ms, of a write
    // 4 + 2 × 6 = 16 ms, of a look-up 6 ms: 10 × 10 + 2 × 16 + 12 × 6 = 204 ms. For 100 people, 100 × 204 ms in a day
    // of 86,400 s, twice in the busiest second, are far less than one instance. So one instance looks for the notes of
    // 2 accesses, and writes them: 34 + 2 = 36 read units, 20 + 2 = 22 write units, and 204 + 4 × 6 = 228 ms.
    let day = model().day(&usual(), 100.0);
    assert_near(day.reads, 36.0);
    assert_near(day.writes, 22.0);
    assert_near(day.milliseconds, 228.0);
    // An instance does not remember 10,001 people. Then each of 12 requests may look for a note: 34 + 12 = 46 read
    // units. Still only the first instance of the day writes the note of each access: 22 write units.
    let day = model().day(&usual(), 10_001.0);
    assert_near(day.reads, 46.0);
    assert_near(day.writes, 22.0);
}

#[test]
fn sum_3_the_table() {
    // 100 todos of 400 + 100 bytes, twice: 100,000. 2 changes a day for 30 days, of 300 + 100 bytes, twice: 48,000.
    assert_near(model().stored(&usual()), 148_000.0);
    // A GB costs 2 dollars, and 1 dollar for its backups: 5 GB cost 15 dollars.
    assert_near(model().storage(5e9), 15.0);
}

#[test]
fn sum_4_a_price_in_tiers() {
    // 3 million requests: the first million for 2 dollars, two more for 1 dollar each.
    assert_near(model().dollars("api_requests", 3e6), 4.0);
    assert_near(model().dollars("api_requests", 500_000.0), 1.0);
    assert_near(model().dollars("api_requests", 0.0), 0.0);
}

#[test]
fn sum_5_the_time_of_the_function() {
    // A million seconds at 512 MB are 500,000 GB-seconds, for 16 dollars a million.
    assert_near(model().time(1e9), 8.0);
}

#[test]
fn sum_6_the_calls_of_a_month() {
    // 12 million requests of 1,500 bytes, and 10 ms each.
    let each = model().units("read").unwrap();
    assert_near(each.bytes, 1_500.0);
    let bill = model().calls(each * 12e6);
    let dollars: Vec<f64> = bill.iter().map(|line| line.dollars).collect();
    // API Gateway: 1 × 2 + 11 × 1. Lambda: 12 × 1, and 120,000 s × 0.5 GB × 16 / 10⁶ = 0.96. Logs: 12 GB, 10 × 1 + 2 ×
    // 0.5, and 12 × 0.1 for a month in store. Data: 18 GB.
    for (found, by_hand) in dollars.into_iter().zip([13.0, 12.96, 12.2, 18.0]) {
        assert_near(found, by_hand);
    }
}

#[test]
fn sum_7_traces_and_what_is_fixed() {
    // One trace in each of 2,592,000 seconds, and 5 % of a million: 2,642,000 traces for 4 dollars a million.
    assert_near(model().traces(3_592_000.0), 10.568);
    assert_near(model().traces(1_000.0), 0.004);
    // Two metrics of alarms for 1 dollar, a dashboard for 5 dollars, and 5 + 5 metrics for 2 dollars.
    assert_near(model().fixed(), 27.0);
}

#[test]
fn sum_8_the_whole_bill() {
    // A sign-in every second month makes 500 of 1,000 people active, for one cent each. To keep the sum short, a
    // sign-in itself takes nothing here.
    let mut model = model();
    let nothing = json!({"requests": 0, "calls": 0, "read_units": 0, "write_units": 0, "answer_bytes": 0});
    model.measured.requests.insert("a person signs in".to_owned(), serde_json::from_value(nothing).unwrap());
    model.habits.presumed.provider_milliseconds = 0.0;
    let habit = Habit { a_month: [("a person signs in".to_owned(), 0.5)].into(), ..usual() };
    let bill = model.bill(&habit, 1_000.0);
    assert_near(bill.last().unwrap().dollars, 5.0);
    // 30,000 days of a person (sum 2). Reads: 36 × 30,000 = 1.08 million. Writes: 22 × 30,000 = 0.66 million for 10.
    // Table: 0.148 GB for 3 dollars. Requests: 360,000 for 2 a million. Lambda: 0.36 and 6,840 s × 0.5 × 16 / 10⁶.
    // Logs: 0.36 GB and a tenth of it. Data: 30,000 × (10 × 1,500 + 2 × 1,000) bytes. Traces: 0.36 million for 4.
    // Fixed: 27.
    let by_hand = [1.08, 6.6, 0.444, 0.72, 0.36 + 0.05472, 0.36 + 0.036, 0.51, 1.44, 27.0, 5.0];
    for (line, by_hand) in bill.iter().zip(by_hand) {
        assert!((line.dollars - by_hand).abs() < 1e-6, "{}: {}, by hand {by_hand}", line.name, line.dollars);
    }
    assert_near(total(&bill), 43.60472);
}

#[test]
fn sum_9_the_people_whom_a_limit_is_enough_for() {
    let limit = |value, load| Limit { what: "", value, unit: "", load };
    // A person sends 12 requests a day, and the busiest second has twice as many requests as a usual second. So 20
    // requests a second are enough for 20 × 86,400 / (12 × 2) = 72,000 people.
    assert_near(model().most_people(&usual(), &limit(20.0, |_, load| load.requests)), 72_000.0);
    // Lambda lets 10 instances answer 100 requests a second: 100 × 86,400 / 24 = 360,000 people. They would be busy
    // with 100 requests of less than 25 ms, which is less than 10 instances.
    assert_near(model().most_people(&usual(), &limit(10.0, |_, load| load.instances)), 360_000.0);
    // One owner: 1,000 / 10 writes a second, or 3,000 / 2 reads.
    assert_near(model().of_one_owner("write"), 100.0);
    assert_near(model().of_one_owner("read"), 1_500.0);
}

#[test]
fn sum_10_an_attack() {
    let model = model();
    // 20 requests a second in 2,592,000 seconds.
    assert_near(model.most_requests(), 51_840_000.0);
    // 20 × 172,800 s × 4 KB of 1,024 bytes.
    assert_near(model.attack_gb(BEGINNING), 14.155776);
    // API Gateway: 2 + 50.84. Lambda: 51.84, and 518,400 s × 0.5 × 16 / 10⁶ = 4.1472. Logs: 51.84 GB, 10 + 20.92, and
    // 5.184. Data: 51.84 × (500 + 500) bytes. Writes: 207.36 million for 10. Storage: 14.155776 × 3.
    let by_hand = 52.84 + 55.9872 + 36.104 + 51.84 + 2_073.6 + 42.467328;
    assert_near(total(&model.attack(BEGINNING)), by_hand);
}

#[test]
fn the_model_has_exactly_the_units_of_the_guard() {
    let model = Model::here();
    let operations: Vec<_> = model.measured.answer_bytes.keys().collect();
    assert!(operations.len() >= 6, "{operations:?}");
    for name in operations {
        let (counted, found) = (&model.expected["operations"][name], model.units(name).unwrap());
        let units = [found.reads, found.writes].map(Some);
        assert_eq!(units, ["read_units", "write_units"].map(|kind| counted[kind].as_f64()), "{name}");
        // If a figure in the file changes, the figure in the model changes too.
        let mut changed = Model::here();
        changed.expected["operations"][name]["read_units"] = json!(found.reads + 7.0);
        assert_near(changed.units(name).unwrap().reads, found.reads + 7.0);
    }
}

#[test]
fn a_renamed_operation_is_named_by_the_error() {
    let mut model = Model::here();
    let operations = model.expected["operations"].as_object_mut().unwrap();
    let counted = operations.remove("addTodos, 1").unwrap();
    operations.insert("addTodos, one".to_owned(), counted);
    let error = model.sum([("addTodos, 1", 1.0)]).unwrap_err();
    assert!(error.contains("have no \"addTodos, 1\"") && error.contains("\"addTodos, one\""), "{error}");
}

#[test]
fn every_habit_names_only_what_is_measured() {
    let model = Model::here();
    for habit in &model.habits.habits {
        for name in habit.a_day.keys().chain(habit.a_month.keys()) {
            model.units(name).unwrap();
        }
        assert_eq!(habit.a_day.keys().collect::<Vec<_>>(), model.habits.habits[0].a_day.keys().collect::<Vec<_>>());
        assert_eq!(habit.a_month.keys().collect::<Vec<_>>(), model.habits.habits[0].a_month.keys().collect::<Vec<_>>());
    }
}

#[test]
fn every_price_and_quota_has_a_page_and_says_whether_it_was_looked_up() {
    let prices = Model::here().prices;
    let (year, month) = prices.date.split_once('-').expect("a year and a month");
    assert!(year.len() == 4 && month.len() == 2, "{}", prices.date);
    let price = prices.prices.iter().map(|(name, price)| (name, &price.unit, &price.source, &price.checked));
    let quota = prices.quotas.iter().map(|(name, quota)| (name, &quota.unit, &quota.source, &quota.checked));
    for (name, unit, source, checked) in price.chain(quota) {
        assert!(!unit.is_empty() && source.starts_with("https://"), "{name}");
        assert!(["aws", "others", "no"].contains(&checked.as_str()), "{name}: {checked}");
    }
    for (name, price) in &prices.prices {
        let ends: Vec<_> = price.tiers.iter().map(|tier| tier.up_to.unwrap_or(f64::INFINITY)).collect();
        assert!(ends.is_sorted() && ends.last() == Some(&f64::INFINITY), "{name}: {ends:?}");
    }
}
