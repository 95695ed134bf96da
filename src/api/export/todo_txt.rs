//! todo.txt (<https://github.com/todotxt/todo.txt>), for the programs of that format.
//!
//! One line for each todo, such as `(A) 2026-03-01 Call Mom +Family @phone due:2026-03-05 time:09:30 rec:+1w`. A
//! completed todo is `x 2026-03-02 2026-03-01 Call Mom +Family @phone pri:A`. All dates are dates on the person's
//! clock.
//!
//! * Each line has the date of creation before the title. So a title can begin with `x`, with `(A)` or with a date, and
//!   a program still reads it as a title.
//! * The list is a project, and a tag is a context. A space in their names becomes `_`.
//! * `rec:+1w` counts from the due date, and `rec:1w` counts from the completion. A repetition with weekdays, with a
//!   day of the month or with an end is left out, because `rec` cannot say it.
//! * Some words in a title have a meaning in todo.txt: `due:today`, `+49`, `@home`. Such a word gets a space after its
//!   `:`, `+` or `@`, because todo.txt has no way to quote a word.
//! * The file does not contain deleted todos, notes, steps, or the times of day of creation and completion.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::domain::{
    due::Due,
    repeat::{CountedFrom, Repeat, Unit},
    todo::{Priority, Status, Todo},
    unicode::is_ignorable,
};

/// The keys that have a meaning in this export or in usual todo.txt programs. `t` is the day on which a todo appears,
/// and `h` hides a todo.
const KEYS: [&str; 7] = ["due", "rec", "pri", "time", "id", "t", "h"];

/// A line for each todo that is not deleted.
pub fn render(todos: &[Todo], zone: &TimeZone) -> String {
    todos.iter().filter(|todo| todo.status != Status::Deleted).map(|todo| line(todo, zone) + "\n").collect()
}

fn line(todo: &Todo, zone: &TimeZone) -> String {
    let day = |at: Timestamp| -> Date { zone.to_datetime(at).date() };
    let priority = match todo.priority {
        Priority::Urgent => Some('A'),
        Priority::High => Some('B'),
        Priority::Normal => None,
        Priority::Low => Some('D'),
    };
    let is_done = todo.status == Status::Completed;
    let mut words = Vec::new();
    if is_done {
        words.push(format!("x {}", day(todo.completed_at.unwrap_or(todo.updated_at))));
    } else {
        words.extend(priority.map(|letter| format!("({letter})")));
    }
    words.push(day(todo.created_at).to_string());
    words.push(title(todo.title.as_str()));
    words.push(format!("+{}", one_word(todo.list.as_str())));
    words.extend(todo.tags.iter().map(|tag| format!("@{}", one_word(tag.as_str()))));
    words.extend(todo.due.map(|due| format!("due:{}", due.date())));
    if let Some(Due::At(time)) = todo.due {
        words.push(format!("time:{}", time.strftime("%H:%M")));
    }
    words.extend(todo.repeat.as_ref().and_then(recurrence).map(|rec| format!("rec:{rec}")));
    words.extend(priority.filter(|_| is_done).map(|letter| format!("pri:{letter}")));
    words.join(" ")
}

/// The parts of the text between white space. Control characters also separate the parts, because some programs end a
/// line at them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|word| !word.is_empty())
}

/// The title, changed so that none of its words has a special meaning in todo.txt.
fn title(text: &str) -> String {
    words(text).map(plain).collect::<Vec<_>>().join(" ")
}

fn plain(word: &str) -> String {
    let sign = if word.starts_with(['+', '@']) {
        Some(1)
    } else {
        word.find(':').filter(|at| KEYS.iter().any(|key| word[..*at].eq_ignore_ascii_case(key))).map(|at| at + 1)
    };
    match sign.map(|end| word.split_at(end)) {
        // A second sign can follow: `++1` or `due:due:1`.
        Some((sign, rest)) if !rest.chars().all(is_ignorable) => format!("{sign} {}", plain(rest)),
        Some(_) | None => word.to_owned(),
    }
}

