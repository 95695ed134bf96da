//! Writes texts without case and accents, for searches in many long texts.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::iter::once;

use unicode_normalization::{IsNormalized, UnicodeNormalization, char::canonical_combining_class, is_nfc_quick};

use super::unicode::without_accents;

/// Computes `without_case_and_accents` for many texts. A caller can search through 4 MB of notes with one request, so
/// this type must be fast for every text. docs/PERFORMANCE.md contains the times for the worst texts.
///
/// This type first replaces each letter, and remembers the replacement of each letter. Then NFC combines letters and
/// their marks. NFC is slow, so this type uses NFC only for the parts of a text where NFC can change something.
#[derive(Debug, Default)]
pub struct Folding {
    letters: HashMap<char, Replacement, BuildHasherDefault<LetterHasher>>,
    /// The result for the current text.
    folded: String,
    /// The position in `folded` of the last letter that NFC does not combine with earlier letters. In `folded`, only
    /// the marks of this letter follow the letter. If the next letter of the text is a mark, NFC can still combine this
    /// letter with the mark.
    last: usize,
    /// From this position in `folded`, the program must still apply NFC.
    open: Option<usize>,
    /// A buffer for the result of NFC.
    composed: String,
}

/// The letters that replace a letter in a search.
#[derive(Debug)]
struct Replacement {
    /// The letters in NFC. An accent has no replacement, so the text is then empty.
    text: Box<str>,
    /// Whether NFC can change the text if other letters precede the text.
    joins: bool,
    /// If other letters follow the text, NFC can change only the last part of the text. This is the length of this
    /// part, in bytes.
    last: usize,
}

/// When the map of letters has this size, the program adds only letters for which `stays` is false. Unicode has about
/// 20,000 such letters.
const REMEMBERED: usize = 4_096;
/// If NFC must change a part of the text, the program applies NFC to at least this number of bytes in one step. Many
/// small steps would take more time.
const STEP: usize = 256;
/// If a replacement has more bytes than this limit, the program applies NFC before it adds this replacement to the
/// text. So NFC does not need to read long replacements. A replacement has up to 18 letters.
const LONG: usize = 4;

impl Folding {
    /// `without_case_and_accents` of this text.
    pub fn of(&mut self, text: &str) -> &str {
        self.folded.clear();
        if text.is_ascii() {
            self.folded.push_str(text);
            self.folded.make_ascii_lowercase();
            return &self.folded;
        }
        self.last = 0;
        for letter in text.chars() {
            if letter.is_ascii() {
                self.push(letter.to_ascii_lowercase());
                continue;
            }
            let known = match self.letters.get(&letter) {
                Some(known) => known,
                None if self.letters.len() >= REMEMBERED && stays(letter) => {
                    self.push(letter);
                    continue;
                }
                None => self.letters.entry(letter).or_insert_with(|| Replacement::of(letter)),
            };
            if known.joins {
                self.open.get_or_insert(self.last);
                self.folded.push_str(&known.text);
            } else if !known.text.is_empty() {
                if self.open.is_some_and(|open| known.text.len() > LONG || self.folded.len() - open > STEP) {
                    compose(&mut self.folded, &mut self.open, &mut self.composed);
                }
                self.folded.push_str(&known.text);
                self.last = self.folded.len() - known.last;
            }
        }
        compose(&mut self.folded, &mut self.open, &mut self.composed);
        &self.folded
    }

    /// Adds the letter as it is.
    fn push(&mut self, letter: char) {
        if self.open.is_some_and(|open| self.folded.len() - open > STEP) {
            compose(&mut self.folded, &mut self.open, &mut self.composed);
        }
        self.last = self.folded.len();
        self.folded.push(letter);
    }
}

/// Applies NFC to `folded` from the position `open`.
fn compose(folded: &mut String, open: &mut Option<usize>, composed: &mut String) {
    if let Some(open) = open.take() {
        composed.clear();
        composed.extend(folded[open..].nfc());
        folded.truncate(open);
        folded.push_str(composed);
    }
}

impl Replacement {
    fn of(letter: char) -> Self {
        let mut parts = String::new();
        without_accents(letter, |part| parts.push(part));
        let text: String = parts.nfc().collect();
        let joins = text.chars().next().is_some_and(|first| !is_first(first));
        let last = text.char_indices().rev().find(|(_, part)| is_first(*part));
        Self { last: last.map_or(0, |(at, _)| text.len() - at), text: text.into(), joins }
    }
}

