//! The rules for the structure of the program.

use std::collections::BTreeSet;

use crate::source::{attributes, items, module, paths, without_tests, words};

/// Each layer of the program, and the layers that this layer may use.
const MAY_USE: [(&str, &[&str]); 9] = [
    ("api", &["app", "config", "domain", "oidc", "store"]),
    ("app", &["config", "domain", "oidc", "store"]),
    ("config", &["domain"]),
    ("domain", &[]),
    ("local", &["store"]),
    ("mcp", &["api", "app"]),
    ("oidc", &["config", "domain", "tls"]),
    ("store", &["domain", "tls"]),
    ("tls", &[]),
];
/// Each folder of src/api, and the other folders of src/api that this folder may use.
const API_FOLDERS: [(&str, &[&str]); 12] = [
    ("access", &["answer", "lambda"]),
    ("account", &["access", "answer", "lambda", "request"]),
    ("answer", &[]),
    ("export", &["access", "answer", "lambda", "request"]),
    ("feeds", &["access", "answer", "export", "lambda", "request"]),
    ("import", &["access", "answer", "export", "operations", "request"]),
    ("lambda", &["answer"]),
    ("log", &["answer"]),
    ("oauth", &["access", "answer", "lambda", "request"]),
    ("operations", &["access", "answer", "export", "lambda", "request"]),
    ("pages", &["answer", "lambda", "operations", "request"]),
    ("request", &["answer"]),
];
/// The files of the programs. A program combines all layers, so a program may use all layers.
const PROGRAMS: [&str; 2] = ["src/main.rs", "src/bin/"];
/// The file that defines the DynamoDB table, and the file that reads this definition.
const TEMPLATE: (&str, &str) = ("infra/template.yaml", "src/local/table.rs");
pub const LONGEST_FILE: usize = 350;
pub const LONGEST_FUNCTION: usize = 60;
pub const LONGEST_README: usize = 120;
const WIDEST_README: usize = 120;
/// Folders where people and CI machines keep their checkouts of the repository.
const FOLDERS: [&str; 6] = ["home", "root", "Users", "work", "workspace", "workspaces"];

pub fn imports_go_downwards(file: &str, text: &str) -> Vec<String> {
    if PROGRAMS.iter().any(|program| file.starts_with(program)) || file == "src/lib.rs" {
        return Vec::new();
    }
    let own = &module(file)[0];
    let Some((_, below)) = MAY_USE.iter().find(|(layer, _)| layer == own) else {
        return vec![format!("{file} belongs to no layer; give it one in MAY_USE")];
    };
    let upwards = |path: &&Vec<String>| path.first().is_none_or(|to| to != own && !below.contains(&to.as_str()));
    let say = |path: &Vec<String>| format!("{file} uses crate::{}; {own} may use {below:?}", path.join("::"));
    paths(file, &words(text)).iter().filter(upwards).map(say).collect()
}

/// This rule does not check src/api/mod.rs, because this file may use all folders of src/api.
pub fn folders_use_only_the_folders_that_they_may_use(file: &str, text: &str) -> Vec<String> {
    let own = module(file);
    let [layer, own, ..] = &own[..] else { return Vec::new() };
    if layer != "api" {
        return Vec::new();
    }
    let Some((_, below)) = API_FOLDERS.iter().find(|(folder, _)| folder == own) else {
        return vec![format!("{file} is in a folder of src/api that API_FOLDERS does not contain")];
    };
    let named = paths(file, &without_tests(&words(text)));
    let others = named.iter().filter(|path| path.first().is_some_and(|to| to == "api") && path.get(1) != Some(own));
    let wrong = others.filter(|path| path.get(1).is_none_or(|folder| !below.contains(&folder.as_str())));
    wrong.map(|path| format!("{file} uses crate::{}; the folder {own} may use {below:?}", path.join("::"))).collect()
}

