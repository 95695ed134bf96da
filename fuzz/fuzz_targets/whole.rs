#![no_main]

use libfuzzer_sys::fuzz_target;
use todo_action::api::import::{bytes::decode, formats::Format};

fuzz_target!(|bytes: &[u8]| {
    for file in todo_action_fuzz::unpack(bytes) {
        let text = decode(file.bytes).text;
        if let Some(format) = Format::of(&text) {
            todo_action_fuzz::read(format, &file.name, &text);
        }
    }
});
