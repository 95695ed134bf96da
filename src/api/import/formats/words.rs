//! Repetitions in English words, as our own export and the Markdown plugin Obsidian Tasks write them: `every 2 weeks on
//! Monday, Friday until January 1, 2027`. The words are those of the JavaScript library rrule. The grammar is closed:
//! if a word is left over, nothing is understood.

use jiff::civil::Date;

use crate::domain::{
    due::Due,
    moment::Weekday,
    repeat::{
        CountedFrom, Repeat, Unit,
        month_day::{MonthDay, Ordinal},
    },
};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
/// A longer text is not a repetition.
const LONGEST: usize = 300;

/// Reads the words. `due` is the due date of the todo. If the words name its own day only because some months do not
/// have this day, as `every month on the 31st` does, the todo repeats on its date.
pub fn repeat(words: &str, due: Option<Due>) -> Option<Repeat> {
    if words.len() > LONGEST {
        return None;
    }
    let words = words.to_ascii_lowercase().replace(',', " ");
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut rest = Words(&words);
    let mut repeat = rest.rhythm()?;
    if rest.takes(&["on", "the"]) {
        repeat.on = Some(rest.day_of_month()?);
        let is_year = repeat.unit == Unit::Year;
        // Our repetitions each year stay in the month of the due date.
        if is_year && rest.takes(&["of"]) {
            let month = rest.month()?;
            due.filter(|due| due.date().month() == month)?;
        } else if is_year || repeat.unit != Unit::Month {
            return None;
        }
    } else if rest.takes(&["on"]) {
        repeat.weekdays = rest.weekdays()?;
        match repeat.unit {
            Unit::Week => {}
            Unit::Day if repeat.every == 1 => repeat.unit = Unit::Week,
            Unit::Day | Unit::Month | Unit::Year => return None,
        }
    }
    rest.end(&mut repeat)?;
    if repeat.from == CountedFrom::Due && repeat.on.is_some_and(|on| is_its_date(on, repeat.unit, due)) {
        repeat.on = None;
    }
    rest.0.is_empty().then_some(repeat)
}

/// Whether this is the day of the due date, and some months do not have this day. In a year, only 29 February is such a
/// date.
fn is_its_date(on: MonthDay, unit: Unit, due: Option<Due>) -> bool {
    let Some(date) = due.map(Due::date) else { return false };
    on == MonthDay::Number(date.day()) && date.day() > 28 && (unit == Unit::Month || date.month() == 2)
}

