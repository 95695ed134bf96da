//! Repetitions in English words.

use jiff::civil::{Date, Time};

use super::{Said, date};
use crate::{
    api::import::source::Context,
    domain::{
        due::Due,
        due_input::{DueInput, month_number},
        moment::Weekday,
        repeat::{CountedFrom, Repeat, Unit, month_day::MonthDay},
    },
};

/// Words that begin a repetition. `after 3 days` and `every! 3 days` count from the day of completion.
const EVERY: [&str; 3] = ["every", "ev", "each"];
/// Words that mean a repetition without `every`.
const RHYTHMS: [(&str, &str); 8] = [
    ("everyday", "day"),
    ("daily", "day"),
    ("weekly", "week"),
    ("biweekly", "fortnight"),
    ("monthly", "month"),
    ("quarterly", "quarter"),
    ("yearly", "year"),
    ("annually", "year"),
];
/// Each month has this day and all days before it.
const EACH_MONTH_HAS: i8 = 28;
const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];

/// Whether the words are about a repetition.
pub fn begins(words: &[&str]) -> bool {
    words.iter().any(|word| rhythm(word).is_some()) || words.first() == Some(&"after")
}

/// A repetition in words.
pub struct Spoken {
    repeat: Repeat,
    /// The month of a yearly repetition, if the words name it.
    month: Option<i8>,
    clauses: Clauses,
}

impl Spoken {
    /// Reads the words. `None` if a word is left over.
    pub fn read(words: &[&str], context: &Context) -> Option<Self> {
        let (body, clauses) = Clauses::read(words, context)?;
        let Pattern { every, unit, weekdays, on, month } = pattern(&body)?;
        let from = if clauses.when_done || (clauses.after && month.is_none()) {
            CountedFrom::Completion
        } else {
            CountedFrom::Due
        };
        let repeat = Repeat { every, unit, weekdays, on, from, until: clauses.until, count: clauses.count };
        let has_one_end = repeat.until.is_none() || repeat.count.is_none();
        has_one_end.then_some(Self { repeat, month, clauses })
    }

    /// The repetition and its first date.
    pub fn with_first(self, context: &Context) -> Option<Said> {
        let due = self.clauses.first(&self.repeat, self.month, context)?;
        let names_date = self.repeat.unit == Unit::Year && self.names_day_of(due);
        let is_right = self.is_of_month(Some(due)) && self.ends_after(due);
        is_right.then(|| Said { due, repeat: Some(self.without_day_if(names_date)) })
    }

    /// The repetition of a todo with this due date, or of a todo without a due date. `None` if the words say another
    /// time of day or another first date. Words such as `every month on the 31st` name a day that some months do not
    /// have. If this is the day of the due date, the repetition needs no day of its own, and the todo repeats on its
    /// due date.
    pub fn of(self, due: Option<Due>) -> Option<Repeat> {
        let time = match due {
            Some(Due::At(due)) => Some(due.time()),
            Some(Due::On(_)) | None => None,
        };
        let is_right = self.is_of_month(due)
            && due.is_none_or(|due| self.ends_after(due))
            && self.clauses.time.is_none_or(|said| Some(said) == time)
            && self
                .clauses
                .start
                .is_none_or(|start| due.is_some_and(|due| due == start || Due::On(due.date()) == start));
        let names_date = due.is_some_and(|due| {
            let is_rare =
                due.date().day() > EACH_MONTH_HAS && (self.repeat.unit == Unit::Month || due.date().month() == 2);
            self.names_day_of(due) && is_rare
        });
        is_right.then(|| self.without_day_if(names_date))
    }

    fn is_of_month(&self, due: Option<Due>) -> bool {
        self.month.is_none_or(|month| due.is_some_and(|due| due.date().month() == month))
    }

    fn ends_after(&self, due: Due) -> bool {
        self.repeat.until.is_none_or(|until| until >= due.date())
    }

    fn names_day_of(&self, due: Due) -> bool {
        self.repeat.from == CountedFrom::Due && self.repeat.on == Some(MonthDay::Number(due.date().day()))
    }

    fn without_day_if(self, is_said_by_date: bool) -> Repeat {
        Repeat { on: self.repeat.on.filter(|_| !is_said_by_date), ..self.repeat }
    }
}

/// `None` if the word does not begin a repetition. Otherwise, the unit in the word (as in `daily`), and whether the
/// repetition counts from the completion (as in `every!`).
fn rhythm(word: &str) -> Option<(Option<&'static str>, bool)> {
    let (word, from_completion) = word.strip_suffix('!').map_or((word, false), |word| (word, true));
    let other = RHYTHMS.iter().find(|(name, _)| *name == word).map(|(_, unit)| *unit);
    (EVERY.contains(&word) || other.is_some()).then_some((other, from_completion))
}

