//! Some documents repeat facts from the code. `just facts` writes each fact between two comments of the document. A
//! test checks that each document contains the current facts. The costs of operations come from benches/expected.json,
//! which `just bench-guard` checks. The limits come from `domain::limits`.

use std::{fs, path::Path};

use serde_json::Value;
use todo_action::domain::limits;

const EXPECTED: &str = include_str!("../../benches/expected.json");
/// The price of a million read or write units, in dollars (DynamoDB, on demand, us-east-1).
const READ: f64 = 0.125;
const WRITE: f64 = 0.625;

/// A text between two comments in a document.
struct Fact {
    file: &'static str,
    name: &'static str,
    text: fn() -> String,
}

const FACTS: [Fact; 2] = [
    Fact { file: "docs/OPERATIONS.md", name: "costs", text: costs },
    Fact { file: "README.md", name: "limits", text: limits_in_words },
];

/// Returns a table with the cost of each operation in benches/expected.json.
fn costs() -> String {
    let expected: Value = serde_json::from_str(EXPECTED).expect("benches/expected.json is JSON");
    let mut table = "| a million of | read units | write units | DynamoDB |\n|---|---|---|---|\n".to_owned();
    for (name, counted) in expected["operations"].as_object().expect("operations are counted") {
        let units = |kind: &str| counted[kind].as_f64().expect("units are counted");
        let (read, write) = (units("read_units"), units("write_units"));
        let written = if write > 0.0 { write.to_string() } else { "–".to_owned() };
        let cents = ((read * READ + write * WRITE) * 100.0).round() / 100.0;
        let (operation, which) = name
            .split_once(", ")
            .map_or((&**name, String::new()), |(operation, which)| (operation, format!(", {which}")));
        table.push_str(&format!("| `{operation}`{which} | {read} | {written} | ${cents:.2} |\n"));
    }
    table
}

fn limits_in_words() -> String {
    format!(
        "A title has at most {} characters, and notes have at most {}. The name of a list or a tag has at most {} characters.\n\
         A todo has at most {} tags, and at most {} steps of at most {} characters each. A call changes at most {} todos. A\n\
         request body has at most {} KiB. Every answer to an assistant has under 100,000 characters.\n",
        limits::TITLE,
        thousands(limits::NOTES),
        limits::LIST,
        limits::TAGS,
        limits::STEPS,
        limits::STEP_TITLE,
        limits::TODOS_PER_CALL,
        limits::BODY_BYTES / 1024,
    )
}

fn thousands(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

/// Returns the document with the current text of this fact.
fn with(fact: &Fact, document: &str) -> String {
    let (from, to) = (format!("<!-- {}: just facts -->\n", fact.name), format!("<!-- end of {} -->", fact.name));
    let marks = || format!("{} has no {from}…{to}", fact.file);
    let (before, rest) = document.split_once(&from).unwrap_or_else(|| panic!("{}", marks()));
    let (_, after) = rest.split_once(&to).unwrap_or_else(|| panic!("{}", marks()));
    format!("{before}{from}{}{to}{after}", (fact.text)())
}

/// Returns pairs of a file name and a phrase. The phrase contains a limit, and the file must contain the phrase.
fn phrases() -> Vec<(&'static str, String)> {
    let limit = |name: &str| {
        let rest = include_str!("../../.ci/mcp/mcp.test.mjs").split(&format!("const {name} = ")).nth(1);
        let number = rest.and_then(|rest| rest.split(';').next()).expect("the limit of tokens");
        format!("{} tokens", thousands(number.parse().expect("a number")))
    };
    let (tokens, shown) = (limit("MOST_TOKENS"), limit("MOST_TOKENS_SHOWN"));
    let bytes = format!("{} KiB", limits::BODY_BYTES / 1024);
    vec![
        ("docs/API-DESIGN.md", tokens.clone()),
        ("docs/API-DESIGN.md", shown.clone()),
        ("docs/ADDING-AN-OPERATION.md", tokens),
        ("docs/ADDING-AN-OPERATION.md", shown),
        ("docs/API-DESIGN.md", bytes.clone()),
        ("src/api/answer/problem.rs", bytes),
        ("src/api/answer/problem.rs", format!("at most {} characters", thousands(limits::NOTES))),
        ("docs/API-DESIGN.md", format!("at most {} lists, {1} tags and {1} todos", limits::LISTS, limits::OVERVIEW)),
    ]
}

#[test]
fn limits_in_sentences_are_those_of_the_program() {
    for (file, phrase) in phrases() {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("the file is there");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&phrase), "{file} does not say \"{phrase}\"");
    }
}

#[expect(clippy::disallowed_methods, reason = "a setting of the test run, not of the program")]
fn writes() -> bool {
    std::env::var_os("WRITE_FACTS").is_some()
}

#[test]
fn documents_repeat_facts_as_their_source_has_them() {
    assert_eq!(limits::LIST, limits::TAG, "README says one limit for both");
    for fact in &FACTS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(fact.file);
        let document = fs::read_to_string(&path).expect("the document is there");
        let right = with(fact, &document);
        if writes() {
            fs::write(&path, &right).expect("the document can be written");
        } else {
            assert!(document == right, "{} has old {}; run `just facts`", fact.file, fact.name);
        }
    }
}

#[test]
fn a_fact_that_is_out_of_date_is_noticed() {
    for fact in &FACTS {
        let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(fact.file)).expect("it is there");
        let (before, rest) =
            document.split_once(&format!("<!-- {}: just facts -->", fact.name)).expect("it has the fact");
        let old = format!("{before}<!-- {}: just facts -->{}", fact.name, rest.replacen('5', "6", 1));
        assert_ne!(old, document);
        assert_ne!(with(fact, &old), old);
    }
}