/// The first diagram of docs/ARCHITECTURE.md shows the layers. The second diagram shows the folders of src/api.
pub fn the_diagrams_have_the_arrows_of_the_rules(file: &str, text: &str) -> Vec<String> {
    if file != "docs/ARCHITECTURE.md" {
        return Vec::new();
    }
    let rules = |rules: &[(&str, &[&str])]| -> BTreeSet<String> {
        rules.iter().flat_map(|(from, to)| to.iter().map(move |to| format!("{from} --> {to}"))).collect()
    };
    let diagrams = text.split("```mermaid").skip(1).filter_map(|rest| rest.split("```").next());
    let drawn: Vec<BTreeSet<String>> = diagrams
        .map(|diagram| diagram.lines().map(str::trim).filter(|line| line.contains("-->")).map(str::to_owned).collect())
        .collect();
    let expected = [rules(&MAY_USE), rules(&API_FOLDERS)];
    let differ = expected.iter().enumerate().filter_map(|(at, expected)| {
        let drawn = drawn.get(at).cloned().unwrap_or_default();
        let arrows: Vec<_> = expected.symmetric_difference(&drawn).cloned().collect();
        (!arrows.is_empty()).then(|| format!("{file}, diagram {}: {}", at + 1, arrows.join(", ")))
    });
    differ.collect()
}

pub fn the_library_is_its_layers(file: &str, text: &str) -> Vec<String> {
    if file != "src/lib.rs" {
        return Vec::new();
    }
    let layers = MAY_USE.map(|(layer, _)| ["pub", "mod", layer].map(str::to_owned).to_vec());
    let items = items(&words(text));
    let other = items.iter().filter(|item| !layers.contains(item));
    other.map(|item| format!("{file} holds more than the layers of MAY_USE: {}", item.join(" "))).collect()
}

/// Checks the list of layers in src/lib.rs. New developers read this list first.
pub fn the_library_says_its_layers_from_the_outside_in(file: &str, text: &str) -> Vec<String> {
    if file != "src/lib.rs" {
        return Vec::new();
    }
    let said =
        text.split_once("from the outside in: ").and_then(|(_, rest)| rest.split_once('.')).unwrap_or_default().0;
    let said: Vec<&str> = said.split(", ").collect();
    let place = |layer: &str| said.iter().position(|one| *one == layer);
    let mut wrong = Vec::new();
    for (layer, below) in MAY_USE {
        let Some(own) = place(layer) else {
            wrong.push(format!("{file} does not list the layer {layer}"));
            continue;
        };
        let above = below.iter().filter(|below| place(below).is_some_and(|below| below < own));
        wrong.extend(above.map(|above| format!("{file} lists {above} before {layer}, which uses it")));
    }
    wrong.extend((said.len() != MAY_USE.len()).then(|| format!("{file} lists {} layers", said.len())));
    wrong
}

/// The file `problem.rs` defines the HTTP status of every problem. Some other files also contain the name of an error
/// status. Each of these other files compares a status, needs a default status, or uses another protocol, such as
/// OAuth. `FILES` must list exactly these files.
pub fn statuses_of_failures_are_chosen_in_few_files(file: &str, text: &str) -> Vec<String> {
    const FILES: [&str; 5] = [
        "src/api/answer/error.rs",
        "src/api/log/mod.rs",
        "src/api/oauth/error.rs",
        "src/api/oauth/stop.rs",
        "src/mcp/http.rs",
    ];
    // All files may use these names: statuses that are not errors, and the function `from_u16`.
    let sound = ["OK", "CREATED", "ACCEPTED", "NO_CONTENT", "SEE_OTHER", "FOUND", "NOT_MODIFIED", "from_u16"];
    let words = without_tests(&words(text));
    let mut named = words.windows(3).filter(|words| words[0] == "StatusCode" && words[1] == "::");
    let names = named.any(|words| !sound.contains(&words[2].as_str()));
    let served = file.starts_with("src/api/") || file.starts_with("src/mcp/");
    (served && names != FILES.contains(&file))
        .then(|| format!("{file}: the status of a problem is chosen in src/api/answer/problem.rs; if this is another protocol's, say so in FILES"))
        .into_iter()
        .collect()
}

