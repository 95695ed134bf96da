//! Some documents repeat facts from the code. `just facts` writes each fact between two comments of the document. A
//! test checks that each document contains the current facts. The costs come from `scale`, and the limits come from
//! `domain::limits`.

use std::{fs, path::Path};

use todo_action::domain::limits;

use super::{
    scale::{Model, grouped},
    source::tracked,
};

/// A text between two comments in a document.
struct Fact {
    file: &'static str,
    name: &'static str,
    text: fn() -> String,
}

const FACTS: [Fact; 11] = [
    Fact { file: "README.md", name: "limits", text: limits_in_words },
    Fact { file: "docs/OPERATIONS.md", name: "costs", text: || Model::here().costs() },
    Fact { file: "docs/OPERATIONS.md", name: "calls", text: || Model::here().calls_list() },
    Fact { file: "docs/OPERATIONS.md", name: "fixed costs", text: || Model::here().fixed_list() },
    Fact { file: ABUSE, name: "attacks", text: || Model::here().attack_table() },
    Fact { file: SCALE, name: "a person", text: || Model::here().person_table() },
    Fact { file: SCALE, name: "bills", text: || Model::here().bill_table() },
    Fact { file: SCALE, name: "habits", text: || Model::here().habits_table() },
    Fact { file: SCALE, name: "limits", text: || Model::here().limits_table() },
    Fact { file: SCALE, name: "needs", text: || Model::here().needs_table() },
    Fact { file: SCALE, name: "prices", text: || Model::here().unchecked() },
];

const ABUSE: &str = "docs/adr/0014-what-protects-the-bill.md";
const SCALE: &str = "docs/SCALE.md";

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
    grouped(number as f64)
}

/// Returns the document with the current text of this fact.
fn with(fact: &Fact, document: &str) -> String {
    let (from, to) = (format!("<!-- {}: just facts -->\n", fact.name), format!("<!-- end of {} -->", fact.name));
    let marks = || format!("{} has no {from}…{to}", fact.file);
    let (before, rest) = document.split_once(&from).unwrap_or_else(|| panic!("{}", marks()));
    let (_, after) = rest.split_once(&to).unwrap_or_else(|| panic!("{}", marks()));
    format!("{before}{from}{}{to}{after}", (fact.text)())
}

/// Returns pairs of a file name and a phrase. The phrase contains a limit or a cost, and the file must contain the
/// phrase.
fn phrases() -> Vec<(&'static str, String)> {
    let limit = |name: &str| {
        let rest = include_str!("../../.ci/mcp/mcp.test.mjs").split(&format!("const {name} = ")).nth(1);
        let number = rest.and_then(|rest| rest.split(';').next()).expect("the limit of tokens");
        format!("{} tokens", thousands(number.parse().expect("a number")))
    };
    let (tokens, shown) = (limit("MOST_TOKENS"), limit("MOST_TOKENS_SHOWN"));
    let bytes = format!("{} KiB", limits::BODY_BYTES / 1024);
    let limits = [
        ("docs/API-DESIGN.md", tokens.clone()),
        ("docs/API-DESIGN.md", shown.clone()),
        ("docs/ADDING-AN-OPERATION.md", tokens),
        ("docs/ADDING-AN-OPERATION.md", shown),
        ("docs/API-DESIGN.md", bytes.clone()),
        ("src/api/answer/problem.rs", bytes),
        ("src/api/answer/problem.rs", format!("at most {} characters", thousands(limits::NOTES))),
        ("docs/API-DESIGN.md", format!("at most {} lists, {1} tags and {1} todos", limits::LISTS, limits::OVERVIEW)),
    ];
    limits.into_iter().chain(Model::here().phrases()).collect()
}

/// The text in one line.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The amounts of dollars in this document that no test checks: they are neither in a fact nor in a phrase.
fn loose_dollars(file: &str, document: &str) -> Vec<String> {
    let mut text = document.to_owned();
    for fact in FACTS.iter().filter(|fact| fact.file == file) {
        text = text.replace(&(fact.text)(), "");
    }
    let mut text = joined(&text);
    for (_, phrase) in phrases().iter().filter(|(other, _)| *other == file) {
        text = text.replace(phrase, "");
    }
    let amounts = text.split('$').skip(1).filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    amounts.map(|rest| format!("{file}: ${}", rest.chars().take(40).collect::<String>())).collect()
}

#[test]
fn every_amount_of_dollars_in_a_document_is_computed() {
    let documents = tracked().into_iter().filter(|(name, _)| name.ends_with(".md"));
    let loose: Vec<_> = documents.flat_map(|(name, text)| loose_dollars(&name, &text)).collect();
    assert!(loose.is_empty(), "tests/architecture/scale does not compute these:\n{}", loose.join("\n"));
    assert_eq!(loose_dollars("README.md", "costs $4 a month, not $x"), ["README.md: $4 a month, not "]);
}

#[test]
fn limits_and_costs_in_sentences_are_those_of_the_program() {
    let mut missing = Vec::new();
    for (file, phrase) in phrases() {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("the file is there");
        if !joined(&text).contains(&phrase) {
            missing.push(format!("{file} does not say \"{phrase}\""));
        }
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
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
        if document == right {
            continue;
        }
        if writes() {
            fs::write(&path, &right).expect("the document can be written");
        } else {
            panic!("{} has old {}; run `just facts`", fact.file, fact.name);
        }
    }
}

#[test]
fn a_fact_that_is_out_of_date_is_noticed() {
    for fact in &FACTS {
        let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(fact.file)).expect("it is there");
        let mark = format!("<!-- {}: just facts -->\n", fact.name);
        let old = document.replace(&mark, &format!("{mark}old\n"));
        assert_ne!(old, document);
        assert_eq!(with(fact, &old), document);
    }
}
