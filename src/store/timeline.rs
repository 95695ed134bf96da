//! Listings: one range query on the local index, page after page.

use std::collections::HashSet;
use std::future::Future;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    OwnerStore,
    fault::Fault,
    item::{self, Item},
    range::{Position, Range},
};
use crate::domain::{
    change::Change,
    id::TodoId,
    text::{ListName, Title},
    todo::{Status, Todo},
};

/// A listing: which items, from where on, and how much is read for it at most.
#[derive(Debug, Clone)]
pub struct Reading {
    pub range: Range,
    /// Where it goes on; at the beginning when there is none.
    pub after: Option<Position>,
    /// How many items DynamoDB reads at a time; up to 1 MB when there is none.
    pub at_most: Option<usize>,
    /// How many times DynamoDB reads. A caller gets the position that was reached.
    pub pages: usize,
}

/// What became of an item that a listing offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    Taken,
    /// Not wanted: go on.
    Skipped,
    /// Wanted, but there is no room left: the next page begins with it.
    Full,
}

/// An open todo, as far as it tells whether another is the same.
#[derive(Debug, Clone, Deserialize)]
pub struct OpenTitle {
    pub id: TodoId,
    pub title: Title,
    pub list: ListName,
}

/// How a page is asked for.
#[derive(Clone, Copy)]
enum Extent {
    /// Whole items, as they are at this moment.
    Whole,
    /// Id, title and list, as they were a moment ago: half the price.
    Titles,
}

impl Reading {
    /// The whole of a range, four pages of it at a time.
    pub fn of(range: Range) -> Self {
        Self { range, after: None, at_most: None, pages: 4 }
    }
}

impl OwnerStore {
    /// Offers the todos of a listing one after another, strongly consistent, until there is no room left, the listing
    /// ends, or its pages are read. `beside` is awaited at the same time as the first page, and `begin` makes of it
    /// what takes the todos in: an owner's time zone, say. Returns where to go on; `None` at the end.
    pub async fn todos<S, F: FnMut(Todo) -> Take>(
        &self,
        reading: Reading,
        now: Timestamp,
        beside: impl Future<Output = Result<S, Fault>>,
        begin: impl FnOnce(&S) -> F,
    ) -> Result<(S, Option<Position>), Fault> {
        let begin = |beside: &S| {
            let mut take = begin(beside);
            move |item| Ok(item::read_todo(item, now)?.map_or(Take::Skipped, &mut take))
        };
        self.timeline(reading, beside, begin).await
    }

    /// Offers changes in the way of [`OwnerStore::todos`].
    pub async fn changes<S>(
        &self,
        reading: Reading,
        now: Timestamp,
        beside: impl Future<Output = Result<S, Fault>>,
        mut take: impl FnMut(Change) -> Take,
    ) -> Result<(S, Option<Position>), Fault> {
        let begin = |_: &S| {
            move |item: Item| {
                if item::expired(&item, now) {
                    return Ok(Take::Skipped);
                }
                Ok(take(item::from_item(item)?))
            }
        };
        self.timeline(reading, beside, begin).await
    }

    /// The open todos with one of these titles, in any case, as far as they are among the first MB. A hint: it may be a
    /// moment old. One call.
    pub async fn open_titled(&self, titles: &HashSet<String>) -> Result<Vec<OpenTitle>, Fault> {
        let reading = Reading::of(Range::todos(Status::Open));
        let (items, _) = self.page(&reading, None, Extent::Titles).await?;
        let todos = items.into_iter().map(item::from_item::<OpenTitle>);
        todos.filter(|todo| todo.as_ref().map_or(true, |todo| titles.contains(&todo.title.key()))).collect()
    }

    /// Offers raw items in the way of [`OwnerStore::todos`].
    pub(super) async fn timeline<S, F: FnMut(Item) -> Result<Take, Fault>>(
        &self,
        reading: Reading,
        beside: impl Future<Output = Result<S, Fault>>,
        begin: impl FnOnce(&S) -> F,
    ) -> Result<(S, Option<Position>), Fault> {
        let mut reached = reading.after.clone();
        let (beside, mut page) = tokio::try_join!(beside, self.page(&reading, reached.as_ref(), Extent::Whole))?;
        let mut take = begin(&beside);
        let mut left = reading.pages;
        loop {
            let (items, more) = page;
            for item in items {
                let place = view(&item);
                if take(item)? == Take::Full {
                    return Ok((beside, reached));
                }
                reached = place;
            }
            left -= 1;
            if more.is_none() || left == 0 {
                return Ok((beside, more));
            }
            reached = more;
            page = self.page(&reading, reached.as_ref(), Extent::Whole).await?;
        }
    }

    async fn page(
        &self,
        reading: &Reading,
        after: Option<&Position>,
        extent: Extent,
    ) -> Result<(Vec<Item>, Option<Position>), Fault> {
        let start = after.map(|position| {
            let mut start = item::key(&self.partition, position.sk().unwrap_or_default());
            start.insert(item::VIEW.to_owned(), item::text(position.as_str()));
            start
        });
        let range = &reading.range;
        let mut query = self
            .client
            .query()
            .table_name(&*self.table)
            .index_name(item::TIMELINE)
            .key_condition_expression("#owner = :owner AND #view BETWEEN :low AND :high")
            .expression_attribute_names("#owner", item::OWNER)
            .expression_attribute_names("#view", item::VIEW)
            .expression_attribute_values(":owner", item::text(&self.partition))
            .expression_attribute_values(":low", item::text(&range.low))
            .expression_attribute_values(":high", item::text(&range.high))
            .scan_index_forward(!range.newest_first)
            .set_exclusive_start_key(start)
            .set_limit(reading.at_most.and_then(|limit| i32::try_from(limit).ok()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        query = match extent {
            Extent::Whole => query.consistent_read(true),
            Extent::Titles => query
                .projection_expression("#id, #title, #list")
                .expression_attribute_names("#id", "id")
                .expression_attribute_names("#title", "title")
                .expression_attribute_names("#list", "list"),
        };
        let answer = query.send().await;
        self.usage.called();
        let answer = answer.map_err(|error| Fault::of("Query", &error))?;
        self.usage.read(answer.consumed_capacity().map(std::slice::from_ref));
        let more = answer.last_evaluated_key.as_ref().and_then(view);
        Ok((answer.items.unwrap_or_default(), more))
    }
}

fn view(item: &Item) -> Option<Position> {
    item.get(item::VIEW).and_then(|value: &AttributeValue| value.as_s().ok()).map(|view| Position(view.clone()))
}
