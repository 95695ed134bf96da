//! A group of todos in the overview, such as the overdue ones.

use std::cmp::Reverse;

use crate::domain::{limits, todo::Todo};

/// Todos of one group. The overview has no room for all todos of a long group. Then it shows the most urgent todos.
/// Among todos of the same priority, it shows the todos with the earliest due dates.
#[derive(Debug, Default)]
pub struct Group {
    /// How many todos the group has.
    total: usize,
    /// The most urgent todos so far, each with its position in the whole group.
    best: Vec<(usize, Todo)>,
}

impl Group {
    /// How many todos the group has.
    pub fn total(&self) -> usize {
        self.total
    }

    /// Adds a todo. The caller adds the todos in the order of their due dates.
    pub fn push(&mut self, todo: Todo) {
        self.total += 1;
        self.best.push((self.total, todo));
        // Todos that the overview will not show need not stay in memory.
        if self.best.len() > 4 * limits::OVERVIEW {
            self.keep(limits::OVERVIEW);
        }
    }

    /// The `most` most urgent todos, by due date. Todos with the same due date are in the order of their places.
    pub fn shown(mut self, most: usize) -> Vec<Todo> {
        self.keep(most);
        let mut todos: Vec<Todo> = self.best.into_iter().map(|(_, todo)| todo).collect();
        todos.sort_by_cached_key(|todo| (todo.due.map(|due| due.to_string()), todo.place()));
        todos
    }

    fn keep(&mut self, most: usize) {
        self.best.sort_by_key(|(number, todo)| (Reverse(todo.priority as usize), *number));
        self.best.truncate(most);
    }
}
