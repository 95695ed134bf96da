//! Reads todo.txt (<https://github.com/todotxt/todo.txt>), and also the files that our own export writes in this
//! format.
//!
//! One todo is one line, such as `(A) 2026-03-01 Call Mom +Family @phone due:2026-03-05 rec:+1w`, or `x 2026-03-02
//! 2026-03-01 Call Mom`.
//!
//! * The first project is the list. Further projects, and the contexts, are tags. The format has no spaces in names, so
//!   `_` between two other characters becomes a space.
//! * Projects and contexts at the beginning and at the end of the text are not a part of the title. Between other
//!   words, they stay in the title without their sign: `Ask @Anna about +Garden plans`.
//! * `time:09:30` is a key of our own export. `t:` is the day on which a task appears. Keys that this service does not
//!   know stay in the title.

use std::borrow::Cow;

use jiff::civil::Date;

use super::{json, lines, times};
use crate::{
    api::import::source::{At, Completed, Context, Found, Lost, SourceFile, SourceTodo},
    domain::{
        due::{self, Due},
        repeat::{CountedFrom, Repeat, Unit},
        todo::Priority,
        unicode::is_ignorable,
    },
};

/// To recognise the format, the program looks at most at this number of lines.
const SAMPLE: usize = 200;

/// Whether the text is probably in this format. Every line of every text would be a valid task in todo.txt. So at least
/// half of the lines must have a mark of this format, such as a priority, a date or a project.
pub fn is(text: &str) -> bool {
    let other = json::begins(text) || super::markdown::is(text) || super::icalendar::is(text) || lines::is_csv(text);
    if other {
        return false;
    }
    let sample = lines::of(text).map(|(_, line)| line.trim()).filter(|line| !line.is_empty()).take(SAMPLE);
    let (marked, plain): (Vec<&str>, Vec<&str>) = sample.partition(|line| has_mark(line));
    !marked.is_empty() && marked.len() >= plain.len()
}

fn has_mark(line: &str) -> bool {
    let begins = line.strip_prefix("x ").unwrap_or(line);
    let is_date = begins.get(..11).is_some_and(|start| start.ends_with(' ') && due::day(&start[..10]).is_some());
    is_date || priority(begins).is_some() || line.split_whitespace().any(|word| name(word).is_some() || is_key(word))
}

/// Whether the word is a key that only todo.txt has.
fn is_key(word: &str) -> bool {
    let value = |key: &str| word.strip_prefix(key).is_some_and(|value| !value.is_empty());
    ["due:", "rec:", "pri:", "t:"].into_iter().any(value)
}

/// Reads each line that is not empty.
pub fn read(file: SourceFile<'_>, context: &Context) -> Found {
    let mut found = Found::default();
    for (number, line) in lines::of(file.text) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if found.is_full(At::line(number)) {
            break;
        }
        let todo = todo(line, context);
        found.todos.push(SourceTodo { at: At::line(number), ..todo });
    }
    found.lists = lines::lists(&found.todos);
    found
}

/// The values of the keys in a line, such as `due:2026-03-05`.
#[derive(Default)]
struct Keys<'a> {
    due: Option<&'a str>,
    time: Option<&'a str>,
    rec: Option<&'a str>,
    threshold: Option<&'a str>,
    priority: Option<Priority>,
}

fn todo(line: &str, context: &Context) -> SourceTodo {
    let mut todo = SourceTodo::default();
    let mut rest = line;
    if let Some(done) = line.strip_prefix("x ") {
        todo.completed = Some(Completed::Once);
        rest = done.trim_start();
    }
    let mut letter = take_priority(&mut rest);
    let first = take_date(&mut rest);
    let mut second = None;
    if todo.completed.is_some() && first.is_some() {
        second = take_date(&mut rest);
        // If `(A)` comes after both dates, it is a part of the title.
        if second.is_none() {
            letter = letter.or_else(|| take_priority(&mut rest));
            second = take_date(&mut rest);
        }
    }
    let on = |day: Option<Date>| day.and_then(|day| times::some_time_on(day, context));
    if todo.completed.is_some() {
        todo.completed = Some(on(first).map_or(Completed::Once, Completed::At));
        todo.created_at = on(second);
    } else {
        todo.created_at = on(first);
    }
    let (title, keys) = words(rest, &mut todo);
    todo.title = title;
    todo.priority = letter.or(keys.priority).unwrap_or_default();
    add_dates(&mut todo, &keys);
    todo
}

/// Removes a priority, such as `(A) `, from the beginning, and returns it.
fn take_priority(rest: &mut &str) -> Option<Priority> {
    let priority = priority(rest)?;
    *rest = rest[3..].trim_start();
    Some(priority)
}

