//! Measures how much the costs grow when an owner has more todos.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::{
    Result,
    contender::{Contender, Language},
    dynamodb::DynamoDb,
    measure::{Operation, summary, warm},
    runtime_api::Function,
    script::{self, OPERATIONS},
    tls::Tls,
};

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];
/// The read operations whose cost may depend on the number of todos. Each round sends the same events again. A write
/// would change nothing after the first round, so this list contains no write operations.
const MEASURED: [&str; 3] = ["getTodo", "getTodos, 50", "getOverview"];

/// The number of an owner's todos, and the figures of the measured operations.
#[derive(Serialize)]
pub struct Grown {
    pub todos: usize,
    pub operations: BTreeMap<String, Operation>,
}

/// Measures the operations for owners with different numbers of todos. Each round measures the operations for every
/// owner, one owner after the other.
pub fn run(contender: &Contender, todo: &Path, rounds: usize, samples: usize) -> Result<Vec<Grown>> {
    let dynamodb = DynamoDb::start(todo)?;
    let tls = Tls::before(dynamodb.address)?;
    let mut owners = Vec::new();
    for todos in SIZES {
        eprintln!("adding {todos} todos");
        let program = contender.program(&dynamodb, &tls, &format!("owner-of-{todos}"));
        let mut function = Function::start(&program)?;
        let ids = script::seed(&mut function, "Todo", todos)?;
        owners.push((todos, function, ids, BTreeMap::<&str, Vec<Operation>>::new()));
    }
    for round in 0..rounds {
        eprintln!("growth, round {} of {rounds}", round + 1);
        for (_, function, ids, into) in &mut owners {
            for operation in OPERATIONS.iter().filter(|operation| MEASURED.contains(&operation.name)) {
                let events = (operation.events)(function, ids, samples)?;
                into.entry(operation.name).or_default().push(warm(Language::Ours, operation.adds, function, events)?);
            }
        }
    }
    let grown = owners.into_iter().map(|(todos, _, _, operations)| Grown {
        todos,
        operations: operations.into_iter().map(|(name, rounds)| (name.to_owned(), summary(&rounds))).collect(),
    });
    Ok(grown.collect())
}
