//! A listing under way: its todos or changes one after another, in one call for each page.

use jiff::Timestamp;

use super::{
    OwnerStore,
    fault::Fault,
    item::Item,
    range::{Position, Range},
};

/// Which items to list, from where on, and how much to read for it at most.
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

/// A page of raw items, and where the next begins.
pub(super) type Page = (Vec<Item>, Option<Position>);

/// The todos or changes of a [`Reading`], strongly consistent. At most one page of them is in memory.
pub struct Listing<'a, T> {
    store: &'a OwnerStore,
    reading: Reading,
    attributes: &'static [&'static str],
    /// Reads an item; `None` when it has expired.
    read: fn(Item, Timestamp) -> Result<Option<T>, Fault>,
    now: Timestamp,
    items: std::vec::IntoIter<Item>,
    /// Where the next page begins.
    more: Option<Position>,
    /// The last item that was read, and the one before it.
    last: Option<Position>,
    before_last: Option<Position>,
}

impl Reading {
    /// The whole of a range, four pages of it at a time.
    pub fn of(range: Range) -> Self {
        Self { range, after: None, at_most: None, pages: 4 }
    }
}

impl<T> Listing<'_, T> {
    /// The next item, from a further page when this one is read to its end. `None` when the listing ends or all its pages are
    /// read.
    pub async fn next(&mut self) -> Result<Option<T>, Fault> {
        loop {
            for item in self.items.by_ref() {
                self.before_last = std::mem::replace(&mut self.last, Position::of(&item));
                if let Some(found) = (self.read)(item, self.now)? {
                    return Ok(Some(found));
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

    /// Where to go on after [`Listing::next`] has returned `None`. `None` when there are no more.
    pub fn rest(self) -> Option<Position> {
        self.more
    }

    /// Where to go on with the item that [`Listing::next`] returned last, for which there was no room.
    pub fn before_last(self) -> Option<Position> {
        self.before_last
    }
}

impl OwnerStore {
    /// A listing whose first page is at hand.
    pub(super) fn listing<T>(
        &self,
        reading: Reading,
        attributes: &'static [&'static str],
        now: Timestamp,
        (items, more): Page,
        read: fn(Item, Timestamp) -> Result<Option<T>, Fault>,
    ) -> Listing<'_, T> {
        let last = reading.after.clone();
        Listing { store: self, reading, attributes, read, now, items: items.into_iter(), more, last, before_last: None }
    }
}
