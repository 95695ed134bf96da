//! Listings: range queries on the local secondary index.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::Deserialize;

use super::{OwnerStore, fault::Fault, item, listing::Listing, query::Reading, range::Range};
use crate::domain::{
    change::Change,
    id::TodoId,
    settings::Settings,
    text::{ListName, Title},
    todo::{Status, Todo},
};

/// The part of an open todo that is necessary to find duplicates.
#[derive(Debug, Clone, Deserialize)]
pub struct OpenTitle {
    pub id: TodoId,
    pub title: Title,
    pub list: ListName,
}

/// The part of a completed todo that says when it was completed.
#[derive(Deserialize)]
struct Completion {
    completed_at: Timestamp,
}

/// The store looks for a title in at most this number of open todos.
const DUPLICATE_SEARCH: i32 = 1_000;

impl OwnerStore {
    /// Reads the owner's settings, and a listing of todos.
    ///
    /// This takes one call for each page. The item of the settings comes before the first open todo, so a listing that
    /// begins there also returns the settings. Any other listing reads the settings with another call, at the same time
    /// as its first page.
    pub async fn todos(&self, reading: Reading, now: Timestamp) -> Result<(Settings, Listing<'_, Todo>), Fault> {
        if reading.after.is_some() || !reading.range.begins_with_settings {
            let page = self.page(&reading, reading.after.as_ref(), item::TODO);
            let (settings, page) = tokio::try_join!(self.settings(), page)?;
            return Ok((settings, self.listing(reading, item::TODO, now, page, item::read_unexpired)));
        }
        let reading = Reading { at_most: reading.at_most.map(|todos| todos + 1), ..reading };
        let (mut items, more) = self.page(&reading, None, item::TODO).await?;
        let found = items.first().is_some_and(item::is_settings).then(|| items.remove(0));
        Ok((
            self.read_and_remember(found)?,
            self.listing(reading, item::TODO, now, (items, more), item::read_unexpired),
        ))
    }

    /// The times at which todos were completed, from `since` on, the newest first. Todos that were reopened or deleted
    /// later are not included.
    pub async fn completions(&self, since: Timestamp) -> Result<Vec<Timestamp>, Fault> {
        const ATTRIBUTES: &[&str] = &["completed_at", item::VIEW];
        let reading = Reading::of(Range::completed(Some(since), None));
        let page = self.page(&reading, None, ATTRIBUTES).await?;
        // Completed todos do not expire, so any moment can be given here.
        let read = |item, _| item::from_item::<Completion>(item).map(Some);
        let mut listing = self.listing(reading, ATTRIBUTES, since, page, read);
        let mut times = Vec::new();
        while let Some(completion) = listing.next().await? {
            times.push(completion.completed_at);
        }
        Ok(times)
    }

    /// A listing of changes, without their images. It takes one call for each page.
    pub async fn changes(&self, reading: Reading, now: Timestamp) -> Result<Listing<'_, Change>, Fault> {
        let page = self.page(&reading, reading.after.as_ref(), item::CHANGE).await?;
        Ok(self.listing(reading, item::CHANGE, now, page, item::read_unexpired))
    }

    /// The open todos that have one of these titles, in any upper or lower case. The store looks only at the first
    /// thousand open todos and the first MB. The result is a hint: it may be a moment old. It takes one call, and
    /// DynamoDB compares the titles.
    pub async fn open_titled(&self, titles: &HashSet<String>) -> Result<Vec<OpenTitle>, Fault> {
        // The query asks for all attributes, because it finds few todos. A list of attributes would add more bytes to
        // the request than it takes from the answer.
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
