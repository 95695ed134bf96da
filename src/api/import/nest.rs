//! Puts sub-tasks into their parents. A todo of this service has steps, and a step has only a title. So a sub-task that
//! has only a title becomes a step of its parent. Every other sub-task becomes a todo of its own, in the list of its
//! parent, and its notes name the parent. If the parent of a new step is a step itself, the new step belongs to the
//! nearest task above that is a todo.

use std::collections::HashMap;

use super::source::{Lost, Parent, SourceTodo};
use crate::domain::todo::Priority;

/// The tasks that become todos, with their steps, in the order of the file. If a parent is missing, the task has no
/// parent. If tasks are parents of each other in a circle, one of them loses its parent.
pub fn nest(mut todos: Vec<SourceTodo>) -> Vec<SourceTodo> {
    let parents = parents(&todos);
    let order = parents_first(&parents);
    // For each task, the index of the todo that contains it: the task itself, or the task whose step it becomes.
    let mut holders: Vec<usize> = (0..todos.len()).collect();
    let mut steps: HashMap<usize, Vec<(usize, bool)>> = HashMap::new();
    for child in order {
        let Some(parent) = parents[child] else { continue };
        let holder = holders[parent];
        if has_only_a_title(&todos[child]) {
            holders[child] = holder;
            steps.entry(holder).or_default().push((child, holder != parent));
        } else {
            let title = todos[parent].title.trim().to_owned();
            todos[child].list = todos[child].list.take().or_else(|| todos[parent].list.clone());
            todos[child].notes.push(format!("Part of: {title}"));
            todos[child].lost.push(Lost::Nesting);
        }
    }
    for (holder, mut children) in steps {
        children.sort_unstable();
        for (child, is_deeper) in children {
            let SourceTodo { title, completed, lost, .. } = std::mem::take(&mut todos[child]);
            let holder = &mut todos[holder];
            holder.steps.push((title, completed.is_some()));
            holder.lost.extend(lost);
            holder.lost.extend(is_deeper.then_some(Lost::Nesting));
        }
    }
    let is_todo = |(index, _): &(usize, SourceTodo)| holders[*index] == *index;
    todos.into_iter().enumerate().filter(is_todo).map(|(_, todo)| todo).collect()
}

/// The index of the parent of each task.
fn parents(todos: &[SourceTodo]) -> Vec<Option<usize>> {
    let ids = todos.iter().enumerate().filter_map(|(index, todo)| Some((todo.id.as_deref()?, index)));
    let ids: HashMap<&str, usize> = ids.collect();
    let parent = |(index, todo): (usize, &SourceTodo)| {
        let parent = match todo.parent.as_ref()? {
            Parent::Id(id) => *ids.get(id.as_str())?,
            Parent::Index(parent) => *parent,
        };
        (parent < todos.len() && parent != index).then_some(parent)
    };
    let mut parents: Vec<Option<usize>> = todos.iter().enumerate().map(parent).collect();
    break_circles(&mut parents);
    parents
}

/// Removes the parent of one task in each circle.
fn break_circles(parents: &mut [Option<usize>]) {
    // For each task, the start of the walk that reached the task first.
    let mut met = vec![None; parents.len()];
    for start in 0..parents.len() {
        let (mut last, mut at) = (None, Some(start));
        while let Some(index) = at {
            match met[index] {
                None => met[index] = Some(start),
                Some(walk) if walk == start => {
                    last.into_iter().for_each(|last: usize| parents[last] = None);
                    break;
                }
                Some(_) => break,
            }
            (last, at) = (Some(index), parents[index]);
        }
    }
}

/// The indices of all tasks, each task after its parent.
fn parents_first(parents: &[Option<usize>]) -> Vec<usize> {
    let (mut order, mut is_placed) = (Vec::with_capacity(parents.len()), vec![false; parents.len()]);
    for start in 0..parents.len() {
        let (mut path, mut at) = (Vec::new(), Some(start));
        while let Some(index) = at.filter(|index| !is_placed[*index]) {
            is_placed[index] = true;
            path.push(index);
            at = parents[index];
        }
        order.extend(path.into_iter().rev());
    }
    order
}

fn has_only_a_title(todo: &SourceTodo) -> bool {
    let SourceTodo { title, notes, due, repeat, priority, tags, steps, .. } = todo;
    let has_title = title.chars().any(|character| !character.is_whitespace());
    let is_bare = notes.iter().all(|note| note.trim().is_empty()) && tags.is_empty() && steps.is_empty();
    has_title && is_bare && due.is_none() && repeat.is_none() && *priority == Priority::Normal
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::*;

    fn task(id: &str, parent: &str) -> SourceTodo {
        let parent = (!parent.is_empty()).then(|| Parent::Id(parent.to_owned()));
        SourceTodo { id: Some(id.to_owned()), parent, title: id.to_owned(), ..SourceTodo::default() }
    }

    #[test]
    fn a_plain_sub_task_is_a_step_and_every_other_one_a_todo_of_its_own() {
        let dated = SourceTodo { priority: Priority::High, ..task("order tiles", "bath") };
        let found = nest(vec![task("paint", "bath"), task("bath", ""), dated, task("grey ones", "order tiles")]);
        assert_eq!(found.iter().map(|todo| todo.title.as_str()).collect::<Vec<_>>(), ["bath", "order tiles"]);
        assert_eq!(found[0].steps, [("paint".to_owned(), false)]);
        assert_eq!(found[1].steps, [("grey ones".to_owned(), false)]);
        assert_eq!(found[1].notes, ["Part of: bath"]);
    }

    #[test]
    fn circles_and_missing_parents_lose_nothing() {
        let found = nest(vec![task("a", "b"), task("b", "a"), task("c", "c"), task("d", "gone")]);
        let kept: usize = found.iter().map(|todo| 1 + todo.steps.len()).sum();
        assert_eq!(kept, 4, "{found:?}");
    }

    proptest! {
        #[test]
        fn every_task_is_a_todo_or_a_step(parents in prop::collection::vec((0usize..30, any::<bool>()), 0..30)) {
            let tasks: Vec<_> = parents.iter().enumerate().map(|(index, (parent, is_rich))| SourceTodo {
                parent: Some(Parent::Index(*parent)),
                priority: if *is_rich { Priority::High } else { Priority::Normal },
                ..task(&index.to_string(), "")
            }).collect();
            let found = nest(tasks);
            let mut titles: Vec<String> = found.iter().flat_map(|todo| todo.steps.iter().map(|(title, _)| title.clone()).chain([todo.title.clone()])).collect();
            titles.sort_by_key(|title| title.parse::<usize>().unwrap());
            proptest::prop_assert_eq!(titles, (0..parents.len()).map(|index| index.to_string()).collect::<Vec<_>>());
        }
    }
}
