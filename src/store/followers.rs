//! If a write puts a todo directly after another todo (the anchor), this file reads the todo that follows the anchor.

use super::{
    OwnerStore,
    fault::Fault,
    item,
    query::Reading,
    range::Range,
    write_request::{Snapshot, WriteRequest},
};
use crate::domain::todo::{Status, Todo};

impl OwnerStore {
    /// For each anchor with a long place, this function reads the place of the next todo without a due date, with one
    /// call. For an anchor with a short place, this function makes no call. If no todo follows the anchor, the snapshot
    /// gets no place for it.
    pub(super) async fn read_followers(&self, request: &WriteRequest, snapshot: &mut Snapshot) -> Result<(), Fault> {
        snapshot.followers.clear();
        for id in &request.anchors {
            let is_long = |todo: &&Todo| todo.status == Status::Open && todo.place().is_long();
            let Some(anchor) = snapshot.todos.get(id).filter(is_long) else { continue };
            let reading = Reading { at_most: Some(1), ..Reading::of(Range::undated_after(&anchor.place())) };
            let (items, _) = self.page(&reading, None, item::TODO).await?;
            for item in items {
                let next: Todo = item::from_item(item)?;
                snapshot.followers.insert(id.clone(), next.place());
            }
        }
        Ok(())
    }
}
