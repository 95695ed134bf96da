//! Checks that files do not use each other in a circle. If there are no circles, there is a good order for reading the
//! files: each file comes after all files that this file uses.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::source::{module, paths, program, without_tests, words};

/// For each file, the files that this file uses. If a file uses the `mod.rs` of its own folder or of an outer folder,
/// the map does not record this use. The `mod.rs` of a folder declares the files of the folder, and contains their
/// shared code.
type Uses<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn uses(files: &[(String, String)]) -> Uses<'_> {
    let modules: BTreeMap<Vec<String>, &str> = files.iter().map(|(file, _)| (module(file), file.as_str())).collect();
    let holder = |path: &[String]| (1..=path.len()).rev().find_map(|length| modules.get(&path[..length]).copied());
    let used = |(file, text): &'_ (String, String)| {
        let own = module(file);
        let named = paths(file, &without_tests(&words(text)));
        let others = named.iter().filter_map(|path| holder(path)).filter(|used| !own.starts_with(&module(used)));
        others.collect::<BTreeSet<_>>()
    };
    files.iter().map(|file| (file.0.as_str(), used(file))).collect()
}

/// For each file in a circle, finds the shortest circle that contains this file. Lists each circle only once.
fn circles(files: &[(String, String)]) -> BTreeSet<String> {
    let uses = uses(files);
    let mut found = BTreeMap::new();
    for start in uses.keys() {
        if let Some(circle) = circle(&uses, start) {
            let members: BTreeSet<_> = circle.iter().copied().collect();
            found.entry(members).or_insert_with(|| format!("{} → {start}", circle.join(" → ")));
        }
    }
    found.into_values().collect()
}

/// Finds the shortest circle that contains the file `start`: each file uses the next file, and the last file uses
/// `start`.
fn circle<'a>(uses: &Uses<'a>, start: &'a str) -> Option<Vec<&'a str>> {
    let (mut ways, mut seen) = (VecDeque::from([vec![start]]), BTreeSet::new());
    while let Some(way) = ways.pop_front() {
        for next in uses.get(way.last()?)? {
            if *next == start {
                return Some(way);
            }
            if seen.insert(*next) {
                ways.push_back([&way[..], &[*next]].concat());
            }
        }
    }
    None
}

#[test]
fn files_do_not_use_each_other_in_a_circle() {
    let found = circles(&program());
    assert!(found.is_empty(), "\n{}", found.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_circle_is_noticed_however_it_is_closed() {
    let files = |closing: &str| {
        [
            ("src/store/mod.rs", "mod a; mod b; pub struct Store;"),
            ("src/store/a.rs", "use super::{Store, b::B}; pub struct A;"),
            ("src/store/b.rs", "use crate::domain::c::C; pub struct B;"),
            ("src/domain/mod.rs", "pub mod c;"),
            ("src/domain/c.rs", closing),
        ]
        .map(|(file, text)| (file.to_owned(), text.to_owned()))
    };
    assert_eq!(circles(&files("pub struct C;")), BTreeSet::new());
    assert_eq!(circles(&files("#[cfg(test)] mod tests { use crate::store::a::A; }")), BTreeSet::new());
    let expected = BTreeSet::from(["src/domain/c.rs → src/store/a.rs → src/store/b.rs → src/domain/c.rs".to_owned()]);
    for closing in
        ["use crate::store::a::A;", "fn c() { crate::store::a::run() }", "use super::super::store::{a::{self, A}};"]
    {
        assert_eq!(circles(&files(closing)), expected, "{closing}");
    }
}
