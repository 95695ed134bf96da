//! The todos that a listing has found.

use jiff::Timestamp;

use super::filter::{TodosQuery, matching::TodoFilter};
use crate::{
    api::{
        access::caller::Caller,
        answer::{fitting::Page, view::TodoView},
    },
    app::App,
    domain::settings::Settings,
    store::{Fault, Position, Range, Reading},
};

/// A page of found todos.
pub struct Found {
    pub page: Page,
    /// Another listing can continue from this position. `None` if there are no more todos.
    pub next: Option<Position>,
    /// How many todos match. `None` if the program does not know.
    pub total: Option<usize>,
    /// Todos that cannot be read.
    pub unreadable: usize,
    pub settings: Settings,
    pub filter: TodoFilter,
}

/// Finds todos in the order of the index. The function reads until the page is full.
pub async fn in_order(
    app: &App,
    caller: &Caller,
    query: &TodosQuery,
    range: Range,
    after: Option<Position>,
    now: Timestamp,
) -> Result<Found, Fault> {
    let limit = query.limit.unwrap_or_default().0;
    let counts = query.counts() && after.is_none();
    // The program tries to read one more todo after the last todo of the page. If this todo exists, there is a next
    // page. If the answer says how many todos match, or if `wanted_come_first` returns `false`, `at_most` is `None`, and
    // DynamoDB reads whole pages.
    let at_most = (query.wanted_come_first() && !counts).then_some(limit + 1);
    let reading = Reading { after, at_most, ..Reading::of(range) };
    let (settings, mut todos) = caller.store.todos(reading, now).await?;
    let mut filter = query.filter(settings.moment(now, &app.config.time_zone));
    let mut page = Page::new(limit);
    let next = loop {
        let Some(todo) = todos.next().await? else { break todos.rest() };
        if filter.matches(&todo) && !page.take(&TodoView::from(&todo)) {
            break todos.before_last();
        }
    };
    let mut total = page.items.len();
    if next.is_some() && counts {
        // The todo that had no room on the page.
        total += 1;
        while let Some(todo) = todos.next().await? {
            total += usize::from(filter.matches(&todo));
        }
    }
    let total = (counts && todos.rest().is_none()).then_some(total);
    Ok(Found { page, next, total, unreadable: todos.unreadable, settings, filter })
}
