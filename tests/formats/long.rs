//! Long texts, which take little time and little memory.

use todo_action::api::import::{
    formats::{markdown, own},
    source::{At, Found, SourceFile},
};

use super::{FORMATS, context};

fn read(text: &str) {
    let file = SourceFile { name: "file", text };
    for format in FORMATS {
        (format.is)(text);
        (format.read)(file, &context());
    }
    drop(own::read(file, &context()));
}

/// Pieces that begin something which does not end, or that a reader could look for again and again.
const PIECES: [&str; 37] = [
    "[",
    "{\"a\":",
    "{\"value\":[",
    "[{},",
    "\"kind\":",
    "\"format\" ",
    "<",
    "<!--",
    "&",
    "(A) ",
    "x ",
    "+a ",
    "@a ",
    "due:2026-01-01 ",
    "- [ ] ",
    "- [ ] a\n",
    " - [ ] a\n ",
    "#1 ",
    "#a ",
    "📅 2026-01-01 ",
    "🔁 every day ",
    "⏰ 09:30",
    "> ",
    "```\n",
    "---\n",
    "\\",
    "a\n",
    "\n",
    "BEGIN:VTODO\n",
    "BEGIN:X\n",
    "END:VTODO\n",
    "SUMMARY:a\n ",
    "DESCRIPTION:a\nb",
    "DUE;",
    "\"",
    "\",\"",
    ",",
];

/// With a time that grows with the square of the length, this test would take many minutes.
#[test]
fn a_long_text_takes_little_time() {
    for piece in PIECES {
        let many = piece.repeat(40_000 / piece.len());
        for start in [
            "",
            "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:",
            "- [ ] a ",
            "- [ ] a\n  ",
            "{\"kind\":\"tasks#taskLists\",\"items\":",
            "{\"value\":[{\"importance\":\"low\",\"isReminderOn\":true,\"body\":{\"contentType\":\"html\",\"content\":\"",
        ] {
            read(&format!("{start}{many}"));
        }
    }
}

#[test]
fn a_file_with_too_many_tasks_is_read_up_to_the_limit() {
    let text = "- [ ] a\n".repeat(Found::MOST + 2);
    let found = markdown::read(SourceFile { name: "file", text: &text }, &context());
    assert_eq!((found.todos.len(), found.broken.len()), (Found::MOST, 1));
    assert_eq!(found.broken[0].at, At::line(Found::MOST + 1));
    assert!(found.broken[0].reason.starts_with("The file has more than 100000 tasks."));
}
