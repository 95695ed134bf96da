//! Measures all functions in several rounds. In each round, the benchmark measures every function once.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Result,
    contender::{Contender, Language},
    credentials::{self, Credentials, REQUESTS},
    dynamodb::DynamoDb,
    runtime_api::{Function, Invocation},
    script::{self, COMMON, OPERATIONS, TODOS},
    stats::{Spread, median},
    tls::Tls,
};

/// The number of cold starts of each function in one round.
const COLD_STARTS: usize = 3;
/// The number of warm-up events before the measured events.
const WARM_UP: usize = 30;

/// The figures of one measured function over all rounds.
#[derive(Debug, Default, Serialize)]
pub struct Figures {
    pub name: String,
    pub executable_bytes: u64,
    pub zip_bytes: u64,
    /// All times in this struct are medians in milliseconds.
    pub init_ms: f64,
    pub first_ms: f64,
    pub cold_ms: f64,
    pub first_cpu_ms: f64,
    pub memory_kib: f64,
    pub operations: BTreeMap<String, Operation>,
    #[serde(skip)]
    pub rounds: Rounds,
}

/// The figures of one operation after the warm-up of the function.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Operation {
    pub wall: Spread,
    pub cpu: Spread,
    /// The cost that our function writes into its log. The other measured functions log no cost.
    pub cost: Option<Cost>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, serde::Deserialize)]
pub struct Cost {
    pub calls: f64,
    pub read_units: f64,
    pub write_units: f64,
}

#[derive(Debug, Default)]
pub struct Rounds {
    init: Vec<f64>,
    first: Vec<f64>,
    pub cold: Vec<f64>,
    first_cpu: Vec<f64>,
    memory: Vec<f64>,
    pub operations: BTreeMap<String, Vec<Operation>>,
}

/// Measures every function once in each round. The argument `rounds` is the number of rounds. If there is only one
/// function, the benchmark measures all operations, and also the requests in `REQUESTS`. If there are several
/// functions, the benchmark measures only the operations in `COMMON`.
pub fn run(contenders: &[Contender], todo: &Path, rounds: usize, samples: usize) -> Result<Vec<Figures>> {
    let mut figures = Vec::new();
    for contender in contenders {
        let (executable_bytes, zip_bytes) = contender.sizes()?;
        figures.push(Figures { name: contender.name.to_owned(), executable_bytes, zip_bytes, ..Figures::default() });
    }
    for round in 0..rounds {
        for turn in 0..contenders.len() {
            let index = (turn + round) % contenders.len();
            eprintln!("round {} of {rounds}: {}", round + 1, contenders[index].name);
            let everything = contenders.len() == 1;
            measure(&contenders[index], todo, samples, everything, &mut figures[index].rounds)?;
        }
    }
    figures.iter_mut().for_each(summarize);
    Ok(figures)
}

fn measure(contender: &Contender, todo: &Path, samples: usize, everything: bool, into: &mut Rounds) -> Result<()> {
    // Each measurement of a function starts with a new table.
    let dynamodb = DynamoDb::start(todo)?;
    let tls = Tls::before(dynamodb.address)?;
    let program = contender.program(&dynamodb, &tls, "me");
    let ids = seed(contender.language, &mut Function::start(&program)?)?;
    let get = || script::event("GET", &format!("/todos/{}", ids[0]), "", None);
    for _ in 1..COLD_STARTS {
        cold(&mut Function::start(&program)?, get(), into)?;
    }
    let mut function = Function::start(&program)?;
    cold(&mut function, get(), into)?;
    for _ in 0..WARM_UP {
        function.expect(get())?;
    }
    for operation in OPERATIONS.iter().filter(|operation| everything || COMMON.contains(&operation.name)) {
        let events = match contender.language {
            Language::Ours => (operation.events)(&mut function, &ids, samples)?,
            Language::Rust | Language::Floor | Language::Node | Language::Python => {
                plain(operation.name, &mut function, &ids, samples)?
            }
        };
        let measured = warm(contender.language, operation.adds, &mut function, events)?;
        into.operations.entry(operation.name.to_owned()).or_default().push(measured);
    }
    into.memory.push(function.peak_memory()? as f64);
    if everything {
        let credentials = Credentials::store(todo, &dynamodb)?;
        let mut function = Function::start(&credentials::with_sign_in(program))?;
        for request in &REQUESTS {
            let mut events = request.events(&credentials, &ids, WARM_UP + samples);
            for event in events.drain(..WARM_UP) {
                function.expect(event)?;
            }
            let measured = warm(contender.language, false, &mut function, events)?;
            into.operations.entry(request.name.to_owned()).or_default().push(measured);
        }
    }
    Ok(())
}

