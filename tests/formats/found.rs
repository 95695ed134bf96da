//! What a reader has found, as JSON. Empty members are left out.

use serde_json::{Map, Value, json};
use todo_action::api::import::source::{At, Completed, Found, Parent, SourceTodo};

pub fn json(found: &Found) -> Value {
    let broken = found.broken.iter().map(|broken| format!("{}: {}", at(broken.at), broken.reason));
    json!({
        "lists": found.lists,
        "todos": found.todos.iter().map(todo).collect::<Vec<_>>(),
        "broken": broken.collect::<Vec<_>>(),
    })
}

fn at(at: At) -> String {
    format!("{:?} {}", at.unit, at.number).to_lowercase()
}

fn todo(todo: &SourceTodo) -> Value {
    let parent = todo.parent.as_ref().map(|parent| match parent {
        Parent::Id(id) => json!(id),
        Parent::Index(index) => json!(index),
    });
    let completed = todo.completed.map(|completed| match completed {
        Completed::At(at) => at.to_string(),
        Completed::Once => "once".to_owned(),
    });
    let steps: Vec<String> =
        todo.steps.iter().map(|(title, done)| format!("[{}] {title}", if *done { 'x' } else { ' ' })).collect();
    let lost: Vec<String> = todo.lost.iter().map(|lost| format!("{lost:?}")).collect();
    let members = [
        ("at", json!(at(todo.at))),
        ("id", json!(todo.id)),
        ("parent", json!(parent)),
        ("list", json!(todo.list)),
        ("title", json!(todo.title)),
        ("notes", json!(todo.notes)),
        ("due", json!(todo.due)),
        ("repeat", json!(todo.repeat)),
        ("priority", json!(todo.priority)),
        ("tags", json!(todo.tags)),
        ("steps", json!(steps)),
        ("completed", json!(completed)),
        ("created_at", json!(todo.created_at)),
        ("updated_at", json!(todo.updated_at)),
        ("lost", json!(lost)),
    ];
    let kept = members.into_iter().filter(|(_, value)| !value.is_null() && *value != json!([]));
    Value::Object(kept.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}
