//! The common functions of the fuzz targets, which give bytes to the readers of an import. A target fails if a reader
//! panics, breaks a limit, or needs much time or memory. `fuzz/run` runs the targets.

use jiff::{Timestamp, tz::TimeZone};
use todo_action::{
    api::import::{
        archive::{self, FILES, UNPACKED_BYTES, Unpacked},
        bytes::decode,
        formats::{Content, Format},
        source::{Context, Found, SourceFile},
    },
    domain::moment::Weekday,
};

/// The name of the file. It contains an id, as the names of Todoist's files do.
const NAME: &str = "List [6Xx8jQ886Wh4P5g].csv";

/// Reads the bytes in this format, even if they look like another one.
pub fn read_as(format: Format, bytes: &[u8]) {
    let text = decode(bytes.to_vec()).text;
    Format::of(&text);
    read(format, NAME, &text);
}

/// Reads the text in this format. Panics if the reader returns more todos than its limit.
pub fn read(format: Format, name: &str, text: &str) {
    let now = Timestamp::constant(1_795_856_400, 0);
    let zone = TimeZone::get("Europe/Berlin").expect("the program contains all time zones");
    let context = Context { now, zone, week_start: Weekday::Mon };
    if let Ok(Content::Tasks(found)) = format.read(SourceFile { name, text }, &context) {
        assert!(found.todos.len() <= Found::MOST, "{} todos", found.todos.len());
    }
}

/// The files in the bytes, or none if the bytes are damaged. Panics if an archive contains more than the limits allow.
pub fn unpack(bytes: &[u8]) -> Vec<Unpacked> {
    let files = archive::unpack(NAME, bytes.to_vec()).unwrap_or_default();
    let unpacked: usize = files.iter().map(|file| file.bytes.len()).sum();
    assert!(
        files.len() <= FILES && unpacked <= UNPACKED_BYTES.max(bytes.len()),
        "{} files, {unpacked} bytes",
        files.len()
    );
    files
}
