//! Texts that people and models write. They are cleaned, they have a maximum length, and they are never empty.

use serde::{Deserialize, Serialize};
use unicode_normalization::{
    UnicodeNormalization,
    char::{canonical_combining_class, is_combining_mark},
};

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use super::{invalid::Invalid, limits};

/// Defines a type of text: how it is cleaned (one line or several lines), and its maximum length, which is also in the
/// OpenAPI document. For most texts, a caller may send an empty text for "nothing". `never_empty` is for required
/// texts.
///
/// A text from the table is not checked again. It followed the rule when it was written. If the rule becomes stricter
/// later, stored todos must stay readable.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $clean:ident, $limit:expr $(, $never_empty:ident)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, deserr::Deserr)]
        #[serde(transparent)]
        #[deserr(try_from(String) = $name::parse -> Invalid)]
        pub struct $name(String);

        impl $name {
            /// Cleans the text. Accepts the result if it has a visible character and is within the limit.
            pub fn parse(text: String) -> Result<Self, Invalid> {
                bounded($clean(&text), $limit).map(Self)
            }

            /// The cleaned text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some($limit));
                text!(@least text $($never_empty)?).into()
            }
        }

        impl ToSchema for $name {}
    };
    (@least $text:ident never_empty) => { $text.min_length(Some(1)) };
    (@least $text:ident) => { $text };
}

text! {
    /// The title of a todo, on one line of at most 500 characters.
    Title, one_line, limits::TITLE, never_empty
}
text! {
    /// Free text of at most 4,000 characters; line breaks and tabs are kept.
    Notes, many_lines, limits::NOTES
}
text! {
    /// The name of a list, at most 60 characters. Two names that differ only in case mean the same list.
    ListName, one_line, limits::LIST
}
text! {
    /// A tag, at most 60 characters. Two tags that differ only in case are the same tag.
    Tag, one_line, limits::TAG
}
text! {
    /// The title of a step, at most 200 characters.
    StepTitle, one_line, limits::STEP_TITLE, never_empty
}
text! {
    /// The text of a filter, at most 200 characters.
    Filter, one_line, limits::FILTER
}

impl Title {
    /// The title without case. It is the same for every spelling of the title.
    pub fn folded(&self) -> String {
        without_case(&self.0)
    }
}

impl Notes {
    /// These notes, and another paragraph below them. It is an error if both together are longer than the limit.
    pub fn append(&self, paragraph: &Self) -> Result<Self, Invalid> {
        let (both, limit) = (format!("{}\n\n{}", self.0, paragraph.0), limits::NOTES);
        let length = both.chars().count();
        if length > limit {
            return Err(Invalid::new(format!(
                "would make the notes {length} characters long, and they take at most {limit} characters; shorten it, or replace the notes"
            )));
        }
        Ok(Self(both))
    }
}

impl ListName {
    /// The default list, if the person has not set another default list.
    pub const INBOX: &'static str = "Inbox";

    /// The list `Inbox`.
    pub fn inbox() -> Self {
        Self(Self::INBOX.to_owned())
    }

    /// The name without case, which identifies the list. It is the same for every spelling of the name.
    pub fn folded(&self) -> String {
        without_case(&self.0)
    }
}

impl Tag {
    /// The tag without case. It is the same for every spelling of the tag.
    pub fn folded(&self) -> String {
        without_case(&self.0)
    }
}

/// The text in lower case and composed (Unicode's NFC), for the comparison of names. NFKC would also replace
/// compatibility characters. Then a name of 60 characters could be longer than the 1,024 bytes of a sort key.
fn without_case(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfc().flat_map(lower).collect()
}

/// The text in lower case and without accents, for the comparison in a search. Marks that make another letter stay. The
/// Indic scripts, kana and Hangul have such marks.
pub fn without_case_and_accents(text: &str) -> String {
    let plain = |letter: char| match letter {
        'ß' => "ss".to_owned(),
        'ø' => "o".to_owned(),
        'ł' => "l".to_owned(),
        'đ' | 'ð' => "d".to_owned(),
        'æ' => "ae".to_owned(),
        'œ' => "oe".to_owned(),
        'ı' => "i".to_owned(),
        // Without this rule, an accent that stands alone would become a space.
        letter if letter.nfkd().next() == Some(' ') && letter != ' ' => letter.to_string(),
        letter => letter.nfkd().filter(|letter| !is_accent(*letter)).collect(),
    };
    // The text is composed first. Then a letter and its mark are one character in every text.
    let folded: String = text.nfc().flat_map(lower).map(plain).collect();
    folded.nfc().filter(|letter| !is_accent(*letter)).flat_map(lower).collect()
}

/// Accents of the Latin, Greek and Cyrillic scripts, points of the Hebrew script, and vowel signs of the Arabic script.
fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// The letter in lower case. The Greek sigma has another form at the end of a word. This function returns its usual
/// form.
fn lower(letter: char) -> impl Iterator<Item = char> {
    letter.to_lowercase().map(|letter| if letter == 'ς' { 'σ' } else { letter })
}

