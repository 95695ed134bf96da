//! The table of all mistakes in docs/WISHES.md.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;

use super::{calls, dates, edits, others, repetitions, searches, texts};
use crate::table::assert_written;

#[tokio::test]
async fn the_table_of_mistakes_is_what_happens() {
    let all =
        [repetitions::all(), edits::all(), calls::all(), dates::all(), searches::all(), texts::all(), others::all()];
    let mut table = "| | the model sends | the answer says | result |\n|---|---|---|---|\n".to_owned();
    let mut failed = Vec::new();
    for (number, mistake) in (1..).zip(all.into_iter().flatten()) {
        if AssertUnwindSafe(mistake.play()).catch_unwind().await.is_err() {
            failed.push(mistake.sends);
        }
        table += &format!("| {number} | {} |\n", mistake.row());
    }
    println!("{table}");
    assert!(failed.is_empty(), "these mistakes end in another way: {failed:#?}");
    assert_written("<!-- The recipe `just wishes` writes this table of mistakes. -->\n", &table);
}
