//! Tests that an import reads everything that a file of our own export contains. The tests export the imported todos a
//! second time: both files must be equal, byte by byte.

#![cfg(test)]

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{icalendar, markdown, own, own_csv, todo_txt};
use crate::{
    api::{
        export::{
            document::{Document, ExportedSettings, FORMAT, FORMAT_VERSION, exported},
            render,
            samples::{any_todos, changed, todo, zone},
        },
        import::source::{Completed, Context, Found, Parent, SourceFile, SourceTodo},
    },
    domain::{
        export_format::ExportFormat,
        moment::{Weekday, to_the_second},
        settings::Settings,
        text::Tag,
        todo::{Status, Todo},
    },
};

fn context() -> Context {
    let now = "2026-11-28T09:00:00Z".parse().unwrap();
    Context { now, zone: zone("Europe/Berlin"), week_start: Weekday::Mon }
}

fn document(todos: Vec<Todo>) -> Document {
    Document {
        format: FORMAT.to_owned(),
        format_version: FORMAT_VERSION,
        exported_at: context().now,
        settings: ExportedSettings::of(&Settings::default(), "Europe/Berlin"),
        lists: Vec::new(),
        todos,
        changes: Vec::new(),
        unreadable: 0,
        next_cursor: None,
    }
}

fn written(format: ExportFormat, todos: &[Todo]) -> String {
    render(format, &document(todos.to_vec()), &context().zone)
}

fn file(text: &str) -> SourceFile<'_> {
    SourceFile { name: "todos", text }
}

/// The tasks without a parent. Their parts become their steps.
fn with_steps(found: Found) -> Vec<SourceTodo> {
    assert!(found.broken.is_empty(), "{:?}", found.broken);
    let parents: Vec<Option<usize>> = found.todos.iter().map(|todo| parent(todo, &found.todos)).collect();
    let mut todos = found.todos;
    for (at, parent) in parents.iter().enumerate() {
        if let Some(parent) = *parent {
            let step = (todos[at].title.clone(), todos[at].completed.is_some());
            todos[parent].steps.push(step);
        }
    }
    todos.into_iter().zip(parents).filter(|(_, parent)| parent.is_none()).map(|(todo, _)| todo).collect()
}

fn parent(todo: &SourceTodo, todos: &[SourceTodo]) -> Option<usize> {
    match todo.parent.as_ref()? {
        Parent::Index(at) => Some(*at),
        Parent::Id(id) => {
            Some(todos.iter().position(|todo| todo.id.as_ref() == Some(id)).expect("the parent is there"))
        }
    }
}

/// A new todo from the fields of the task, with the times of the samples.
fn again(source: &SourceTodo) -> Todo {
    assert!(source.lost.is_empty(), "{source:?}");
    let steps: Vec<_> = source.steps.iter().map(|(title, done)| json!({"title": title, "done": done})).collect();
    let mut new = json!({
        "title": source.title, "list": source.list, "priority": source.priority.word(), "tags": source.tags,
        "steps": steps, "due": source.due.map(|due| due.to_string()), "repeat": source.repeat,
    });
    if !source.notes.is_empty() {
        new["notes"] = source.notes.join("\n\n").into();
    }
    new.as_object_mut().unwrap().retain(|_, value| *value != Value::Null);
    changed(todo(new), if source.completed.is_some() { "completed" } else { "open" })
}

