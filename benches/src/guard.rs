//! Compares the executable size, the instructions, the DynamoDB calls and the capacity units with the expected figures.
//! The machine has almost no influence on these four kinds of figures.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{
    Result,
    credentials::{self, Credentials, REQUESTS},
    dynamodb::DynamoDb,
    measure::{Cost, cost},
    runtime_api::{Function, Program},
    script::{self, OPERATIONS, TODOS},
};

/// The path of the file with the expected figures. The file is part of the repository.
const EXPECTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/expected.json");
/// The number of counted events. The result for an operation is the mean number of instructions per counted event.
const COUNTED: usize = 20;
/// The number of warm-up events. The benchmark does not count these events. One-time work happens during the warm-up,
/// so the figures do not include this work.
const WARM_UP: usize = 5;
/// The largest allowed difference between a measured figure and the expected figure, as a ratio. This ratio is for the
/// executable size and for the numbers of instructions.
const TOLERANCE: f64 = 0.03;
/// The largest allowed difference between the numbers of instructions of the requests in [`REQUESTS`], as a ratio.
const CREDENTIALS: f64 = 0.05;

#[derive(Debug, Serialize, Deserialize)]
struct Expected {
    executable_bytes: u64,
    /// The number of instructions that the process executes before the function asks for its first event. The number
    /// does not include a TLS handshake.
    init_instructions: u64,
    operations: BTreeMap<String, Counted>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Counted {
    instructions: u64,
    #[serde(flatten)]
    cost: Cost,
}

/// Measures the figures, and compares them with the expected figures. If `write` is true, this function compares
/// nothing, and stores the measured figures as the new expected figures.
pub fn run(function: &Path, todo: &Path, write: bool) -> Result<()> {
    let unmeasured = script::unmeasured()?;
    if !unmeasured.is_empty() {
        return Err(format!("OPERATIONS in benches/src/script.rs leaves out {}", unmeasured.join(", ")).into());
    }
    let found = count(function, todo)?;
    if write {
        std::fs::write(EXPECTED, format!("{}\n", serde_json::to_string_pretty(&found)?))?;
        println!("wrote {EXPECTED}");
        return Ok(());
    }
    let expected: Expected = serde_json::from_str(&std::fs::read_to_string(EXPECTED)?)?;
    let wrong = compare(&expected, &found);
    if wrong.is_empty() {
        return Ok(());
    }
    let found = serde_json::to_string_pretty(&found)?;
    Err(format!(
        "what the function costs is not what benches/expected.json says:\n  {}\n\n\
         If that is meant, run `just bench-guard --write`, commit benches/expected.json and say why. Found:\n{found}",
        wrong.join("\n  ")
    )
    .into())
}

fn count(function: &Path, todo: &Path) -> Result<Expected> {
    let mut operations = BTreeMap::new();
    let mut init_instructions = 0;
    for operation in &OPERATIONS {
        // Each operation has a new table. So the todos in the table do not depend on earlier operations.
        let dynamodb = DynamoDb::start(todo)?;
        let program = program(function, &dynamodb);
        let mut helper = Function::start(&program)?;
        let ids = script::seed(&mut helper, "Todo", TODOS)?;
        let events = (operation.events)(&mut helper, &ids, 2 * WARM_UP + COUNTED)?;
        operations.insert(operation.name.to_owned(), measured(operation.name, &program, &events)?);
        if operation.name == "getHealth" {
            init_instructions = counted(&program, &[])?.0;
        }
    }
    for request in &REQUESTS {
        let dynamodb = DynamoDb::start(todo)?;
        let program = program(function, &dynamodb);
        let ids = script::seed(&mut Function::start(&program)?, "Todo", TODOS)?;
        let credentials = Credentials::store(todo, &dynamodb)?;
        let events = request.events(&credentials, &ids, 2 * WARM_UP + COUNTED);
        let program = credentials::with_sign_in(program);
        operations.insert(request.name.to_owned(), measured(request.name, &program, &events)?);
    }
    println!("{:30} {init_instructions:9} instructions", "init");
    Ok(Expected { executable_bytes: std::fs::metadata(function)?.len(), init_instructions, operations })
}

/// Returns the mean number of instructions of the last `COUNTED` events, and the median cost of these events.
fn measured(name: &str, program: &Program, events: &[String]) -> Result<Counted> {
    let (first, rest) = events.split_at(WARM_UP);
    let (before, _) = counted(program, first)?;
    let (after, cost) = counted(program, rest)?;
    let instructions = (after - before) / COUNTED as u64;
    println!("{name:30} {instructions:9} instructions, {cost:?}");
    Ok(Counted { instructions, cost })
}

/// Starts a new process, which answers the `events`. Returns two results: the number of executed instructions, and the
/// median cost of an event after the warm-up.
fn counted(program: &Program, events: &[String]) -> Result<(u64, Cost)> {
    let log = tempfile::NamedTempFile::new()?;
    let mut command: Vec<String> =
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"].map(String::from).into();
    command.push(format!("--log-file={}", log.path().display()));
    command.extend(program.command.iter().cloned());
    let mut function = Function::start(&Program { command, environment: program.environment.clone() })?;
    for event in events {
        function.expect(event.clone())?;
    }
    let cost = cost(&function, events.len().saturating_sub(WARM_UP))?;
    function.terminate()?;
    let log = std::fs::read_to_string(log.path())?;
    let collected = log.lines().find_map(|line| line.split("Collected :").nth(1)).ok_or(log.clone())?;
    Ok((collected.trim().parse()?, cost))
}

/// Returns the command that starts the function with plain HTTP and without root certificates. With TLS, the number of
/// instructions would depend on the processor. With root certificates, the number of instructions would depend on the
/// number of certificates of the machine.
fn program(function: &Path, dynamodb: &DynamoDb) -> Program {
    let environment = [
        ("AWS_ENDPOINT_URL_DYNAMODB", format!("http://{}", dynamodb.address)),
        ("AUTH_MODE", "none-everybody-shares-one-list".to_owned()),
        ("SSL_CERT_FILE", "/dev/null".to_owned()),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value)).into();
    Program { command: vec![function.to_string_lossy().into_owned()], environment }
}