/// The words that are not read yet.
struct Words<'a>(&'a [&'a str]);

impl<'a> Words<'a> {
    fn takes(&mut self, words: &[&str]) -> bool {
        let takes = self.0.get(..words.len()).is_some_and(|first| first == words);
        if takes {
            self.0 = &self.0[words.len()..];
        }
        takes
    }

    fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// `every 2 weeks`, `every weekday` or `every monday`.
    fn rhythm(&mut self) -> Option<Repeat> {
        let plain = |every, unit, weekdays| Repeat {
            every,
            unit,
            weekdays,
            on: None,
            from: CountedFrom::Due,
            until: None,
            count: None,
        };
        if !self.takes(&["every"]) {
            return None;
        }
        let every = self.0.first().and_then(|word| word.parse::<u16>().ok());
        if every.is_some() {
            self.next();
        }
        let every = every.or_else(|| self.takes(&["other"]).then_some(2)).unwrap_or(1);
        if !(1..=Repeat::MAX_EVERY).contains(&every) {
            return None;
        }
        if every == 1 && (self.takes(&["weekday"]) || self.takes(&["workday"])) {
            return Some(plain(1, Unit::Week, WORKDAYS.to_vec()));
        }
        if self.0.first().is_some_and(|word| weekday(word).is_some()) {
            return Some(plain(every, Unit::Week, self.weekdays()?));
        }
        let unit = match self.next()? {
            "day" | "days" => Unit::Day,
            "week" | "weeks" => Unit::Week,
            "month" | "months" => Unit::Month,
            "year" | "years" => Unit::Year,
            _ => return None,
        };
        Some(plain(every, unit, Vec::new()))
    }

    /// One or more days, such as `monday friday` or `monday and friday`.
    fn weekdays(&mut self) -> Option<Vec<Weekday>> {
        let mut days = Vec::new();
        while let Some(day) = self.0.first().and_then(|word| weekday(word)) {
            days.push(day);
            self.next();
            self.takes(&["and"]);
        }
        days.sort_by_key(|day| day.days_after(Weekday::Mon));
        days.dedup();
        (!days.is_empty()).then_some(days)
    }

    /// `15th`, `last day`, `first workday` or `2nd tuesday`.
    fn day_of_month(&mut self) -> Option<MonthDay> {
        let number = self.next()?;
        match (number, self.0.first().copied()) {
            ("last", None | Some("until" | "for" | "when" | "of")) => Some(MonthDay::LastDay),
            (number, Some(day @ ("day" | "workday"))) => {
                self.next();
                MonthDay::parse(format!("{number} {day}")).ok()
            }
            (number, Some(word)) if weekday(word).is_some() => {
                let ordinal = Ordinal::parse(number.to_owned()).ok()?;
                Some(MonthDay::Weekday(ordinal, weekday(self.next()?)?))
            }
            (number, _) => MonthDay::parse(number.to_owned()).ok(),
        }
    }

    fn month(&mut self) -> Option<i8> {
        let word = self.next()?;
        (1..).zip(MONTHS).find(|(_, month)| *month == word).map(|(number, _)| number)
    }

    /// `until january 1 2027`, `for 3 times`, `when done`.
    fn end(&mut self, repeat: &mut Repeat) -> Option<()> {
        if self.takes(&["until"]) {
            let month = self.month()?;
            let day = self.next()?.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h']).parse().ok()?;
            repeat.until = Some(Date::new(self.next()?.parse().ok()?, month, day).ok()?);
        } else if self.takes(&["for"]) {
            let count = self.next()?.parse().ok().filter(|count| (1..=Repeat::MAX_COUNT).contains(count))?;
            repeat.count = Some(count);
            if !self.takes(&["times"]) && !self.takes(&["time"]) {
                return None;
            }
        }
        if self.takes(&["when", "done"]) {
            repeat.from = CountedFrom::Completion;
        }
        Some(())
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    let is_word = word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_word.then(|| Weekday::parse(word.to_owned()).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(words: &str, due: &str) -> Option<serde_json::Value> {
        repeat(words, Due::parse(due)).map(|repeat| serde_json::to_value(repeat).unwrap())
    }

    #[test]
    fn words_of_obsidian_and_of_our_export_are_read() {
        for (words, mut expected) in [
            ("every day", json!({"unit": "day"})),
            ("Every 3 days when done", json!({"every": 3, "unit": "day", "from": "completion"})),
            ("every weekday", json!({"unit": "week", "weekdays": ["mon", "tue", "wed", "thu", "fri"]})),
            ("every 2 weeks on Friday, Monday", json!({"every": 2, "unit": "week", "weekdays": ["mon", "fri"]})),
            ("every tuesday and sun", json!({"unit": "week", "weekdays": ["tue", "sun"]})),
            ("every month on the last", json!({"unit": "month", "on": "last day"})),
            ("every month on the 31st", json!({"unit": "month", "on": "31"})),
            ("every month on the 27th", json!({"unit": "month", "on": "27"})),
            (
                "every month on the 2nd Wednesday until January 1, 2027",
                json!({"unit": "month", "on": "second wed", "until": "2027-01-01"}),
            ),
            (
                "every year on the last Friday of November for 3 times",
                json!({"unit": "year", "on": "last fri", "count": 3}),
            ),
        ] {
            let members = expected.as_object_mut().unwrap();
            for (name, value) in [("every", json!(1)), ("from", json!("due"))] {
                members.entry(name).or_insert(value);
            }
            assert_eq!(read(words, "2026-11-27"), Some(expected), "{words}");
        }
        assert_eq!(
            read("every month on the 31st", "2026-10-31"),
            Some(json!({"every": 1, "unit": "month", "from": "due"}))
        );
    }

    #[test]
    fn other_words_are_not_guessed() {
        for words in [
            "",
            "every",
            "every 0 days",
            "every 400 days",
            "every day at noon",
            "every month on Monday",
            "every week on the 3rd",
            "every month on the 2nd last Friday",
            "every month on the 32nd",
            "every january on the 15th",
            "every year on the 4th Thursday of March",
            "every day for 0 times",
            "every day until February 30, 2027",
            "daily",
        ] {
            assert_eq!(read(words, "2026-11-27"), None, "{words}");
        }
    }

    proptest! {
        #[test]
        fn any_words_are_read(words in "(every |on the |on |of |[0-9]{1,3} |months? |monday|last |day |until |may |when |done|\\PC){0,12}") {
            repeat(&words, Due::parse("2026-11-27"));
        }
    }
}
