//! Listings: one `begins_with` or range query on the local index, strongly consistent, page after page.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use jiff::{Timestamp, civil::Date};

use super::{
    OwnerStore,
    fault::Fault,
    item::{self, Item},
};
use crate::domain::{
    change::Change,
    id::{ChangeId, TodoId},
    todo::{Status, Todo},
};

/// Pages of up to 1 MB that one listing reads at most. A caller gets the position it reached.
const PAGES: usize = 4;
/// More than the longest view has, and less than the 1,024 bytes of a sort key.
const VIEW_BYTES: usize = 100;
/// Sorts behind every character that a view can have after a date.
const LAST: char = '~';
/// Sorts behind every digit and before `~`: the end of all dates, where the undated begin.
const AFTER_DATES: char = ':';

/// Which items, and from which end.
#[derive(Debug, Clone)]
pub struct Range {
    low: String,
    high: String,
    newest_first: bool,
}

/// A place in a listing: what was last seen, by its view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position(String);

/// What became of an item that a listing offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    Taken,
    /// Not wanted: go on.
    Skipped,
    /// Wanted, but there is no room left: the next page begins with it.
    Full,
}

impl Range {
    /// The todos of a status. Open ones come by due date, undated last; the others newest first.
    pub fn todos(status: Status) -> Self {
        let word = status.word();
        Self { low: format!("{word}#"), high: format!("{word}#{LAST}{LAST}"), newest_first: status != Status::Open }
    }

    /// The open todos that are due on these days, both included.
    pub fn open_due(from: Option<Date>, to: Option<Date>) -> Self {
        let bound = |day: Option<Date>| day.map(|day| day.to_string());
        Self {
            low: format!("open#{}", bound(from).unwrap_or_default()),
            high: bound(to).map_or_else(|| format!("open#{AFTER_DATES}"), |day| format!("open#{day}{LAST}")),
            newest_first: false,
        }
    }

    /// The changes, newest first.
    pub fn changes() -> Self {
        Self { low: "change#".to_owned(), high: format!("change#{LAST}"), newest_first: true }
    }
}

impl Range {
    /// Whether `position` can be a place of this listing.
    pub fn holds(&self, position: &Position) -> bool {
        (self.low.as_str()..=self.high.as_str()).contains(&position.0.as_str())
    }
}

impl Position {
    /// Reads what [`Position::as_str`] gave. `None` when it was never a position.
    pub fn parse(text: &str) -> Option<Self> {
        let position = Self(text.to_owned());
        (text.len() <= VIEW_BYTES).then(|| position.sk().map(|_| position)).flatten()
    }

    /// The position as text: `<view>#<when>#<id>`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The sort key of the item that stands here, which DynamoDB wants beside the view.
    fn sk(&self) -> Option<String> {
        let (kind, rest) = self.0.split_once('#')?;
        let (_, id) = rest.rsplit_once('#')?;
        if kind == "change" {
            ChangeId::parse(id).map(|id| item::change_sk(&id))
        } else {
            TodoId::parse(id).map(|id| item::todo_sk(&id))
        }
    }
}

impl OwnerStore {
    /// Offers the todos of `range` to `take`, one after another, from `after` on, until it is full, the listing ends, or
    /// four pages of 1 MB are read. Returns where to go on; `None` at the end. With `at_most` only so many are read
    /// from DynamoDB at a time.
    pub async fn todos(
        &self,
        range: &Range,
        after: Option<Position>,
        at_most: Option<usize>,
        now: Timestamp,
        mut take: impl FnMut(Todo) -> Take,
    ) -> Result<Option<Position>, Fault> {
        self.timeline(range, after, at_most, |item| Ok(item::read_todo(item, now)?.map_or(Take::Skipped, &mut take)))
            .await
    }

    /// Offers the changes, newest first, in the way of [`OwnerStore::todos`].
    pub async fn changes(
        &self,
        after: Option<Position>,
        at_most: usize,
        now: Timestamp,
        mut take: impl FnMut(Change) -> Take,
    ) -> Result<Option<Position>, Fault> {
        self.timeline(&Range::changes(), after, Some(at_most), |item| {
            if item::expired(&item, now) {
                return Ok(Take::Skipped);
            }
            Ok(take(item::from_item(item)?))
        })
        .await
    }

    /// Offers raw items in the way of [`OwnerStore::todos`].
    pub(super) async fn timeline(
        &self,
        range: &Range,
        after: Option<Position>,
        at_most: Option<usize>,
        mut take: impl FnMut(Item) -> Result<Take, Fault>,
    ) -> Result<Option<Position>, Fault> {
        let mut reached = after;
        for _ in 0..PAGES {
            let (items, more) = self.page(range, reached.as_ref(), at_most).await?;
            for item in items {
                let place = view(&item);
                if take(item)? == Take::Full {
                    return Ok(reached);
                }
                reached = place;
            }
            if more.is_none() {
                return Ok(None);
            }
            reached = more;
        }
        Ok(reached)
    }

    async fn page(
        &self,
        range: &Range,
        after: Option<&Position>,
        at_most: Option<usize>,
    ) -> Result<(Vec<Item>, Option<Position>), Fault> {
        let start = after.map(|position| {
            let mut start = item::key(&self.partition, position.sk().unwrap_or_default());
            start.insert(item::VIEW.to_owned(), item::text(position.as_str()));
            start
        });
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .index_name(item::TIMELINE)
            .consistent_read(true)
            .key_condition_expression("#owner = :owner AND #view BETWEEN :low AND :high")
            .expression_attribute_names("#owner", item::OWNER)
            .expression_attribute_names("#view", item::VIEW)
            .expression_attribute_values(":owner", item::text(&self.partition))
            .expression_attribute_values(":low", item::text(&range.low))
            .expression_attribute_values(":high", item::text(&range.high))
            .scan_index_forward(!range.newest_first)
            .set_exclusive_start_key(start)
            .set_limit(at_most.and_then(|limit| i32::try_from(limit).ok()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_due_days_takes_the_whole_last_day_and_no_undated_todo() {
        let day = |day: &str| Some(day.parse().unwrap());
        let range = Range::open_due(day("2026-11-27"), day("2026-11-28"));
        for inside in ["2026-11-27", "2026-11-28", "2026-11-28T23:59"] {
            assert!(contains(&range, inside), "{inside}");
        }
        for outside in ["2026-11-26T23:59", "2026-11-29", "~"] {
            assert!(!contains(&range, outside), "{outside}");
        }
        assert!(!contains(&Range::open_due(day("2026-11-27"), None), "~"));
        assert!(contains(&Range::todos(Status::Open), "~"));
    }

    fn contains(range: &Range, place: &str) -> bool {
        range.holds(&Position(format!("open#{place}#0000000000")))
    }

    #[test]
    fn a_position_names_the_item_it_stands_at() {
        assert_eq!(Position::parse("open#2026-11-27#k7m2x9qa4t").unwrap().sk().unwrap(), "todo#k7m2x9qa4t");
        assert_eq!(
            Position::parse("change#2026-11-27T00:00:00.000000Z#k7m2x9qa4tk7m2x9").unwrap().sk().unwrap(),
            "change#k7m2x9qa4tk7m2x9"
        );
        for forged in ["", "open", "open#", "open#~#nope", "change#x#k7m2x9qa4t"] {
            assert_eq!(Position::parse(forged), None, "{forged}");
        }
    }
}
