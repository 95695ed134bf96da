//! The line of a task: its title, and the marks of the plugin Obsidian Tasks at its end.
//!
//! | mark | what |
//! |---|---|
//! | 📅 📆 🗓 | the due date; `⏰ 09:30` before it is the time, as our own export writes it |
//! | ⏳ | the day on which the person wants to do the task: the due date, if there is no 📅 |
//! | 🛫 | the start |
//! | ➕ ✅ ❌ | the day of the creation, of the completion, of the cancellation |
//! | 🔁 | the repetition in words |
//! | 🔺 ⏫ 🔼 🔽 ⏬ | the priority. 🔼 is normal, and so is a task without a mark. |
//! | `#tag` | a tag, also within the title. A number such as `#12` is not a tag. |
//!
//! As in the plugin, a mark counts only if all text after it consists of marks. A variation selector can follow a mark.
//! A mark can have spaces of any kind around it, but it needs none.

use std::borrow::Cow;

use jiff::civil::Date;

use super::inline;
use crate::{
    api::import::{
        formats::{lines, times},
        source::{Completed, Context, Lost, SourceTodo},
        words,
    },
    domain::{
        due::{self, Due},
        todo::Priority,
    },
};

const DUE: [char; 3] = ['📅', '📆', '🗓'];
/// The other marks that have a date.
const DATES: [char; 6] = ['⏳', '🛫', '➕', '✅', '❌', '⏰'];
const REPEATS: char = '🔁';
/// The marks of the id of a task, of the ids of tasks that must be done first, and of the action after the completion.
/// This service has no such fields.
const WORDS: [char; 3] = ['🆔', '⛔', '🏁'];
/// A mark with its repetition or its id has at most this number of bytes.
const LONGEST: usize = 300;

/// The marks of a task.
#[derive(Default)]
struct Marks {
    due: Option<Date>,
    time: Option<String>,
    scheduled: Option<Date>,
    start: Option<Date>,
    created: Option<Date>,
    done: Option<Date>,
    reminder: Option<String>,
    repeat: Option<String>,
    priority: Option<Priority>,
    /// The tags, from the last to the first.
    tags: Vec<String>,
    is_linked: bool,
}

/// Reads the line of a task, without its check box.
pub fn read(line: &str, context: &Context) -> SourceTodo {
    let mut marks = Marks::default();
    let mut rest = line.trim();
    while let Some(before) = marks.take_last(rest).or_else(|| marks.take_numbers(rest)) {
        rest = before.trim();
    }
    let mut tags = Vec::new();
    let title = without_tags(rest, &mut tags);
    tags.extend(marks.tags.drain(..).rev());
    let mut todo = SourceTodo { title, tags, ..SourceTodo::default() };
    marks.add_to(&mut todo, context);
    todo
}

/// The text without spaces and variation selectors around it.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{fe0f}')
}

/// The last character and the text before it, if this character is a mark. The function ignores variation selectors and
/// spaces after the character.
fn before_mark(text: &str, is_mark: impl Fn(char) -> bool) -> Option<(&str, char)> {
    let text = trimmed(text);
    let mark = text.chars().next_back().filter(|letter| is_mark(*letter))?;
    Some((&text[..text.len() - mark.len_utf8()], mark))
}

/// Divides the text before its last `length` bytes.
fn split_end(text: &str, length: usize) -> Option<(&str, &str)> {
    text.len().checked_sub(length).and_then(|at| text.split_at_checked(at))
}

