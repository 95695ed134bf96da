//! Reads the files that the rules check, and splits Rust code into words. So a rule does not confuse comments or string
//! literals with code.

use std::{fs, path::Path, process::Command};

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Returns the name and text of each file of the program.
pub fn program() -> Vec<(String, String)> {
    below("src")
}

/// Returns the name and text of each file of the program and of its tests.
pub fn code() -> Vec<(String, String)> {
    [below("src"), below("tests")].concat()
}

/// Returns every file in the repository.
pub fn tracked() -> Vec<(String, String)> {
    let names = output(Command::new("git").args(["ls-files", "-z"]));
    names.split_terminator('\0').filter_map(|name| Some((name.to_owned(), text(name)?))).collect()
}

/// Returns the packages in the Lambda. The Lambda is built without cargo features.
pub fn lambda() -> Vec<(String, String)> {
    let tree = ["tree", "-e", "normal", "--no-default-features", "--offline", "--locked", "--prefix", "none"];
    vec![("cargo tree".to_owned(), output(Command::new(env!("CARGO")).args(tree)))]
}

fn output(command: &mut Command) -> String {
    let output = command.current_dir(ROOT).output().expect("the command can be run");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("names are UTF-8")
}

/// Returns the text of a file. If somebody has deleted the file, but git's index still contains the file, the result is
/// `None`.
fn text(name: &str) -> Option<String> {
    let bytes = fs::read(Path::new(ROOT).join(name)).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn below(folder: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(Path::new(ROOT).join(folder)).expect("the folder can be read");
    let mut files = Vec::new();
    for entry in entries.map(|entry| entry.expect("the folder can be read")) {
        let name = format!("{folder}/{}", entry.file_name().display());
        if entry.path().is_dir() {
            files.extend(below(&name));
        } else if name.ends_with(".rs") {
            files.extend(text(&name).map(|text| (name, text)));
        }
    }
    files
}

/// Splits Rust source into words. A word is a name, a literal, a bracket, `::`, or another single punctuation mark.
pub fn words(source: &str) -> Vec<String> {
    let mut words = Vec::new();
    flatten(source.parse().expect("the source is Rust"), &mut words);
    words
}

fn flatten(tokens: TokenStream, words: &mut Vec<String>) {
    let mut half = false;
    for token in tokens {
        let colon =
            matches!(&token, TokenTree::Punct(mark) if mark.as_char() == ':' && mark.spacing() == Spacing::Joint);
        match token {
            TokenTree::Punct(_) if half => "::".clone_into(words.last_mut().expect("the first half")),
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                words.push(open.to_owned());
                flatten(group.stream(), words);
                words.push(close.to_owned());
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => words.push(token.to_string()),
        }
        half = colon && !half;
    }
}

/// `open` is the position of an opening bracket. Returns the position of the matching closing bracket.
pub fn closing(words: &[String], open: usize) -> usize {
    let mut depth = 0_usize;
    let closes = words[open..].iter().position(|word| {
        match word.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    open + closes.expect("brackets are balanced")
}

/// Returns the words of each attribute (`#[…]` or `#![…]`), including the square brackets.
pub fn attributes(words: &[String]) -> impl Iterator<Item = &[String]> {
    let starts = (1..words.len()).filter(|at| {
        let before = words[..*at].iter().rev().find(|word| *word != "!");
        words[*at] == "[" && before.is_some_and(|word| word == "#")
    });
    starts.map(|at| &words[at..=closing(words, at)])
}

/// Returns the words, but leaves out each item under `#[cfg(test)]`. For a file with `#![cfg(test)]`, the result is
/// empty.
pub fn without_tests(words: &[String]) -> Vec<String> {
    if words.windows(8).any(|words| *words == ["#", "!", "[", "cfg", "(", "test", ")", "]"]) {
        return Vec::new();
    }
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < words.len() {
        if words[at..].starts_with(&["#", "[", "cfg", "(", "test", ")", "]"].map(str::to_owned)) {
            let end = words[at..].iter().position(|word| word == "{" || word == ";").expect("an item ends") + at;
            at = if words[end] == "{" { closing(words, end) } else { end };
        } else {
            kept.push(words[at].clone());
        }
        at += 1;
    }
    kept
}

/// Removes the attributes, and returns the items of the file. The file must contain only declarations.
pub fn items(words: &[String]) -> Vec<Vec<String>> {
    let (mut bare, mut at) = (Vec::new(), 0);
    while at < words.len() {
        match words[at].as_str() {
            "#" | "!" => {}
            "[" => at = closing(words, at),
            word => bare.push(word.to_owned()),
        }
        at += 1;
    }
    bare.split(|word| word == ";").filter(|item| !item.is_empty()).map(<[_]>::to_vec).collect()
}

/// Returns the module of a file, such as `["store", "read"]` for src/store/read.rs.
pub fn module(file: &str) -> Vec<String> {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').map(str::to_owned).collect()
}

/// Finds each path that starts with `crate`, `self` or `super`. Each returned path starts at the root of the crate.
pub fn paths(file: &str, words: &[String]) -> Vec<Vec<String>> {
    let (mut found, mut scopes) = (Vec::new(), vec![module(file)]);
    let joined = |at: usize| words.get(at).is_some_and(|word| word == "::");
    let leads = |at: usize| joined(at + 1) && (at == 0 || !joined(at - 1));
    for (at, word) in words.iter().enumerate() {
        let scope = scopes.last().cloned().unwrap_or_default();
        match word.as_str() {
            "{" if at > 1 && words[at - 2] == "mod" => scopes.push([scope, vec![words[at - 1].clone()]].concat()),
            "{" => scopes.push(scope),
            "}" => drop(scopes.pop()),
            "crate" | "self" | "super" if leads(at) => follow(words, at, scope, &mut found),
            _ => {}
        }
    }
    found
}

/// Reads the rest of a path. This rest starts at `words[at]`, and `path` contains the part before this word. If the
/// path has branches in `{…}`, the function reads each branch.
fn follow(words: &[String], mut at: usize, mut path: Vec<String>, found: &mut Vec<Vec<String>>) {
    loop {
        match words[at].as_str() {
            "{" => return branch(words, at, &path, found),
            "crate" => path.clear(),
            "super" => drop(path.pop()),
            "self" => {}
            name => path.push(name.to_owned()),
        }
        if words.get(at + 1).is_none_or(|next| next != "::") {
            return found.push(path);
        }
        at += 2;
    }
}

fn branch(words: &[String], open: usize, path: &[String], found: &mut Vec<Vec<String>>) {
    let (mut at, end) = (open + 1, closing(words, open));
    while at < end {
        follow(words, at, path.to_vec(), found);
        while at < end && words[at] != "," {
            at = if words[at] == "{" { closing(words, at) } else { at } + 1;
        }
        at += 1;
    }
}
