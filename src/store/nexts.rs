//! A write may reopen completed todos of a series. This file reads the next todos of these series.

use super::{
    OwnerStore,
    fault::Fault,
    item,
    write_request::{Snapshot, WriteRequest},
};
use crate::domain::todo::Todo;

impl OwnerStore {
    /// When somebody completes a repeating todo, the next todo of the series gets the repetition. If the write may
    /// reopen such completed todos, this function reads their next todos into the snapshot, with one call for every 100
    /// todos. Otherwise this function makes no call.
    pub(super) async fn read_nexts(&self, request: &WriteRequest, snapshot: &mut Snapshot) -> Result<(), Fault> {
        snapshot.nexts.clear();
        if !request.reopens {
            return Ok(());
        }
        let nexts = snapshot.todos.values().filter_map(|todo| Some(&todo.handed_on.as_ref()?.next));
        let mut keys: Vec<_> = nexts.map(item::todo_sk).collect();
        keys.sort();
        keys.dedup();
        for item in self.items(keys).await?.into_values() {
            if let Some(mut next) = item::read_unexpired::<Todo>(item, snapshot.now)? {
                snapshot.lists.name_list(&mut next.list);
                snapshot.nexts.insert(next.id.clone(), next);
            }
        }
        Ok(())
    }
}