/// The parts of a text that are not the rhythm.
#[derive(Default)]
struct Clauses {
    /// Whether the text has `every!` or `after`. This changes nothing if the text names a month, because a day of the
    /// year is the same, whenever the person completes the todo.
    after: bool,
    when_done: bool,
    start: Option<Due>,
    time: Option<Time>,
    until: Option<Date>,
    count: Option<u16>,
}

impl Clauses {
    /// Reads these parts. Also returns the other words, which are the rhythm.
    fn read<'a>(words: &[&'a str], context: &Context) -> Option<(Vec<&'a str>, Self)> {
        let mut clauses = Self::default();
        let begin = match words {
            ["after", ..] => (0, None, true),
            _ => words.iter().enumerate().find_map(|(at, word)| rhythm(word).map(|(unit, done)| (at, unit, done)))?,
        };
        let (at, unit, after) = begin;
        clauses.after = after;
        // What comes before `every`, such as a time, can also come after it.
        let words: Vec<&str> = unit.into_iter().chain(words[at + 1..].iter().chain(&words[..at]).copied()).collect();
        let words = match &words[..] {
            [rest @ .., "when", "done"] => {
                clauses.when_done = true;
                rest
            }
            words => words,
        };
        let is_key =
            |word: &&str| ["starting", "beginning", "from", "until", "till", "ending", "at", "@", "for"].contains(word);
        let first = words.iter().position(is_key).unwrap_or(words.len());
        let (body, mut rest) = words.split_at(first);
        while let Some((key, after)) = rest.split_first() {
            let end = after.iter().position(is_key).unwrap_or(after.len());
            clauses.add(key, &after[..end], context)?;
            rest = &after[end..];
        }
        Some((clauses.without_time(body)?, clauses))
    }

    fn add(&mut self, key: &str, words: &[&str], context: &Context) -> Option<()> {
        let is_first = match key {
            "at" | "@" => self.time.replace(time(&words.join(" "))?).is_none(),
            "until" | "till" | "ending" => self.until.replace(date::due(words, context)?.date()).is_none(),
            "for" => {
                let [number, "time" | "times"] = words else { return None };
                let number = number.parse().ok().filter(|number| (1..=Repeat::MAX_COUNT).contains(number))?;
                self.count.replace(number).is_none()
            }
            _ => self.start.replace(date::due(words, context)?).is_none(),
        };
        is_first.then_some(())
    }

    /// Reads the time of day, such as `9 am` in `every day 9 am`, and returns the other words.
    fn without_time<'a>(&mut self, words: &[&'a str]) -> Option<Vec<&'a str>> {
        let found = (1..=2).rev().find_map(|length| {
            let found = words.windows(length).enumerate().find_map(|(at, part)| Some((at, time(&part.join(" "))?)));
            found.map(|(at, time)| (at, length, time))
        });
        let Some((at, length, time)) = found else { return Some(words.to_vec()) };
        let is_first = self.time.replace(time).is_none();
        is_first.then(|| [&words[..at], &words[at + length..]].concat())
    }

    /// The first date of the repetition. `month` is the month of a yearly repetition.
    fn first(&self, repeat: &Repeat, month: Option<i8>, context: &Context) -> Option<Due> {
        let moment = date::moment(context);
        let from = |day: Date| {
            let day = match month {
                Some(month) => (0..=1).find_map(|years| {
                    let first = Date::new(day.year().checked_add(years)?, month, 1).ok()?;
                    let date = repeat.on.map_or(first, |on| on.in_month_of(first));
                    (date >= day).then_some(date)
                })?,
                None => day,
            };
            let time = self.time.or(match self.start {
                Some(Due::At(start)) => Some(start.time()),
                Some(Due::On(_)) | None => None,
            });
            let due = time.map_or(Due::On(day), |time| Due::At(day.to_datetime(time)));
            Some(repeat.first_from(due))
        };
        match self.start {
            Some(start) => from(start.date()),
            None => {
                let due = from(moment.today())?;
                if due.is_overdue(&moment) { from(moment.today().tomorrow().ok()?) } else { Some(due) }
            }
        }
    }
}

/// Reads `9am`, `9 am`, `17:00` or `noon`.
fn time(text: &str) -> Option<Time> {
    // A time without a day means the same on each day, so any day fits here.
    let (day, text) = (jiff::civil::date(2026, 1, 1), DueInput::parse(text));
    let moment = date::moment(&Context {
        now: jiff::Timestamp::UNIX_EPOCH,
        zone: jiff::tz::TimeZone::UTC,
        week_start: Weekday::Mon,
    });
    let due = text.is_time_alone().then(|| text.due(&moment, Some(Due::On(day))).ok()).flatten()?;
    match due {
        Due::At(time) => Some(time.time()),
        Due::On(_) => None,
    }
}

