//! Returns an overview of the open todos with one request: `/overview`.

use std::collections::HashMap;

use axum::{Json as JsonAnswer, extract::State};
use jiff::{Span, Timestamp, tz::TimeZone};
use serde::Serialize;
use utoipa::ToSchema;

use super::{filter::values::DueWithin, overview_group::Group, upcoming::Upcoming};
use crate::{
    api::{
        access::caller::Caller,
        answer::{
            change_view::ChangeSummary,
            error::ApiError,
            fitting::{characters, fit_beside, is_zero},
            settings::SettingsView,
            view::{Now, TodoView},
        },
        request::extract::{NoBody, NoQuery, Query},
    },
    app::App,
    domain::{
        limits,
        lists::Lists,
        moment::Moment,
        settings::Settings,
        text::ListName,
        todo::{Status, Todo},
    },
    store::{Range, Reading},
};

/// The overview reads at most this number of DynamoDB pages to count the open todos. A DynamoDB page has at most 1 MB.
const PAGES: usize = 20;
/// The overview shows at most this number of later dates of repeating todos.
const UPCOMING: usize = 20;

/// The overview.
#[derive(Debug, Serialize, ToSchema)]
pub struct Overview {
    now: Now,
    settings: SettingsView,
    counts: Counts,
    // All lists in their order.
    lists: Vec<Share>,
    // How many more lists there are.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(value_type = i64, required = false)]
    more_lists: usize,
    // The tags of the open todos.
    tags: Vec<Share>,
    overdue: Vec<TodoView>,
    // Due today and not overdue.
    due_today: Vec<TodoView>,
    next_7_days: Vec<TodoView>,
    /// More todos of these groups; urgent ones come first.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(value_type = i64, required = false)]
    not_shown: usize,
    // Later dates of repeating todos in the next seven days.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    upcoming: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ChangeSummary, required = false)]
    last_change: Option<ChangeSummary>,
    /// The counts are at least these; not all were read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    at_least: bool,
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(value_type = i64, required = false)]
    unreadable: usize,
}

/// The number of todos in each group.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Counts {
    #[schema(value_type = i64)]
    open: usize,
    #[schema(value_type = i64)]
    overdue: usize,
    #[schema(value_type = i64)]
    due_today: usize,
    #[schema(value_type = i64)]
    next_7_days: usize,
    #[schema(value_type = i64)]
    completed_today: usize,
}

/// The name of a list or of a tag, and the number of open todos with this name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Share {
    name: String,
    #[schema(value_type = i64)]
    open: usize,
}

/// Counts the open todos.
struct Tally {
    moment: Moment,
    now: Now,
    settings: SettingsView,
    counts: Counts,
    lists: Names,
    /// The names of the lists in their order, in lower case.
    order: Vec<String>,
    tags: Names,
    /// Three groups of todos: overdue, due today but not overdue, and due in the next seven days.
    groups: [Group; 3],
    upcoming: Upcoming,
}

/// Counts the open todos of each list, or of each tag. If two names differ only in upper and lower case, the program
/// counts their todos together. If a name has several spellings, the overview shows the spelling that the program read
/// first.
#[derive(Default)]
struct Names(HashMap<String, Share>);

/// Get the overview
#[utoipa::path(
    get, path = "/overview", operation_id = "getOverview",
    summary = "Get the overview",
    description = "Returns the present moment, settings, counts, lists and tags with open todos, up to 30 todos (no notes, no steps) that are overdue or due in the next seven days, and the last change.",
    responses((status = 200, description = "The overview", body = Overview), super::openapi::Errors),
)]
pub async fn get_overview(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoQuery>,
    _: NoBody,
) -> Result<JsonAnswer<Overview>, ApiError> {
    let now = app.clock.now();
    let store = &caller.store;
    let open = Reading { pages: PAGES, ..Reading::of(Range::todos(Status::Open)) };
    // At this point the program does not know the owner's time zone, so it does not know when the owner's day began.
    // The program reads all completions of the last 26 hours, because no day is longer than 26 hours.
    let since = now.checked_sub(Span::new().hours(26)).unwrap_or(Timestamp::MIN);
    let changes = Reading { at_most: Some(1), ..Reading::of(Range::changes()) };
    let latest = || async { store.changes(changes.clone(), now).await?.next().await };
    let counted = || async {
        let (settings, mut todos) = store.todos(open.clone(), now).await?;
        let mut tally = Tally::of(&settings, now, &app.config.time_zone);
        while let Some(todo) = todos.next().await? {
            tally.count(todo);
        }
        Ok((tally, todos.rest().is_some(), todos.unreadable))
    };
    let ((mut tally, at_least, unreadable), completed, latest, lists) = loop {
        let finished = store.usage().finished();
        let found = tokio::try_join!(counted(), store.completions(since), latest(), store.lists())?;
        // If this request has finished a large change of another request, a part of the answer may be older than this
        // change. Then the program reads again.
        if finished == store.usage().finished() {
            break found;
        }
    };
    let order = store.last_lists();
    tally.add_lists(lists, &order);
    let latest = latest.map(|change| ChangeSummary::of(&change, &tally.moment.zone, &order));
    Ok(JsonAnswer(Overview { unreadable, ..tally.overview(&completed, latest, at_least) }))
}