fn priority(text: &str) -> Option<Priority> {
    let letter = text.strip_prefix('(')?.as_bytes().first()?;
    let rest = text.get(2..)?.strip_prefix(')')?;
    let ends = rest.is_empty() || rest.starts_with(char::is_whitespace);
    ends.then(|| of_letter(char::from(*letter))).flatten()
}

fn of_letter(letter: char) -> Option<Priority> {
    match letter {
        'A' => Some(Priority::Urgent),
        'B' => Some(Priority::High),
        'C' => Some(Priority::Normal),
        'D'..='Z' => Some(Priority::Low),
        _ => None,
    }
}

/// Removes a date, such as `2026-03-01 `, from the beginning, and returns it.
fn take_date(rest: &mut &str) -> Option<Date> {
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let day = due::day(&rest[..end])?;
    *rest = rest[end..].trim_start();
    Some(day)
}

/// The sign of a project or context, and its name.
fn name(word: &str) -> Option<(char, &str)> {
    let sign = word.chars().next().filter(|sign| ['+', '@'].contains(sign))?;
    Some((sign, &word[1..])).filter(|(_, name)| !name.chars().all(is_ignorable))
}

/// Adds the projects and contexts to the todo, and returns the title and the keys.
fn words<'a>(rest: &'a str, todo: &mut SourceTodo) -> (String, Keys<'a>) {
    let mut keys = Keys::default();
    // The words, and whether each word is a project or a context.
    let mut title: Vec<(Cow<'_, str>, bool)> = Vec::new();
    for word in rest.split_whitespace() {
        if let Some((sign, name)) = name(word) {
            let spaced = lines::with_spaces(name);
            match (sign, &todo.list) {
                ('+', None) => todo.list = Some(spaced),
                _ => todo.tags.push(spaced),
            }
            title.push((lines::with_spaces(name).into(), true));
        } else if !keys.take(word) {
            title.push((word.into(), false));
        }
    }
    let first = title.iter().position(|(_, is_mark)| !is_mark).unwrap_or(title.len());
    let last = title.iter().rposition(|(_, is_mark)| !is_mark).map_or(first, |last| last + 1);
    let words: Vec<_> = title[first..last].iter().map(|(word, _)| word.as_ref()).collect();
    (words.join(" "), keys)
}

impl<'a> Keys<'a> {
    /// Stores the value if the word is a known key with a value. Only the first value of a key counts. Returns `false`
    /// if the word stays in the title.
    fn take(&mut self, word: &'a str) -> bool {
        let Some((key, value)) = word.split_once(':').filter(|(_, value)| !value.is_empty()) else { return false };
        let place = match key {
            "due" => &mut self.due,
            "rec" => &mut self.rec,
            "t" => &mut self.threshold,
            "time" if value.len() == 5 => &mut self.time,
            "pri" => {
                let mut letters = value.chars();
                let letter = letters.next().filter(|_| letters.next().is_none()).and_then(of_letter);
                self.priority = self.priority.or(letter);
                return letter.is_some();
            }
            _ => return false,
        };
        let is_first = place.is_none();
        *place = place.or(Some(value));
        is_first
    }
}

fn add_dates(todo: &mut SourceTodo, keys: &Keys<'_>) {
    if let Some(text) = keys.due {
        let with_time = keys.time.and_then(|time| Due::parse(&format!("{text}T{time}")));
        match with_time.or_else(|| Due::parse(text)) {
            Some(due) => todo.due = Some(due),
            None => todo.keep_as_text(Lost::DateAsText, "Date", text),
        }
    }
    if let Some(time) = keys.time.filter(|_| !matches!(todo.due, Some(Due::At(_)))) {
        todo.keep_as_text(Lost::DateAsText, "Time", time);
    }
    if let Some(text) = keys.rec {
        match recurrence(text) {
            Some(repeat) => todo.repeat = Some(repeat),
            None => todo.keep_as_text(Lost::RepeatAsText, "Repeats", text),
        }
    }
    if let Some(text) = keys.threshold {
        todo.keep_as_text(Lost::StartDate, "Starts", text);
    }
}

/// `+1w` counts from the due date, and `1w` from the completion. `b`, a business day, is refused.
fn recurrence(text: &str) -> Option<Repeat> {
    let (from, rest) = match text.strip_prefix('+') {
        Some(rest) => (CountedFrom::Due, rest),
        None => (CountedFrom::Completion, text),
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let every = if digits == 0 { 1 } else { rest[..digits].parse().ok()? };
    let unit = match &rest[digits..] {
        "d" => Unit::Day,
        "w" => Unit::Week,
        "m" => Unit::Month,
        "y" => Unit::Year,
        _ => return None,
    };
    let repeat = Repeat { every, unit, weekdays: Vec::new(), on: None, from, until: None, count: None };
    (1..=Repeat::MAX_EVERY).contains(&every).then_some(repeat)
}
