//! All todos together: `/todos`.

use std::collections::HashSet;
use std::time::Duration;

use axum::{Json as JsonAnswer, extract::State, http::StatusCode};
use deserr::Deserr;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{
    filter::{TodosQuery, matching::TodoFilter},
    hints,
    upcoming::Upcoming,
    write::{self, WithoutKey, moment},
    written::TodosWritten,
};
use crate::{
    api::{
        access::caller::Caller,
        answer::{
            error::{ApiError, ErrorPath},
            fitting::{Page, is_zero},
            view::{Now, TodoView},
        },
        request::{
            cursor::ListingId,
            extract::{Conditions, Json, NoBody, NoQuery, Query},
        },
    },
    app::App,
    domain::{
        id::TodoId,
        idempotency::IdempotencyKey,
        input::due::DueInput,
        invalid::Invalid,
        limits, plan,
        settings::Settings,
        todo::{NewTodo, Todo},
    },
    store::{Listing, Needs, OpenTitle, OwnerStore, Reading, Recognition, Snapshot, WriteResult},
};

/// Todos to add.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct AddTodos {
    #[schema(min_items = 1, max_items = 1000)]
    todos: Vec<NewTodo>,
    /// A request with this key is done once.
    #[deserr(default)]
    #[schema(value_type = IdempotencyKey, inline, required = false)]
    idempotency_key: Option<IdempotencyKey>,
    /// true adds the same again. Otherwise the same request within two minutes adds nothing, unless what it added has changed.
    #[deserr(default)]
    #[schema(value_type = bool, required = false)]
    allow_duplicate: Option<bool>,
}

/// A page of todos.
#[derive(Debug, Serialize, ToSchema)]
pub struct TodosPage {
    /// By due date, undated last; completed and deleted ones newest first.
    #[schema(value_type = Vec<TodoView>)]
    todos: Vec<Box<RawValue>>,
    /// Present if there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    next_cursor: Option<String>,
    /// Later dates of repeating todos in these days.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    upcoming: Vec<String>,
    now: Now,
    /// Says that there is no such list or tag, and which is the nearest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    hints: Vec<String>,
    /// Todos that cannot be read; the log has them.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(value_type = i64, required = false)]
    unreadable: usize,
}

/// List todos
#[utoipa::path(
    get, path = "/todos", operation_id = "getTodos", params(TodosQuery),
    summary = "List todos",
    description = "Returns the todos that match all filters, and the present moment. With next_cursor, there are more.",
    responses((status = 200, description = "A page of todos", body = TodosPage), super::openapi::Errors),
)]
pub async fn get_todos(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<TodosQuery>,
    _: NoBody,
) -> Result<JsonAnswer<TodosPage>, ApiError> {
    query.check()?;
    let now = app.clock.now();
    let of_form_1 = || query.words_of_form_1();
    let listing = ListingId { owner: &caller.owner, of: query.words(), of_form_1: &of_form_1 };
    let range = query.range(now);
    let after = query.cursor.as_deref().map(|cursor| listing.position(cursor, &range)).transpose()?;
    let limit = query.limit.unwrap_or_default().0;
    // The program tries to read one more todo after the last todo of the page. If this todo exists, there is a next
    // page. If `wanted_come_first` returns `false`, `at_most` is `None`, and the program reads todos until the page is
    // full.
    let at_most = query.wanted_come_first().then_some(limit + 1);
    let reading = Reading { after, at_most, ..Reading::of(range) };
    let (settings, mut todos, before) = read(&caller.store, &query, reading, now).await?;
    let moment = settings.moment(now, &app.config.time_zone);
    let mut filter = query.filter(moment.clone());
    let mut upcoming = query.upcoming_days(&moment).map(|days| Upcoming::new(days, UPCOMING));
    let mut page = Page::new(limit);
    let next = loop {
        let Some(todo) = todos.next().await? else { break todos.rest() };
        if !filter.matches(&todo) {
            continue;
        }
        if !page.take(&TodoView::from(&todo)) {
            break todos.before_last();
        }
        upcoming.iter_mut().for_each(|upcoming| upcoming.add(&todo, &moment));
    };
    if let (Some(before), Some(upcoming)) = (before, &mut upcoming) {
        add_before(before, query.filter_of_any_date(moment.clone()), upcoming).await?;
    }
    let unreadable = todos.unreadable;
    let hints = if page.items.is_empty() && next.is_none() {
        hints::of_todos(&caller.store, &query, &filter).await?
    } else {
        Vec::new()
    };
    let next_cursor = next.map(|position| listing.cursor(&position));
    Ok(JsonAnswer(TodosPage {
        todos: page.items,
        next_cursor,
        upcoming: upcoming.map(Upcoming::texts).unwrap_or_default(),
        hints,
        now: Now::of(&settings, now, &app.config.time_zone),
        unreadable,
    }))
}

/// An answer shows at most this number of later dates of repeating todos.
const UPCOMING: usize = 100;

/// Reads the settings and the todos of the query, and the todos that are due before the period of the query.
async fn read<'a>(
    store: &'a OwnerStore,
    query: &TodosQuery,
    reading: Reading,
    now: Timestamp,
) -> Result<(Settings, Listing<'a, Todo>, Option<Listing<'a, Todo>>), ApiError> {
    let Some(before) = query.before_period(now) else {
        let (settings, todos) = store.todos(reading, now).await?;
        return Ok((settings, todos, None));
    };
    let (settings, [todos, before]) = store.todos_and_before(reading, before, now).await?;
    Ok((settings, todos, Some(before)))
}

