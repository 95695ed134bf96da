//! Markdown with task lists, as Obsidian and GitHub show them.
//!
//! A list is a heading: the inbox first, and then the others by name. A todo is an item such as `- [ ] Title ⏰ 09:30 📅
//! 2026-11-27 🔁 every week ⏫ #tag`, with the marks of the plugin Obsidian Tasks. The time of day stands before the
//! date, because Obsidian Tasks does not read a date if a time follows it. Notes are paragraphs below the item, and
//! steps are items below it. In a tag, a space becomes `_`.
//!
//! The file does not contain deleted todos, the time of day of the completion, or the days of creation and change.
//! Several empty lines in notes become one.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{markdown_text, repetition};
use crate::domain::{
    due::Due,
    text::ListName,
    todo::{Priority, Status, Todo},
};

/// Each list with its todos. The todos of a list have the order of `todos`.
pub fn render(todos: &[Todo], zone: &TimeZone) -> String {
    let mut lists: BTreeMap<_, Vec<&Todo>> = BTreeMap::new();
    for todo in todos.iter().filter(|todo| todo.status != Status::Deleted) {
        let name = todo.list.name();
        // `false` comes before `true`.
        lists.entry((*name != ListName::inbox(), name.folded(), name.as_str())).or_default().push(todo);
    }
    let lists = lists.iter().map(|((_, _, name), todos)| {
        let items: String = todos.iter().map(|todo| item(todo, zone)).collect();
        format!("# {}\n\n{items}", markdown_text::title(name))
    });
    lists.collect::<Vec<_>>().join("\n")
}

fn item(todo: &Todo, zone: &TimeZone) -> String {
    let is_done = todo.status == Status::Completed;
    let mut text = format!("{} {}\n", check_box(is_done), words(todo, zone).join(" "));
    if let Some(notes) = &todo.notes {
        text.push('\n');
        for line in markdown_text::notes(notes.as_str()) {
            text += &if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") };
        }
        text.push('\n');
    }
    for step in todo.steps.iter() {
        text += &format!("  {} {}\n", check_box(step.done), markdown_text::title(step.title.as_str()));
    }
    text
}

fn check_box(is_done: bool) -> &'static str {
    if is_done { "- [x]" } else { "- [ ]" }
}

/// The title and the marks.
fn words(todo: &Todo, zone: &TimeZone) -> Vec<String> {
    let mut words = vec![markdown_text::title(todo.title.as_str())];
    if let Some(Due::At(time)) = todo.due {
        words.push(format!("⏰ {}", time.strftime("%H:%M")));
    }
    words.extend(todo.due.map(|due| format!("📅 {}", due.date())));
    words.extend(repetition::in_words(todo).map(|repeat| format!("🔁 {repeat}")));
    words.extend(todo.completed_at.map(|at| format!("✅ {}", zone.to_datetime(at).date())));
    words.extend(match todo.priority {
        Priority::Urgent => Some("🔺".to_owned()),
        Priority::High => Some("⏫".to_owned()),
        Priority::Normal => None,
        Priority::Low => Some("🔽".to_owned()),
    });
    words.extend(todo.tags.iter().map(|tag| tag_in_words(tag.as_str())));
    words
}

fn tag_in_words(tag: &str) -> String {
    format!("#{}", markdown_text::title(&tag.split_whitespace().collect::<Vec<_>>().join("_")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::export::samples::{any_todos, changed, todo, zone};
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn lists_are_headings_and_todos_are_items() {
        let pay = todo(json!({
            "title": "Pay *rent*", "list": "Home #1", "due": "2026-11-30T09:30", "repeat": {"unit": "week"},
            "priority": "high", "tags": ["a b", "c"], "notes": "one\n# two\n\n  three",
            "steps": [{"title": "Look_", "done": true}, "1. Pay"],
        }));
        let done = changed(todo(json!({"title": "Milk", "priority": "low"})), "completed");
        let gone = changed(todo(json!({"title": "Gone", "list": "Gone"})), "deleted");
        let expected = "\
# Inbox\n\n\
- [x] Milk ✅ 2026-11-21 🔽\n\n\
# Home \\#1\n\n\
- [ ] Pay \\*rent\\* ⏰ 09:30 📅 2026-11-30 🔁 every week ⏫ #a_b #c\n\n  \
one  \n  \\# two\n\n  &nbsp;\u{a0}three\n\n  \
- [x] Look\\_\n  \
- [ ] 1. Pay\n";
        assert_eq!(render(&[pay, done, gone], &zone("Europe/Berlin")), expected);
        assert_eq!(render(&[], &TimeZone::UTC), "");
    }

    proptest! {
        #[test]
        fn each_todo_is_one_item_and_each_list_one_heading(todos in any_todos()) {
            let text = render(&todos, &TimeZone::UTC);
            let kept: Vec<_> = todos.iter().filter(|todo| todo.status != Status::Deleted).collect();
            let count = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
            prop_assert_eq!(count("- ["), kept.len());
            prop_assert_eq!(count("  - ["), kept.iter().map(|todo| todo.steps.iter().count()).sum::<usize>());
            let lists: std::collections::BTreeSet<_> = kept.iter().map(|todo| todo.list.as_str()).collect();
            prop_assert_eq!(count("# "), lists.len());
            prop_assert!(text.lines().all(|line| line.is_empty() || line.starts_with(['#', '-', ' '])));
        }
    }
}
