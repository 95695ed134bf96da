//! Corrects words that are nearly words of the table.

use super::day::{MONTHS, month_number, weekday};

/// The words of the table except the months. If the text has only one word, this module does not correct the text to a
/// word of at most four letters.
const WORDS: [&str; 31] = [
    "today",
    "tomorrow",
    "yesterday",
    "tonight",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "noon",
    "next",
    "last",
    "this",
    "coming",
    "end",
    "start",
    "month",
    "year",
    "days",
    "weeks",
    "months",
    "years",
    "hours",
    "minutes",
    "after",
    "before",
    "day",
    "week",
    "hour",
];

/// The text with each wrong word replaced by the word that the caller probably meant. All other words stay. `None` if a
/// word is near no word of the table, or if no word is wrong.
pub fn corrected(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split(' ').collect();
    let is_known = |word: &str| {
        word.len() <= 2
            || word.contains(|letter: char| letter.is_ascii_digit())
            || ["the", "all", "from", "now", "ago", "eod", "eom", "eoy", "min"].contains(&word)
            || WORDS.contains(&word)
            || weekday(word).is_some()
            || month_number(word).is_some()
    };
    let right = words.iter().map(|word| if is_known(word) { Some(*word) } else { near(word, words.len() > 1) });
    let corrected: Vec<&str> = right.collect::<Option<_>>()?;
    (corrected != words).then(|| corrected.join(" "))
}

/// The word of the table that has the same first letter and at most one wrong letter. A word of eight or more letters
/// may have two wrong letters.
fn near(word: &str, beside_others: bool) -> Option<&'static str> {
    let most = |known: &str| if known.len() >= 8 { 2 } else { 1 };
    let known = WORDS.into_iter().chain(MONTHS).filter(|known| known.len() > 4 || beside_others);
    let known = known.filter(|known| known.chars().next() == word.chars().next());
    let nearest =
        known.map(|known| (strsim::damerau_levenshtein(word, known), known.len().abs_diff(word.len()), known)).min()?;
    (nearest.0 <= most(nearest.2)).then_some(nearest.2)
}
