//! `GET /calendar/….ics` is the address at which a calendar reads a feed.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use deserr::Deserr;
use sha2::{Digest, Sha256};

use crate::{
    api::{
        access::feed::Feeding,
        answer::error::ApiError,
        export::FeedCalendar,
        request::{extract::Query, if_none_match::IfNoneMatch},
    },
    app::App,
    domain::{
        export_format::ExportFormat,
        feed::{Feed, FeedForm, Lasts},
        invalid::Invalid,
        lists::Lists,
        moment::Moment,
    },
    store::{FeedHead, OwnerStore, Range, Reading},
};

/// The version of the form of the files. If a change of the code changes a file, this number must rise, because
/// calendars would otherwise keep their old file.
const FORM: u32 = 1;
/// The feed reads at most this number of pages of the table. Each page has at most 1 MB.
const PAGES: usize = 8;
/// The name of a calendar with all lists.
const ALL_LISTS: &str = "Todos";

/// The query. A calendar may add parameters of its own, and the program ignores them.
#[derive(Debug, Deserr)]
#[deserr(where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct FeedQuery {
    /// Whether the file has events or todos. The default is events.
    #[deserr(default, rename = "as")]
    form: Option<FeedForm>,
}

/// Returns the calendar. If the calendar program already has the present file, the answer is 304 and costs two read
/// units. If the table does not answer, the answer is 503: an empty calendar would remove everything from the person's
/// calendar.
pub async fn get_calendar(
    State(app): State<App>,
    Feeding { feed, store }: Feeding,
    known: IfNoneMatch,
    Query(query): Query<FeedQuery>,
) -> Result<Response, ApiError> {
    let (now, form) = (app.clock.now(), query.form.unwrap_or(FeedForm::Event));
    // The tag comes from the head, and the program reads the head before the todos. So the todos may be newer than the
    // tag says, but never older.
    let head = store.feed_head(now).await?;
    let moment = head.settings.moment(now, &app.config.time_zone);
    let tag = |lasts: Lasts| tag((&feed, form), &head, &moment, lasts);
    if let Some(tag) = [Lasts::Month, Lasts::Day, Lasts::Minute].map(tag).iter().find(|tag| known.contains(tag)) {
        return Ok((StatusCode::NOT_MODIFIED, headers(tag)).into_response());
    }
    let (file, lasts) = file(&store, (&feed, form), &head.lists, &moment).await?;
    Ok((headers(&tag(lasts)), file).into_response())
}

/// The file of the feed, and how long it stays the same.
async fn file(
    store: &OwnerStore,
    (feed, form): (&Feed, FeedForm),
    lists: &Lists,
    moment: &Moment,
) -> Result<(String, Lasts), ApiError> {
    let reading = Reading { pages: PAGES, ..Reading::of(Range::open_due(None, None)) };
    let (_, mut todos) = store.todos(reading, moment.now).await?;
    let mut calendar = FeedCalendar::new(form, moment);
    let list = feed.list.as_ref().map(|list| lists.root(list));
    let mut is_full = false;
    while let Some(todo) = todos.next().await? {
        let is_in = list.as_ref().is_none_or(|list| lists.root(todo.list.id()).folded() == list.folded());
        if is_in && !calendar.add(&todo) {
            is_full = true;
            break;
        }
    }
    let list = list.map(|list| lists.name(&list));
    let own = feed.name.as_ref().map(|name| name.as_str());
    let name = own.or(list.as_ref().map(|list| list.as_str())).unwrap_or(ALL_LISTS);
    let lasts = calendar.lasts();
    Ok((calendar.finish(name, is_full || todos.rest().is_some()), lasts))
}

/// The entity tag of a file that stays the same for the time `lasts` (RFC 9110, section 8.8.3). The program can make
/// the tag without reading the todos. Before it reads the todos, it does not know `lasts`. So it makes the tags for all
/// three values, and compares them with the tag that the calendar program has sent.
fn tag((feed, form): (&Feed, FeedForm), head: &FeedHead, moment: &Moment, lasts: Lasts) -> String {
    let today = moment.today();
    let (kind, time) = match lasts {
        Lasts::Minute => ("minute", moment.now.strftime("%Y-%m-%dT%H:%M").to_string()),
        Lasts::Day => ("day", today.to_string()),
        Lasts::Month => ("month", today.first_of_month().to_string()),
    };
    let (zone, form) = (moment.zone.iana_name().unwrap_or_default(), form.word());
    let (version, week_start) = (env!("CARGO_PKG_VERSION"), moment.week_start.word());
    let content = format!("{version} {FORM} {form} {zone} {week_start} {} {time}", head.latest);
    let hash = Sha256::new().chain_update(feed.hash.as_str()).chain_update(content).finalize();
    format!("\"{kind}-{}\"", hex::encode(&hash[..16]))
}

fn headers(tag: &str) -> HeaderMap {
    let mut headers = HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static(ExportFormat::Ics.media_type())),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=300")),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
    ]);
    headers.extend(HeaderValue::from_str(tag).ok().map(|tag| (header::ETAG, tag)));
    headers
}
