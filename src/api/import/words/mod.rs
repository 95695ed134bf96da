//! Reads dates and repetitions that other programs write in words, such as `every! 3 days`, `4 Jan 17:00` or `jeden
//! Montag`. The program understands the forms of due dates (`domain/due_input`) and of days of the month
//! (`domain/repeat`), and the words in the tables of this folder. It understands a text as a whole, or not at all.

mod date;
mod german;
mod repetition;

use unicode_normalization::UnicodeNormalization;

use self::repetition::Spoken;
use super::source::Context;
use crate::domain::{due::Due, repeat::Repeat};

/// The program does not read a text with more characters.
const CHARACTERS: usize = 120;

/// What a text says: a date, or a repetition with its first date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub due: Due,
    pub repeat: Option<Repeat>,
}

/// The meaning of `text`. `language` is a code such as `en`, `de` or `de-AT`, and can be empty. The function
/// understands German and English. In a text of another language, it understands only dates in digits and English
/// words.
///
/// A repetition begins today, or at the date that the text names (`starting 4 Jan`). If the time of day is over today,
/// it begins on the next day that fits.
///
/// A date without a year is a date of the present year in the person's time zone, because programs leave out the
/// present year. But if this date is more than 6 months ago, the date of the next year is meant. If it is more than 11
/// months ahead, the date of the previous year is meant. Other relative texts, such as `tomorrow`, count from now.
pub fn said(text: &str, language: &str, context: &Context) -> Option<Said> {
    in_english(text, language, |words| match repetition::begins(words) {
        true => Spoken::read(words, context)?.with_first(context),
        false => Some(Said { due: date::due(words, context)?, repeat: None }),
    })
}

/// The repetition that `text` means, such as `every 2 weeks on Monday, Friday until January 1, 2027`. Our own exports
/// and the Markdown plugin Obsidian Tasks write such words. They are the words of the JavaScript library rrule. `due`
/// is the due date of the todo, which is in another place of the file. `language` is as for [`said`].
///
/// `None` if the text is no repetition, or says another date or time than `due`.
pub fn repeat(text: &str, language: &str, due: Option<Due>, context: &Context) -> Option<Repeat> {
    in_english(text, language, |words| match repetition::begins(words) {
        true => Spoken::read(words, context)?.of(due),
        false => None,
    })
}