fn one_word(name: &str) -> String {
    words(name).collect::<Vec<_>>().join("_")
}

fn recurrence(repeat: &Repeat) -> Option<String> {
    let plain = repeat.weekdays.is_empty() && repeat.on.is_none() && repeat.until.is_none() && repeat.count.is_none();
    let from = match repeat.from {
        CountedFrom::Due => "+",
        CountedFrom::Completion => "",
    };
    let unit = match repeat.unit {
        Unit::Day => "d",
        Unit::Week => "w",
        Unit::Month => "m",
        Unit::Year => "y",
    };
    plain.then(|| format!("{from}{}{unit}", repeat.every))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::export::samples::{any_todos, changed, todo, zone};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn written(new: Value) -> String {
        line(&todo(new), &zone("Europe/Berlin"))
    }

    #[test]
    fn a_todo_is_a_line() {
        let call = json!({
            "title": "Call Mom", "list": "My family", "tags": ["on the phone", "x"], "priority": "urgent",
            "due": "2026-11-30T09:30", "repeat": {"unit": "week"}, "notes": "gone", "steps": ["gone"],
        });
        let rest = "2026-11-20 Call Mom +My_family @on_the_phone @x due:2026-11-30 time:09:30 rec:+1w";
        assert_eq!(written(call.clone()), format!("(A) {rest}"));
        let done = changed(todo(call), "completed");
        assert_eq!(line(&done, &TimeZone::UTC), format!("x 2026-11-21 {rest} pri:A"));
        assert_eq!(render(&[changed(done, "deleted")], &TimeZone::UTC), "");
        assert_eq!(written(json!({"title": "x (A) 2026-01-01 y"})), "2026-11-20 x (A) 2026-01-01 y +Inbox");
    }

    #[test]
    fn only_a_plain_repetition_is_written() {
        for (repeat, expected) in [
            (json!({"unit": "month", "every": 2}), " rec:+2m"),
            (json!({"unit": "year", "from": "completion"}), " rec:1y"),
            (json!({"unit": "day", "count": 3}), ""),
            (json!({"unit": "day", "until": "2027-01-01"}), ""),
            (json!({"weekdays": ["fri"]}), ""),
            (json!({"unit": "month", "on": "last day"}), ""),
        ] {
            let line = written(json!({"title": "Pay", "due": "2026-11-27", "repeat": repeat}));
            assert_eq!(line, format!("2026-11-20 Pay +Inbox due:2026-11-27{expected}"));
        }
    }

    #[test]
    fn a_word_of_a_title_is_no_project_and_no_key() {
        for (text, expected) in [
            ("Call +49 30 12", "Call + 49 30 12"),
            ("mail @anna ++1", "mail @ anna + + 1"),
            ("due:today DUE:x due: x", "due: today DUE: x due: x"),
            ("12:30 http://x.y a@b.c 1+1 + @", "12:30 http://x.y a@b.c 1+1 + @"),
            ("a\u{2028}b\u{85}c\u{b}d\u{1c}e", "a b c d e"),
        ] {
            assert_eq!(title(text), expected);
        }
    }

    proptest! {
        #[test]
        fn each_todo_is_one_line_with_one_project(todos in any_todos()) {
            let text = render(&todos, &TimeZone::UTC);
            let kept: Vec<_> = todos.iter().filter(|todo| todo.status != Status::Deleted).collect();
            let breaks = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
            let lines: Vec<_> = text.split_terminator(breaks).collect();
            prop_assert_eq!(lines.len(), kept.len());
            for (todo, line) in kept.iter().zip(lines) {
                let begins = |word: &&str, sign: &str| word.len() > sign.len() && word.starts_with(sign);
                let count = |sign| line.split(' ').filter(|word| begins(word, sign)).count();
                prop_assert_eq!(count("+"), 1, "{}", line);
                prop_assert_eq!(count("@"), todo.tags.iter().count(), "{}", line);
                prop_assert_eq!(count("due:"), usize::from(todo.due.is_some()));
            }
        }
    }
}
