//! Cleans texts, and prepares texts for comparisons that ignore case and accents.

use unicode_normalization::{
    UnicodeNormalization,
    char::{canonical_combining_class, decompose_canonical, decompose_compatible},
};

/// The text in lower case and in Unicode's normalization form NFC, for the comparison of names. The function does not
/// use NFKC, because NFKC makes some characters much longer. With NFKC, a name of 60 characters could be longer than
/// 1,024 bytes, the limit of a sort key.
pub fn without_case(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfc().flat_map(lower).collect()
}

/// The text in lower case and without accents, for searches. In the Indic scripts, kana and Hangul, a mark can change a
/// letter to a different letter. This function keeps such marks. [`Folding`](super::folding::Folding) gives the same
/// result, and is much faster for long texts.
pub fn without_case_and_accents(text: &str) -> String {
    let mut letters = String::with_capacity(text.len());
    text.chars().for_each(|letter| without_accents(letter, |part| letters.push(part)));
    letters.nfc().collect()
}

/// Calls `emit` with each letter that replaces `letter` in a search. An accent has no replacement.
pub(super) fn without_accents(letter: char, mut emit: impl FnMut(char)) {
    decompose_canonical(letter, |part| {
        let (mut is_first, mut is_free_accent) = (true, false);
        decompose_compatible(part, |piece| {
            // An accent without a letter, such as `¨`, does not change. NFKD would replace such an accent by a space.
            is_free_accent |= is_first && piece == ' ' && part != ' ';
            is_first = false;
            if !is_free_accent && !is_accent(piece) {
                simplest(piece, &mut emit);
            }
        });
        if is_free_accent {
            emit(part);
        }
    });
}

/// Calls `emit` with the letter in lower case. Some letters, such as `ø`, have no decomposition in Unicode. People
/// often write one or two simpler letters instead, so this function also replaces letters such as `ø`.
fn simplest(letter: char, emit: &mut impl FnMut(char)) {
    for letter in lower(letter) {
        match letter {
            'ß' => "ss".chars().for_each(&mut *emit),
            'æ' => "ae".chars().for_each(&mut *emit),
            'œ' => "oe".chars().for_each(&mut *emit),
            'ø' => emit('o'),
            'ł' => emit('l'),
            'đ' | 'ð' => emit('d'),
            'ı' => emit('i'),
            letter if is_accent(letter) => {}
            letter => emit(letter),
        }
    }
}

/// Whether the character is an accent of a Latin, Greek or Cyrillic letter, a point of a Hebrew letter, or a vowel sign
/// of an Arabic letter.
fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// The letter in lower case. At the end of a word, the Greek letter sigma is written `ς`. This function changes `ς` to
/// the usual `σ`.
fn lower(letter: char) -> impl Iterator<Item = char> {
    letter.to_lowercase().map(|letter| if letter == 'ς' { 'σ' } else { letter })
}

/// Replaces each sequence of white space by one space, and removes invisible characters.
pub fn one_line(text: &str) -> String {
    // In Braille texts, the empty pattern (U+2800) is the space between words.
    let letters = text.chars().map(|letter| if letter == '\u{2800}' { ' ' } else { letter });
    let letters: Vec<char> = letters.filter(|letter| letter.is_whitespace() || !letter.is_control()).collect();
    let mut kept = Vec::with_capacity(letters.len());
    for (at, letter) in letters.iter().enumerate() {
        if letter.is_whitespace() || !is_invisible(*letter, &kept, letters.get(at + 1)) {
            kept.push(*letter);
        }
    }
    kept.into_iter().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Changes every line break to `\n`. Removes control characters, except line breaks and tabs.
pub fn many_lines(text: &str) -> String {
    let kept: String = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'))
        .collect();
    kept.trim().to_owned()
}

/// Whether `one_line` removes this character. The control characters are already removed. `one_line` removes invisible
/// characters, and characters that change the direction of the text. There are three exceptions, because some invisible
/// characters have a meaning. `one_line` keeps a joiner between two characters that are not ASCII, for example in an
/// emoji family or in a Persian word. `one_line` keeps a variation selector that follows a visible character.
/// `one_line` keeps the tag characters that are part of an emoji flag. `kept` are the characters before this one that
/// `one_line` has kept, and `next` is the character after it.
fn is_invisible(letter: char, kept: &[char], next: Option<&char>) -> bool {
    let before = kept.last();
    match letter {
        '\u{200c}' | '\u{200d}' => {
            let joins = |letter: &char| !letter.is_ascii() && !letter.is_whitespace() && !is_ignorable(*letter);
            // After a virama (a mark in Indic scripts), a joiner has a meaning even at the end of a word.
            let virama = before.is_some_and(|letter| canonical_combining_class(*letter) == 9);
            let follows = before.is_some_and(|letter| joins(letter) || is_selector(*letter));
            !(follows && (virama || next.is_some_and(joins)))
        }
        letter if is_selector(letter) => before.is_none_or(|before| before.is_whitespace() || is_ignorable(*before)),
        // In an emoji flag, at most six tag characters name the region, and one more tag character marks the end.
        letter if is_tag(letter) => kept.iter().rev().take(7).find(|letter| !is_tag(**letter)) != Some(&'\u{1f3f4}'),
        letter => is_ignorable(letter),
    }
}

/// Whether the character is a variation selector. A variation selector decides how the preceding character looks, for
/// example like an emoji or like plain text.
fn is_selector(letter: char) -> bool {
    matches!(letter, '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether the character is a tag character. Tag characters are invisible letters, which name the region of an emoji
/// flag. Somebody could hide a secret message to a model in tag characters.
pub fn is_tag(letter: char) -> bool {
    matches!(letter, '\u{e0000}'..='\u{e007f}')
}

/// Whether the character is normally invisible. Unicode calls such a character a `Default_Ignorable_Code_Point`
/// (DerivedCoreProperties.txt). Examples are zero-width characters, direction marks, variation selectors and tag
/// characters. The result is also true for the empty pattern of Braille (U+2800).
pub fn is_ignorable(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_without_case_and_searches_without_accents() {
        assert_eq!(without_case("ÉCOLE"), "école");
        assert_eq!(without_case("E\u{301}COLE"), "école");
        assert_eq!(without_case("ΔΟΥΛΕΙΕΣ"), without_case("δουλειες"));
        assert_eq!(without_case_and_accents("Δουλειές"), without_case_and_accents("ΔΟΥΛΕΙΕΣ"));
        assert_eq!(without_case_and_accents("École ﬁne ÅNGSTRÖM"), "ecole fine angstrom");
        assert_eq!(
            without_case_and_accents("E\u{301}cole ŁÓDŹ Smørrebrød Straße Ærø Đà Nẵng"),
            "ecole lodz smorrebrod strasse aero da nang"
        );
        for (one, other) in [("की", "का"), ("कि", "की"), ("ガ", "カ"), ("¨", " ")] {
            assert_ne!(without_case_and_accents(one), without_case_and_accents(other), "{one} {other}");
        }
        for (one, other) in
            [("か\u{3099}", "が"), ("Ǽ", "AE"), ("ǿ", "o"), ("o\u{338}", "Ø"), ("\u{a8}\u{301}", "\u{385}")]
        {
            assert_eq!(without_case_and_accents(one), without_case_and_accents(other), "{one} {other}");
        }
        assert_eq!(without_case_and_accents("שָׁלוֹם"), without_case_and_accents("שלום"));
    }
}
