//! Each operation needs an entry in several files. These tests check that no entry is missing. The guide
//! docs/ADDING-AN-OPERATION.md lists the same files. One test adds an invented operation to a copy of each file.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;
use todo_action::api::{Declared, declared_operations};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const GUIDE: &str = "docs/ADDING-AN-OPERATION.md";

/// An operation that the program declares.
struct Operation {
    id: String,
    method: String,
    path: String,
    /// True if the operation must be in the OpenAPI document, and false if it must not be there.
    is_shown: bool,
}

/// Each key is the name of a file or folder in `PLACES`, and the value is the text of this file or folder.
type Files = BTreeMap<String, String>;

/// A file or folder where each operation needs an entry.
struct Place {
    file: &'static str,
    to_do: &'static str,
    /// True if the text contains the operation. If the place is a folder, the text has one line for each file
    /// of the folder.
    has: fn(&Operation, &str) -> bool,
    /// The text that adds an invented operation to the file.
    made_up: &'static str,
}

const PLACES: [Place; 6] = [
    Place {
        file: "src/api/operations/mod.rs",
        to_do: "name its handler in operations!",
        has: |operation, text| text.contains(&format!("::{},", snake_case(&operation.id))),
        made_up: "todo::polish_todo,",
    },
    Place {
        file: "openapi.json",
        to_do: "run `just openapi`",
        has: |operation, text| text.contains(&format!("\"{}\"", operation.id)) == operation.is_shown,
        made_up: "\"polishTodo\"",
    },
    Place {
        file: "infra/events",
        to_do: "add an event of it, which tests and builders send",
        has: |operation, text| {
            let line = format!("{} {}", operation.method, operation.path.replace("{id}", "k7m2x9qa4t"));
            text.lines().any(|event| event == line)
        },
        made_up: "POST /todos/k7m2x9qa4t/polish",
    },
    Place {
        file: "benches/src/script.rs",
        to_do: "say in OPERATIONS how it is measured",
        has: |operation, text| {
            let named = |end: &str| text.contains(&format!("name: \"{}{end}", operation.id));
            named("\"") || named(", ")
        },
        made_up: "Operation { name: \"polishTodo\", … }",
    },
    Place {
        file: "benches/expected.json",
        to_do: "run `just bench-guard --write`, which counts what it costs",
        has: |operation, text| {
            let named = |end: &str| text.contains(&format!("\"{}{end}", operation.id));
            named("\":") || named(", ")
        },
        made_up: "\"polishTodo\": { … }",
    },
    Place {
        file: "README.md",
        to_do: "name it in \"What an assistant can do\"",
        has: |operation, text| text.contains(&format!("`{}`", operation.id)),
        made_up: "`polishTodo` POST /todos/{id}/polish",
    },
];

fn snake_case(id: &str) -> String {
    let separate = |letter: char| {
        if letter.is_ascii_uppercase() { format!("_{}", letter.to_ascii_lowercase()) } else { letter.to_string() }
    };
    id.chars().map(separate).collect()
}

fn operations() -> Vec<Operation> {
    let operation =
        |Declared { method, path, name, is_shown }| Operation { id: name, method: method.to_string(), path, is_shown };
    declared_operations().into_iter().map(operation).collect()
}

/// Returns a message for each place where the operation is missing. Each message names the file to edit.
fn missing(operation: &Operation, files: &Files) -> Vec<String> {
    let missing = PLACES.iter().filter(|place| !(place.has)(operation, &files[place.file]));
    missing.map(|place| format!("{} lacks {}: {}", place.file, operation.id, place.to_do)).collect()
}

fn files() -> Files {
    let read = |file: &str| fs::read_to_string(Path::new(ROOT).join(file)).expect("the file is there");
    let text = |place: &Place| if place.file == "infra/events" { events() } else { read(place.file) };
    PLACES.iter().map(|place| (place.file.to_owned(), text(place))).collect()
}

/// Returns one line for each event, with the method and the path of the event.
fn events() -> String {
    let folder = fs::read_dir(Path::new(ROOT).join("infra/events")).expect("the folder is there");
    let line = |file: fs::DirEntry| {
        let event: Value = serde_json::from_slice(&fs::read(file.path()).expect("it can be read")).expect("it is JSON");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        format!("{} {}\n", text(&event["requestContext"]["http"]["method"]), text(&event["rawPath"]))
    };
    folder.map(|file| line(file.expect("it can be listed"))).collect()
}

