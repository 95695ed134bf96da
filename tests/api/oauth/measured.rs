//! Measures the everyday actions of people and programs that benches/expected.json does not contain: sign-ins, the
//! page, calendar feeds, and an import. Also measures the size of answers and of items. The figures are in
//! benches/requests.json, which `just facts` writes again. The figures in docs/SCALE.md are computed from this file.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
    sync::atomic::Ordering,
};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::ToSpan;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    super::{
        feeds::feed,
        harness::Api,
        importing::{checklist, import},
        mcp::{Client, OLD},
        warnings::logged,
    },
    person::{Browser, Program, Tokens, ask, written_items},
    provider::Provider,
    somebody,
};

/// The largest allowed difference between a measured number of bytes and the number in the file, as a ratio. The size
/// is not always the same, because the times in answers do not always have the same length.
const TOLERANCE: f64 = 0.03;
/// The todos of the owner, as in benches/src/script.rs.
const TODOS: usize = 20;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Measured {
    requests: BTreeMap<String, Cost>,
    /// The bytes of the answer to an assistant, by the operation's name in benches/expected.json.
    answer_bytes: BTreeMap<String, u64>,
    /// The bytes of an item in the table, without its copy in the index.
    stored_bytes: BTreeMap<String, u64>,
}

/// The cost of one action, which may take several requests.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Cost {
    requests: u64,
    calls: u64,
    read_units: f64,
    write_units: f64,
    answer_bytes: u64,
}

/// Measures these requests. Each request writes one line into the log, which says its calls and units.
async fn cost(api: &Api, requests: impl Future<Output = ()>) -> Cost {
    let before = api.sent.load(Ordering::SeqCst);
    let lines: Vec<Value> =
        logged(requests).await.into_iter().filter(|line| !line["dynamodb_calls"].is_null()).collect();
    let sum = |name: &str| lines.iter().map(|line| line[name].as_f64().unwrap()).sum::<f64>();
    Cost {
        requests: lines.len() as u64,
        calls: sum("dynamodb_calls") as u64,
        read_units: sum("read_units"),
        write_units: sum("write_units"),
        answer_bytes: api.sent.load(Ordering::SeqCst) - before,
    }
}

fn todo(title: String) -> Value {
    json!({"title": title, "list": "Trip", "due": "2030-01-15"})
}

/// An API whose owner has twenty todos of the usual length.
async fn with_todos() -> Api {
    let api = Api::new();
    let todos: Vec<Value> = (0..TODOS).map(|number| todo(format!("Todo {number}"))).collect();
    assert_eq!(api.post("/todos", json!({"todos": todos, "allow_duplicate": true})).await.status, 201);
    api
}

async fn get(api: &Api, path: &str, tag: Option<&str>) -> Option<String> {
    let headers: Vec<_> = tag.map(|tag| ("if-none-match", tag)).into_iter().collect();
    let answer = api.send("GET", path, Value::Null, &headers).await;
    assert_eq!(answer.status, if tag.is_some() { 304 } else { 200 }, "{path}: {}", answer.text);
    answer.headers.get("etag").map(|tag| tag.to_str().unwrap().to_owned())
}

/// The requests of the page, as web/src/list/sync.ts sends them.
async fn page(into: &mut BTreeMap<String, Cost>) {
    let api = with_todos().await;
    const LOOK: &str = "/changes?limit=20";
    let (page, changes) = (get(&api, "/", None).await, get(&api, LOOK, None).await);
    let opens = async {
        get(&api, "/", page.as_deref()).await;
        for path in ["/session", LOOK, "/overview", "/todos?limit=100"] {
            get(&api, path, None).await;
        }
    };
    into.insert("the page opens".to_owned(), cost(&api, opens).await);
    let looks = async { drop(get(&api, LOOK, changes.as_deref()).await) };
    into.insert("the page looks, nothing is new".to_owned(), cost(&api, looks).await);
    let files = api.get("/").await.text;
    let files: Vec<_> = files.split('"').filter(|text| text.starts_with("/assets/")).collect();
    let loads = async {
        for file in ["/", "/sw.js"].iter().chain(&files) {
            get(&api, file, None).await;
        }
    };
    into.insert("the page loads its files".to_owned(), cost(&api, loads).await);
    let mut answers = Vec::new();
    for path in files.into_iter().chain(["/openapi.json"]) {
        answers.push(cost(&api, async { drop(get(&api, path, None).await) }).await);
    }
    let largest = answers.into_iter().max_by_key(|cost| cost.answer_bytes).unwrap();
    into.insert("somebody reads the largest answer that needs no key".to_owned(), largest);
}

