//! The OpenAPI document must contain the same operations, limits, words and errors as the program. Each function checks
//! one rule, and returns all violations.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use todo_action::{
    api::openapi::{PLACEHOLDER, generated},
    domain::{
        by_filter::{AnyStatus, KeptStatus},
        clear::Clearable,
        download::DOWNLOAD_LASTS,
        edit::EditStatus,
        export_format::ExportFormat,
        id::{ChangeId, TodoId},
        invalid::Invalid,
        limits,
        moment::Weekday,
        repeat::{CountedFrom, Repeat, Unit},
        settings::Setting,
        todo::Priority,
    },
};

use crate::document::{Schema, elements, members, operations, schemas, texts};

pub fn the_document_is_what_the_handlers_say(document: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    compare("", document, &generated(PLACEHOLDER), &mut differences);
    if !differences.is_empty() {
        // Do not write `cargo todo openapi > openapi.json`: the shell empties openapi.json first. Then cargo compiles
        // the `todo` command, which embeds the empty file.
        differences.push("Is openapi.json out of date? `just openapi` writes it: `cargo todo openapi` into another file, which then takes its place.".to_owned());
    }
    differences
}

fn compare(at: &str, shipped: &Value, made: &Value, differences: &mut Vec<String>) {
    match (shipped, made) {
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<_> = one.keys().chain(other.keys()).collect();
            names
                .into_iter()
                .for_each(|name| compare(&format!("{at}/{name}"), &shipped[name], &made[name], differences));
        }
        _ if shipped == made => {}
        _ => {
            let [shipped, made] = [shipped, made].map(|value| value.to_string().chars().take(120).collect::<String>());
            differences.push(format!("{at} is {shipped}, but the handlers say {made}"));
        }
    }
}

pub fn the_placeholder_for_the_address_occurs_once(document: &Value) -> Vec<String> {
    let number = document.to_string().matches(PLACEHOLDER).count();
    if number == 1 { Vec::new() } else { vec![format!("{PLACEHOLDER} occurs {number} times")] }
}

pub fn every_error_is_a_problem_document(document: &Value) -> Vec<String> {
    let problem = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    let mut wrong = Vec::new();
    for operation in operations(document) {
        let errors: Vec<_> = operation.responses().filter(|(status, _)| !["200", "201"].contains(status)).collect();
        let other = errors.iter().filter(|(status, error)| *status != "default" || error["content"] != problem);
        wrong.extend(other.map(|(status, _)| format!("{operation}: {status}")));
        wrong.extend(errors.is_empty().then(|| format!("{operation}: no default")));
    }
    wrong
}

/// The maximum length of the document in characters. The document must be short, because a model must read it.
const CHARACTERS: usize = 28_000;

pub fn the_compact_document_has_at_most_28_000_characters(document: &Value) -> Vec<String> {
    let length = document.to_string().chars().count();
    if length <= CHARACTERS {
        Vec::new()
    } else {
        vec![format!("it has {length}; docs/ADDING-AN-OPERATION.md says what to do")]
    }
}

pub fn limits_are_those_of_the_domain(document: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for schema in schemas(document) {
        let expected = most(&schema);
        for name in ["maxLength", "maxItems", "maximum", "maxProperties", "exclusiveMaximum"] {
            let limit = expected.filter(|(word, _)| *word == name).map(|(_, limit)| limit);
            if schema.value.get(name) != limit.map(Value::from).as_ref() {
                wrong.push(format!(
                    "{schema}: {name} is {}, but `most` in tests/openapi/product.rs says {limit:?}",
                    schema.value[name]
                ));
            }
        }
        let least = ["minLength", "minItems", "minimum"].into_iter().filter_map(|name| schema.value.get(name));
        wrong.extend(least.filter(|least| **least != 1).map(|least| format!("{schema}: at least {least}")));
    }
    wrong
}

/// Returns the limit of a value that callers send. The document states no limits for values in answers.
fn most(schema: &Schema) -> Option<(&'static str, usize)> {
    let limit = match (schema.owner, schema.field.as_str()) {
        // The document states the limits of these fields in `TodoEdit`.
        ("EditOfAll", _) => return None,
        ("Step" | "RenamedStep", "title") => ("maxLength", limits::STEP_TITLE),
        (_, "title") => ("maxLength", limits::TITLE),
        // In a query, several values are one text.
        ("deleteTodos", "list" | "tag") => return None,
        ("TodosWhere", "list" | "tag") => ("maxItems", limits::FILTER_VALUES),
        ("TodosWhere", "list[]") => ("maxLength", limits::LIST),
        ("TodosWhere", "tag[]") => ("maxLength", limits::TAG),
        ("TodosWhere", "except_ids") => ("maxItems", limits::EXCEPT_IDS),
        (_, "notes" | "append_notes") => ("maxLength", limits::NOTES),
        (_, "list") => ("maxLength", limits::LIST),
        (_, "tag" | "tags[]" | "add_tags[]" | "remove_tags[]") => ("maxLength", limits::TAG),
        (_, "tags" | "add_tags" | "remove_tags") => ("maxItems", limits::TAGS),
        (_, "steps" | "add_steps") => ("maxItems", limits::STEPS),
        (_, "every") => ("maximum", usize::from(Repeat::MAX_EVERY)),
        (_, "count") => ("maximum", usize::from(Repeat::MAX_COUNT)),
        (_, "default_list" | "rename_to" | "merge_into" | "order[]") => ("maxLength", limits::LIST),
        (_, "todos") => ("maxItems", limits::TODOS_PER_CALL),
        (_, "order") => ("maxItems", limits::LISTS),
        (_, "idempotency_key") => ("maxLength", limits::IDEMPOTENCY_KEY),
        (_, "q") => ("maxLength", limits::FILTER),
        (_, "limit") => ("maximum", limits::PAGE),
        _ => return None,
    };
    schema.sent.then_some(limit)
}