fn compare(expected: &Expected, found: &Expected) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut about = |what: &str, expected: u64, found: u64| {
        let change = found as f64 / expected as f64 - 1.0;
        if change.abs() > TOLERANCE {
            wrong.push(format!("{what}: {found}, expected {expected} ({:+.1} %)", change * 100.0));
        }
    };
    about("bytes of the executable", expected.executable_bytes, found.executable_bytes);
    about("instructions of init", expected.init_instructions, found.init_instructions);
    for (name, counted) in &found.operations {
        let before = expected.operations.get(name).map_or(0, |operation| operation.instructions);
        about(&format!("instructions of {name}"), before, counted.instructions);
    }
    for (name, counted) in &found.operations {
        match expected.operations.get(name) {
            Some(before) if before.cost == counted.cost => {}
            before => {
                wrong.push(format!("cost of {name}: {:?}, expected {:?}", counted.cost, before.map(|it| it.cost)))
            }
        }
    }
    wrong.extend(unequal(found));
    wrong
}

/// Compares a request that contains an access token with a request that contains an API key. Both requests must cost
/// the same. Returns a message if the costs differ.
fn unequal(found: &Expected) -> Option<String> {
    let [key, token] = REQUESTS.map(|request| found.operations.get(request.name));
    let (key, token) = (key?, token?);
    let change = token.instructions as f64 / key.instructions as f64 - 1.0;
    let is_equal = change.abs() <= CREDENTIALS && token.cost == key.cost;
    let [key_name, token_name] = REQUESTS.map(|request| request.name);
    (!is_equal).then(|| {
        format!(
            "{token_name} must cost what {key_name} costs: {:+.1} % instructions, {:?} and not {:?}",
            change * 100.0,
            token.cost,
            key.cost
        )
    })
}
