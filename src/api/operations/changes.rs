//! Lists changes: `/changes`.

use axum::{
    Json as JsonAnswer,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use deserr::Deserr;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::filter::Limit;
use crate::{
    api::{
        access::caller::Caller,
        answer::{
            error::ApiError,
            fitting::{Page, is_zero},
            view::{ChangeView, Now},
        },
        request::{
            cursor::ListingId,
            extract::{NoBody, Query},
            if_none_match::IfNoneMatch,
        },
    },
    app::App,
    domain::invalid::Invalid,
    store::{Range, Reading},
};

/// The parameters of `getChanges`: how many changes to return, and the cursor of the page.
#[derive(Debug, Deserr, IntoParams)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// How many at most; 50 when left out.
    #[deserr(default)]
    #[param(value_type = Limit, inline, required = false)]
    limit: Option<Limit>,
    /// next_cursor of the previous answer, to continue it.
    #[deserr(default)]
    #[param(required = false, nullable = false)]
    cursor: Option<String>,
}

/// A page of changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangesPage {
    /// Newest first.
    #[schema(value_type = Vec<ChangeView>)]
    changes: Vec<Box<RawValue>>,
    /// Present if there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    next_cursor: Option<String>,
    now: Now,
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(value_type = i64, required = false)]
    unreadable: usize,
}

/// List changes
#[utoipa::path(
    get, path = "/changes", operation_id = "getChanges", params(ChangesQuery),
    summary = "List changes",
    description = "Returns the changes of the last 30 days, newest first, with the ids that undoChange accepts.",
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
    let listing = ListingId { owner: &caller.owner, of: "2 getChanges".to_owned(), of_form_1: &of_form_1 };
    let after = query.cursor.as_deref().map(|cursor| listing.position(cursor, &Range::changes())).transpose()?;
    let is_first = after.is_none();
    let limit = query.limit.unwrap_or_default().0;
    let mut page = Page::new(limit);
    let now = app.clock.now();
    let reading = Reading { after, at_most: Some(limit + 1), ..Reading::of(Range::changes()) };
    let (settings, mut changes) = if is_first && if_none_match.is_present() {
        let (settings, latest) = caller.store.settings_and_order(now).await?;
        if let Some(tag) = latest.as_deref().map(tag).filter(|tag| if_none_match.contains(tag)) {
            return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
        }
        (settings, caller.store.changes(reading, now).await?)
    } else {
        tokio::try_join!(caller.store.settings(), caller.store.changes(reading, now))?
    };
    let mut newest = None;
    let next = loop {
        let Some(change) = changes.next().await? else { break changes.rest() };
        newest = newest.or_else(|| changes.last()?.order().map(tag));
        if !page.take(&ChangeView::from(&change)) {
            break changes.before_last();
        }
    };
    let unreadable = changes.unreadable;
    let next_cursor = next.map(|position| listing.cursor(&position));
    let now = Now::of(&settings, now, &app.config.time_zone);
    let tag = newest.filter(|_| is_first).map(|tag| [(header::ETAG, tag)]);
    Ok((tag, JsonAnswer(ChangesPage { changes: page.items, next_cursor, now, unreadable })).into_response())
}

/// The entity tag of the history. `order` is the position of the newest change among all changes. The tag is weak,
/// because the same history can have different answers: each answer contains the present time (RFC 9110, section
/// 8.8.1).
fn tag(order: &str) -> String {
    format!("W/\"{order}\"")
}