/// The program treats an empty text as absent, and refuses a request without a required field. So the document must not
/// allow an empty text in a required field.
pub fn a_text_that_has_to_be_sent_cannot_be_empty(document: &Value) -> Vec<String> {
    let required = schemas(document).into_iter().filter(|schema| schema.sent && schema.required);
    let texts = required.filter(|schema| schema.value["type"] == "string" && schema.value["enum"].is_null());
    texts.filter(|text| text.value["minLength"].is_null()).map(|text| text.to_string()).collect()
}

pub fn numbers_in_descriptions_are_those_of_the_domain(document: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for text in texts(document) {
        let words: Vec<_> =
            text.split(' ').map(|word| word.trim_matches(['.', ',', ';', ':', '(', ')', '"'])).collect();
        for (at, number) in words.iter().enumerate().filter_map(|(at, word)| Some((at, word.parse::<i64>().ok()?))) {
            let limit = match (words[at.saturating_sub(1)], words.get(at + 1)) {
                ("RFC", _) => continue,
                (_, Some(&"weeks")) => continue,
                ("from", _) if number == 1 => continue,
                ("to", Some(&"todos")) => limits::OVERVIEW as i64,
                (_, Some(&"days")) => limits::UNDO_DAYS,
                (_, Some(&"hours")) => 24,
                (_, Some(&"minutes")) => DOWNLOAD_LASTS.as_mins(),
                (_, Some(&"when")) => limits::PAGE_DEFAULT as i64,
                _ => limits::TODOS_PER_CALL as i64,
            };
            if number != limit {
                wrong.push(format!("{number} instead of {limit} in \"{text}\""));
            }
        }
    }
    wrong
}

pub fn words_are_those_that_the_domain_takes(document: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for schema in schemas(document) {
        let known = words(&schema);
        let said: BTreeSet<_> = elements(&schema.value["enum"]).filter_map(Value::as_str).collect();
        if said != known {
            wrong.push(format!("{schema}: {said:?}, but `words` in tests/openapi/product.rs says {known:?}"));
        }
    }
    wrong
}

fn words(schema: &Schema) -> BTreeSet<&'static str> {
    match (schema.owner, schema.field.as_str()) {
        ("TodoEdit" | "EditOfAll", "status") => taken(EditStatus::parse),
        ("deleteTodos", "status") => taken(KeptStatus::parse),
        ("getTodos", "status") | ("TodosWhere", "status[]") => taken(AnyStatus::parse),
        ("getTodos", "sort") => BTreeSet::from(["due", "priority", "added", "list"]),
        ("getTodos", "due") | ("TodosWhere", "due[]") => {
            BTreeSet::from(["overdue", "today", "tomorrow", "next_7_days", "none"])
        }
        // The schema of an answer does not list the allowed words, because the schemas of requests list the same words.
        ("Todo", _) | ("deleteTodos" | "TodosWhere", "priority") => BTreeSet::new(),
        (_, "priority" | "priority[]") => taken(Priority::parse),
        ("UpdateSettings", "clear[]") => taken(Setting::parse),
        (_, "clear[]") => taken(Clearable::parse),
        ("Repeat", "unit") => taken(Unit::parse),
        ("Repeat", "from") => taken(CountedFrom::parse),
        ("exportTodos", "format") => taken(ExportFormat::parse),
        (_, "weekdays[]" | "week_start") => taken(Weekday::parse),
        _ => BTreeSet::new(),
    }
}

/// Returns the words that `parse` accepts. When `parse` refuses a word, the refusal lists the allowed words.
fn taken<T>(parse: fn(String) -> Result<T, Invalid>) -> BTreeSet<&'static str> {
    let allowed = parse("?".to_owned()).err().map_or(&[][..], |refusal| refusal.allowed);
    allowed.iter().copied().filter(|word| parse((*word).to_owned()).is_ok()).collect()
}

pub fn example_ids_look_like_ids(document: &Value) -> Vec<String> {
    let parameters = operations(document).flat_map(|operation| operation.parameters());
    let of_parameters = parameters.map(|parameter| (parameter["name"].as_str().unwrap_or_default(), parameter));
    let properties = members(&document["components"]["schemas"]).flat_map(|(_, schema)| members(&schema["properties"]));
    let examples = of_parameters.chain(properties).filter_map(|(name, value)| Some((name, value["example"].as_str()?)));
    let wrong = examples.filter(|(name, example)| match *name {
        "id" | "ids" => example.split(',').any(|id| TodoId::parse(id).is_none()),
        "change_id" => ChangeId::parse(example).is_none(),
        _ => false,
    });
    wrong.map(|(name, example)| format!("{name}: {example}")).collect()
}