pub fn nothing_is_imported_by_a_glob(file: &str, text: &str) -> Vec<String> {
    let words = without_tests(&words(text));
    let imports = words.split(|word| word == ";").filter_map(|statement| {
        let start = statement.iter().rposition(|word| word == "use")?;
        Some(&statement[start..]).filter(|import| import.get(1).is_some_and(|word| word != "<"))
    });
    let globs = imports.filter(|import| import.contains(&"*".to_owned()));
    globs.map(|import| format!("{file} does not name what it imports: {}", import.join(" "))).collect()
}

pub fn no_test_is_ignored(file: &str, text: &str) -> Vec<String> {
    let words = words(text);
    // `#[schema(ignore)]` leaves a field out of the OpenAPI document.
    let of_tests = attributes(&words).filter(|attribute| !attribute.contains(&"schema".to_owned()));
    let ignoring = of_tests.filter(|attribute| attribute.contains(&"ignore".to_owned()));
    ignoring.map(|_| format!("{file} ignores a test; mend it or remove it")).collect()
}

pub fn lints_are_expected_for_a_reason_never_allowed(file: &str, text: &str) -> Vec<String> {
    let words = words(text);
    let wrong = attributes(&words).filter(|attribute| {
        let calls = |name| attribute.windows(2).any(|words| *words == [name, "("]);
        calls("allow") || calls("expect") && !attribute.contains(&"reason".to_owned())
    });
    wrong.map(|attribute| format!("{file}: write #[expect(…, reason = …)], not #{}", attribute.concat())).collect()
}

/// Only src/app.rs may panic. In src/app.rs, a comment above each call of `expect` must give the reason.
pub fn the_program_does_not_panic(file: &str, text: &str) -> Vec<String> {
    let words = without_tests(&words(text));
    let panics = words.windows(3).filter(|words| match [&*words[0], &*words[1], &*words[2]] {
        [".", "unwrap" | "unwrap_err" | "expect_err", "("] => true,
        [".", "expect", "("] => file != "src/app.rs",
        ["panic" | "todo" | "unimplemented" | "unreachable", "!", "(" | "[" | "{"] => true,
        _ => false,
    });
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let silent = lines.windows(2).filter(|pair| file == "src/app.rs" && pair[1].contains(".expect("));
    let silent = silent.filter(|pair| !pair[0].starts_with("//")).map(|pair| format!("{file}: why? {}", pair[1]));
    panics.map(|words| format!("{file} can panic: {}", words.concat())).chain(silent).collect()
}

/// CONTRIBUTING.md must name the maximum length of a function and of a file.
pub fn contributors_are_told_how_long_files_and_functions_may_be(file: &str, text: &str) -> Vec<String> {
    let said = format!("A function has at most {LONGEST_FUNCTION} lines, and a file has at most {LONGEST_FILE}");
    let silent = file == "CONTRIBUTING.md" && !text.contains(&said);
    silent.then(|| format!("{file} does not say \"{said}\"")).into_iter().collect()
}

/// A handler must not choose an owner. `Caller`, `Downloading` and `Feeding` find the owner to whom the request's
/// credential belongs.
pub fn only_the_caller_opens_a_store(file: &str, text: &str) -> Vec<String> {
    let words = without_tests(&words(text));
    let opens = words.windows(4).any(|words| words[0] == "store" && words[1..] == [".", "of", "("]);
    let may = ["src/api/access/caller.rs", "src/api/access/download.rs", "src/api/access/feed.rs"];
    let wrong = opens && !may.contains(&file);
    wrong.then(|| format!("{file} opens a store; only Caller may, src/api/access/caller.rs")).into_iter().collect()
}

