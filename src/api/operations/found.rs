//! The todos that a listing has found.

use jiff::Timestamp;

use super::{
    filter::{TodosQuery, matching::TodoFilter},
    upcoming::Upcoming,
};
use crate::{
    api::{
        access::caller::Caller,
        answer::{fitting::Page, view::TodoView},
    },
    app::App,
    domain::{moment::Moment, settings::Settings, todo::Todo},
    store::{Fault, Listing, OwnerStore, Position, Range, Reading},
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
    /// Later dates of repeating todos in the period of the query.
    pub upcoming: Vec<String>,
    pub settings: Settings,
    pub filter: TodoFilter,
}

/// An answer shows at most this number of later dates of repeating todos.
const UPCOMING: usize = 100;

impl TodosQuery {
    /// The later dates of repeating todos that the answer shows. `None` if the query has no period with an end.
    pub fn upcoming(&self, moment: &Moment) -> Option<Upcoming> {
        self.upcoming_days(moment).map(|days| Upcoming::new(days, self.due_period(moment), UPCOMING))
    }
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
    let limit = query.limit.unwrap_or_default().number;
    let counts = query.counts() && after.is_none();
    // The program tries to read one more todo after the last todo of the page. If this todo exists, there is a next
    // page. If the answer says how many todos match, or if `wanted_come_first` returns `false`, `at_most` is `None`, and
    // DynamoDB reads whole pages.
    let at_most = (query.wanted_come_first() && !counts).then_some(limit + 1);
    let reading = Reading { after, at_most, ..Reading::of(range) };
    let (settings, mut todos, before) = read(&caller.store, query, reading, now).await?;
    let moment = settings.moment(now, &app.config.time_zone);
    let mut filter = query.filter(moment.clone());
    let mut upcoming = query.upcoming(&moment);
    let mut page = Page::new(limit);
    let mut order = Vec::new();
    let next = loop {
        let Some(todo) = todos.next().await? else { break todos.rest() };
        if !filter.matches(&todo) {
            continue;
        }
        if !page.take(&TodoView::short(&todo, &moment.zone)) {
            break todos.before_last();
        }
        if query.is_of_open() {
            order.push((todo.due, todo.place()));
        }
        upcoming.iter_mut().for_each(|upcoming| upcoming.add(&todo, &moment));
    };
    if query.is_of_open() {
        page.sort_equal(&order);
    }
    if let (Some(before), Some(upcoming)) = (before, &mut upcoming) {
        add_before(before, query.filter_of_any_date(moment.clone()), upcoming).await?;
    }
    let mut total = page.items.len();
    if next.is_some() && counts {
        // Counts the todo that had no room on the page.
        total += 1;
        while let Some(todo) = todos.next().await? {
            total += usize::from(filter.matches(&todo));
        }
    }
    let total = (counts && todos.rest().is_none()).then_some(total);
    let upcoming = upcoming.map(Upcoming::texts).unwrap_or_default();
    Ok(Found { page, next, total, unreadable: todos.unreadable, upcoming, settings, filter })
}

/// Reads the settings and the todos of the query, and the todos that are due before the period of the query.
pub async fn read<'a>(
    store: &'a OwnerStore,
    query: &TodosQuery,
    reading: Reading,
    now: Timestamp,
) -> Result<(Settings, Listing<'a, Todo>, Option<Listing<'a, Todo>>), Fault> {
    let Some(before) = query.before_period(now) else {
        let (settings, todos) = store.todos(reading, now).await?;
        return Ok((settings, todos, None));
    };
    let (settings, [todos, before]) = store.todos_and_before(reading, before, now).await?;
    Ok((settings, todos, Some(before)))
}

/// Adds the later dates of the todos that are due before the period.
pub async fn add_before(
    mut todos: Listing<'_, Todo>,
    mut filter: TodoFilter,
    upcoming: &mut Upcoming,
) -> Result<(), Fault> {
    while let Some(todo) = todos.next().await? {
        let is_before = todo.due.is_some_and(|due| due.date() < upcoming.from());
        if is_before && todo.repeat.is_some() && filter.matches(&todo) {
            upcoming.add(&todo, &filter.moment);
        }
    }
    Ok(())
}