/// Exports the todos, reads the file, and exports the read todos again. Both files must be equal.
fn comes_back(
    format: ExportFormat,
    todos: &[Todo],
    read: impl Fn(SourceFile<'_>, &Context) -> Found,
) -> Vec<SourceTodo> {
    let text = written(format, todos);
    let sources = with_steps(read(file(&text), &context()));
    let again: Vec<_> = sources.iter().map(again).collect();
    assert_same(&written(format, &again), &text);
    sources
}

#[track_caller]
fn assert_same(again: &str, text: &str) {
    let differs = again.lines().zip(text.lines()).find(|(one, other)| one != other);
    assert!(again == text, "{differs:#?}");
}

fn without_deleted(todos: Vec<Todo>) -> Vec<Todo> {
    todos.into_iter().filter(|todo| todo.status != Status::Deleted).collect()
}

/// The todos that are not deleted, and whose tags stay different if `_` replaces each space.
fn with_clear_tags(todos: Vec<Todo>) -> Vec<Todo> {
    let key = |tag: &str| tag.split_whitespace().collect::<Vec<_>>().join("_").to_lowercase();
    let is_clear = |todo: &Todo| {
        let mut tags: Vec<_> = todo.tags.iter().map(|tag| key(tag.as_str())).collect();
        tags.sort();
        tags.windows(2).all(|two| two[0] != two[1])
    };
    without_deleted(todos).into_iter().filter(is_clear).collect()
}

fn completed(todo: &Todo) -> Option<Completed> {
    todo.completed_at.map(|at| Completed::At(to_the_second(at)))
}

fn day(at: Option<Completed>) -> Option<jiff::civil::Date> {
    match at? {
        Completed::At(at) => Some(context().zone.to_datetime(at).date()),
        Completed::Once => panic!("the file says when"),
    }
}

proptest! {
    #[test]
    fn our_csv_comes_back(todos in any_todos()) {
        // In a cell, a comma and a space separate the tags.
        let has_comma = |todo: &Todo| todo.tags.iter().any(|tag| tag.as_str().contains(','));
        let todos: Vec<_> = without_deleted(todos).into_iter().filter(|todo| !has_comma(todo)).collect();
        let sources = comes_back(ExportFormat::Csv, &todos, own_csv::read);
        for (source, todo) in sources.iter().zip(&todos) {
            prop_assert_eq!(source.id.as_deref(), Some(todo.id.as_str()));
            prop_assert_eq!(source.created_at, Some(to_the_second(todo.created_at)));
            prop_assert_eq!(source.updated_at, Some(to_the_second(todo.updated_at)));
            prop_assert_eq!(source.completed, completed(todo));
            prop_assert_eq!(&source.title, todo.title.as_str());
        }
    }

    #[test]
    fn our_icalendar_comes_back(mut todos in any_todos()) {
        for (at, todo) in todos.iter_mut().enumerate() {
            todo.id = crate::domain::id::TodoId::parse(&format!("k7m2x9qa4{at}")).unwrap();
        }
        let todos = without_deleted(todos);
        let text = written(ExportFormat::Ics, &todos);
        let sources = with_steps(icalendar::read(file(&text), &context()));
        prop_assert_eq!(sources.len(), todos.len());
        for (source, todo) in sources.iter().zip(&todos) {
            let mut read = again(source);
            read.id = todo.id.clone();
            assert_same(&written(ExportFormat::Ics, &[read]), &written(ExportFormat::Ics, std::slice::from_ref(todo)));
            prop_assert_eq!(source.created_at, Some(to_the_second(todo.created_at)));
            prop_assert_eq!(source.updated_at, Some(to_the_second(todo.updated_at)));
            prop_assert_eq!(source.completed, completed(todo));
        }
    }

    #[test]
    fn our_todo_txt_comes_back(todos in any_todos()) {
        let todos = with_clear_tags(todos);
        let sources = comes_back(ExportFormat::TodoTxt, &todos, todo_txt::read);
        for (source, todo) in sources.iter().zip(&todos) {
            prop_assert_eq!(day(source.completed), day(completed(todo)));
            prop_assert_eq!(day(source.created_at.map(Completed::At)), day(Some(Completed::At(todo.created_at))));
        }
    }

    #[test]
    fn our_markdown_comes_back(todos in any_todos()) {
        // `#12` directly after a title is a part of the title: Obsidian does not read it as a tag, and it is often the
        // number of an issue.
        let is_number = |tag: &Tag| tag.as_str().bytes().all(|byte| byte.is_ascii_digit());
        let has_number = |todo: &Todo| todo.tags.iter().any(is_number);
        let todos: Vec<_> = with_clear_tags(todos).into_iter().filter(|todo| !has_number(todo)).collect();
        let sources = comes_back(ExportFormat::Md, &todos, markdown::read);
        prop_assert!(sources.iter().all(|source| source.completed.is_none() || day(source.completed).is_some()));
    }

    #[test]
    fn our_json_comes_back_without_a_loss(todos in any_todos()) {
        let todos: Vec<_> = todos.into_iter().take(1).map(exported).collect();
        let restored = own::read(file(&written(ExportFormat::Json, &todos)), &context()).unwrap();
        prop_assert!(restored.broken.is_empty(), "{:?}", restored.broken);
        prop_assert_eq!(restored.todos, todos);
    }

    #[test]
    fn each_export_is_known_by_its_content(todos in any_todos()) {
        let mut todos = without_deleted(todos);
        todos.push(todo(json!({"title": "a"})));
        for format in [ExportFormat::Json, ExportFormat::Csv, ExportFormat::Ics, ExportFormat::TodoTxt, ExportFormat::Md] {
            let text = written(format, &todos);
            let known = [
                (ExportFormat::Json, own::is(&text)),
                (ExportFormat::Csv, own_csv::is(&text)),
                (ExportFormat::Ics, icalendar::is(&text)),
                (ExportFormat::TodoTxt, todo_txt::is(&text)),
                (ExportFormat::Md, markdown::is(&text)),
            ];
            for (other, is) in known {
                prop_assert_eq!(is, other == format, "{:?} {:?}: {}", format, other, text);
            }
        }
    }
}

#[test]
fn the_samples_are_older_than_the_import() {
    let latest: Timestamp = changed(todo(json!({"title": "a"})), "completed").updated_at;
    assert!(latest + SignedDuration::from_hours(1) < context().now && TimeZone::UTC != context().zone);
}