/// The README must be short. A reader should need only a few minutes for the README.
pub fn the_readme_is_short(file: &str, text: &str) -> Vec<String> {
    let length = text.lines().count();
    if file != "README.md" {
        return Vec::new();
    }
    let long = (length > LONGEST_README).then(|| format!("{file} has {length} lines; move some to docs/"));
    let wide = text.lines().filter(|line| line.chars().count() > WIDEST_README && !line.starts_with('|'));
    wide.map(|line| format!("{file} has a line that is too wide: {line}")).chain(long).collect()
}

pub fn no_file_is_too_long(file: &str, text: &str) -> Vec<String> {
    let length = text.lines().count();
    (length > LONGEST_FILE).then(|| format!("{file} has {length} lines; take it apart")).into_iter().collect()
}

/// The length of a function is the number of lines from `fn` to the closing brace. This number includes blank lines and
/// comments.
pub fn no_function_is_too_long(file: &str, text: &str) -> Vec<String> {
    let lines: Vec<_> = text.lines().collect();
    let starts = lines.iter().enumerate().filter(|(_, line)| {
        let words = line.split_whitespace().map(|word| word.split('(').next().unwrap_or_default());
        let mut rest = words.skip_while(|word| ["pub", "async", "const", "unsafe"].contains(word));
        rest.next() == Some("fn")
    });
    let long = starts.filter_map(|(start, line)| {
        let end = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
        let length = lines[start..].iter().position(|line| **line == end)? + 1;
        (length > LONGEST_FUNCTION)
            .then(|| format!("{file}:{} is a function of {length} lines; take it apart", start + 1))
    });
    long.collect()
}

/// Returns the name and version of every package in the output of `cargo tree`.
fn packages(tree: &str) -> BTreeSet<(&str, &str)> {
    let words = tree.lines().map(str::split_whitespace);
    words.filter_map(|mut words| Some((words.next()?, words.next()?))).collect()
}

pub fn the_lambda_has_no_sqlite_and_no_command_line(_: &str, tree: &str) -> Vec<String> {
    let unwanted = ["rusqlite", "libsqlite3-sys", "dynoxide", "clap", "directories", "serde-saphyr"];
    let found = packages(tree).into_iter().filter(|(name, _)| unwanted.iter().any(|word| name.starts_with(word)));
    found.map(|(name, _)| format!("{name} is in the Lambda; it belongs to the feature \"cli\"")).collect()
}

pub fn the_lambda_has_one_http_and_one_tls(_: &str, tree: &str) -> Vec<String> {
    let wanted = [("hyper", 1), ("rustls", 1), ("native-tls", 0), ("openssl", 0), ("openssl-sys", 0)];
    let number = |name: &str| packages(tree).iter().filter(|(package, _)| *package == name).count();
    let wrong = wanted.into_iter().filter(|(name, wanted)| number(name) != *wanted);
    wrong.map(|(name, wanted)| format!("{name}: {} versions instead of {wanted}", number(name))).collect()
}

pub fn no_file_names_a_folder_of_somebodys_machine(file: &str, text: &str) -> Vec<String> {
    let absolute =
        |start: usize| !text[..start].ends_with(|before: char| before.is_alphanumeric() || "_.-}~".contains(before));
    let names = |folder: &&&str| text.match_indices(&format!("/{folder}/")).any(|(start, _)| absolute(start));
    FOLDERS.iter().filter(names).map(|folder| format!("{file} names a path in /{folder}")).collect()
}

pub fn the_table_is_defined_in_the_template_alone(file: &str, text: &str) -> Vec<String> {
    let (template, reader) = TEMPLATE;
    // This rule ignores `tests/stored`, because the data files there contain a definition of the table.
    if file.starts_with("tests/stored/") {
        return Vec::new();
    }
    let (defines, may) = (text.contains(concat!("Key", "Schema")), file == template || file == reader);
    (defines != may)
        .then(|| format!("{file}: the table is defined in {template}, read by {reader}"))
        .into_iter()
        .collect()
}
