//! Reads the next todos of completed todos that a write may reopen.

use super::{
    OwnerStore,
    fault::Fault,
    item,
    write_request::{Snapshot, WriteRequest},
};
use crate::domain::todo::Todo;

impl OwnerStore {
    /// If the write may reopen todos that have handed their repetition on, this function reads the next todos of these
    /// series into the snapshot, with one call for every 100 todos. Otherwise it makes no call.
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
