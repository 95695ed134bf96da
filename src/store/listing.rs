//! Reads a listing: one todo or change after another, with one call for each page.

use jiff::Timestamp;

use super::{
    OwnerStore,
    fault::Fault,
    item::Item,
    query::{Page, Reading},
    range::Position,
};

/// The todos or changes of a [`Reading`], with strong consistency. At most one page of them is in memory.
pub struct Listing<'a, T> {
    store: &'a OwnerStore,
    reading: Reading,
    attributes: &'static [&'static str],
    /// Reads an item. `None` if the item has expired.
    read: fn(Item, Timestamp) -> Result<Option<T>, Fault>,
    now: Timestamp,
    items: std::vec::IntoIter<Item>,
    /// The position where the next page begins.
    more: Option<Position>,
    /// The positions of the last item that was read, and of the item before it.
    last: Option<Position>,
    before_last: Option<Position>,
}

impl<T> Listing<'_, T> {
    /// The next item. If the page is at its end, the next page is read. `None` if the listing ends, or if all pages of
    /// the [`Reading`] are read.
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

    /// The position to continue from, after the items that [`Listing::next`] has returned. `None` if there are no more.
    pub fn rest(self) -> Option<Position> {
        if self.items.len() == 0 { self.more } else { self.last }
    }

    /// The position before the item that [`Listing::next`] returned last. If there was no room for this item, the
    /// caller continues from here.
    pub fn before_last(self) -> Option<Position> {
        self.before_last
    }
}

impl OwnerStore {
    /// A listing with a first page that is already read.
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
