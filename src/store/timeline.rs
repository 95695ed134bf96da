//! Lists todos and changes, with range queries on the local secondary index.

use std::{collections::HashSet, sync::Arc};

use jiff::Timestamp;
use serde::Deserialize;

use super::{
    OwnerStore,
    fault::Fault,
    head::SETTINGS,
    item,
    listing::{Listing, Read},
    query::Reading,
    range::Range,
    settings::Head,
};
use crate::domain::{
    change::Change,
    id::TodoId,
    list_ref::ListRef,
    lists::Lists,
    settings::Settings,
    text::Title,
    todo::{Status, Todo},
};

/// To find duplicates, the program needs these fields of each open todo.
#[derive(Debug, Clone, Deserialize)]
pub struct OpenTitle {
    pub id: TodoId,
    pub title: Title,
    pub list: ListRef,
}

/// The time when a todo was completed.
#[derive(Deserialize)]
struct Completion {
    completed_at: Timestamp,
}

/// The store looks for a title in at most this number of open todos.
const DUPLICATE_SEARCH: i32 = 1_000;

/// Makes a function that reads the item of a todo, and finds the name of its list.
fn named(lists: Arc<Lists>) -> Read<Todo> {
    Box::new(move |item, now| {
        let mut todo: Option<Todo> = item::read_unexpired(item, now)?;
        todo.iter_mut().for_each(|todo| lists.name_list(&mut todo.list));
        Ok(todo)
    })
}

impl OwnerStore {
    /// Reads the owner's settings, and makes a listing of todos.
    ///
    /// Each page of the listing needs one call to DynamoDB. In the index, the settings item is directly before the
    /// first open todo. So if a listing begins with the first open todo, the same query also reads the settings. If the
    /// first item of a listing is not the first open todo, this function needs another call to read the settings. The
    /// two calls run at the same time.
    pub async fn todos(&self, reading: Reading, now: Timestamp) -> Result<(Settings, Listing<'_, Todo>), Fault> {
        let begins_with_settings = reading.after.is_none() && reading.range.begins_with_settings;
        let at_most = reading.at_most.map(|todos| todos + usize::from(begins_with_settings));
        let reading = Reading { at_most, ..reading };
        loop {
            let page = self.page(&reading, reading.after.as_ref(), item::TODO);
            let (head, page) = if begins_with_settings {
                let (mut items, more) = page.await?;
                let head = items.first().is_some_and(item::is_settings).then(|| items.remove(0));
                (head, (items, more))
            } else {
                tokio::try_join!(self.item(SETTINGS.to_owned()), page)?
            };
            if let Some(head) = self.read_head(head, now).await? {
                return Ok((head.settings, self.listing(reading, item::TODO, now, page, named(head.lists))));
            }
        }
    }

    /// Like [`Self::todos`], but also makes a listing of the todos in the range `before`. This range must begin with
    /// the first open todo, so the query of this range also reads the settings. The two calls run at the same time.
    pub async fn todos_and_before(
        &self,
        reading: Reading,
        before: Range,
        now: Timestamp,
    ) -> Result<(Settings, [Listing<'_, Todo>; 2]), Fault> {
        let before = Reading::of(before);
        loop {
            let page = self.page(&reading, reading.after.as_ref(), item::TODO);
            let (mut page, (mut items, more)) = tokio::try_join!(page, self.page(&before, None, item::TODO))?;
            // If both ranges begin with the first open todo, this page also contains the settings item.
            page.0.retain(|item| !item::is_settings(item));
            let head = items.first().is_some_and(item::is_settings).then(|| items.remove(0));
            if let Some(Head { settings, lists, .. }) = self.read_head(head, now).await? {
                let todos = self.listing(reading, item::TODO, now, page, named(lists.clone()));
                return Ok((settings, [todos, self.listing(before, item::TODO, now, (items, more), named(lists))]));
            }
        }
    }

    /// A listing of todos. The names of the todos' lists come from `lists`.
    pub(super) async fn todos_named(
        &self,
        reading: Reading,
        now: Timestamp,
        lists: Arc<Lists>,
    ) -> Result<Listing<'_, Todo>, Fault> {
        let (mut items, more) = self.page(&reading, None, item::TODO).await?;
        items.retain(|item| !item::is_settings(item));
        Ok(self.listing(reading, item::TODO, now, (items, more), named(lists)))
    }

    /// The times when todos were completed. The newest time comes first. Times before `since` are not included. Todos
    /// that were later reopened or deleted are not included.
    pub async fn completions(&self, since: Timestamp) -> Result<Vec<Timestamp>, Fault> {
        const ATTRIBUTES: &[&str] = &["completed_at", item::VIEW];
        let reading = Reading::of(Range::completed(Some(since), None));
        let page = self.page(&reading, None, ATTRIBUTES).await?;
        // Completed todos do not expire, so this listing does not need the present time.
        let read = |item, _| item::from_item::<Completion>(item).map(Some);
        let mut listing = self.listing(reading, ATTRIBUTES, since, page, Box::new(read));
        let mut times = Vec::new();
        while let Some(completion) = listing.next().await? {
            times.push(completion.completed_at);
        }
        Ok(times)
    }

    /// A listing of changes. The listing does not contain the fields that each change altered. Each
    /// page of the listing needs one call to DynamoDB.
    pub async fn changes(&self, reading: Reading, now: Timestamp) -> Result<Listing<'_, Change>, Fault> {
        let page = self.page(&reading, reading.after.as_ref(), item::CHANGE).await?;
        Ok(self.listing(reading, item::CHANGE, now, page, Box::new(item::read_unexpired)))
    }

    /// The open todos that have one of these titles. The search ignores the difference between upper and lower case.
    /// The store searches only the first thousand open todos, and only the first MB of data. The result is only a hint,
    /// because it may be slightly out of date. The search is one call to DynamoDB, and DynamoDB compares the titles.
    pub async fn open_titled(&self, titles: &HashSet<String>) -> Result<Vec<OpenTitle>, Fault> {
        // The query asks for all attributes. A query for only some of the attributes must contain the names of these
        // attributes. These names would make the request much longer. The answer would be only a little shorter,
        // because the query finds few todos.
        let mut query = self.query(&Range::todos(Status::Open), &[]).limit(DUPLICATE_SEARCH);
        let mut values = Vec::new();
        for (number, title) in titles.iter().enumerate() {
            let value = format!(":title{number}");
            query = query.expression_attribute_values(&value, item::text(title));
            values.push(value);
        }
        // `title_key` is not a reserved word of DynamoDB, so it needs no substitute name.
        let filter = format!("{} IN ({})", item::TITLE_KEY, values.join(", "));
        let (items, _) = self.run_query(query.filter_expression(filter)).await?;
        items.into_iter().map(item::from_item).collect()
    }
}
