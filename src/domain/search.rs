//! Finds todos by words. The words may stand in any order, and a word of the caller may be the beginning of a longer
//! word in the todo.

use memchr::memmem::Finder;

use super::{folding::Folding, unicode::without_case_and_accents};

/// Searches for the words of one text in many todos. Case and accents do not matter. `ß` counts as `ss`, and `ü` counts
/// as `u` or `ue`. A todo is found if it contains all words.
#[derive(Debug)]
pub struct Search {
    words: Vec<Word>,
    /// The words of the caller, and for each word, whether one of the searched todos contains it.
    seen: Vec<(String, bool)>,
    folding: Folding,
}

/// A word of the caller.
#[derive(Debug)]
struct Word {
    /// Without accents: `muller` for `Müller`.
    plain: Finder<'static>,
    /// With the umlauts as two letters: `mueller` for `Müller`.
    spelled: Finder<'static>,
    /// The word may stand inside another word, because it begins with a symbol, or because its script has no spaces
    /// between words.
    is_anywhere: bool,
}

/// How well a todo fits. A lower value is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Rank(u32);

/// Where a word was found, from the best place to the worst place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A whole word of the title.
    TitleWord,
    /// The beginning of a word of the title.
    Title,
    Tag,
    Step,
    Notes,
}

/// Characters between the words of a caller. Other symbols belong to words, for example in `C++`.
const SEPARATORS: &str = "-_/.,;:()[]{}<>\"'`’‘“”„!?*|\\#";

/// In Arabic, the article is written together with its word.
const ARABIC_ARTICLE: &str = "ال";

impl Search {
    /// A search for the words of `text`. If `text` contains only separators, such as `?!`, the whole text is one word.
    pub fn new(text: &str) -> Self {
        let is_separator = |letter: char| letter.is_whitespace() || SEPARATORS.contains(letter);
        let mut words: Vec<&str> = text.split(is_separator).filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            words.push(text.trim());
        }
        let seen = words.iter().map(|word| ((*word).to_owned(), false)).collect();
        Self { words: words.into_iter().map(Word::new).collect(), seen, folding: Folding::default() }
    }

    /// How well a todo with these texts fits. `None` if a word is in none of the texts. For the title, the caller sends
    /// [`Place::Title`]. If the title contains the whole word, this function counts it as [`Place::TitleWord`].
    pub fn rank<'a>(&mut self, texts: impl Iterator<Item = (Place, &'a str)>) -> Option<Rank> {
        let mut best: Vec<Option<Place>> = vec![None; self.words.len()];
        for (place, text) in texts {
            // If the earlier texts contain all words in a better or equal place, the other texts cannot improve the
            // rank.
            if best.iter().all(|best| best.is_some_and(|best| best <= place)) {
                break;
            }
            let spelled = if self.words.iter().any(Word::has_pair) { spelled(text) } else { None };
            let folded = self.folding.of(text);
            for (word, best) in self.words.iter().zip(&mut best) {
                word.look(&word.plain, folded, place, best);
                if spelled.is_none() && word.has_pair() {
                    word.look(&word.spelled, folded, place, best);
                }
            }
            if let Some(spelled) = spelled {
                let folded = self.folding.of(&spelled);
                self.words.iter().zip(&mut best).for_each(|(word, best)| word.look(&word.spelled, folded, place, best));
            }
        }
        self.seen.iter_mut().zip(&best).for_each(|((_, seen), best)| *seen |= best.is_some());
        let places: Option<Vec<Place>> = best.into_iter().collect();
        Some(Rank(places?.into_iter().map(|place| place as u32).sum()))
    }

    /// The words that are in some of the searched todos, and the words that are in none of them.
    pub fn words_seen(&self) -> (Vec<&str>, Vec<&str>) {
        let words = |wanted: bool| {
            self.seen.iter().filter(|(_, seen)| *seen == wanted).map(|(word, _)| word.as_str()).collect()
        };
        (words(true), words(false))
    }
}

impl Word {
    fn new(word: &str) -> Self {
        let finder = |text: &str| Finder::new(&without_case_and_accents(text)).into_owned();
        let spelled = spelled(word);
        Self {
            plain: finder(word),
            spelled: finder(spelled.as_deref().unwrap_or(word)),
            is_anywhere: word.chars().next().is_none_or(|first| !first.is_alphanumeric() || is_without_spaces(first)),
        }
    }

