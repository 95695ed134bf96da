//! Archives that other programs have made, and archives that somebody has made to do harm.

use std::{fs, io::Write, path::Path};

use flate2::{Compression, Crc, write::DeflateEncoder, write::GzEncoder};
use proptest::prelude::{any, prop, proptest};
use todo_action::api::import::archive::{self, UNPACKED_BYTES, gunzip, unpack};

fn stored(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/archives").join(name)).unwrap()
}

/// The names and the texts of the files.
fn texts(files: Vec<archive::Unpacked>) -> Vec<(String, String)> {
    files.into_iter().map(|file| (file.name, String::from_utf8(file.bytes).unwrap())).collect()
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A file of an archive: its name, the packed bytes, and what the archive says about them.
struct File<'a> {
    name: &'a str,
    packed: &'a [u8],
    method: u16,
    flags: u16,
    crc: u32,
    said_size: u32,
}

impl<'a> File<'a> {
    fn deflated(name: &'a str, packed: &'a [u8], bytes: &[u8]) -> Self {
        let mut crc = Crc::new();
        crc.update(bytes);
        Self { name, packed, method: 8, flags: 0, crc: crc.sum(), said_size: 1 }
    }
}

fn zip<'a>(files: impl IntoIterator<Item = File<'a>>) -> Vec<u8> {
    let (mut bytes, mut directory, mut number) = (Vec::new(), Vec::new(), 0_u16);
    for file in files {
        let (length, name) = (file.packed.len() as u32, file.name.as_bytes());
        let mut fields = Vec::new();
        for field in [20, file.flags, file.method, 0, 0] {
            fields.extend(field.to_le_bytes());
        }
        for field in [file.crc, length, file.said_size] {
            fields.extend(field.to_le_bytes());
        }
        fields.extend((name.len() as u16).to_le_bytes());
        let offset = (bytes.len() as u32).to_le_bytes();
        bytes.extend([&b"PK\x03\x04"[..], &fields, &[0; 2], name, file.packed].concat());
        directory.extend([&b"PK\x01\x02\x14\x00"[..], &fields, &[0; 12], &offset, name].concat());
        number += 1;
    }
    let (start, size) = (bytes.len() as u32, directory.len() as u32);
    bytes.extend(directory);
    bytes.extend([&b"PK\x05\x06\0\0\0\0"[..], &number.to_le_bytes(), &number.to_le_bytes()].concat());
    bytes.extend([&size.to_le_bytes()[..], &start.to_le_bytes(), &[0; 2]].concat());
    bytes
}

#[test]
fn archives_of_other_programs_are_unpacked_without_folders_hidden_files_and_other_files() {
    let wanted = [("Einkauf.csv", "TYPE,CONTENT\n"), ("Käse.md", "- [ ] Käse\n"), ("notes", "x\n")];
    let wanted = wanted.map(|(name, text)| (name.to_owned(), text.to_owned()));
    for name in ["info-zip.zip", "python.zip", "stream.zip", "code-page.zip"] {
        let files = texts(unpack(name, stored(name)).unwrap());
        assert_eq!(files, wanted, "{name}");
    }
}

#[test]
fn a_gzip_file_has_one_file_and_everything_else_is_a_file_itself() {
    let unpacked = |name: &str, bytes: &[u8]| texts(unpack(name, bytes.to_vec()).unwrap());
    let one = |name: &str, text: &str| vec![(name.to_owned(), text.to_owned())];
    assert_eq!(unpacked("a/b/todo.txt.gz", &gzip(b"x Milk")), one("todo.txt", "x Milk"));
    assert_eq!(unpacked("todo.txt", &[gzip(b"x Milk\n"), gzip(b"Bread")].concat()), one("todo.txt", "x Milk\nBread"));
    assert_eq!(unpacked("C:\\todo.zip", b"no archive"), one("todo.zip", "no archive"));
    assert_eq!(unpacked("", b""), one("", ""));
}

#[test]
fn names_are_only_names_and_archives_inside_stay_closed() {
    let packed = deflated(b"a");
    let names =
        ["../../etc/a.csv", "/a/b.csv", "C:\\x\\c.csv", "d.csv", "d.csv", "e.zip", "..", "f/", ".g.csv", "\0.csv"];
    let files = texts(unpack("x.zip", zip(names.map(|name| File::deflated(name, &packed, b"a")))).unwrap());
    let names: Vec<&str> = files.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["a.csv", "b.csv", "c.csv", "d.csv", "d.csv", "\0.csv"]);
}