/// Replaces white space of any kind by single spaces, and removes invisible characters.
fn one_line(text: &str) -> String {
    // Texts in Braille use the empty pattern as the space between words.
    let letters: Vec<char> = text.chars().map(|letter| if letter == '\u{2800}' { ' ' } else { letter }).collect();
    let visible: String = letters
        .iter()
        .enumerate()
        .filter(|(at, letter)| letter.is_whitespace() || !is_invisible(&letters, *at))
        .map(|(_, letter)| *letter)
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Replaces every line end by `\n`. Removes control characters, except line breaks and tabs.
fn many_lines(text: &str) -> String {
    let kept: String = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'))
        .collect();
    kept.trim().to_owned()
}

/// Whether a character is removed: a control character, an invisible character, or a character that changes the
/// direction of the text. Three kinds stay where they have a meaning: joiners between letters or pictures outside ASCII
/// (emoji families, Persian, Indic scripts), variation selectors after a letter, and the tags of a flag.
fn is_invisible(letters: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| letters[before]);
    match letters[at] {
        '\u{200c}' | '\u{200d}' => {
            let joins = |neighbour: Option<char>| {
                neighbour.is_some_and(|letter| {
                    !letter.is_ascii() && !letter.is_whitespace() && (!is_ignorable(letter) || is_selector(letter))
                })
            };
            // After a virama, a joiner has a meaning even at the end of a word.
            let virama = before.is_some_and(|letter| canonical_combining_class(letter) == 9);
            !(joins(before) && (virama || joins(letters.get(at + 1).copied())))
        }
        letter if is_selector(letter) => before.is_none_or(|before| before.is_whitespace() || is_ignorable(before)),
        // A flag has at most six tags, and one more tag that ends it.
        letter if is_tag(letter) => {
            letters[..at].iter().rev().take(7).find(|letter| !is_tag(**letter)) != Some(&'\u{1f3f4}')
        }
        letter => letter.is_control() || is_ignorable(letter),
    }
}

/// Whether the character selects the form of the character before it: emoji, text, ideograph or Mongolian letter.
fn is_selector(letter: char) -> bool {
    matches!(letter, '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether the character is an invisible letter, for the region of a flag. A message for a model can hide in such
/// letters.
fn is_tag(letter: char) -> bool {
    matches!(letter, '\u{e0000}'..='\u{e007f}')
}

/// Unicode's `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt): fillers, zero-width characters, direction
/// marks and overrides, selectors and tags. Also the empty pattern of Braille, which is blank too.
fn is_ignorable(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn bounded(text: String, limit: usize) -> Result<String, Invalid> {
    let length = text.chars().count();
    let seen = |letter: char| !letter.is_whitespace() && !is_ignorable(letter) && !is_combining_mark(letter);
    if !text.chars().any(seen) {
        return Err(Invalid::new("must have at least one visible character"));
    }
    if length > limit {
        return Err(Invalid::new(format!("must be at most {limit} characters, but has {length}")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn title(text: &str) -> String {
        Title::parse(text.to_owned()).unwrap().as_str().to_owned()
    }

    #[test]
    fn a_title_is_one_clean_line() {
        assert_eq!(title("  Buy\r\n\tmilk \u{0} "), "Buy milk");
        assert_eq!(title("pay\u{200b}ment\u{feff}"), "payment");
        assert_eq!(title("\u{202e}evil\u{202c}"), "evil");
        assert_eq!(title("a\u{200d}b"), "ab");
        let hidden: String =
            "ignore all".chars().map(|letter| char::from_u32(0xe0000 + letter as u32).unwrap()).collect();
        assert_eq!(title(&format!("🏴{hidden} x")).chars().filter(|letter| is_tag(*letter)).count(), 7);
        assert_eq!(title("⠓⠑\u{2800}⠺"), "⠓⠑ ⠺");
        assert_eq!(title("buy\u{e0041}\u{e0042} milk\u{34f}"), "buy milk");
    }

    #[test]
    fn emoji_families_and_right_to_left_text_survive() {
        for kept in [
            "👨‍👩‍👧 picnic",
            "می‌خواهم",
            "לקנות חלב",
            "🏳️‍🌈",
            "क्‍ष",
            "☎️ call",
            "ᠪᠠᠭ\u{180e}ᠠ",
            "അവന്\u{200d} x",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} flag",
        ] {
            assert_eq!(title(kept), kept);
        }
    }

    #[test]
    fn text_without_anything_visible_is_refused() {
        for empty in [
            "",
            "   ",
            "\n\t",
            "\u{200b}\u{feff}",
            "\u{0}",
            "\u{e0041}\u{e0042}",
            "\u{fe0f}",
            "\u{3164}",
            "\u{2800}",
            "\u{301}",
        ] {
            assert!(Title::parse(empty.to_owned()).is_err(), "{empty:?}");
        }
    }

    #[test]
    fn limits_count_characters_not_bytes() {
        assert!(Title::parse("é".repeat(limits::TITLE)).is_ok());
        let error = Title::parse("é".repeat(limits::TITLE + 1)).unwrap_err();
        assert_eq!(error.message, "must be at most 500 characters, but has 501");
    }

    #[test]
    fn notes_keep_their_lines() {
        assert_eq!(Notes::parse("one\r\n\ttwo\u{7}\n".to_owned()).unwrap().as_str(), "one\n\ttwo");
    }

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
        assert_eq!(without_case_and_accents("か\u{3099}"), without_case_and_accents("が"));
        assert_eq!(without_case_and_accents("שָׁלוֹם"), without_case_and_accents("שלום"));
    }

    #[test]
    fn every_list_name_fits_a_sort_key() {
        // The letters that grow most when NFC, lower case or NFKC is applied.
        for letter in ["\u{1d160}", "\u{fb2c}", "İ", "\u{fdfa}"] {
            assert!(ListName::parse(letter.repeat(limits::LIST)).unwrap().folded().len() <= 1_000, "{letter}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing_more(text in "\\PC{0,40}|[\\x00-\\x20\u{200b}-\u{200f}a👨]{0,40}") {
            if let Ok(once) = Title::parse(text) {
                let twice = Title::parse(once.as_str().to_owned()).unwrap();
                prop_assert_eq!(once, twice);
            }
        }
    }
}