    /// Whether the word contains two letters that may be an umlaut.
    fn has_pair(&self) -> bool {
        let has = |pair: &[u8]| [b"ae", b"oe", b"ue"].iter().any(|other| pair == &other[..]);
        self.spelled.needle().windows(2).any(has)
    }

    /// Sets `best` to `place` if `text` contains the word, and `place` is better than `best`.
    fn look(&self, finder: &Finder<'_>, text: &str, place: Place, best: &mut Option<Place>) {
        for at in finder.find_iter(text.as_bytes()) {
            let end = at + finder.needle().len();
            // If the word consists only of accents, the searched text is empty. An empty text also matches inside a
            // character, so this function skips such a match.
            let (Some(before), Some(after)) = (text.get(..at), text.get(end..)) else { continue };
            let is_free = |before: &str| before.chars().next_back().is_none_or(|letter| !letter.is_alphanumeric());
            let is_begin = is_free(before) || before.strip_suffix(ARABIC_ARTICLE).is_some_and(is_free);
            if !is_begin && !self.is_anywhere {
                continue;
            }
            let is_whole = after.chars().next().is_none_or(|letter| !letter.is_alphanumeric());
            let place = if place == Place::Title && is_begin && is_whole { Place::TitleWord } else { place };
            *best = Some(best.map_or(place, |best| best.min(place)));
            if place != Place::Title {
                return;
            }
        }
    }
}

/// The text with `ae`, `oe` and `ue` instead of umlauts. `None` if the text has no umlauts.
fn spelled(text: &str) -> Option<String> {
    let pair = |letter| match letter {
        'ä' | 'Ä' => Some("ae"),
        'ö' | 'Ö' => Some("oe"),
        'ü' | 'Ü' => Some("ue"),
        _ => None,
    };
    if text.is_ascii() || !text.chars().any(|letter| pair(letter).is_some()) {
        return None;
    }
    let mut spelled = String::with_capacity(text.len());
    for letter in text.chars() {
        match pair(letter) {
            Some(pair) => spelled.push_str(pair),
            None => spelled.push(letter),
        }
    }
    Some(spelled)
}

/// Whether the letter belongs to a script without spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese.
fn is_without_spaces(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(wanted: &str, title: &str) -> Option<Rank> {
        Search::new(wanted).rank([(Place::Title, title)].into_iter())
    }

    #[test]
    fn words_are_found_in_any_order_at_their_beginning_and_in_every_spelling() {
        for (wanted, title) in [
            ("Müller contract", "Sign the contract with Ms Müller"),
            ("contract muller", "Sign the contract with Ms Müller"),
            ("mueller", "Müller"),
            ("Müller", "MUELLER"),
            ("müller", "Muller"),
            ("strasse", "Straße"),
            ("Straße", "strasse"),
            ("cafe", "Café"),
            ("café", "CAFE"),
            ("contr", "contract"),
            ("follow up", "follow-up"),
            ("follow-up", "Follow up on it"),
            ("#tax", "tax"),
            ("C++", "learn c++"),
            ("🎂", "cake 🎂 for Ann"),
            ("電話", "銀行に電話する"),
            ("%", "100% sure"),
            ("łódź", "Lodz"),
            ("امتحان", "التسجيل في الامتحان"),
        ] {
            assert!(rank(wanted, title).is_some(), "{wanted} in {title}");
        }
    }

    #[test]
    fn the_inside_and_the_end_of_a_word_and_a_missing_word_are_not_found() {
        for (wanted, title) in
            [("art", "start"), ("poet", "potato"), ("müller contract", "Müller"), ("muller", "Mueller"), ("a", "b")]
        {
            assert_eq!(rank(wanted, title), None, "{wanted} in {title}");
        }
    }

    #[test]
    fn a_whole_word_of_the_title_is_the_best_and_notes_are_the_worst() {
        let whole = rank("tax", "pay tax");
        let begin = rank("tax", "taxi");
        let notes = Search::new("tax").rank([(Place::Title, "pay"), (Place::Notes, "the tax")].into_iter());
        assert!(whole < begin && begin < notes, "{whole:?} {begin:?} {notes:?}");
    }
}
