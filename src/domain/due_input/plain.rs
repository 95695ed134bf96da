//! Replaces typographic characters by the plain ones that people type.

use crate::domain::unicode::is_ignorable;

/// The text with plain digits, colons, dashes, apostrophes and spaces, and without invisible characters. Texts that are
/// copied from a document contain characters such as `‑` (U+2011), and texts in Japanese contain `１７：００`.
pub fn plain(text: &str) -> String {
    let letters = text.chars().filter(|letter| !is_ignorable(*letter)).map(|letter| match letter {
        // Unicode contains a wide form of each character from `!` to `~`, in the same order.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{2236}' | '\u{fe55}' => ':',
        '\u{2018}' | '\u{2019}' => '\'',
        letter if letter.is_whitespace() => ' ',
        letter => letter,
    });
    letters.collect::<String>().trim().to_owned()
}