/// How often, and on which days.
struct Pattern {
    every: u16,
    unit: Unit,
    weekdays: Vec<Weekday>,
    on: Option<MonthDay>,
    /// The month of a yearly repetition, if the text names it.
    month: Option<i8>,
}

impl Pattern {
    fn plain(every: u16, unit: Unit) -> Self {
        Self { every, unit, weekdays: Vec::new(), on: None, month: None }
    }
}

/// Reads what comes after `every`.
fn pattern(words: &[&str]) -> Option<Pattern> {
    let (number, rest): (Option<u16>, _) = match words {
        ["other", rest @ ..] => (Some(2), rest),
        [number, rest @ ..] if !rest.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            (Some(number.parse().ok()?), rest)
        }
        words => (None, words),
    };
    let named = |every: u16| (1..=Repeat::MAX_EVERY).contains(&every).then_some(every);
    if let Some((factor, unit, rest)) =
        rest.split_first().and_then(|(word, rest)| unit(word).map(|(n, u)| (n, u, rest)))
    {
        let every = named(number.unwrap_or(1).checked_mul(factor)?)?;
        return on_days(Pattern::plain(every, unit), rest);
    }
    if let Some(weekdays) = weekdays(rest) {
        let is_said = number.is_none() || words[0] == "other";
        return is_said.then(|| Pattern { weekdays, ..Pattern::plain(number.unwrap_or(1), Unit::Week) });
    }
    if let Some(on) = month_day(words) {
        return Some(Pattern { on: Some(on), ..Pattern::plain(1, Unit::Month) });
    }
    on_days(Pattern::plain(1, Unit::Year), words).filter(|pattern| pattern.month.is_some())
}

/// The number of units that a word means, and the unit: a quarter is 3 months.
fn unit(word: &str) -> Option<(u16, Unit)> {
    match word {
        "quarter" | "quarters" => Some((3, Unit::Month)),
        "fortnight" | "fortnights" => Some((2, Unit::Week)),
        "daily" | "weekly" | "monthly" | "yearly" => None,
        word => Unit::parse(word.to_owned()).ok().map(|unit| (1, unit)),
    }
}

/// The pattern with the days that follow the unit: `on Monday, Friday`, `on the 15th`, `on the 29th of February`.
fn on_days(pattern: Pattern, words: &[&str]) -> Option<Pattern> {
    if words.is_empty() {
        return Some(pattern);
    }
    let after_on = words.strip_prefix(&["on"]);
    let words = after_on.unwrap_or(words);
    match pattern.unit {
        Unit::Day if pattern.every == 1 => {
            Some(Pattern { weekdays: weekdays(after_on?)?, ..Pattern::plain(1, Unit::Week) })
        }
        Unit::Day => None,
        Unit::Week => Some(Pattern { weekdays: weekdays(words)?, ..pattern }),
        Unit::Month => Some(Pattern { on: Some(month_day(words)?), ..pattern }),
        Unit::Year => {
            let (month, day) = match words {
                [month, day @ ..] if month_number(month).is_some() => (month, day),
                [day @ .., "of", month] | [day @ .., month] => (month, day),
                [] => return None,
            };
            Some(Pattern { on: Some(month_day(day)?), month: Some(month_number(month)?), ..pattern })
        }
    }
}

/// The day of the month. The function refuses `every 15th day`, which could mean the 15th, or one day in 15 days.
fn month_day(words: &[&str]) -> Option<MonthDay> {
    if words == ["the", "last"] {
        return Some(MonthDay::LastDay);
    }
    let is_unclear = matches!(words, [ordinal, "day", ..] if !["1st", "first", "last"].contains(ordinal));
    (!is_unclear && !words.is_empty()).then(|| MonthDay::parse(words.join(" ")).ok()).flatten()
}

/// Reads `mon fri`, `monday and friday` or `workday`. Each word must be a weekday.
fn weekdays(words: &[&str]) -> Option<Vec<Weekday>> {
    let words: Vec<&str> = words.iter().copied().filter(|word| !["and", "&"].contains(word)).collect();
    let mut days = match words[..] {
        [] => return None,
        ["workday" | "workdays" | "weekday" | "weekdays"] => WORKDAYS.to_vec(),
        _ => words.iter().map(|word| weekday(word)).collect::<Option<_>>()?,
    };
    days.sort_by_key(|day| day.days_after(Weekday::Mon));
    days.dedup();
    Some(days)
}

fn weekday(word: &str) -> Option<Weekday> {
    let word = match word.trim_end_matches('.') {
        "tues" => "tue",
        "weds" => "wed",
        "thur" | "thurs" => "thu",
        word => word.strip_suffix("days").map_or(word, |_| &word[..word.len() - 1]),
    };
    Weekday::parse(word.to_owned()).ok()
}
