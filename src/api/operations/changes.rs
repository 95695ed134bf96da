//! Lists changes: `/changes`.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Json as JsonAnswer,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use deserr::Deserr;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::{filter::limit::Limit, hints};
use crate::{
    api::{
        access::caller::Caller,
        answer::{
            change_view::{ChangeView, Names, Shown},
            error::ApiError,
            fitting::{Page, is_zero},
            view::Now,
        },
        request::{
            cursor::ListingId,
            extract::{NoBody, Query},
            if_none_match::IfNoneMatch,
        },
    },
    app::App,
    domain::{
        by::By,
        change::Change,
        credential::CredentialId,
        difference::Difference,
        id::TodoId,
        input::since::{CLOCKS, Since},
        invalid::Invalid,
        list_ref::ListRef,
        lists::Lists,
        moment::Moment,
        text::ListName,
    },
    store::{Listing, Position, Range, Reading},
};

/// The parameters of `getChanges`: which changes to return, how many, and the cursor of the page.
#[derive(Debug, Deserr, IntoParams)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// Since then: 2h, a time, a date, yesterday.
    #[deserr(default)]
    #[param(value_type = String, required = false)]
    since: Option<Since>,
    /// Changes of this todo.
    #[deserr(default)]
    #[param(required = false, nullable = false)]
    todo_id: Option<String>,
    /// Changes of todos in this list.
    #[deserr(default)]
    #[param(value_type = ListName, inline, required = false)]
    list: Option<ListName>,
    /// Whose: any (default), me, or a name as `by` shows it.
    #[deserr(default)]
    #[param(value_type = String, required = false)]
    by: Option<By>,
    // 50 when left out.
    #[deserr(default)]
    #[param(value_type = Limit, inline, required = false)]
    limit: Option<Limit>,
    // next_cursor of the previous answer.
    #[deserr(default)]
    #[param(required = false, nullable = false)]
    cursor: Option<String>,
}

/// A page of changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangesPage {
    // Newest first.
    #[schema(value_type = Vec<ChangeView>)]
    changes: Vec<Box<RawValue>>,
    // Present if there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    next_cursor: Option<String>,
    now: Now,
    // Says that a list or a program is unknown, and which ones exist.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    hints: Vec<String>,
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(value_type = i64, required = false)]
    unreadable: usize,
}

/// List changes
#[utoipa::path(
    get, path = "/changes", operation_id = "getChanges", params(ChangesQuery),
    summary = "List changes",
    description = "Returns the changes of the last 30 days, newest first: who changed what, old and new values, and the ids that undoChange accepts.",
    responses((status = 200, description = "A page of changes", body = ChangesPage), super::openapi::Errors),
)]
pub async fn get_changes(
    State(app): State<App>,
    caller: Caller,
    if_none_match: IfNoneMatch,
    Query(query): Query<ChangesQuery>,
    _: NoBody,
) -> Result<Response, ApiError> {
    let of_form_1 = || "getChanges".to_owned();
    let listing = ListingId { owner: &caller.owner, of: query.words(), of_form_1: &of_form_1 };
    let after = query.cursor.as_deref().map(|cursor| listing.position(cursor, &Range::changes())).transpose()?;
    let is_first = after.is_none();
    let todo = query.todo()?;
    let limit = query.limit.unwrap_or_default().number;
    let now = app.clock.now();
    let reading = query.reading(after, limit);
    let (settings, mut changes) = if is_first && if_none_match.is_present() {
        let (settings, latest) = caller.store.settings_and_order(now).await?;
        if let Some(tag) = latest.as_deref().map(tag).filter(|tag| query.since.is_none() && if_none_match.contains(tag))
        {
            return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
        }
        (settings, caller.store.history(reading, now).await?)
    } else {
        loop {
            let finished = caller.store.usage().finished();
            let found = tokio::try_join!(caller.store.settings(now), caller.store.history(reading.clone(), now))?;
            // If this request has finished a large change of another request, the listing may be older: read again.
            if finished == caller.store.usage().finished() {
                break found;
            }
        }
    };
    let moment = settings.moment(now, &app.config.time_zone);
    let since = query.since.as_ref().map(|since| since.resolve(&moment)).transpose();
    let since = since.map_err(|invalid| ApiError::invalid("since", invalid.message))?;
    let wanted = Wanted {
        since,
        todo,
        list: query.list.as_ref(),
        lists: caller.store.last_lists(),
        by: query.by.as_ref(),
        me: caller.store.credential(),
    };
    let mut page = Page::new(limit);
    let mut makers = BTreeSet::new();
    let (next, newest) = fill(&mut page, &mut changes, &wanted, &moment, &mut makers).await?;
    let unreadable = changes.unreadable;
    let is_empty = page.items.is_empty() && next.is_none();
    let mut hints = Vec::from_iter(query.limit.and_then(Limit::hint));
    if let Some(list) = wanted.list.filter(|_| is_empty) {
        hints.extend(hints::of_list(&caller.store, list).await?);
    }
    if let Some(by) = wanted.by.filter(|_| is_empty && !makers.is_empty()) {
        hints.extend(hints::of_by(by, &makers));
    }
    let next_cursor = next.map(|position| listing.cursor(&position));
    let now = Now::of(&settings, now, &app.config.time_zone);
    let tag = newest.filter(|_| is_first).map(|tag| [(header::ETAG, tag)]);
    Ok((tag, JsonAnswer(ChangesPage { changes: page.items, next_cursor, now, hints, unreadable })).into_response())
}

