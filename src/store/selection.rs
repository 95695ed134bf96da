//! Reads the todos of a selection. A write may concern todos without naming their ids: all todos of a list, or all
//! todos that match filters.

use super::{
    OwnerStore,
    fault::{Fault, FaultKind},
    query::Reading,
    write_request::{Selection, Snapshot},
};

/// The store reads at most this number of pages of each range. A page has at most 1 MB.
const PAGES: usize = 20;

impl OwnerStore {
    /// Reads all todos of the selection into the snapshot. The snapshot must already contain the settings and the
    /// lists. If the program cannot read one of these todos, the result is an error, because the write must not leave
    /// out a todo.
    pub(super) async fn read_selected(&self, selection: &Selection, snapshot: &mut Snapshot) -> Result<(), Fault> {
        let Some(mut accepts) = (selection.accepts)(snapshot) else { return Ok(()) };
        for range in &selection.ranges {
            let reading = Reading { pages: PAGES, ..Reading::of(range.clone()) };
            let mut todos = self.todos_named(reading, snapshot.now, snapshot.lists.clone()).await?;
            while let Some(todo) = todos.next().await? {
                if accepts(&todo) {
                    snapshot.todos.insert(todo.id.clone(), todo);
                }
            }
            if todos.rest().is_some() || todos.unreadable > 0 {
                let cause = "the program could not read all todos of a list, or all todos that match filters";
                return Err(Fault::new(FaultKind::Unavailable, cause));
            }
        }
        Ok(())
    }
}
