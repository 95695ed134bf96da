#![no_main]

use libfuzzer_sys::fuzz_target;
use todo_action::api::import::formats::Format;

fuzz_target!(|bytes: &[u8]| todo_action_fuzz::read_as(Format::GoogleTasks, bytes));