async fn calendar(into: &mut BTreeMap<String, Cost>) {
    let api = with_todos().await;
    let (path, _) = feed(&api, json!({})).await;
    let tag = get(&api, &path, None).await;
    into.insert(
        "a calendar reads, nothing is new".to_owned(),
        cost(&api, async { drop(get(&api, &path, tag.as_deref()).await) }).await,
    );
    into.insert("a calendar reads 20 todos".to_owned(), cost(&api, async { drop(get(&api, &path, None).await) }).await);
}

async fn sign_in(into: &mut BTreeMap<String, Cost>) {
    let provider = Provider::start().await;
    let api = provider.api();
    let person = somebody(&api, "ada");
    let mut tokens = Vec::new();
    let signs_in = async {
        let program = Program::register(&api, "Claude Code").await;
        let code = Browser::default().allow(&api, &provider, &program, &person).await;
        let first = Tokens::of(&program.redeem(&api, &code).await);
        tokens.push((program, first));
    };
    into.insert("a person signs in".to_owned(), cost(&api, signs_in).await);
    let begins = async { drop(Browser::default().authorize(&api, &tokens[0].0).await) };
    into.insert("somebody begins a sign-in".to_owned(), cost(&api, begins).await);
    let (program, first) = &tokens[0];
    let refreshes = async { drop(program.refresh(&api, &first.refresh).await) };
    into.insert("a program refreshes its tokens".to_owned(), cost(&api, refreshes).await);
    let settings = async |api: &Api| {
        cost(api, async { assert_eq!(ask(api, "GET", "/settings", Value::Null, &first.access).await.status, 200) })
            .await
    };
    let (with_note, without) = (settings(&api).await, settings(&api).await);
    let elsewhere = settings(&api.elsewhere()).await;
    api.clock.advance(2.minutes());
    let looked_up = settings(&api).await;
    let more = |dear: Cost, cheap: Cost| Cost {
        requests: 0,
        calls: dear.calls - cheap.calls,
        read_units: dear.read_units - cheap.read_units,
        write_units: dear.write_units - cheap.write_units,
        answer_bytes: 0,
    };
    into.insert("an instance looks up an access".to_owned(), more(looked_up, without));
    into.insert("an instance looks for the note of a use".to_owned(), more(elsewhere, looked_up));
    into.insert("an instance notes the use of an access".to_owned(), more(with_note, elsewhere));
}