impl Tally {
    fn of(settings: &Settings, now: Timestamp, default_zone: &TimeZone) -> Self {
        let moment = settings.moment(now, default_zone);
        let days = [1, 7].map(|days| moment.today().saturating_add(Span::new().days(days)));
        Self {
            upcoming: Upcoming::new(days.into(), None, UPCOMING),
            moment,
            now: Now::of(settings, now, default_zone),
            settings: SettingsView::of(settings, default_zone),
            counts: Counts::default(),
            lists: Names::default(),
            order: Vec::new(),
            tags: Names::default(),
            groups: Default::default(),
        }
    }

    /// Adds the lists without open todos, and the order of all lists.
    fn add_lists(&mut self, mut lists: Vec<ListName>, order: &Lists) {
        for list in &lists {
            self.lists.add(list.folded(), list.as_str());
        }
        order.sort(&mut lists);
        self.order = lists.iter().map(ListName::folded).collect();
    }

    fn count(&mut self, todo: Todo) {
        self.counts.open += 1;
        self.lists.count(todo.list.name().folded(), todo.list.as_str());
        todo.tags.iter().for_each(|tag| self.tags.count(tag.folded(), tag.as_str()));
        let (counts, moment) = (&mut self.counts, &self.moment);
        self.upcoming.add(&todo, moment);
        let holds = |within: DueWithin| within.contains(todo.due, moment);
        let (count, group) = if holds(DueWithin::Overdue) {
            (&mut counts.overdue, 0)
        } else if holds(DueWithin::Today) {
            (&mut counts.due_today, 1)
        } else if holds(DueWithin::NextSevenDays) {
            (&mut counts.next_7_days, 2)
        } else {
            return;
        };
        *count += 1;
        self.groups[group].push(todo);
    }

    fn overview(mut self, completed: &[Timestamp], last_change: Option<ChangeSummary>, at_least: bool) -> Overview {
        let today = self.moment.today();
        let is_today = |at: &&Timestamp| self.moment.zone.to_datetime(**at).date() == today;
        self.counts.completed_today = completed.iter().filter(is_today).count();
        let more_lists = self.lists.0.len().saturating_sub(limits::LISTS);
        let (lists, tags) = (self.lists.in_order(&self.order), self.tags.fullest());
        let upcoming = self.upcoming.texts();
        let others = characters(&lists) + characters(&tags) + characters(&last_change) + characters(&upcoming);
        let totals = [0, 1, 2].map(|group| self.groups[group].total());
        let shares @ [late, today, _] = shares(totals);
        let todos = self.groups.into_iter().zip(shares).flat_map(|(group, share)| group.shown(share));
        let views = todos.map(|todo| TodoView::in_overview(&todo, &self.moment.zone));
        let mut overdue = fit_beside(others, views.collect());
        let mut due_today = overdue.split_off(late);
        let next_7_days = due_today.split_off(today);
        Overview {
            now: self.now,
            settings: self.settings,
            counts: self.counts,
            lists,
            more_lists,
            tags,
            overdue,
            due_today,
            next_7_days,
            not_shown: totals.iter().sum::<usize>() - shares.iter().sum::<usize>(),
            upcoming,
            last_change,
            at_least,
            unreadable: 0,
        }
    }
}

/// How many todos of each group the overview shows. Todos that are due today get half of the places. Overdue todos get
/// a quarter of the places, and todos of the next seven days get a quarter too. If a group does not need all its
/// places, the other groups get the free places. Free places go first to the todos that are due today.
fn shares([late, today, soon]: [usize; 3]) -> [usize; 3] {
    let quarter = limits::OVERVIEW / 4;
    let mut shares = [late.min(quarter), today.min(2 * quarter), soon.min(quarter)];
    for (group, there_are) in [(1, today), (0, late), (2, soon)] {
        let left = limits::OVERVIEW - shares.iter().sum::<usize>();
        shares[group] += left.min(there_are - shares[group]);
    }
    shares
}

impl Names {
    fn count(&mut self, key: String, name: &str) {
        self.add(key, name).open += 1;
    }

    fn add(&mut self, key: String, name: &str) -> &mut Share {
        self.0.entry(key).or_insert_with(|| Share { name: name.to_owned(), open: 0 })
    }

    /// The shares in this order. Other shares come last.
    fn in_order(self, order: &[String]) -> Vec<Share> {
        let place = |key: &String| order.iter().position(|ordered| ordered == key).unwrap_or(order.len());
        let mut shares: Vec<_> = self.0.into_iter().map(|(key, share)| (place(&key), key, share)).collect();
        shares.sort_by(|(one, key, _), (other, other_key, _)| one.cmp(other).then_with(|| key.cmp(other_key)));
        shares.truncate(limits::LISTS);
        shares.into_iter().map(|(_, _, share)| share).collect()
    }

    fn fullest(self) -> Vec<Share> {
        let mut shares: Vec<_> = self.0.into_values().collect();
        shares.sort_by(|one, other| other.open.cmp(&one.open).then_with(|| one.name.cmp(&other.name)));
        shares.truncate(limits::OVERVIEW);
        shares
    }
}