impl Marks {
    /// Takes the mark at the end. Returns the text before it, or `None` if there is no mark. If a line has several
    /// marks of one kind, the last one counts.
    fn take_last<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        self.take_priority(text)
            .or_else(|| self.take_date(text))
            .or_else(|| self.take_time(text))
            .or_else(|| self.take_tag(text))
            .or_else(|| self.take_words(text))
            .or_else(|| block_id(text))
    }

    fn take_priority<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let of = |letter| match letter {
            '🔺' => Some(Priority::Urgent),
            '⏫' => Some(Priority::High),
            '🔼' => Some(Priority::Normal),
            '🔽' | '⏬' => Some(Priority::Low),
            _ => None,
        };
        let (before, mark) = before_mark(text, |letter| of(letter).is_some())?;
        self.priority = self.priority.or(of(mark));
        Some(before)
    }

    fn take_date<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let (before, day) = split_end(text, 10)?;
        let day = due::day(day)?;
        let (before, mark) = before_mark(before, |letter| DUE.contains(&letter) || DATES.contains(&letter))?;
        let place = match mark {
            '⏳' => &mut self.scheduled,
            '🛫' => &mut self.start,
            '➕' => &mut self.created,
            '✅' | '❌' => &mut self.done,
            '⏰' => {
                self.reminder.get_or_insert(day.to_string());
                return Some(before);
            }
            _ => &mut self.due,
        };
        place.get_or_insert(day);
        Some(before)
    }

    /// Takes `⏰ 09:30`, or `⏰ 2026-11-27 09:30` of the plugin Reminder.
    fn take_time<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let (before, time) = split_end(text, 5)?;
        Due::parse(&format!("2026-01-01T{time}"))?;
        if let Some((before, _)) = before_mark(before, |letter| letter == '⏰') {
            self.time.get_or_insert(time.to_owned());
            return Some(before);
        }
        let (before, day) = split_end(trimmed(before), 10)?;
        let day = due::day(day)?;
        let (before, _) = before_mark(before, |letter| letter == '⏰')?;
        self.reminder.get_or_insert(format!("{day} {time}"));
        Some(before)
    }

    /// Takes the words after 🔁, or the text after a mark of `WORDS`. These words contain no other mark.
    fn take_words<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let mut from = text.len().saturating_sub(LONGEST);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let at = from + text[from..].rfind(|letter| letter == REPEATS || WORDS.contains(&letter))?;
        let mark = text[at..].chars().next()?;
        let words = trimmed(&text[at + mark.len_utf8()..]);
        if mark == REPEATS {
            let fits = |letter: char| letter.is_ascii_alphanumeric() || " ,!\u{a0}".contains(letter);
            words.chars().all(fits).then(|| self.repeat.get_or_insert(words.replace('\u{a0}', " ")))?;
            return Some(&text[..at]);
        }
        let is_id = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if text[..at].trim().is_empty() || words.is_empty() || !words.split(',').all(|id| is_id(id.trim())) {
            return None;
        }
        self.is_linked |= mark != '🏁';
        Some(&text[..at])
    }

    fn take_tag<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let (before, word) = last_word(text);
        self.tags.push(name(tag(word)?));
        Some(before)
    }

    /// Takes numbers such as `#12`, if a mark is before them. Our own export writes tags there. If a number comes
    /// directly after the words of the title, it is a part of the title.
    fn take_numbers<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let (mut rest, mut numbers) = (text, Vec::new());
        loop {
            let (before, word) = last_word(rest);
            let Some(number) = word.strip_prefix('#').filter(|number| is_number(number)) else { break };
            numbers.push(number.to_owned());
            rest = before.trim();
        }
        let taken = self.tags.len();
        let has_mark = !numbers.is_empty() && Self::default().take_last(rest).is_some();
        self.tags.extend(numbers.into_iter().filter(|_| has_mark));
        (self.tags.len() > taken).then_some(rest)
    }

    fn add_to(self, todo: &mut SourceTodo, context: &Context) {
        let due = self.due.or(self.scheduled);
        let time = self.time.as_ref().filter(|_| self.due.is_some());
        todo.due = due.map(|day| match time.and_then(|time| Due::parse(&format!("{day}T{time}"))) {
            Some(due) => due,
            None => Due::On(day),
        });
        todo.priority = self.priority.unwrap_or_default();
        let on = |day: Option<Date>| day.and_then(|day| times::some_time_on(day, context));
        todo.created_at = on(self.created);
        todo.completed = on(self.done).map(Completed::At);
        if let Some(text) = self.repeat {
            match words::repeat(&text, "", todo.due, context) {
                Some(repeat) => todo.repeat = Some(repeat),
                None => todo.keep_as_text(Lost::RepeatAsText, "Repeats", &text),
            }
        }
        let mut keep = |lost, label, text: Option<String>| todo.keep_as_text(lost, label, &text.unwrap_or_default());
        keep(Lost::StartDate, "Scheduled", self.scheduled.filter(|_| self.due.is_some()).map(|day| day.to_string()));
        keep(Lost::StartDate, "Starts", self.start.map(|day| day.to_string()));
        keep(Lost::Reminder, "Reminder", self.reminder.or(self.time.filter(|_| self.due.is_none())));
        if self.is_linked {
            todo.lose(Lost::Link);
        }
    }
}

/// The id that Obsidian gives to a paragraph: `^` and six letters or digits.
fn block_id(text: &str) -> Option<&str> {
    let (before, id) = split_end(text, 7)?;
    let is_id = id.starts_with('^') && id[1..].bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
    Some(before).filter(|before| is_id && before.ends_with(char::is_whitespace))
}

/// The text before the last word, and this word.
fn last_word(text: &str) -> (&str, &str) {
    let word = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    (&text[..text.len() - word.len()], word)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The word without `#`, if it is a tag.
fn tag(word: &str) -> Option<&str> {
    let name = word.strip_prefix('#')?;
    let is_tag = !name.is_empty() && !name.starts_with('#') && !is_number(name);
    is_tag.then_some(name)
}

fn name(tag: &str) -> String {
    lines::with_spaces(&inline::plain(tag))
}

/// The title. `tags` gets its tags. A tag at the beginning of the title is removed, and a tag within the title stays
/// there as a word.
fn without_tags(text: &str, tags: &mut Vec<String>) -> String {
    let mut title = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let word: Cow<'_, str> = match tag(word) {
            Some(tag) => {
                let own = tag.trim_end_matches([',', '.', ';', ':', '!', '?', ')']);
                tags.extend(Some(name(own)).filter(|tag| !tag.is_empty()));
                if title.is_empty() { "".into() } else { lines::with_spaces(tag).into() }
            }
            None => word.into(),
        };
        if !title.is_empty() && !word.is_empty() {
            title.push(' ');
        }
        title.push_str(&word);
    }
    inline::plain(&title)
}