#[test]
fn everything_that_is_measured_has_its_expected_cost() {
    let operations = ("OPERATIONS", include_str!("../../benches/src/script.rs"));
    let requests = ("REQUESTS", include_str!("../../benches/src/credentials.rs"));
    let mut measured = Vec::new();
    for (name, file) in [operations, requests] {
        let list = file.split(&format!("pub const {name}")).nth(1).and_then(|text| text.split("\n];").next());
        let names = list.expect("the list is in the file").split("name: \"").skip(1);
        measured.extend(names.filter_map(|text| text.split('"').next()));
    }
    measured.sort_unstable();
    let expected: Value = serde_json::from_str(include_str!("../../benches/expected.json")).expect("it is JSON");
    let expected = expected["operations"].as_object().expect("operations are counted");
    let expected: Vec<_> = expected.keys().collect();
    assert_eq!(
        measured, expected,
        "`just bench-guard --write` counts what script.rs and credentials.rs in benches/src measure"
    );
}

#[test]
fn every_operation_is_in_all_its_places() {
    let files = files();
    let missing: Vec<_> = operations().iter().flat_map(|operation| missing(operation, &files)).collect();
    assert!(missing.is_empty(), "{GUIDE} lists the places:\n{}", missing.join("\n"));
}

/// If the list `operations!` does not contain a handler, the API has no route for this handler.
#[test]
fn every_handler_with_an_attribute_is_in_the_list() {
    let known = operations();
    for (file, text) in super::source::program() {
        for attribute in text.split("operation_id = \"").skip(1).filter(|_| file.starts_with("src/api/operations/")) {
            let id = attribute.split('"').next().unwrap_or_default();
            assert!(
                known.iter().any(|operation| operation.id == id),
                "{file} has {id}: name its handler in operations! of src/api/operations/mod.rs"
            );
        }
    }
}

#[test]
fn a_made_up_operation_is_missing_in_each_place_that_the_guide_lists_and_then_in_none() {
    let made_up = Operation {
        id: "polishTodo".to_owned(),
        method: "POST".to_owned(),
        path: "/todos/{id}/polish".to_owned(),
        is_shown: true,
    };

    let before = files();
    let told = missing(&made_up, &before);
    let named: Vec<_> = PLACES.iter().map(|place| place.file).collect();
    assert_eq!(told.iter().filter_map(|line| line.split(' ').next()).collect::<Vec<_>>(), named);

    let with = |left_out: Option<&str>| {
        let mut files = before.clone();
        for place in PLACES.iter().filter(|place| Some(place.file) != left_out) {
            let text = files.get_mut(place.file).expect("it was read");
            text.push_str(place.made_up);
            text.push('\n');
        }
        missing(&made_up, &files)
    };
    assert_eq!(with(None), [""; 0]);
    for place in &PLACES {
        let told = with(Some(place.file));
        assert!(told.len() == 1 && told[0].starts_with(place.file) && told[0].contains(place.to_do), "{told:?}");
    }
}

#[test]
fn the_document_must_not_have_an_operation_that_is_only_answered() {
    let document = PLACES.iter().find(|place| place.file == "openapi.json").expect("it is a place");
    let is_right = |is_shown, text: &str| {
        let (id, method, path) = ("polishTodo".to_owned(), "POST".to_owned(), "/todos/{id}/polish".to_owned());
        (document.has)(&Operation { id, method, path, is_shown }, text)
    };
    assert!(is_right(true, document.made_up) && is_right(false, "") && !is_right(false, document.made_up));
}

#[test]
fn the_guide_lists_the_places_in_their_order() {
    let guide = fs::read_to_string(Path::new(ROOT).join(GUIDE)).expect("the guide is there");
    let rows = guide.lines().filter_map(|line| line.strip_prefix("| ")?.split('`').nth(1));
    let listed: Vec<_> = rows.filter(|file| PLACES.iter().any(|place| place.file == *file)).collect();
    assert_eq!(listed, PLACES.iter().map(|place| place.file).collect::<Vec<_>>());
}