fn cold(function: &mut Function, event: String, into: &mut Rounds) -> Result<()> {
    let first = function.expect(event)?;
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1e3;
    into.init.push(milliseconds(function.init));
    into.first.push(milliseconds(first.wall));
    into.cold.push(milliseconds(function.init + first.wall));
    into.first_cpu.push(milliseconds(first.cpu));
    Ok(())
}

/// Measures how the Lambda function handles these events. If `adds` is true, the events add todos, and `warm` deletes
/// the todos that our function has added.
pub fn warm(language: Language, adds: bool, function: &mut Function, events: Vec<String>) -> Result<Operation> {
    let ours = language == Language::Ours;
    if ours {
        // Discards the log lines that come from the preparation of the events.
        function.take_lines("dynamodb_calls", 0)?;
    }
    let count = events.len();
    let done: Vec<Invocation> = events.into_iter().map(|event| function.expect(event)).collect::<Result<_>>()?;
    let cost = if ours { Some(cost(function, count)?) } else { None };
    if adds && ours {
        script::remove(function, &done.iter().filter_map(added).collect::<Vec<_>>())?;
    }
    let wall: Vec<_> = done.iter().map(|invocation| invocation.wall).collect();
    let cpu: Vec<_> = done.iter().map(|invocation| invocation.cpu).collect();
    Ok(Operation { wall: Spread::of(&wall), cpu: Spread::of(&cpu), cost })
}

fn added(invocation: &Invocation) -> Option<String> {
    invocation.body["todos"][0]["id"].as_str().map(str::to_owned)
}

/// Returns the median cost of the last `count` events. Our function writes the cost of each event into its log.
pub fn cost(function: &Function, count: usize) -> Result<Cost> {
    let lines = function.take_lines("dynamodb_calls", count)?;
    let lines = lines.iter().rev().take(count).map(|line| serde_json::from_str(line).unwrap_or_default());
    let lines: Vec<Value> = lines.collect();
    let middle = |name: &str| median(lines.iter().filter_map(|line| line[name].as_f64()));
    Ok(Cost { calls: middle("dynamodb_calls"), read_units: middle("read_units"), write_units: middle("write_units") })
}

/// Adds the todos for the measurements, and returns the ids of these todos.
pub fn seed(language: Language, function: &mut Function) -> Result<Vec<String>> {
    match language {
        Language::Ours => script::seed(function, "Todo", TODOS),
        Language::Rust | Language::Floor | Language::Node | Language::Python => plain_add(function, "Todo", TODOS),
    }
}

/// Creates the events for a function in benches/peers. Such a function expects a single todo as the body of an
/// `addTodos` request.
fn plain(operation: &str, function: &mut Function, ids: &[String], count: usize) -> Result<Vec<String>> {
    let on = |method: &str, id: &String| script::event(method, &format!("/todos/{id}"), "", None);
    Ok(match operation {
        "getTodo" => ids.iter().cycle().take(count).map(|id| on("GET", id)).collect(),
        "getTodos, 20" => vec![script::event("GET", "/todos", "limit=20", None); count],
        "deleteTodo" => plain_add(function, "To delete", count)?.iter().map(|id| on("DELETE", id)).collect(),
        _ => (0..count).map(|i| plain_event(&format!("New {i}"))).collect(),
    })
}

fn plain_event(title: &str) -> String {
    script::event("POST", "/todos", "", Some(json!(script::todo(title))))
}

fn plain_add(function: &mut Function, title: &str, count: usize) -> Result<Vec<String>> {
    let add = |i: usize| -> Result<String> {
        let added = function.expect(plain_event(&format!("{title} {i}")))?;
        Ok(added.body["todo"]["id"].as_str().ok_or("no id")?.to_owned())
    };
    (0..count).map(add).collect()
}

fn summarize(figures: &mut Figures) {
    let rounds = &figures.rounds;
    figures.init_ms = median(rounds.init.iter().copied());
    figures.first_ms = median(rounds.first.iter().copied());
    figures.cold_ms = median(rounds.cold.iter().copied());
    figures.first_cpu_ms = median(rounds.first_cpu.iter().copied());
    figures.memory_kib = median(rounds.memory.iter().copied());
    let operations = rounds.operations.iter().map(|(name, rounds)| (name.clone(), summary(rounds)));
    figures.operations = operations.collect();
}

/// Combines the figures of one operation from several rounds.
pub fn summary(rounds: &[Operation]) -> Operation {
    let spread = |of: fn(&Operation) -> Spread| Spread::median(&rounds.iter().map(of).collect::<Vec<_>>());
    let cost = rounds.last().and_then(|operation| operation.cost);
    Operation { wall: spread(|operation| operation.wall), cpu: spread(|operation| operation.cpu), cost }
}
