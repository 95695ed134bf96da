//! Texts of other formats, and texts that look like ours.

use todo_action::api::import::formats::own;

use super::FORMATS;

#[test]
fn a_text_of_another_format_belongs_to_no_reader() {
    for text in [
        "",
        "\n\n",
        "Dear Eva,\n\nsee you tomorrow.\nTim",
        "# Only a heading\n\n- an item\n- another",
        "{}",
        "[]",
        "{\"kind\":\"youtube#list\",\"items\":[]}",
        "{\"format\":\"other\",\"title\":\"\\\"format\\\":\\\"todo-action\\\"\"}",
        "[{\"description\":\"Taskwarrior\",\"uuid\":\"1\",\"entry\":\"20260110T231200Z\",\"status\":\"pending\"}]",
        "{\"name\":\"A board\",\"lists\":[{\"name\":\"To do\"}],\"cards\":[{\"name\":\"Card\",\"due\":null}]}",
        "Subject,Start Date,Due Date\nCall @home,2026-11-20,2026-11-21\n",
        "BEGIN:VCARD\nFN:Eva\nEND:VCARD\n",
        "<html><body>- [ ] x</body></html>",
    ] {
        let known: Vec<_> = FORMATS.iter().filter(|format| (format.is)(text)).map(|format| format.folder).collect();
        assert!(known.is_empty() && !own::is(text), "{known:?}: {text}");
    }
}