/// Adds the later dates of the todos that are due before the period.
async fn add_before(
    mut todos: Listing<'_, Todo>,
    mut filter: TodoFilter,
    upcoming: &mut Upcoming,
) -> Result<(), ApiError> {
    while let Some(todo) = todos.next().await? {
        let is_before = todo.due.is_some_and(|due| due.date() < upcoming.from());
        if is_before && todo.repeat.is_some() && filter.matches(&todo) {
            upcoming.add(&todo, &filter.moment);
        }
    }
    Ok(())
}

/// Add todos
#[utoipa::path(
    post, path = "/todos", operation_id = "addTodos", request_body = AddTodos,
    summary = "Add todos",
    description = "Adds one or more todos, all or none, and returns them. new_lists names new lists.",
    responses(
        (status = 201, description = "Added", body = TodosWritten),
        (status = 200, description = "An earlier request added them", body = TodosWritten),
        super::openapi::Errors,
    ),
)]
pub async fn add_todos(
    State(app): State<App>,
    caller: Caller,
    conditions: Conditions,
    _: Query<NoQuery>,
    Json { value: body, raw }: Json<AddTodos>,
) -> Result<(StatusCode, JsonAnswer<TodosWritten>), ApiError> {
    check_number(body.todos.len(), "todos")?;
    let without_key = if body.allow_duplicate == Some(true) { WithoutKey::Execute } else { WithoutKey::Recognise };
    let mut request = write::request(&app, "addTodos", "", &raw, &conditions, body.idempotency_key, without_key)?;
    let may_double = matches!(request.recognition, Recognition::Never);
    let depends_on_settings =
        |new: &NewTodo| new.list.is_none() || new.repeat.is_some() || new.due.is_some_and(DueInput::is_relative);
    if body.todos.iter().any(depends_on_settings) {
        request.needs = Needs::LastSettings;
    }
    let plan = |snapshot: &Snapshot| {
        let list = snapshot.settings.default_list();
        plan::add(&body.todos, || app.ids.todo(), &list, &moment(&app, snapshot))
    };
    let titles = body.todos.iter().map(|new| new.title.folded()).collect();
    let write = write::perform(&app, &caller, &request, plan);
    let (result, alike) =
        tokio::join!(write, tokio::time::timeout(DUPLICATES_TIMEOUT, caller.store.open_titled(&titles)));
    let result = result.map_err(|error| {
        let error = ApiError::of_write(ErrorPath::Todos)(error);
        if may_double { error.not_repeatable(ADD_MAY_DOUBLE) } else { error }
    })?;
    // The search for duplicates only gives a hint. If this search fails, the program still adds the todos.
    let alike = alike.unwrap_or(Ok(Vec::new())).unwrap_or_else(|fault| {
        tracing::warn!(request_id = caller.store.request_id(), cause = %fault, "duplicates were not looked for");
        Vec::new()
    });
    let duplicates = possible_duplicates(&result, &alike);
    let status = if result.replayed { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, JsonAnswer(TodosWritten::added(&app, &result, duplicates))))
}

/// If an `addTodos` request has `allow_duplicate` and no idempotency key, the store does not recognise a repetition of
/// the request. If the answer of DynamoDB to such a request is lost, this advice tells the caller what to do.
const ADD_MAY_DOUBLE: &str = "Perhaps the todos were added. First call getTodos. Send the same request again only if the todos are missing, because allow_duplicate adds them again.";
/// An answer contains at most this number of possible duplicates.
const DUPLICATES: usize = 40;
/// The answer waits at most this time for the search for duplicates.
const DUPLICATES_TIMEOUT: Duration = Duration::from_secs(1);

/// Finds open todos that have the same title and list as a todo that the request added. If the request itself adds the
/// same todo twice, the result contains the id of the second todo.
fn possible_duplicates(result: &WriteResult, alike: &[OpenTitle]) -> Vec<String> {
    if result.replayed {
        return Vec::new();
    }
    let mut known: HashSet<(String, String)> = HashSet::new();
    let own: HashSet<&TodoId> = result.images.iter().map(|image| &image.after.id).collect();
    let added = result.images.iter().map(|image| &image.after);
    let twins: Vec<&TodoId> = added
        .filter(|todo| !known.insert((todo.title.folded(), todo.list.name().folded())))
        .map(|todo| &todo.id)
        .collect();
    let list = |other: &OpenTitle| result.lists.name(other.list.id()).folded();
    let same = |other: &&OpenTitle| !own.contains(&other.id) && known.contains(&(other.title.folded(), list(other)));
    let others = alike.iter().filter(same).map(|other| &other.id);
    others.chain(twins).take(DUPLICATES).map(|id| id.as_str().to_owned()).collect()
}

/// Refuses a request without todos, and a request with too many todos.
pub fn check_number(number: usize, path: &str) -> Result<(), ApiError> {
    match number {
        0 => Err(ApiError::invalid(path, "must name at least one todo")),
        1..=limits::TODOS_PER_CALL => Ok(()),
        _ => Err(ApiError::invalid(
            path,
            format!(
                "must be at most {} todos, but there are {number}; send the other todos in another request",
                limits::TODOS_PER_CALL
            ),
        )),
    }
}
