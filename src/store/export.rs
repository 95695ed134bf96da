//! Reads all todos and changes of an owner, page after page. An export uses the order of the ids, because the id of a
//! todo never changes. So if somebody changes todos between two pages, each todo is still in exactly one page.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    OwnerStore,
    fault::{Fault, FaultKind},
    head::SETTINGS,
    item::{self, Item},
    items::Part,
    listing::Listing,
    query::Reading,
    range::{Position, Range},
};
use crate::domain::{
    change::Change, difference::Difference, id::TodoId, lists::Lists, settings::Settings, text::ListName, todo::Todo,
};

/// One page of the todos of every status, in the order of their ids.
#[derive(Debug)]
pub struct AllTodos {
    pub settings: Settings,
    pub lists: Arc<Lists>,
    pub todos: Vec<Todo>,
    /// The next page begins after this position. `None` if this is the last page of todos.
    pub rest: Option<Position>,
    /// The number of todos that the program cannot read. The log contains the key of each of these todos.
    pub unreadable: usize,
}

impl OwnerStore {
    /// Reads todos of every status, and the settings and the lists. The todos begin after the position `after`. A page
    /// has at most 1 MB of data. This function makes two calls to DynamoDB at the same time.
    pub async fn all_todos(&self, after: Option<&Position>, now: Timestamp) -> Result<AllTodos, Fault> {
        // If `after` is the position of a change, no todos are left, because an export contains the todos before the
        // changes.
        let after = after.map(|position| position.id().unwrap_or_else(TodoId::last));
        loop {
            let page = self.page_of_todos(after.as_ref());
            let (head, (items, is_last)) = tokio::try_join!(self.item(SETTINGS.to_owned()), page)?;
            let Some(head) = self.read_head(head, now).await? else { continue };
            let (mut todos, mut unreadable, mut last) = (Vec::new(), 0, None);
            for item in items {
                last = id_of(&item).or(last);
                match item::read_unexpired::<Todo>(item, now) {
                    Ok(todo) => todos.extend(todo),
                    Err(fault) if fault.kind == FaultKind::Newer => return Err(fault),
                    Err(fault) => {
                        let (request_id, at) = (self.request_id(), last.as_ref().map_or("no id", TodoId::as_str));
                        tracing::error!(request_id, cause = %fault, at, "an export left out a todo, because the program cannot read it");
                        unreadable += 1;
                    }
                }
            }
            todos.iter_mut().for_each(|todo| head.lists.name_list(&mut todo.list));
            let rest = last.filter(|_| !is_last).as_ref().map(Position::of_id);
            return Ok(AllTodos { settings: head.settings, lists: head.lists, todos, rest, unreadable });
        }
    }

    /// A listing of the changes after the position `after`, newest first. If `after` is the position of a todo, the
    /// listing begins with the newest change.
    pub async fn all_changes(
        &self,
        after: Option<&Position>,
        now: Timestamp,
    ) -> Result<Listing<'_, (Change, Vec<Difference>)>, Fault> {
        let after = after.filter(|position| position.id().is_none()).cloned();
        self.history(Reading { after, pages: 1, ..Reading::of(Range::changes()) }, now).await
    }

    /// The change with all its differences. `differences` are the differences in the record of the change. If a change
    /// is large, other items contain the rest of its differences, and this function reads these items with one call.
    pub async fn with_all_differences(
        &self,
        change: Change,
        differences: Vec<Difference>,
        now: Timestamp,
    ) -> Result<(Change, Vec<Difference>), Fault> {
        if differences.len() >= change.todos.len() {
            return Ok((change, differences));
        }
        Ok(self.change(&change.id, now).await?.unwrap_or((change, differences)))
    }

    /// The names of all lists, in the order that the person gave them.
    pub async fn ordered_lists(&self, lists: &Lists) -> Result<Vec<ListName>, Fault> {
        let mut names = self.lists().await?;
        lists.sort(&mut names);
        Ok(names)
    }

    /// The items of the todos after `after`, and whether there are no more todos.
    async fn page_of_todos(&self, after: Option<&TodoId>) -> Result<(Vec<Item>, bool), Fault> {
        let after = after.map(|id| item::primary_key(&self.partition, item::todo_sk(id)));
        let part = Part { partition: &self.partition, prefix: Some(item::TODO_PREFIX), after, attributes: &[] };
        let (items, more) = part.read(&self.client, &self.table, &self.usage).await?;
        Ok((items, more.is_none()))
    }
}

/// The id of the todo in this item.
fn id_of(item: &Item) -> Option<TodoId> {
    TodoId::parse(item.get(item::SK)?.as_s().ok()?.strip_prefix(item::TODO_PREFIX)?)
}