/// Fills the page with the wanted changes. Adds the credentials of the changes that are not wanted to `makers`. Returns
/// the position of the next page, and the entity tag of the newest change.
async fn fill(
    page: &mut Page,
    changes: &mut Listing<'_, (Change, Vec<Difference>)>,
    wanted: &Wanted<'_>,
    moment: &Moment,
    makers: &mut BTreeSet<String>,
) -> Result<(Option<Position>, Option<String>), ApiError> {
    let (mut newest, mut names) = (None, Names::default());
    loop {
        let Some((change, differences)) = changes.next().await? else { return Ok((changes.rest(), newest)) };
        newest = newest.or_else(|| changes.last()?.order().map(tag));
        if wanted.is_past(&change) {
            return Ok((None, newest));
        }
        if !wanted.contains(&change, &differences) {
            makers.extend(change.by.as_ref().map(CredentialId::to_string));
            continue;
        }
        let shown = Shown { zone: &moment.zone, lists: &wanted.lists, about: wanted.todo.as_ref() };
        let view = ChangeView::of(&change, &differences, shown, &mut names);
        if !page.take(&view) {
            return Ok((changes.before_last(), newest));
        }
    }
}

/// If a listing has filters, each page of DynamoDB has this number of changes, and one answer reads at most this number
/// of pages.
const FILTERED_CHANGES: usize = 100;
const FILTERED_PAGES: usize = 10;

impl ChangesQuery {
    /// The id of the todo whose changes the caller wants.
    fn todo(&self) -> Result<Option<TodoId>, ApiError> {
        let todo = self.todo_id.as_deref().map(|id| TodoId::parse(id).ok_or(ApiError::NoSuchTodo));
        todo.transpose()
    }

    fn reading(&self, after: Option<Position>, limit: usize) -> Reading {
        let filtered = self.todo_id.is_some() || self.list.is_some() || self.by.is_some();
        let reading = Reading { after, at_most: Some(limit + 1), ..Reading::of(Range::changes()) };
        if filtered { Reading { at_most: Some(FILTERED_CHANGES), pages: FILTERED_PAGES, ..reading } } else { reading }
    }

    /// The operation and its filters as text, for the cursor. The text does not contain `since`, because the period may
    /// be relative to the present time.
    fn words(&self) -> String {
        let filters = [
            ("todo_id", self.todo_id.as_deref()),
            ("list", self.list.as_ref().map(ListName::as_str)),
            ("by", self.by.as_ref().map(By::as_str)),
        ];
        let mut words = "2 getChanges".to_owned();
        for (name, value) in filters.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            words.push_str(&format!(" {name}={}:{value}", value.len()));
        }
        words
    }
}

/// The changes that the caller wants. A filter that is `None` accepts every change.
struct Wanted<'a> {
    since: Option<Timestamp>,
    todo: Option<TodoId>,
    list: Option<&'a ListName>,
    /// The present lists. This request has read the settings, so `lists` are up to date.
    lists: Arc<Lists>,
    by: Option<&'a By>,
    /// The credential of the request.
    me: Option<&'a CredentialId>,
}

impl Wanted<'_> {
    /// Whether this change and all later changes of the listing are too old.
    fn is_past(&self, change: &Change) -> bool {
        self.since.is_some_and(|since| change.at < since.checked_sub(CLOCKS).unwrap_or(Timestamp::MIN))
    }

    fn contains(&self, change: &Change, differences: &[Difference]) -> bool {
        self.since.is_none_or(|since| change.at >= since)
            && self.todo.as_ref().is_none_or(|id| change.todos.iter().any(|todo| todo.id == *id))
            && self.list.is_none_or(|list| is_in_list(change, differences, list, &self.lists))
            && self.by.is_none_or(|by| by.means(change.by.as_ref(), self.me))
    }
}

/// Whether the change concerns todos in this list. Records of version 0.1.0 contain no lists. Then this function looks
/// at the changed lists of the todos.
fn is_in_list(change: &Change, differences: &[Difference], list: &ListName, lists: &Lists) -> bool {
    let list = list.folded();
    let moved = differences.iter().flat_map(Difference::lists);
    change.lists.iter().map(ListRef::id).cloned().chain(moved).any(|own| lists.name(&own).folded() == list)
}

/// The entity tag of the history. `order` is the position of the newest change among all changes. The tag is weak,
/// because the same history can have different answers: each answer contains the present time (RFC 9110, section
/// 8.8.1).
fn tag(order: &str) -> String {
    format!("W/\"{order}\"")
}