#[test]
fn unpacking_stops_at_the_limit_whatever_the_archive_says() {
    let (most, more) = (vec![b'a'; UNPACKED_BYTES], vec![b'a'; UNPACKED_BYTES + 1]);
    let (packed, bomb) = (deflated(&most), deflated(&vec![b'a'; 10 * UNPACKED_BYTES]));
    assert!(bomb.len() * 1_000 < 10 * UNPACKED_BYTES, "{}", bomb.len());
    let unpacked = |files: Vec<File<'_>>| unpack("x.zip", zip(files)).map(|files| files.len());
    assert_eq!(unpacked(vec![File::deflated("a.csv", &packed, &most)]), Ok(1));
    let too_large = Err("The unpacked files have more than 8 MB. Please send fewer files at once.".to_owned());
    assert_eq!(unpacked(vec![File::deflated("a.csv", &bomb, &most)]), too_large);
    let one = deflated(b"a");
    let both = vec![File::deflated("a.csv", &packed, &most), File::deflated("b.csv", &one, b"a")];
    assert_eq!(unpacked(both), too_large);
    assert_eq!(gunzip(&gzip(&most)).map(|bytes| bytes.len()), Ok(UNPACKED_BYTES));
    assert_eq!(gunzip(&gzip(&more)).map(|bytes| bytes.len()), too_large);
}

#[test]
fn an_archive_of_many_files_is_refused() {
    let packed = deflated(b"a");
    let names: Vec<String> = (0..1_000).map(|number| format!("{number}.csv")).collect();
    let files = |count: usize| zip(names[..count].iter().map(|name| File::deflated(name, &packed, b"a")));
    assert_eq!(unpack("x.zip", files(200)).unwrap().len(), 200);
    let refused = "The archive has more than 200 files. Please send fewer files at once.";
    assert_eq!(unpack("x.zip", files(201)).unwrap_err(), refused);
    assert_eq!(unpack("x.zip", files(1_000)).unwrap_err(), refused);
}

#[test]
fn an_archive_that_cannot_be_read_is_refused_with_what_to_do() {
    let packed = deflated(b"some bytes");
    let file = || File::deflated("a.csv", &packed, b"some bytes");
    let damaged = "The archive is damaged or not complete. Please make it once more, or send its files unpacked.";
    let error = |bytes: Vec<u8>| unpack("x.zip", bytes).unwrap_err();
    assert_eq!(error(zip([File { crc: 1, ..file() }])), damaged);
    assert_eq!(error(zip([file()])[..40].to_vec()), damaged);
    assert_eq!(error(b"PK\x03\x04".to_vec()), damaged);
    assert_eq!(error(gzip(b"some bytes")[..12].to_vec()), damaged);
    let password = "The file a.csv in the archive has a password. Please send the archive without one.";
    assert_eq!(error(zip([File { flags: 1, ..file() }])), password);
    let unusual = "The file a.csv in the archive is packed in an unusual way. Please send it unpacked.";
    assert_eq!(error(zip([File { method: 93, ..file() }])), unusual);
    assert!(error(zip([File { name: "a.png", ..file() }])).starts_with("The archive has no file that can have todos."));
    assert!(error(zip([])).starts_with("The archive has no file that can have todos."));
}

#[test]
fn files_that_lie_upon_each_other_are_refused() {
    let packed = deflated(b"some bytes");
    let mut bytes = zip(["a.csv", "b.csv"].map(|name| File::deflated(name, &packed, b"some bytes")));
    assert_eq!(unpack("x.zip", bytes.clone()).unwrap().len(), 2);
    // The second entry of the directory also begins at the first byte, and both are as long as the archive.
    let second = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[second + 42..second + 46].copy_from_slice(&[0; 4]);
    let first = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    for entry in [first, second] {
        let length = (bytes.len() - 40) as u32;
        bytes[entry + 20..entry + 24].copy_from_slice(&length.to_le_bytes());
    }
    assert!(unpack("x.zip", bytes).unwrap_err().contains("damaged"));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        at in any::<prop::sample::Index>(),
        new in prop::collection::vec(any::<u8>(), 0..6),
        bytes in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        for name in ["info-zip.zip", "python.zip"] {
            let mut archive = stored(name);
            let at = at.index(archive.len());
            let end = archive.len().min(at + new.len());
            archive.splice(at..end, new.iter().copied());
            drop(unpack(name, archive));
        }
        drop(unpack("a", [&[0x1f, 0x8b, 8, 0][..], &bytes].concat()));
        drop(unpack("a", [b"PK\x03\x04", &bytes[..]].concat()));
    }
}
