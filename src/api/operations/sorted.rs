//! Listings in another order than that of the index: the best matches of a search first, or the most important todos
//! first. Such a listing reads all todos of its range, up to a limit, and then sorts them.

use std::cmp::Reverse;

use jiff::{Timestamp, tz::TimeZone};

use super::{
    filter::{TodosQuery, matching::TodoFilter, sort::Order},
    found::{Found, add_before, read},
    upcoming::Upcoming,
};
use crate::{
    api::{
        access::caller::Caller,
        answer::{fitting::Page, view::TodoView},
    },
    app::App,
    domain::{
        lists::Lists,
        place::Place,
        search::Rank,
        text::ListName,
        todo::{Status, Todo},
    },
    store::{Fault, Listing, Position, Range, Reading},
};

/// The sorted todos of one call.
struct Sorted {
    order: Order,
    limit: usize,
    /// The best todos so far.
    best: Vec<(Key, Todo)>,
    /// How many todos match.
    total: usize,
    /// Todos that cannot be read.
    unreadable: usize,
}

/// The key by which the todos are sorted. If everything else is equal, `number` keeps the order of the index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rank: Rank,
    priority: Reverse<usize>,
    added: i64,
    list: (usize, bool, String),
    /// In a list, open todos come first, in the order of their places.
    place: (bool, Option<Place>),
    number: usize,
}

/// Finds todos in another order than that of the index.
pub async fn find(
    app: &App,
    caller: &Caller,
    query: &TodosQuery,
    order: Order,
    (first, others): (Range, Vec<Range>),
    after: Option<Position>,
    now: Timestamp,
) -> Result<Found, Fault> {
    let mut sorted = Sorted::new(query, order);
    let reading = Reading { after, ..Reading::of(first) };
    let (settings, todos, before) = read(&caller.store, query, reading, now).await?;
    let moment = settings.moment(now, &app.config.time_zone);
    let mut filter = query.filter(moment.clone());
    let mut upcoming = query.upcoming(&moment);
    let mut next = sorted.add(todos, &mut filter, &caller.store.last_lists(), upcoming.as_mut()).await?;
    if let (Some(before), Some(upcoming)) = (before, &mut upcoming) {
        add_before(before, query.filter_of_any_date(moment.clone()), upcoming).await?;
    }
    for range in others {
        let (_, todos) = caller.store.todos(Reading::of(range), now).await?;
        let rest = sorted.add(todos, &mut filter, &caller.store.last_lists(), None).await?;
        next = next.or(rest);
    }
    let (total, unreadable) = (sorted.total, sorted.unreadable);
    // If the listing has reached its limit, the number of all matching todos is unknown.
    let total = next.is_none().then_some(total);
    Ok(Found {
        page: sorted.page(&moment.zone),
        next,
        total,
        unreadable,
        upcoming: upcoming.map(Upcoming::texts).unwrap_or_default(),
        settings,
        filter,
    })
}

impl Sorted {
    fn new(query: &TodosQuery, order: Order) -> Self {
        let limit = query.limit.unwrap_or_default().number;
        Self { order, limit, best: Vec::new(), total: 0, unreadable: 0 }
    }

    /// Adds the matching todos of this listing. Returns the position after the last todo that was read, if the listing
    /// has reached the limit of its pages.
    async fn add(
        &mut self,
        mut todos: Listing<'_, Todo>,
        filter: &mut TodoFilter,
        lists: &Lists,
        mut upcoming: Option<&mut Upcoming>,
    ) -> Result<Option<Position>, Fault> {
        while let Some(todo) = todos.next().await? {
            let Some(rank) = filter.rank(&todo) else { continue };
            self.total += 1;
            upcoming.iter_mut().for_each(|upcoming| upcoming.add(&todo, &filter.moment));
            self.best.push((self.key(&todo, rank, lists), todo));
            // Todos that the answer will not show need not stay in memory.
            if self.best.len() > 4 * self.limit {
                self.sort();
            }
        }
        self.unreadable += todos.unreadable;
        Ok(todos.rest())
    }

    /// The best todos, as many as the answer has room for.
    fn page(mut self, zone: &TimeZone) -> Page {
        self.sort();
        let mut page = Page::new(self.limit);
        for (_, todo) in &self.best {
            if !page.take(&TodoView::short(todo, zone)) {
                break;
            }
        }
        page
    }

    fn sort(&mut self) {
        self.best.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.best.truncate(self.limit);
    }

    fn key(&self, todo: &Todo, rank: Rank, lists: &Lists) -> Key {
        let mut key = Key {
            rank: Rank::default(),
            priority: Reverse(0),
            added: 0,
            list: (0, false, String::new()),
            place: (false, None),
            number: self.total,
        };
        match self.order {
            Order::Index => {}
            Order::Best => key.rank = rank,
            Order::Priority => key.priority = Reverse(todo.priority as usize),
            Order::Added => key.added = todo.created_at.as_nanosecond() as i64,
            Order::List => {
                let root = lists.root(todo.list.id());
                let place = lists.order().iter().position(|id| id.folded() == root.folded());
                let is_inbox = *todo.list.name() == ListName::inbox();
                key.list = (place.unwrap_or(usize::MAX), !is_inbox, todo.list.name().folded());
                let is_open = todo.status == Status::Open;
                key.place = (!is_open, is_open.then(|| todo.place()));
            }
        }
        key
    }
}
