//! All todos together: `/todos`.

use std::collections::HashSet;
use std::time::Duration;

use axum::{Json as JsonAnswer, extract::State, http::StatusCode};
use deserr::Deserr;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{
    due_hints,
    filter::{TodosQuery, limit::Limit},
    found, hints, sorted,
    write::{self, WithoutKey, moment},
    written::TodosWritten,
};
use crate::{
    api::{
        access::caller::Caller,
        answer::{
            error::{ApiError, ErrorPath},
            fitting::is_zero,
            view::{Now, TodoView},
        },
        request::{
            cursor::ListingId,
            extract::{Conditions, Json, NoBody, NoQuery, Query},
        },
    },
    app::App,
    domain::{
        due_input::DueInput, id::TodoId, idempotency::IdempotencyKey, invalid::Invalid, limits, plan, text::Title,
        todo::NewTodo, values::cut,
    },
    store::{Needs, OpenTitle, Recognition, Snapshot, WriteResult},
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
    /// true adds the same again within two minutes.
    #[deserr(default)]
    #[schema(value_type = bool, required = false)]
    allow_duplicate: Option<bool>,
}

/// A page of todos.
#[derive(Debug, Serialize, ToSchema)]
pub struct TodosPage {
    /// By due date, undated last; completed ones newest first.
    #[schema(value_type = Vec<TodoView>)]
    todos: Vec<Box<RawValue>>,
    // Present if there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    next_cursor: Option<String>,
    // How many todos match. Absent in a listing by due date alone, and on later pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, required = false)]
    total: Option<usize>,
    /// How many match but are not here.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(value_type = i64, required = false)]
    not_shown: usize,
    /// Later dates of repeating todos in these days.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    upcoming: Vec<String>,
    now: Now,
    // An unknown list or tag, and the nearest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    hints: Vec<String>,
    // Todos that cannot be read. The log has their keys.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(value_type = i64, required = false)]
    unreadable: usize,
}

/// List todos
#[utoipa::path(
    get, path = "/todos", operation_id = "getTodos", params(TodosQuery),
    summary = "List todos",
    description = "Returns the todos that match all filters. With next_cursor, there are more.",
    responses((status = 200, description = "A page of todos", body = TodosPage), super::openapi::Errors),
)]
pub async fn get_todos(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<TodosQuery>,
    _: NoBody,
) -> Result<JsonAnswer<TodosPage>, ApiError> {
    let now = app.clock.now();
    query.check(&caller.store.last_settings().moment(now, &app.config.time_zone))?;
    let of_form_1 = || query.words_of_form_1();
    let listing = ListingId { owner: &caller.owner, of: query.words(), of_form_1: &of_form_1 };
    let ranges = query.ranges(now);
    let position = |cursor: &str| listing.position(cursor, &ranges.0);
    let after = query.cursor.as_deref().map(position).transpose()?;
    let mut found = match query.order() {
        Some(order) => sorted::find(&app, &caller, &query, order, ranges, after, now).await?,
        None => found::in_order(&app, &caller, &query, ranges.0, after, now).await?,
    };
    let shown = found.page.items.len();
    let not_shown = found.total.map_or(0, |total| total.saturating_sub(shown));
    let mut page = TodosPage {
        todos: Vec::new(),
        next_cursor: found.next.as_ref().map(|position| listing.cursor(position)),
        total: found.total,
        not_shown,
        upcoming: Vec::new(),
        now: Now::of(&found.settings, now, &app.config.time_zone),
        hints: Vec::new(),
        unreadable: found.unreadable,
    };
    page.upcoming = std::mem::take(&mut found.upcoming);
    if shown == 0 && found.next.is_none() {
        page.hints = hints::of_todos(&caller.store, &query, found, now).await?;
    } else {
        page.todos = found.page.items;
    }
    page.hints.extend(query.limit.and_then(Limit::hint));
    if page.not_shown > 0 && page.next_cursor.is_none() {
        page.hints.push("This order has no pages. To see all, send sort=due, which has pages.".to_owned());
    }
    Ok(JsonAnswer(page))
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
    Json { value: body, raw, .. }: Json<AddTodos>,
) -> Result<(StatusCode, JsonAnswer<TodosWritten>), ApiError> {
    check_number(body.todos.len(), "todos")?;
    let without_key = if body.allow_duplicate == Some(true) { WithoutKey::Execute } else { WithoutKey::Recognise };
    let mut request = write::request(&app, "addTodos", "", &raw, &conditions, body.idempotency_key, without_key)?;
    let may_double = matches!(request.recognition, Recognition::Never);
    let depends_on_settings = |new: &NewTodo| {
        new.list.is_none() || new.repeat.is_some() || new.due.as_ref().is_some_and(DueInput::is_relative)
    };
    if body.todos.iter().any(depends_on_settings) {
        request.needs = Needs::LastSettings;
    }
    request.anchors = write::anchors(body.todos.iter().filter_map(|new| new.position.as_ref()));
    if !request.anchors.is_empty() {
        request.needs = Needs::todos(request.anchors.clone());
    }
    let plan = |snapshot: &Snapshot| {
        let list = snapshot.settings.default_list();
        plan::add(&body.todos, || app.ids.todo(), &list, snapshot.anchors(), &moment(&app, snapshot))
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
    let mut answer = TodosWritten::added(&app, &caller.zone(&app), &result, duplicates);
    answer.hints = due_hints::hints(&app, &caller, body.todos.iter().map(|new| new.due.as_ref()), &result);
    answer.hints.extend(hints::of_new_lists(&caller.store, &answer.new_lists).await);
    Ok((status, JsonAnswer(answer)))
}

/// If an `addTodos` request has `allow_duplicate` and no idempotency key, the store does not recognise a repetition of
/// the request. If the answer of DynamoDB to such a request is lost, this advice tells the caller what to do.
const ADD_MAY_DOUBLE: &str = "Perhaps the todos were added. First call getTodos. Send the same request again only if the todos are missing, because allow_duplicate adds them again.";
/// An answer contains at most this number of possible duplicates.
const DUPLICATES: usize = 40;
/// The answer waits at most this time for the search for duplicates.
const DUPLICATES_TIMEOUT: Duration = Duration::from_secs(1);

/// Finds open todos that have the same title and list as a todo that the request added. If the request itself adds the
/// same todo twice, the result contains the second todo. Each text is a title with an id, such as
/// `Buy milk (k7m2x9qa4t)`.
fn possible_duplicates(result: &WriteResult, alike: &[OpenTitle]) -> Vec<String> {
    if result.replayed {
        return Vec::new();
    }
    let mut known: HashSet<(String, String)> = HashSet::new();
    let own: HashSet<&TodoId> = result.images.iter().map(|image| &image.after.id).collect();
    let added = result.images.iter().map(|image| &image.after);
    let twins: Vec<_> = added
        .filter(|todo| !known.insert((todo.title.folded(), todo.list.name().folded())))
        .map(|todo| (&todo.title, &todo.id))
        .collect();
    let list = |other: &OpenTitle| result.lists.name(other.list.id()).folded();
    let same = |other: &&OpenTitle| !own.contains(&other.id) && known.contains(&(other.title.folded(), list(other)));
    let others = alike.iter().filter(same).map(|other| (&other.title, &other.id));
    let text = |(title, id): (&Title, &TodoId)| format!("{} ({})", cut(title.as_str()), id.as_str());
    others.chain(twins).take(DUPLICATES).map(text).collect()
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
