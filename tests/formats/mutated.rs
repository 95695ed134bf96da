//! Readers accept every text, also parts and mixtures of files.

use std::fs;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use todo_action::api::import::{bytes::decode, source::SourceFile};

use super::{FORMATS, context, files};

/// What happens to a part of a file.
#[derive(Debug, Clone)]
enum Change {
    Remove,
    Double,
    Replace(Vec<u8>),
    Insert(Vec<u8>),
}

fn change() -> impl Strategy<Value = (prop::sample::Index, usize, Change)> {
    let bytes = prop_oneof![
        prop::sample::select(vec!["\"", "\n", "\r", ",", ";", "\0", "[", "{", ":", "  ", "\t", "\u{feff}"])
            .prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..8),
        "[0-9]{1,12}".prop_map(String::into_bytes),
    ];
    let change = prop_oneof![
        Just(Change::Remove),
        Just(Change::Double),
        bytes.clone().prop_map(Change::Replace),
        bytes.prop_map(Change::Insert),
    ];
    (any::<prop::sample::Index>(), 0_usize..40, change)
}

fn changed(mut bytes: Vec<u8>, (at, length, change): &(prop::sample::Index, usize, Change)) -> Vec<u8> {
    let at = if bytes.is_empty() { 0 } else { at.index(bytes.len()) };
    let end = bytes.len().min(at + length);
    let part = bytes[at..end].to_vec();
    match change {
        Change::Remove => drop(bytes.drain(at..end)),
        Change::Double => drop(bytes.splice(at..at, part)),
        Change::Replace(new) => drop(bytes.splice(at..end, new.iter().copied())),
        Change::Insert(new) => drop(bytes.splice(at..at, new.iter().copied())),
    }
    bytes
}

/// Asks each reader, and lets each of them read.
fn read(bytes: Vec<u8>) {
    let text = decode(bytes).text;
    let file = SourceFile { name: "List [6Xx8jQ886Wh4P5g].csv", text: &text };
    for format in FORMATS {
        let is_own = (format.is)(&text);
        let found = (format.read)(file, &context());
        assert!(is_own || found.todos.len() <= text.len(), "{}", format.folder);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn changed_files_are_read_to_their_end(changes in prop::collection::vec(change(), 1..6)) {
        for format in FORMATS {
            for file in files(format.folder) {
                read(changes.iter().fold(fs::read(file).unwrap(), changed));
            }
        }
    }

    #[test]
    fn any_bytes_are_read_to_their_end(bytes in prop::collection::vec(any::<u8>(), 0..400), text in "\\PC{0,200}") {
        read(bytes);
        read(text.into_bytes());
    }
}