/// Calls `read` with the words in English. The function translates German words into English first.
fn in_english<T>(text: &str, language: &str, read: impl Fn(&[&str]) -> Option<T>) -> Option<T> {
    if text.chars().count() > CHARACTERS {
        return None;
    }
    let text: String = text.to_lowercase().nfc().map(|letter| if letter == '\u{a0}' { ' ' } else { letter }).collect();
    let language = language.trim().to_ascii_lowercase();
    let read = |text: &str| {
        let text = text.replace(',', " ");
        read(&text.split_whitespace().collect::<Vec<_>>())
    };
    let german = || read(&german::in_english(&text)?);
    match language.get(..2) {
        Some("de") => german().or_else(|| read(&text)),
        Some(_) => read(&text),
        None => read(&text).or_else(german),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        api::export::{repetition::in_words, samples},
        domain::{moment::Weekday, todo::Todo},
    };
    use proptest::prelude::*;
    use serde_json::json;

    /// Saturday, 28 November 2026, 10:00.
    fn context() -> Context {
        let now = "2026-11-28T09:00:00Z".parse().unwrap();
        Context { now, zone: samples::zone("Europe/Berlin"), week_start: Weekday::Mon }
    }

    /// The due date, and the members of the repetition that are not the usual ones.
    fn text(said: Option<Said>) -> String {
        let Some(Said { due, repeat }) = said else { return "?".to_owned() };
        repeat.map_or_else(|| due.to_string(), |repeat| format!("{due}, {}", parts(repeat)))
    }

    fn parts(repeat: Repeat) -> String {
        let mut parts = vec![format!("{} {}", repeat.every, repeat.unit.word())];
        let days: Vec<&str> = repeat.weekdays.iter().map(|day| day.word()).collect();
        parts.extend((!days.is_empty()).then(|| days.join("+")));
        parts.extend(repeat.on.map(|on| format!("on {on}")));
        parts.extend(repeat.until.map(|until| format!("until {until}")));
        parts.extend(repeat.count.map(|count| format!("count {count}")));
        parts.extend((repeat.from.word() == "completion").then(|| "from completion".to_owned()));
        parts.join(", ")
    }

    #[test]
    fn what_todoist_writes_in_english_is_understood() {
        for (words, expected) in [
            ("4 Jan", "2027-01-04"),
            ("Jan 4", "2027-01-04"),
            ("20 Nov", "2026-11-20"),
            ("4 Jan 17:00", "2027-01-04T17:00"),
            ("Jan 4 2027 17:00", "2027-01-04T17:00"),
            ("Jan 4, 2028 @ 5pm", "2028-01-04T17:00"),
            ("2026-12-24", "2026-12-24"),
            ("tomorrow at 9am", "2026-11-29T09:00"),
            ("today", "2026-11-28"),
            ("every day", "2026-11-28, 1 day"),
            ("Every Day at 9am", "2026-11-29T09:00, 1 day"),
            ("every day 21:30", "2026-11-28T21:30, 1 day"),
            ("9 am every day", "2026-11-29T09:00, 1 day"),
            ("daily", "2026-11-28, 1 day"),
            ("every! 3 days", "2026-11-28, 3 day, from completion"),
            ("after 10 days", "2026-11-28, 10 day, from completion"),
            ("every other day", "2026-11-28, 2 day"),
            ("every workday", "2026-11-30, 1 week, mon+tue+wed+thu+fri"),
            ("ev weekday at noon", "2026-11-30T12:00, 1 week, mon+tue+wed+thu+fri"),
            ("every mon, fri", "2026-11-30, 1 week, mon+fri"),
            ("every friday and mondays 8am", "2026-11-30T08:00, 1 week, mon+fri"),
            ("every other tue", "2026-12-01, 2 week, tue"),
            ("every 2 weeks on sat", "2026-11-28, 2 week, sat"),
            ("every 15th", "2026-12-15, 1 month, on 15"),
            ("every 27", "2026-12-27, 1 month, on 27"),
            ("every last day", "2026-11-30, 1 month, on last day"),
            ("every last workday", "2026-11-30, 1 month, on last workday"),
            ("every 3rd friday", "2026-12-18, 1 month, on third fri"),
            ("every first mon at 10:00", "2026-12-07T10:00, 1 month, on first mon"),
            ("every 3 months on the 1st", "2026-12-01, 3 month, on 1"),
            ("every quarter", "2026-11-28, 3 month"),
            ("yearly", "2026-11-28, 1 year"),
            ("every 4 jan", "2027-01-04, 1 year"),
            ("every! 4 jan", "2027-01-04, 1 year"),
            ("every feb 29", "2027-02-28, 1 year, on 29"),
            ("every year on the 4th thursday of november", "2027-11-25, 1 year, on fourth thu"),
            ("every 2 days starting 4 Jan 9am", "2027-01-04T09:00, 2 day"),
            ("every mon from 2027-03-01 until 2027-06-30", "2027-03-01, 1 week, mon, until 2027-06-30"),
            ("every day for 3 times", "2026-11-28, 1 day, count 3"),
        ] {
            assert_eq!(text(said(words, "en", &context())), expected, "{words}");
        }
    }

    #[test]
    fn german_words_are_understood() {
        for (words, expected) in [
            ("heute", "2026-11-28"),
            ("morgen um 9 Uhr", "2026-11-29T09:00"),
            ("übermorgen", "2026-11-30"),
            ("nächsten Montag", "2026-11-30"),
            ("Fr. 17:30 Uhr", "2026-12-04T17:30"),
            ("4. Jan", "2027-01-04"),
            ("am 4. Januar 2028", "2028-01-04"),
            ("24. Dez. 18 Uhr", "2026-12-24T18:00"),
            ("1.3.", "2027-03-01"),
            ("01.03.2027", "2027-03-01"),
            ("in 3 Tagen", "2026-12-01"),
            ("jeden Tag", "2026-11-28, 1 day"),
            ("täglich um 8:15", "2026-11-29T08:15, 1 day"),
            ("jede! 2 Wochen", "2026-11-28, 2 week, from completion"),
            ("jeden Montag", "2026-11-30, 1 week, mon"),
            ("montags", "2026-11-30, 1 week, mon"),
            ("jeden Di und Do", "2026-12-01, 1 week, tue+thu"),
            ("jeden Werktag", "2026-11-30, 1 week, mon+tue+wed+thu+fri"),
            ("alle 2 Wochen", "2026-11-28, 2 week"),
            ("jeden zweiten Tag", "2026-11-28, 2 day"),
            ("jeden 15.", "2026-12-15, 1 month, on 15"),
            ("jeden letzten Tag des Monats", "2026-11-30, 1 month, on last day"),
            ("jeden dritten Freitag", "2026-12-18, 1 month, on third fri"),
            ("monatlich ab 1. Dez", "2026-12-01, 1 month"),
            ("jährlich", "2026-11-28, 1 year"),
            ("jeden 24. Dezember", "2026-12-24, 1 year"),
        ] {
            assert_eq!(text(said(words, "de", &context())), expected, "{words}");
            let decomposed: String = words.nfd().collect();
            assert_eq!(text(said(&decomposed, "", &context())), expected, "{words}");
        }
    }

    #[test]
    fn a_text_that_is_not_understood_as_a_whole_is_not_understood() {
        for (words, language) in [
            ("", "en"),
            ("every", "en"),
            ("every jan 1, jul 1", "en"),
            ("every 1, 15", "en"),
            ("every 3 hours", "en"),
            ("every 2nd day", "en"),
            ("every 0 days", "en"),
            ("every 400 days", "en"),
            ("every 3 mon", "en"),
            ("every weekend", "en"),
            ("every day every week", "en"),
            ("every day at 9am at 10am", "en"),
            ("every day until yesterday", "en"),
            ("every month on the 15th or so", "en"),
            ("every may", "en"),
            ("someday", "en"),
            ("30 feb", "en"),
            ("mon 5 jan 2027", "en"),
            ("jeden Neumond", "de"),
            ("jeden Tag", "fr"),
            ("morgen", "nl"),
            ("tous les jours", "fr"),
        ] {
            assert_eq!(text(said(words, language, &context())), "?", "{words}");
        }
    }

    #[test]
    fn words_of_a_todo_with_a_date_are_understood_if_they_fit_to_the_date() {
        for (words, due, expected) in [
            ("every day", "", "1 day"),
            ("Every 3 days when done", "2026-11-27", "3 day, from completion"),
            ("every day on Monday", "2026-11-27", "1 week, mon"),
            ("every weekday", "", "1 week, mon+tue+wed+thu+fri"),
            ("every 2 weeks on Friday, Monday", "2026-11-27", "2 week, mon+fri"),
            ("every month on the last", "2026-11-27", "1 month, on last day"),
            ("every month on the 31st", "2026-11-27", "1 month, on 31"),
            ("every month on the 31st", "2026-10-31", "1 month"),
            ("every month on the 31st when done", "2026-10-31", "1 month, on 31, from completion"),
            ("every month on the 27th", "2026-11-27", "1 month, on 27"),
            ("every month on the 2nd Wednesday until January 1, 2027", "", "1 month, on second wed, until 2027-01-01"),
            ("every year on the last Friday of November for 3 times", "2026-11-27", "1 year, on last fri, count 3"),
            ("every year on the 29th of February", "2028-02-29", "1 year"),
            ("every day at 9am", "2026-11-27T09:00", "1 day"),
            ("every day starting 2026-11-27", "2026-11-27T09:00", "1 day"),
            ("every day at 9am", "2026-11-27", "?"),
            ("every day at 9am", "", "?"),
            ("every day starting 2026-11-28", "2026-11-27", "?"),
            ("every day starting 2026-11-28", "", "?"),
            ("every year on the 4th Thursday of March", "2026-11-27", "?"),
            ("every year on the 4th Thursday of March", "", "?"),
            ("every day until November 26, 2026", "2026-11-27", "?"),
            ("every day until February 30, 2027", "2026-11-27", "?"),
            ("every day for 0 times", "2026-11-27", "?"),
            ("every day until January 1, 2027 for 3 times", "2026-11-27", "?"),
            ("every day monday", "2026-11-27", "?"),
            ("every 2 days on Monday", "2026-11-27", "?"),
            ("every last", "2026-11-27", "?"),
            ("every month on Monday", "2026-11-27", "?"),
            ("every week on the 3rd", "2026-11-27", "?"),
            ("every month on the 2nd last Friday", "2026-11-27", "?"),
            ("every month on the 32nd", "2026-11-27", "?"),
            ("every january on the 15th", "2026-11-27", "?"),
            ("tomorrow", "2026-11-27", "?"),
            ("", "2026-11-27", "?"),
        ] {
            let repeat = repeat(words, "en", Due::parse(due), &context());
            assert_eq!(repeat.map_or("?".to_owned(), parts), expected, "{words} {due}");
        }
    }

    proptest! {
        #[test]
        fn the_words_that_we_write_are_read_back(
            (unit, every) in (prop::sample::select(vec!["day", "week", "month", "year"]), 1u16..=365),
            on in prop::sample::select(vec!["", "last day", "first workday", "last workday", "second tue", "last fri", "29", "1"]),
            days in prop::sample::subsequence(vec!["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 0..=7),
            end in prop::sample::select(vec![json!({}), json!({"count": 7}), json!({"until": "2030-01-01"})]),
            (from, due) in (prop::sample::select(vec!["due", "completion"]), prop::sample::select(vec!["2026-11-27", "2028-02-29T09:00", "2026-10-31"])),
        ) {
            let mut sent = json!({"unit": unit, "every": every, "from": from});
            end.as_object().unwrap().iter().for_each(|(name, value)| sent[name] = value.clone());
            match unit {
                "week" if !days.is_empty() => sent["weekdays"] = days.into(),
                "month" | "year" if !on.is_empty() => sent["on"] = on.into(),
                _ => {}
            }
            let todo = samples::todo(json!({"title": "Pay", "due": due, "repeat": sent}));
            let words = in_words(&todo).unwrap();
            let repeat = repeat(&words, "", todo.due, &context());
            prop_assert!(repeat.is_some(), "{}", words);
            let again = in_words(&Todo { repeat: repeat.clone(), ..todo.clone() });
            prop_assert_eq!(again, Some(words));
            // The words name the day of the month only if some months do not have this day.
            let without_day = |repeat: Option<Repeat>| repeat.map(|repeat| Repeat { on: None, ..repeat });
            prop_assert_eq!(without_day(repeat), without_day(todo.repeat));
        }

        #[test]
        fn no_text_makes_it_panic(
            words in "\\PC{0,30}|(every!? |after |other |\\d{1,5}(st|\\.)? ?|jan |mon |day |weeks |starting |until |at |9am |for |times |jeden |montags |uhr |\\d\\.\\d\\.\\d* ){0,8}",
            language in prop::sample::select(vec!["", "en", "de", "é", "zh-CN"]),
        ) {
            said(&words, language, &context());
            repeat(&words, language, Due::parse("2026-11-27"), &context());
            let last = Context { now: "9999-12-30T00:00:00Z".parse().unwrap(), ..context() };
            said(&words, language, &last);
            repeat(&words, language, None, &last);
        }
    }
}
