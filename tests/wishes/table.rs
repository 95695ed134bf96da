//! The table of all wishes in docs/WISHES.md. The recipe `just wishes` plays all wishes, and prints and writes the
//! table.

use std::sync::{Mutex, PoisonError};
use std::{fs, panic::AssertUnwindSafe, path::Path};

use futures::FutureExt;

use super::play::{Played, both};
use super::scenarios;
use super::tokens::tokens;
use super::wish::{Outcome, Wish};

const FILE: &str = "docs/WISHES.md";
const BEGIN: &str = "<!-- The recipe `just wishes` writes this table. -->\n";

fn row(wish: &Wish, played: &Played) -> String {
    let result = match wish.outcome {
        Outcome::Met => "met".to_owned(),
        Outcome::MetBut(what) => format!("met; {what}"),
        Outcome::NotMet(what) => format!("**not met**: {what}"),
        Outcome::NotOffered(what) => format!("**not offered**: {what}"),
    };
    let tokens: usize = played.answers.iter().map(|answer| tokens(answer)).sum();
    let numbers = match played.answers.len() {
        0 => "– | – | –".to_owned(),
        calls => format!("{calls} | {} | {tokens}", played.characters()),
    };
    format!("| {} | {} | {numbers} | {result} |\n", wish.number, wish.says)
}

#[expect(clippy::disallowed_methods, reason = "a setting of the test run, not of the program")]
fn writes() -> bool {
    std::env::var_os("WRITE_FACTS").is_some()
}

/// Asserts that this table follows the comment `begin` in docs/WISHES.md. With `WRITE_FACTS`, it writes the table.
#[track_caller]
pub fn assert_written(begin: &str, table: &str) {
    /// Two tests write the same file.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let document = fs::read_to_string(&path).unwrap();
    let (before, old) = document.split_once(begin).unwrap();
    let after: String = old.split_inclusive('\n').skip_while(|line| line.starts_with('|')).collect();
    let right = format!("{before}{begin}{table}{after}");
    if writes() {
        fs::write(&path, &right).unwrap();
    }
    assert!(writes() || document == right, "{FILE} is old; `just wishes` writes it");
}

#[tokio::test]
async fn the_table_of_wishes_is_what_happens() {
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for wish in scenarios::all() {
        let played = AssertUnwindSafe(both(wish)).catch_unwind().await;
        let wish = wish();
        match played {
            Ok(played) => rows.push((wish.number, row(&wish, &played))),
            Err(_) => {
                rows.push((wish.number, format!("| {} | {} | – | – | – | **failed** |\n", wish.number, wish.says)));
                failed.push(wish.number);
            }
        }
    }
    rows.sort();
    failed.sort_unstable();
    let numbers: Vec<usize> = rows.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=60).collect::<Vec<_>>(), "each wish has its number");
    let head = "| | the person says | calls | characters | tokens | result |\n|---|---|---|---|---|---|\n";
    let table: String = rows.into_iter().map(|(_, row)| row).collect();
    println!("{head}{table}");
    assert!(failed.is_empty(), "these wishes fail: {failed:?}");
    assert_written(BEGIN, &format!("{head}{table}"));
}
