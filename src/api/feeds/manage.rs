//! `/feeds` makes, lists, renews and ends the calendar feeds of a person. The service shows the address of a feed only
//! once, because the table contains only the hash of the secret in the address.

use axum::{
    Json as JsonAnswer,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    response::IntoResponse,
};
use deserr::Deserr;
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    api::{
        access::caller::Caller,
        answer::{
            error::ApiError,
            suggestion::{did_you_mean, short},
        },
        lambda::gateway::BaseUrl,
        request::extract::{Json, NoBody, NoQuery, Query},
    },
    app::App,
    domain::{
        address::{AddressKind, AddressSecret},
        api_key::KeyName,
        credential::CredentialId,
        feed::{Feed, MOST_FEEDS},
        invalid::Invalid,
        lists::Lists,
        text::ListName,
    },
};

/// What the person must know about a new address.
const ADVICE: &str = "Keep this address: it is not shown again. Whoever has it can read these todos, without signing in. \
    Subscribe to it in a calendar, and do not import it: an import is a copy that stays as it is. Google Calendar reads \
    it every 8 to 24 hours, other calendars every hour. Some calendars ignore the alarms of a subscribed calendar.";

/// The body of `POST /feeds`.
#[derive(Debug, Deserr)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct NewFeed {
    /// The feed has only the todos of this list. Without `list`, the feed has the todos of all lists.
    #[deserr(default)]
    list: Option<ListName>,
    /// The name of the calendar: 1 to 100 characters. The default is the name of the list, or `Todos` for all lists.
    #[deserr(default)]
    name: Option<String>,
}

/// A feed in an answer. This view never contains the secret of the feed.
#[derive(Debug, Serialize)]
struct FeedView {
    id: String,
    /// The present name of the list. Absent if the feed has the todos of all lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<String>,
    /// Present if the list was deleted. The calendar is then empty.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    list_is_deleted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    created_at: Timestamp,
    /// The credential that made the feed. Absent if the server needs no credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct Feeds {
    feeds: Vec<FeedView>,
}

/// A feed with its new address.
#[derive(Debug, Serialize)]
struct Made {
    feed: FeedView,
    address: String,
    detail: &'static str,
}

#[derive(Debug, Serialize)]
struct Ended {
    ended: FeedView,
}

/// The id of a feed in the path, or an error if the id is not valid UTF-8.
type Id = Result<Path<String>, PathRejection>;

/// `GET /feeds` lists the feeds, from the oldest to the newest.
pub async fn get_feeds(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoQuery>,
    _: NoBody,
) -> Result<impl IntoResponse, ApiError> {
    let lists = caller.store.feed_head(app.clock.now()).await?.lists;
    let feeds = app.store.feeds(&caller.owner, caller.store.usage()).await?;
    Ok(JsonAnswer(Feeds { feeds: feeds.iter().map(|feed| FeedView::of(feed, &lists)).collect() }))
}

/// `POST /feeds` makes a feed.
pub async fn post_feed(
    State(app): State<App>,
    caller: Caller,
    BaseUrl(base_url): BaseUrl,
    _: Query<NoQuery>,
    Json { value: NewFeed { list, name }, .. }: Json<NewFeed>,
) -> Result<impl IntoResponse, ApiError> {
    let name = name.map(|name| KeyName::parse(&name)).transpose();
    let name = name.map_err(|invalid| ApiError::invalid("name", invalid.message))?;
    let now = app.clock.now();
    let lists = caller.store.feed_head(now).await?.lists;
    let list = match list {
        Some(list) => Some(existing(&caller, &lists, &list).await?),
        None => None,
    };
    if app.store.feeds(&caller.owner, caller.store.usage()).await?.len() >= MOST_FEEDS {
        let message = format!("cannot be made, because there are already {MOST_FEEDS} feeds; end a feed first");
        return Err(ApiError::invalid("", message));
    }
    let secret = app.ids.address(AddressKind::Feed);
    let by = caller.store.credential().cloned();
    let feed = Feed::new(secret.hash(), caller.owner.clone(), (list, name), by, now);
    app.store.add_feed(&caller.store, &feed).await?;
    Ok((StatusCode::CREATED, JsonAnswer(Made::of(&feed, &lists, &base_url, &secret))))
}

/// `POST /feeds/{id}/renew` gives a feed a new address. The old address ends at once.
pub async fn renew_feed(
    State(app): State<App>,
    caller: Caller,
    BaseUrl(base_url): BaseUrl,
    id: Id,
    _: Query<NoQuery>,
    _: NoBody,
) -> Result<impl IntoResponse, ApiError> {
    let feed = found(&app, &caller, id).await?;
    let lists = caller.store.feed_head(app.clock.now()).await?.lists;
    let secret = app.ids.address(AddressKind::Feed);
    if !app.store.renew_feed(&caller.store, &feed, secret.hash()).await? {
        return Err(ApiError::NoSuchFeed);
    }
    Ok(JsonAnswer(Made::of(&feed.renewed(secret.hash()), &lists, &base_url, &secret)))
}

/// `DELETE /feeds/{id}` ends a feed. Its address ends at once.
pub async fn delete_feed(
    State(app): State<App>,
    caller: Caller,
    id: Id,
    _: Query<NoQuery>,
    _: NoBody,
) -> Result<impl IntoResponse, ApiError> {
    let feed = found(&app, &caller, id).await?;
    let lists = caller.store.feed_head(app.clock.now()).await?.lists;
    if !app.store.end_feed(&feed, caller.store.usage()).await? {
        return Err(ApiError::NoSuchFeed);
    }
    Ok(JsonAnswer(Ended { ended: FeedView::of(&feed, &lists) }))
}

async fn found(app: &App, caller: &Caller, id: Id) -> Result<Feed, ApiError> {
    let Path(id) = id.map_err(|_| ApiError::NoSuchFeed)?;
    let feeds = app.store.feeds(&caller.owner, caller.store.usage()).await?;
    feeds.into_iter().find(|feed| feed.id == id.trim()).ok_or(ApiError::NoSuchFeed)
}

/// The id of the list with this name.
async fn existing(caller: &Caller, lists: &Lists, name: &ListName) -> Result<ListName, ApiError> {
    let names = caller.store.lists().await?;
    match names.iter().find(|known| known.folded() == name.folded()) {
        Some(known) => Ok(lists.find(known).id().clone()),
        None => {
            let sentence = format!("There is no list \"{}\".", short(name.as_str()));
            let known = names.iter().map(ListName::as_str);
            Err(ApiError::NoSuchList(did_you_mean(sentence, name.as_str(), known)))
        }
    }
}

impl FeedView {
    fn of(feed: &Feed, lists: &Lists) -> Self {
        Self {
            id: feed.id.clone(),
            list: feed.list.as_ref().map(|list| lists.name(list).as_str().to_owned()),
            list_is_deleted: feed.list.as_ref().is_some_and(|list| lists.is_deleted(list)),
            name: feed.name.as_ref().map(|name| name.as_str().to_owned()),
            created_at: feed.created_at,
            by: feed.by.as_ref().map(CredentialId::to_string),
            last_used_at: feed.last_used_at,
        }
    }
}

impl Made {
    fn of(feed: &Feed, lists: &Lists, base_url: &str, secret: &AddressSecret) -> Self {
        let address = format!("{base_url}/calendar/{}.ics", secret.reveal());
        Self { feed: FeedView::of(feed, lists), address, detail: ADVICE }
    }
}
