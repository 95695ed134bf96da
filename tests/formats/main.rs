//! Each file in the folders `tests/formats/FORMAT` is read by the reader of its format, and by no other one. Beside each
//! file is what it must give: `NAME.expected.json`. With the environment variable `WRITE_EXPECTED=1`, the tests write
//! these files. Then a person must read them, and compare them with the files of the other programs.

mod archives;
mod found;
mod long;
mod mutated;
mod other;
mod own;

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::tz::TimeZone;
use todo_action::{
    api::import::{
        bytes::decode,
        formats::{icalendar, markdown, microsoft, own_csv, takeout, ticktick, todo_txt, todoist},
        source::{Context, Found, SourceFile},
    },
    domain::moment::Weekday,
};

/// A format: the name of its folder, and its reader.
struct Format {
    folder: &'static str,
    is: fn(&str) -> bool,
    read: fn(SourceFile<'_>, &Context) -> Found,
}

const FORMATS: &[Format] = &[
    Format { folder: "icalendar", is: icalendar::is, read: icalendar::read },
    Format { folder: "markdown", is: markdown::is, read: markdown::read },
    Format { folder: "microsoft", is: microsoft::is, read: microsoft::read },
    Format { folder: "own_csv", is: own_csv::is, read: own_csv::read },
    Format { folder: "takeout", is: takeout::is, read: takeout::read },
    Format { folder: "ticktick", is: ticktick::is, read: ticktick::read },
    Format { folder: "todo_txt", is: todo_txt::is, read: todo_txt::read },
    Format { folder: "todoist", is: todoist::is, read: todoist::read },
];

/// Saturday, 28 November 2026, 10:00 in Berlin.
fn context() -> Context {
    let now = "2026-11-28T09:00:00Z".parse().unwrap();
    Context { now, zone: TimeZone::get("Europe/Berlin").unwrap(), week_start: Weekday::Mon }
}

/// The files of a format, in the order of their names.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| !name(file).ends_with(".expected.json"));
    files.sort();
    files
}

fn name(file: &Path) -> String {
    file.file_name().unwrap().to_str().unwrap().to_owned()
}

#[expect(clippy::disallowed_methods, reason = "a setting of the test run, not of the program")]
fn writes_expected() -> bool {
    std::env::var_os("WRITE_EXPECTED").is_some()
}

#[test]
fn each_file_gives_what_stands_beside_it() {
    let mut wrong = Vec::new();
    for format in FORMATS {
        for file in files(format.folder) {
            let text = decode(fs::read(&file).unwrap()).text;
            let found = (format.read)(SourceFile { name: &name(&file), text: &text }, &context());
            let found = format!("{:#}\n", found::json(&found));
            let expected = file.with_extension("expected.json");
            if writes_expected() {
                fs::write(&expected, &found).unwrap();
            }
            let expected = fs::read_to_string(&expected).unwrap_or_default();
            let lines = expected.lines().zip(found.lines());
            if let Some((at, (wanted, line))) = lines.enumerate().find(|(_, (wanted, line))| wanted != line) {
                wrong.push(format!("{}, line {}:\n  expected {wanted}\n  found    {line}", file.display(), at + 1));
            } else if expected != found {
                wrong.push(format!("{}: one text is longer:\n{expected}\n{found}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_format_has_a_fuzz_target() {
    let manifest = include_str!("../../fuzz/Cargo.toml");
    for folder in FORMATS.iter().map(|format| format.folder).chain(["own"]) {
        assert!(manifest.contains(&format!("\npath = \"fuzz_targets/{folder}.rs\"\n")), "{folder}");
    }
}

#[test]
fn each_file_belongs_to_one_format() {
    for format in FORMATS {
        for file in files(format.folder) {
            let text = decode(fs::read(&file).unwrap()).text;
            let own: Vec<&str> =
                FORMATS.iter().filter(|format| (format.is)(&text)).map(|format| format.folder).collect();
            assert_eq!(own, [format.folder], "{}", file.display());
        }
    }
}
