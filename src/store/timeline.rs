//! Listings: one range query on the local index, page after page.

use std::collections::HashSet;
use std::future::{Future, ready};

use aws_sdk_dynamodb::{
    operation::query::builders::QueryFluentBuilder,
    types::{AttributeValue, ReturnConsumedCapacity},
};
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
    settings::Settings,
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

/// A completed todo, as far as it tells when that was.
#[derive(Deserialize)]
struct Completion {
    completed_at: Timestamp,
}

/// A page of raw items, and where the next begins.
type Page = (Vec<Item>, Option<Position>);

/// How many open todos are looked through for one with the same title.
const LOOKED_THROUGH: i32 = 1_000;

impl Reading {
    /// The whole of a range, four pages of it at a time.
    pub fn of(range: Range) -> Self {
        Self { range, after: None, at_most: None, pages: 4 }
    }
}

impl OwnerStore {
    /// Offers the todos of a listing one after another, strongly consistent, until there is no room left, the listing
    /// ends, or its pages are read. `begin` gets the owner's settings and returns the callback that gets each todo. Returns
    /// the settings and where to go on; `None` at the end.
    ///
    /// One call for each page. The settings lie before the first open todo and come with it; any other listing reads them
    /// at the same time as its first page.
    pub async fn todos<F: FnMut(Todo) -> Take>(
        &self,
        reading: Reading,
        now: Timestamp,
        begin: impl FnOnce(&Settings) -> F,
    ) -> Result<(Settings, Option<Position>), Fault> {
        let taking = |settings: &Settings| {
            let mut take = begin(settings);
            move |item| Ok(item::read_todo(item, now)?.map_or(Take::Skipped, &mut take))
        };
        if reading.after.is_some() || reading.range.low != item::SETTINGS_VIEW {
            return self.timeline(reading, item::TODO, self.settings(), taking).await;
        }
        let reading = Reading { at_most: reading.at_most.map(|todos| todos + 1), ..reading };
        let (mut items, more) = self.page(&reading, None, item::TODO).await?;
        let found = items.first().is_some_and(item::is_settings).then(|| items.remove(0));
        let settings = self.seen(found)?;
        let reached = self.pages(&reading, item::TODO, (items, more), taking(&settings)).await?;
        Ok((settings, reached))
    }

    /// The moments since `since` at which todos were completed that still are, newest first.
    pub async fn completions(&self, since: Timestamp) -> Result<Vec<Timestamp>, Fault> {
        let mut times = Vec::new();
        let found = &mut times;
        let begin = move |(): &()| {
            move |item| {
                found.push(item::from_item::<Completion>(item)?.completed_at);
                Ok(Take::Taken)
            }
        };
        let reading = Reading::of(Range::completed(Some(since), None));
        self.timeline(reading, &["completed_at", item::VIEW], ready(Ok(())), begin).await?;
        Ok(times)
    }

    /// Offers changes, without their images, in the way of [`OwnerStore::todos`]. `beside` is awaited at the same time as
    /// the first page.
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
        self.timeline(reading, item::CHANGE, beside, begin).await
    }

    /// The open todos with one of these titles, in any case, as far as they are among the first thousand and in the first
    /// MB. A hint: it may be a moment old. One call, in which DynamoDB does the looking.
    pub async fn open_titled(&self, titles: &HashSet<String>) -> Result<Vec<OpenTitle>, Fault> {
        // With all attributes of the few that are found: to name some would be more to send than is left out.
        let mut query = self.query(&Range::todos(Status::Open), &[]).limit(LOOKED_THROUGH);
        let mut values = Vec::new();
        for (number, title) in titles.iter().enumerate() {
            let value = format!(":title{number}");
            query = query.expression_attribute_values(&value, item::text(title));
            values.push(value);
        }
        // No word that DynamoDB reserves, so it needs no other name.
        let filter = format!("{} IN ({})", item::TITLE_KEY, values.join(", "));
        let (items, _) = self.answered(query.filter_expression(filter)).await?;
        items.into_iter().map(item::from_item).collect()
    }

    /// Offers raw items, of which it gets these attributes, in the way of [`OwnerStore::todos`]; all attributes when none
    /// are named.
    pub(super) async fn timeline<S, F: FnMut(Item) -> Result<Take, Fault>>(
        &self,
        reading: Reading,
        attributes: &[&str],
        beside: impl Future<Output = Result<S, Fault>>,
        begin: impl FnOnce(&S) -> F,
    ) -> Result<(S, Option<Position>), Fault> {
        let first = self.page(&reading, reading.after.as_ref(), attributes);
        let (beside, first) = tokio::try_join!(beside, first)?;
        let take = begin(&beside);
        let reached = self.pages(&reading, attributes, first, take).await?;
        Ok((beside, reached))
    }

    /// Offers the items of the first page and of those that follow. Returns where to go on.
    async fn pages(
        &self,
        reading: &Reading,
        attributes: &[&str],
        first: Page,
        mut take: impl FnMut(Item) -> Result<Take, Fault>,
    ) -> Result<Option<Position>, Fault> {
        let (mut reached, mut page, mut left) = (reading.after.clone(), first, reading.pages);
        loop {
            let (items, more) = page;
            for item in items {
                let place = view(&item);
                if take(item)? == Take::Full {
                    return Ok(reached);
                }
                reached = place;
            }
            left -= 1;
            if more.is_none() || left == 0 {
                return Ok(more);
            }
            page = self.page(reading, more.as_ref(), attributes).await?;
            reached = more;
        }
    }

    async fn page(&self, reading: &Reading, after: Option<&Position>, attributes: &[&str]) -> Result<Page, Fault> {
        let start = after.map(|position| {
            let mut start = item::key(&self.partition, position.sk().unwrap_or_default());
            start.insert(item::VIEW.to_owned(), item::text(position.as_str()));
            start
        });
        let query = self.query(&reading.range, attributes).consistent_read(true).set_exclusive_start_key(start);
        self.answered(query.set_limit(reading.at_most.and_then(|limit| i32::try_from(limit).ok()))).await
    }

    /// A query of this range. What is left out of the attributes costs the same, and neither is sent nor parsed.
    fn query(&self, range: &Range, attributes: &[&str]) -> QueryFluentBuilder {
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
            .scan_index_forward(!range.newest_first);
        if attributes.is_empty() {
            return query;
        }
        let mut projection = String::new();
        for attribute in attributes {
            // Each by a name of ours: DynamoDB reserves hundreds of words.
            let name = format!("#{attribute}");
            projection.push_str(if projection.is_empty() { "" } else { "," });
            projection.push_str(&name);
            query = query.expression_attribute_names(name, *attribute);
        }
        query.projection_expression(projection)
    }

    async fn answered(&self, query: QueryFluentBuilder) -> Result<Page, Fault> {
        let answer = query.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
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