/// What an assistant does over MCP. The units of an operation must be those of benches/expected.json.
async fn assistant(into: &mut Measured) {
    let api = with_todos().await;
    let client = Client::new(&api, OLD);
    let begins = async {
        let hello = json!({"protocolVersion": OLD, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
        client.result("initialize", hello).await;
        client.send(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
        client.result("tools/list", json!({})).await;
    };
    let begun = cost(&api, begins).await;
    into.requests.insert("an assistant begins a chat".to_owned(), begun);
    let expected: Value = serde_json::from_str(include_str!("../../../benches/expected.json")).unwrap();
    let ids = api.get("/todos").await.ids();
    let mut changes = Vec::new();
    for id in &ids[4..6] {
        changes.push(api.patch(&format!("/todos/{id}"), json!({"title": "To undo"})).await.change_id());
    }
    for (name, tool, arguments) in [
        ("getTodos, 20", "getTodos", [json!({"limit": 20}), json!({"limit": 20})]),
        ("getOverview", "getOverview", [json!({}), json!({})]),
        (
            "updateTodo",
            "updateTodos",
            [0, 1].map(|n| json!({"todos": [{"id": ids[n], "title": format!("Changed {n}")}]})),
        ),
        ("undoChange", "undoChange", [1, 0].map(|n| json!({"change_id": changes[n]}))),
        ("addTodos, 1", "addTodos", [0, 1].map(|n| json!({"todos": [todo(format!("New {n}"))]}))),
        (
            "updateTodo, completing",
            "updateTodos",
            [2, 3].map(|n| json!({"todos": [{"id": ids[n], "status": "completed"}]})),
        ),
    ] {
        let [first, second] = arguments;
        client.structured(tool, first).await;
        let found = cost(&api, async { drop(client.structured(tool, second).await) }).await;
        let counted = &expected["operations"][name];
        let units =
            |kind: &str| counted[kind].as_f64().unwrap_or_else(|| panic!("benches/expected.json has no {name}"));
        assert_eq!((found.calls as f64, found.write_units), (units("calls"), units("write_units")), "{name}");
        into.answer_bytes.insert(name.to_owned(), found.answer_bytes);
    }
}

/// The bytes of an item, by the rules of DynamoDB.
fn size(item: &HashMap<String, AttributeValue>) -> u64 {
    item.iter().map(|(name, value)| name.len() as u64 + value_size(value)).sum()
}

fn value_size(value: &AttributeValue) -> u64 {
    match value {
        AttributeValue::S(text) => text.len() as u64,
        AttributeValue::N(number) => number.len() as u64 / 2 + 2,
        AttributeValue::B(bytes) => bytes.as_ref().len() as u64,
        AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + value_size(value)).sum::<u64>(),
        AttributeValue::M(map) => 3 + map.len() as u64 + size(map),
        _ => 1,
    }
}

async fn stored(into: &mut BTreeMap<String, u64>) {
    let api = with_todos().await;
    let first = api.get("/todos").await.ids().remove(0);
    api.wire.take_written();
    assert_eq!(api.patch(&format!("/todos/{first}"), json!({"title": "Changed"})).await.status, 200);
    let items = written_items(&api).await;
    let sizes = |prefix: &str| {
        let found: Vec<u64> =
            items.iter().filter(|item| item["sk"].as_s().unwrap().starts_with(prefix)).map(size).collect();
        assert!(!found.is_empty(), "{prefix}");
        found
    };
    into.insert("a todo".to_owned(), sizes("todo#").into_iter().max().unwrap());
    into.insert("a change of one todo".to_owned(), sizes("change#").into_iter().min().unwrap());
    let provider = Provider::start().await;
    let api = provider.api();
    let ada = somebody(&api, "ada");
    Program::register(&api, "Claude Code").await.connect(&api, &provider, &ada).await;
    let written = written_items(&api).await;
    let person = written.iter().find(|item| {
        let text = |name: &str| item[name].as_s().unwrap().as_str();
        text("owner") == "people" && text("sk").ends_with(&ada)
    });
    into.insert("a person in the partition people".to_owned(), size(person.unwrap()));
}

async fn measure() -> Measured {
    let mut found = Measured::default();
    page(&mut found.requests).await;
    calendar(&mut found.requests).await;
    sign_in(&mut found.requests).await;
    let api = Api::new();
    let imports = async { drop(import(&api, "list.md", &checklist(100), json!({})).await) };
    found.requests.insert("an import of 100 todos".to_owned(), cost(&api, imports).await);
    assistant(&mut found).await;
    stored(&mut found.stored_bytes).await;
    found
}

#[expect(clippy::disallowed_methods, reason = "a setting of the test run, not of the program")]
fn writes() -> bool {
    std::env::var_os("WRITE_FACTS").is_some()
}

/// Whether both are equal. Numbers of bytes may differ a little.
fn agree(found: &Value, expected: &Value, is_bytes: bool) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            found.len() == expected.len()
                && found.iter().all(|(name, value)| {
                    expected.get(name).is_some_and(|other| agree(value, other, is_bytes || name.ends_with("bytes")))
                })
        }
        _ if is_bytes => {
            let [found, expected] = [found, expected].map(|number| number.as_f64().unwrap());
            (found - expected).abs() <= TOLERANCE * expected
        }
        _ => found == expected,
    }
}

#[tokio::test]
async fn what_people_do_every_day_costs_what_the_file_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/requests.json");
    let found = serde_json::to_value(measure().await).unwrap();
    let expected: Value =
        fs::read_to_string(&path).map(|text| serde_json::from_str(&text).unwrap()).unwrap_or_default();
    if agree(&found, &expected, false) {
        return;
    }
    let text = format!("{}\n", serde_json::to_string_pretty(&found).unwrap());
    assert!(writes(), "benches/requests.json is old; run `just facts`. Found:\n{text}");
    fs::write(&path, text).unwrap();
}
