//! The costs of operations in docs/OPERATIONS.md are those in benches/expected.json, which `just bench-guard` checks.

use serde_json::Value;

const EXPECTED: &str = include_str!("../../benches/expected.json");
const DOCUMENT: &str = include_str!("../../docs/OPERATIONS.md");
/// The start of a row in the document, and the name of the operation in benches/expected.json.
const ROWS: [(&str, &str); 7] = [
    ("`getTodo`", "getTodo"),
    ("`getTodos`, 20 todos", "getTodos, 20"),
    ("`getOverview`, 20 open todos", "getOverview"),
    ("`addTodos`, without", "addTodos, 1"),
    ("`updateTodo`, completing", "updateTodo, completing"),
    ("`deleteTodo`", "deleteTodo"),
    ("`undoChange`", "undoChange"),
];
/// Dollars for a million units, on demand in us-east-1.
const READ: f64 = 0.125;
const WRITE: f64 = 0.625;

fn row(name: &str, read: f64, write: f64) -> String {
    let write_units = if write > 0.0 { write.to_string() } else { "–".to_owned() };
    let cents = ((read * READ + write * WRITE) * 100.0).round() / 100.0;
    format!("| {name} | {read} | {write_units} | ${cents:.2} |")
}

#[test]
fn the_costs_of_operations_are_those_that_are_counted() {
    let expected: Value = serde_json::from_str(EXPECTED).expect("benches/expected.json is JSON");
    let units = |name: &str, kind: &str| expected["operations"][name][kind].as_f64().expect("it is counted");
    let rows = ROWS.map(|(label, name)| row(label, units(name, "read_units"), units(name, "write_units")));
    let missing: Vec<_> = rows.iter().filter(|row| !DOCUMENT.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "docs/OPERATIONS.md does not have these rows: {missing:#?}");
}
