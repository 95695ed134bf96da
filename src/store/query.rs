//! Makes and sends one query for a range of the local secondary index.

use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::ReturnConsumedCapacity};

use super::{
    OwnerStore,
    fault::Fault,
    item::{self, Item},
    range::{Position, Range},
};

/// Says which items a listing reads, where the listing starts, and how many items the listing reads at most.
#[derive(Debug, Clone)]
pub struct Reading {
    pub range: Range,
    /// The listing starts after this position. Without a position, the listing starts at the beginning of the range.
    pub after: Option<Position>,
    /// The maximum number of items that DynamoDB reads for one page. Without a maximum number, DynamoDB reads up to 1
    /// MB for one page.
    pub at_most: Option<usize>,
    /// The maximum number of pages that the listing reads. After the last page, [`Listing::rest`](super::Listing::rest)
    /// returns the position from which another listing can continue.
    pub pages: usize,
}

/// The items of one page, and a position. The next page begins after this position.
pub(super) type Page = (Vec<Item>, Option<Position>);

impl Reading {
    /// A listing from the beginning of the range, with at most four pages.
    pub fn of(range: Range) -> Self {
        Self { range, after: None, at_most: None, pages: 4 }
    }
}

impl OwnerStore {
    /// Reads one page of items. If `after` contains a position, the page begins after this position. Each item has only
    /// the attributes in the argument `attributes`. If `attributes` is empty, each item has all its attributes.
    pub(super) async fn page(
        &self,
        reading: &Reading,
        after: Option<&Position>,
        attributes: &[&str],
    ) -> Result<Page, Fault> {
        let start = after.map(|position| {
            let mut start = item::primary_key(&self.partition, position.sk().unwrap_or_default());
            start.insert(item::VIEW.to_owned(), item::text(position.as_str()));
            start
        });
        let query = self.query(&reading.range, attributes).consistent_read(true).set_exclusive_start_key(start);
        self.run_query(query.set_limit(reading.at_most.and_then(|limit| i32::try_from(limit).ok()))).await
    }

    /// Makes a query for this range. A query for fewer attributes does not cost less, but its answer is shorter, so the
    /// program can parse the answer faster.
    pub(super) fn query(&self, range: &Range, attributes: &[&str]) -> QueryFluentBuilder {
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
            // Each attribute gets a substitute name, because hundreds of names are reserved words in DynamoDB.
            let name = format!("#{attribute}");
            projection.push_str(if projection.is_empty() { "" } else { "," });
            projection.push_str(&name);
            query = query.expression_attribute_names(name, *attribute);
        }
        query.projection_expression(projection)
    }

    /// Runs the query, and adds its cost to `usage`.
    pub(super) async fn run_query(&self, query: QueryFluentBuilder) -> Result<Page, Fault> {
        let answer = query.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
        self.usage.called();
        let answer = answer.map_err(|error| Fault::of("Query", &error))?;
        self.usage.read(answer.consumed_capacity().map(std::slice::from_ref));
        let more = answer.last_evaluated_key.as_ref().and_then(Position::of);
        Ok((answer.items.unwrap_or_default(), more))
    }
}
