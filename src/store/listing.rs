//! Reads a listing of todos or changes, one item after another. Each page of the listing needs one call to DynamoDB.

use jiff::Timestamp;

use super::{
    OwnerStore,
    fault::{Fault, FaultKind},
    item::Item,
    query::{Page, Reading},
    range::Position,
};

/// The todos or changes that a [`Reading`] selects. DynamoDB reads these todos or changes with strong consistency. At
/// most one page of the listing is in memory.
pub struct Listing<'a, T> {
    store: &'a OwnerStore,
    reading: Reading,
    attributes: &'static [&'static str],
    read: Read<T>,
    now: Timestamp,
    items: std::vec::IntoIter<Item>,
    /// The next page begins after this position.
    more: Option<Position>,
    /// The positions of the last two items that were read.
    last: Option<Position>,
    before_last: Option<Position>,
    /// The number of items that the listing left out because the program cannot read them. The log contains the
    /// position of each item that was left out.
    pub unreadable: usize,
}

/// Reads an item. Returns `None` if the item has expired.
pub(super) type Read<T> = Box<dyn Fn(Item, Timestamp) -> Result<Option<T>, Fault> + Send>;

impl<T> Listing<'_, T> {
    /// The next item. At the end of a page, this function reads the next page. `None` at the end of the listing, or
    /// after the maximum number of pages (`pages` in [`Reading`]). If newer code wrote an item in a newer format, the
    /// result is an error. The listing must not leave out such an item, because the item is not damaged.
    pub async fn next(&mut self) -> Result<Option<T>, Fault> {
        loop {
            for item in self.items.by_ref() {
                self.before_last = std::mem::replace(&mut self.last, Position::of(&item));
                match (self.read)(item, self.now) {
                    Ok(Some(found)) => return Ok(Some(found)),
                    Ok(None) => {}
                    Err(fault) if fault.kind == FaultKind::Newer => return Err(fault),
                    Err(fault) => {
                        let at = self.last.as_ref().map_or("no view", Position::as_str);
                        let request_id = self.store.request_id();
                        tracing::error!(request_id, cause = %fault, at, "a listing left out an item, because the program cannot read the item");
                        self.unreadable += 1;
                    }
                }
            }
            self.reading.pages = self.reading.pages.saturating_sub(1);
            if self.more.is_none() || self.reading.pages == 0 {
                return Ok(None);
            }
            let (items, more) = self.store.page(&self.reading, self.more.as_ref(), self.attributes).await?;
            self.items = items.into_iter();
            self.last = std::mem::replace(&mut self.more, more);
        }
    }

    /// The position of the next item on the present page, even if the program cannot read this item.
    pub fn position_of_next(&self) -> Option<Position> {
        self.items.as_slice().first().and_then(Position::of)
    }

    /// The position of the last item that the listing has read.
    pub fn last(&self) -> Option<&Position> {
        self.last.as_ref()
    }

    /// The position after the last item that [`Listing::next`] returned. Another listing can continue from this
    /// position. `None` if there are no more items.
    pub fn rest(&self) -> Option<Position> {
        if self.items.len() == 0 { self.more.clone() } else { self.last.clone() }
    }

    /// The position directly before the last item that [`Listing::next`] returned. If the last item does not fit into
    /// the answer, another listing can continue from this position.
    pub fn before_last(&self) -> Option<Position> {
        self.before_last.clone()
    }
}

impl OwnerStore {
    /// Makes a listing. The caller has already read the first page of this listing.
    pub(super) fn listing<T>(
        &self,
        reading: Reading,
        attributes: &'static [&'static str],
        now: Timestamp,
        (items, more): Page,
        read: Read<T>,
    ) -> Listing<'_, T> {
        let last = reading.after.clone();
        let items = items.into_iter();
        Listing { store: self, reading, attributes, read, now, items, more, last, before_last: None, unreadable: 0 }
    }
}
