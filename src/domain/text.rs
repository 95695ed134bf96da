//! Texts that people and models write. The program cleans each text. Each text has a maximum length, and no text is
//! empty.

use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use super::{
    invalid::Invalid,
    limits,
    unicode::{is_ignorable, many_lines, one_line, without_case},
};

/// Defines a type for one kind of text, for example for titles. `$clean` is the function that cleans a text: `one_line`
/// or `many_lines`. `$limit` is the maximum length, which is also in the OpenAPI document. In most fields, an empty
/// text means that the caller did not send the field. If the macro is called with `never_empty`, the OpenAPI document
/// does not allow an empty text.
///
/// When the program reads a text from the table, the program does not check the text again. Stored todos must stay
/// readable, even if the rules for texts become stricter later.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $clean:ident, $limit:expr $(, $never_empty:ident)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, deserr::Deserr)]
        #[serde(transparent)]
        #[deserr(try_from(String) = $name::parse -> Invalid)]
        pub struct $name(String);

        impl $name {
            /// Cleans the text. Accepts the cleaned text if it has a visible character and is not too long.
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
    /// The title of a todo: one line of at most 500 characters.
    Title, one_line, limits::TITLE, never_empty
}
text! {
    /// Notes of at most 4,000 characters. The program keeps line breaks and tabs.
    Notes, many_lines, limits::NOTES
}
text! {
    /// The name of a list, with at most 60 characters. If two names differ only in upper and lower case, they name the
    /// same list.
    ListName, one_line, limits::LIST
}
text! {
    /// A tag, with at most 60 characters. If two tags differ only in upper and lower case, they are the same tag. `#` at
    /// the beginning is not a part of the tag.
    Tag, without_hash, limits::TAG
}
text! {
    /// The title of a step, with at most 200 characters.
    StepTitle, one_line, limits::STEP_TITLE, never_empty
}
text! {
    /// The text of a filter, with at most 200 characters.
    Filter, one_line, limits::FILTER
}

impl Title {
    /// The title in lower case, for comparisons that ignore case.
    pub fn folded(&self) -> String {
        without_case(&self.0)
    }
}

impl Notes {
    /// Adds a paragraph at the end of these notes. Returns an error if the result would be too long.
    pub fn append(&self, paragraph: &Self) -> Result<Self, Invalid> {
        let (both, limit) = (format!("{}\n\n{}", self.0, paragraph.0), limits::NOTES);
        let length = both.chars().count();
        if length > limit {
            return Err(Invalid::new(format!(
                "would make the notes {length} characters long, but at most {limit} are allowed; send a shorter paragraph, or replace the notes"
            )));
        }
        Ok(Self(both))
    }
}

/// A character that no name can contain. It separates the parts of the id of a list.
const ID_SEPARATOR: char = '\u{1f}';

impl ListName {
    /// The default list, if the person has not set another default list.
    pub const INBOX: &'static str = "Inbox";

    /// The list `Inbox`.
    pub fn inbox() -> Self {
        Self(Self::INBOX.to_owned())
    }

    /// A text that the table contains as the id of a list.
    pub fn of_id(id: String) -> Self {
        Self(id)
    }

    /// The id of a list with this first name, if the name alone is already the id of another list.
    pub fn numbered(&self, number: u64) -> Self {
        Self(format!("{}{ID_SEPARATOR}{number}", self.0))
    }

    /// The first name of the list with this id.
    pub fn first_name(&self) -> Self {
        Self(self.0.split(ID_SEPARATOR).next().unwrap_or_default().to_owned())
    }

    /// The name in lower case. If two names are equal in lower case, they name the same list.
    pub fn folded(&self) -> String {
        without_case(&self.0)
    }
}

impl Tag {
    /// The tag in lower case, for comparisons that ignore case. Earlier versions stored tags with `#`.
    pub fn folded(&self) -> String {
        without_case(&without_hash(&self.0))
    }
}

/// The line without `#` at its beginning, because models write `#work` for the tag `work`.
fn without_hash(text: &str) -> String {
    let line = one_line(text);
    let tag = line.trim_start_matches(|letter: char| letter == '#' || letter.is_whitespace() || is_ignorable(letter));
    if tag.chars().any(is_seen) { tag.to_owned() } else { line }
}

fn is_seen(letter: char) -> bool {
    !letter.is_whitespace() && !is_ignorable(letter) && !is_combining_mark(letter)
}

fn bounded(text: String, limit: usize) -> Result<String, Invalid> {
    let length = text.chars().count();
    if !text.chars().any(is_seen) {
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
    use crate::domain::unicode::is_tag;
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
    fn a_tag_has_no_signs_at_its_beginning() {
        for (text, expected) in [("#work", "work"), ("# # #a b", "a b"), ("C#", "C#"), ("# #", "# #"), ("#️⃣", "#️⃣")]
        {
            assert_eq!(Tag::parse(text.to_owned()).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn every_list_name_fits_a_sort_key() {
        // The conversion to NFC, to lower case or to NFKC makes each of these characters much longer.
        for letter in ["\u{1d160}", "\u{fb2c}", "İ", "\u{fdfa}"] {
            assert!(ListName::parse(letter.repeat(limits::LIST)).unwrap().folded().len() <= 1_000, "{letter}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing_more(text in "\\PC{0,40}|[\\x00-\\x20\u{200b}-\u{200f}\u{fe0f}\u{80}#a👨]{0,40}") {
            if let Ok(once) = Title::parse(text.clone()) {
                prop_assert_eq!(Title::parse(once.as_str().to_owned()).unwrap(), once);
            }
            if let Ok(once) = Tag::parse(text) {
                prop_assert_eq!(Tag::parse(once.as_str().to_owned()).unwrap(), once);
            }
        }
    }
}
