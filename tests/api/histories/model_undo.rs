//! The undo of changes, in the model.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::{
    calls::{FIRST, Handle, OpId, Status},
    model::{Fields, Model, Planned},
};

/// A change: what it did to each todo, and the changes that it undid.
#[derive(Debug, Clone)]
pub struct Entry {
    pub op: OpId,
    pub differences: Vec<(Handle, Option<Fields>, Fields)>,
    pub undoes: Vec<OpId>,
}

/// The changes that an undo of everything since the first todos must undo, the newest first. With `cancel`, the undo
/// leaves out each undo together with the change that it has undone.
pub fn all_since(log: &[Arc<Entry>], cancel: bool) -> Vec<OpId> {
    let (mut undone, mut restored) = (HashSet::<OpId>::new(), HashSet::<OpId>::new());
    let mut wanted = Vec::new();
    let is_first = |op: &OpId| FIRST.iter().any(|(first, _)| first == op);
    for change in log.iter().rev().filter(|change| !is_first(&change.op)) {
        let takes_effect = !undone.contains(&change.op);
        if takes_effect {
            undone.extend(&change.undoes);
        }
        let is_cancelled = cancel && !change.undoes.is_empty() && !change.undoes.iter().any(is_first);
        if (takes_effect && !is_cancelled) || restored.contains(&change.op) {
            restored.extend(&change.undoes);
            wanted.push(change.op);
        }
    }
    wanted
}

/// The todos after the undo of these changes. The newest change comes first.
pub fn plan(model: &Model, wanted: &[OpId], op: OpId) -> Planned {
    let mut todos: BTreeMap<Handle, Fields> = model.todos.iter().map(|(id, todo)| (*id, todo.fields)).collect();
    let (mut touched, mut has_conflict, mut has_deleted) = (HashSet::new(), false, false);
    let entries = wanted.iter().filter_map(|wanted| model.log.iter().find(|entry| entry.op == *wanted));
    for (handle, before, after) in entries.flat_map(|entry| &entry.differences) {
        touched.insert(*handle);
        let present = todos[handle];
        if before.is_none() && present.status == Status::Deleted {
            has_deleted = true;
        } else if let Some(undone) = undone(*before, *after, present, op) {
            todos.insert(*handle, undone);
        } else {
            has_conflict = true;
        }
    }
    let undoes_nothing = todos.iter().all(|(handle, fields)| model.todos[handle].fields == *fields);
    if has_conflict || (undoes_nothing && has_deleted) {
        return Err("changed_since");
    }
    todos.retain(|handle, _| touched.contains(handle));
    for (handle, after) in &mut todos {
        let before = model.todos[handle].fields;
        let is_same = (before.title, before.priority) == (after.title, after.priority);
        if before.status == Status::Deleted && after.status == Status::Deleted && is_same {
            *after = before;
        }
    }
    Ok(todos)
}

/// The todo without this change. `None` if the change cannot be undone.
fn undone(before: Option<Fields>, after: Fields, present: Fields, op: OpId) -> Option<Fields> {
    let Some(before) = before else {
        let is_as_added = Fields { updated_at: after.updated_at, ..present } == after;
        return is_as_added.then(|| present.with_status(Status::Deleted, op));
    };
    let status = |fields: &Fields| (fields.status, fields.status_at);
    let mut undone = present;
    if before.title != after.title {
        undone.title = before.title;
        (present.title == after.title).then_some(())?;
    }
    if before.priority != after.priority {
        undone.priority = before.priority;
        (present.priority == after.priority).then_some(())?;
    }
    if status(&before) != status(&after) {
        (undone.status, undone.status_at) = status(&before);
        (status(&present) == status(&after)).then_some(())?;
    } else if present.status == Status::Deleted {
        return None;
    }
    if before.updated_at != after.updated_at {
        undone.updated_at = if present.updated_at == after.updated_at { before.updated_at } else { op };
    }
    Some(undone)
}