/// Returns `true` if NFC never combines this letter with the letters before it.
fn is_first(letter: char) -> bool {
    canonical_combining_class(letter) == 0 && is_nfc_quick(once(letter)) != IsNormalized::Maybe
}

/// Returns `true` if the search does not replace this letter, and if NFC never combines this letter with the letters
/// before it.
fn stays(letter: char) -> bool {
    let mut is_same = true;
    without_accents(letter, |part| is_same &= part == letter);
    is_same && is_first(letter)
}

/// Hashes a letter. The default hasher of Rust is slower, because it protects against callers who choose keys with the
/// same hash. The map of letters is small, so this protection is not necessary.
#[derive(Debug, Default)]
struct LetterHasher(u64);

impl Hasher for LetterHasher {
    fn write_u32(&mut self, letter: u32) {
        // The number is 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, section
        // 6.4).
        let product = u64::from(letter).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = product ^ (product >> 32);
    }

    /// The hash of a `char` uses only `write_u32`. The function `write` would also work for other keys, but slowly.
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(self.0 as u32 ^ u32::from(*byte)));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::domain::unicode::without_case_and_accents;

    /// A random letter. Half of these letters combine with other letters, or become several letters.
    fn letter() -> impl Strategy<Value = char> {
        let special = "aAoOıİßẞæÆøØǽǿſẛςΣ¨΅ ¼ŉǄ\u{301}\u{338}\u{34f}\u{345}\u{344}\u{5c0}\u{5b8}\u{610}\u{618}\u{730}\u{731}か\u{3099}\u{ff76}\u{ff9e}\u{915}\u{93c}\u{958}ㄱㅏ각한하\u{fdfa}\u{1d160}\u{1d15f}\u{1d165}\u{1d16e}\u{fb2c}\u{f73}\u{f71}\u{f72}\u{9c7}\u{9be}\u{110a5}\u{110ba}";
        let special: Vec<char> = special.chars().collect();
        prop_oneof![proptest::sample::select(special), any::<char>(), proptest::char::range(' ', '\u{3200}')]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_text_is_folded_as_letter_by_letter(
            texts in vec(vec(letter(), 0..40), 1..4), long in (0..300_usize, 0..300_usize),
        ) {
            let mut folding = Folding::default();
            for text in texts {
                let text: String = text.into_iter().collect();
                let long = ["n".repeat(long.0), text.clone(), "n".repeat(long.1), text.clone()].concat();
                for text in [text, long] {
                    prop_assert_eq!(folding.of(&text), without_case_and_accents(&text));
                }
            }
        }
    }

    #[test]
    fn every_letter_is_folded_as_it_is_alone_and_between_others() {
        let mut folding = Folding::default();
        // This test leaves out letters that do not change and do not combine with other letters.
        for letter in ('\0'..'\u{20000}').chain('\u{2f800}'..'\u{2fa20}').chain('\u{e0000}'..'\u{e0200}') {
            for text in [format!("{letter}Ä"), format!("ä{letter}\u{3099}\u{301}ᅡ")] {
                assert_eq!(folding.of(&text), without_case_and_accents(&text), "{letter:?}");
            }
        }
    }

    #[test]
    fn letters_that_the_program_does_not_remember_are_folded_too() {
        let many: String = ('\u{20000}'..'\u{22000}').collect();
        let mut folding = Folding::default();
        assert_eq!(folding.of(&many), many);
        assert!(folding.letters.len() <= REMEMBERED);
        let text = format!("{many}Ä\u{1f600}\u{301}");
        assert_eq!(folding.of(&text), without_case_and_accents(&text));
    }

    #[test]
    fn long_texts_of_letters_that_become_many_are_folded_much_faster_than_letter_by_letter() {
        for text in ["\u{fdfa}", "\u{1d160}", "\u{fdfa}\u{3099}"].map(|letters| letters.repeat(2_000)) {
            let mut folding = Folding::default();
            let fastest = |run: &mut dyn FnMut()| {
                let times = (0..10).map(|_| {
                    let start = std::time::Instant::now();
                    run();
                    start.elapsed()
                });
                times.min().unwrap_or_default()
            };
            let fast = fastest(&mut || assert!(!folding.of(&text).contains("zz")));
            let plain = fastest(&mut || assert!(!without_case_and_accents(&text).contains("zz")));
            // The measured ratio is between 8 and 90.
            assert!(fast * 3 < plain, "{fast:?} {plain:?}");
        }
    }
}
