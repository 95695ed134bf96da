//! The collection: `/todos`.

use std::collections::HashSet;
use std::time::Duration;

use axum::{Json as JsonAnswer, extract::State, http::StatusCode};
use deserr::Deserr;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::{
    filter::TodosQuery,
    write::{self, TodosWritten, call, moment},
};
use crate::{
    api::{
        access::caller::Caller,
        answer::{
            error::{ApiError, Place},
            problem::FieldError,
            view::{Now, Page, TodoView},
        },
        request::{
            cursor::Listing,
            extract::{Conditions, Json, NoBody, NoQuery, Query},
        },
    },
    app::App,
    domain::{
        change::Operation,
        edit::TodoEdit,
        id::TodoId,
        idempotency::{Fingerprint, IdempotencyKey},
        input::due::DueInput,
        invalid::Invalid,
        limits,
        plan::{self, Named},
        settings::Settings,
        todo::NewTodo,
    },
    store::{Needs, OpenTitle, Reading, SettingsNeed, Snapshot, Take, Written},
};

/// Todos to add.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct AddTodos {
    #[schema(min_items = 1, max_items = 40)]
    todos: Vec<NewTodo>,
    /// A request with this key is done once.
    #[deserr(default)]
    #[schema(value_type = String, required = false, max_length = 200)]
    idempotency_key: Option<IdempotencyKey>,
    /// true adds the same again. Otherwise the same request within two minutes is a repetition and adds nothing.
    #[deserr(default)]
    #[schema(value_type = bool, required = false)]
    allow_duplicate: Option<bool>,
}

/// Changes to todos.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct UpdateTodos {
    #[schema(min_items = 1, max_items = 40)]
    todos: Vec<TodoEdit>,
    /// A request with this key is done once.
    #[deserr(default)]
    #[schema(value_type = String, required = false, max_length = 200)]
    idempotency_key: Option<IdempotencyKey>,
}

/// Which todos to delete.
#[derive(Debug, Deserr, IntoParams)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
#[into_params(parameter_in = Query)]
pub struct DeleteQuery {
    /// Ids of the todos, separated by commas; at most 40.
    #[param(value_type = String, min_length = 1, example = "k7m2x9qa4t,p3n8w5rb6v")]
    ids: Ids,
    /// A request with this key is done once.
    #[deserr(default)]
    #[param(value_type = String, required = false, max_length = 200)]
    idempotency_key: Option<IdempotencyKey>,
}

/// Ids separated by commas.
#[derive(Debug, Deserr)]
#[deserr(try_from(String) = Ids::parse -> Invalid)]
struct Ids(Vec<Named>);

/// A page of todos.
#[derive(Debug, Serialize, ToSchema)]
pub struct TodosPage {
    /// Open todos by due date, undated last; completed and deleted ones newest first.
    #[schema(value_type = Vec<TodoView>)]
    todos: Vec<Box<RawValue>>,
    /// Present when there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    next_cursor: Option<String>,
    now: Now,
}

/// List todos
#[utoipa::path(
    get, path = "/todos", operation_id = "getTodos", params(TodosQuery),
    summary = "List todos",
    description = "Returns the todos that match all given filters, and the present moment. With next_cursor in the answer there are more.",
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
    let listing = Listing { owner: &caller.owner, of: query.listing() };
    let range = query.range(now);
    let after = query.cursor.as_deref().map(|cursor| listing.position(cursor, &range)).transpose()?;
    let limit = query.limit.unwrap_or_default().0;
    // One more than asked for shows whether there are more. With filters nobody knows how many have to be read.
    let at_most = query.is_a_range().then_some(limit + 1);
    let reading = Reading { after, at_most, ..Reading::of(range) };
    let mut page = Page::new(limit);
    let listed = caller.store.todos(reading, now, |settings: &Settings| {
        let filter = query.filter(settings.moment(now, &app.config.time_zone));
        let page = &mut page;
        move |todo| if filter.matches(&todo) { page.take(&TodoView::from(&todo)) } else { Take::Skipped }
    });
    let (settings, next) = listed.await?;
    let next_cursor = next.map(|position| listing.cursor(&position));
    Ok(JsonAnswer(TodosPage {
        todos: page.items,
        next_cursor,
        now: Now::from(&settings.moment(now, &app.config.time_zone)),
    }))
}

/// Add todos
#[utoipa::path(
    post, path = "/todos", operation_id = "addTodos", request_body = AddTodos,
    summary = "Add todos",
    description = "Adds one or more todos, all or none, and returns them with their ids. new_lists names lists that did not exist before.",
    responses(
        (status = 201, description = "Added", body = TodosWritten),
        (status = 200, description = "Added before by the same request", body = TodosWritten),
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
    counted(body.todos.len(), "todos")?;
    let mut call = call(&app, Operation::AddTodos, "", &raw, &conditions, body.idempotency_key)?;
    if call.request.is_none() && body.allow_duplicate != Some(true) {
        call.once = Some(Fingerprint::new(Operation::AddTodos.word(), "", &raw));
    }
    let depends =
        |new: &NewTodo| new.list.is_none() || new.repeat.is_some() || new.due.is_some_and(DueInput::is_relative);
    let settings = if body.todos.iter().any(depends) { SettingsNeed::Probable } else { SettingsNeed::Nothing };
    let needs = Needs { settings, ..Needs::default() };
    let plan = |snapshot: &Snapshot| {
        let list = snapshot.settings.default_list();
        plan::add(&body.todos, || app.ids.todo(), &list, &moment(&app, snapshot))
    };
    let titles = body.todos.iter().map(|new| new.title.key()).collect();
    let write = caller.store.write(&call, &needs, || app.clock.now(), plan);
    let (written, alike) = tokio::join!(write, tokio::time::timeout(HINT, caller.store.open_titled(&titles)));
    let written = written.map_err(ApiError::of_write(Place::Todos))?;
    // Only a hint: what has been added is not in question because of it.
    let alike = alike.unwrap_or(Ok(Vec::new())).unwrap_or_else(|fault| {
        tracing::warn!(cause = %fault, "duplicates were not looked for");
        Vec::new()
    });
    let duplicates = possible_duplicates(&written, &alike);
    let status = if written.replayed { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, JsonAnswer(TodosWritten::answer(&app, &written, duplicates))))
}

/// How long the answer about an addition waits for what is only a hint.
const HINT: Duration = Duration::from_secs(1);

/// The open todos that have the title and the list of one that was added, and those that the call adds a second time.
fn possible_duplicates(written: &Written, alike: &[OpenTitle]) -> Vec<String> {
    if written.replayed {
        return Vec::new();
    }
    let mut known: HashSet<(String, String)> = HashSet::new();
    let own: HashSet<&TodoId> = written.images.iter().map(|image| &image.after.id).collect();
    let added = written.images.iter().map(|image| &image.after);
    let twins: Vec<&TodoId> =
        added.filter(|todo| !known.insert((todo.title.key(), todo.list.key()))).map(|todo| &todo.id).collect();
    let same = |other: &&OpenTitle| !own.contains(&other.id) && known.contains(&(other.title.key(), other.list.key()));
    let others = alike.iter().filter(same).map(|other| &other.id);
    others.chain(twins).take(limits::TODOS_PER_CALL).map(|id| id.as_str().to_owned()).collect()
}

/// Update todos
#[utoipa::path(
    patch, path = "/todos", operation_id = "updateTodos", request_body = UpdateTodos,
    summary = "Update several todos",
    description = "Changes up to 40 todos, all or none: completing, reopening, renaming, rescheduling, moving, tagging, ticking steps. Fields that are left out stay as they are. Completing a repeating todo adds the next one.",
    responses((status = 200, description = "Updated", body = TodosWritten), super::openapi::Errors),
)]
pub async fn update_todos(
    State(app): State<App>,
    caller: Caller,
    conditions: Conditions,
    _: Query<NoQuery>,
    Json { value: body, raw }: Json<UpdateTodos>,
) -> Result<JsonAnswer<TodosWritten>, ApiError> {
    counted(body.todos.len(), "todos")?;
    let call = call(&app, Operation::UpdateTodos, "", &raw, &conditions, body.idempotency_key)?;
    let edits = named(body.todos)?;
    let written = write::update(&app, &caller, &call, &edits).await.map_err(ApiError::of_write(Place::Todos))?;
    Ok(TodosWritten::of(&app, &written))
}

/// Delete todos
#[utoipa::path(
    delete, path = "/todos", operation_id = "deleteTodos", params(DeleteQuery),
    summary = "Delete several todos",
    description = "Deletes up to 40 todos in one call, all or none. They are kept for 30 days and come back with undoChange.",
    responses((status = 200, description = "Deleted", body = TodosWritten), super::openapi::Errors),
)]
pub async fn delete_todos(
    State(app): State<App>,
    caller: Caller,
    conditions: Conditions,
    Query(query): Query<DeleteQuery>,
    _: NoBody,
) -> Result<JsonAnswer<TodosWritten>, ApiError> {
    let ids = query.ids.0;
    counted(ids.len(), "ids")?;
    let target = ids.iter().map(|named| named.sent.as_str()).collect::<Vec<_>>().join(",");
    let call =
        call(&app, Operation::DeleteTodos, &target, &serde_json::Value::Null, &conditions, query.idempotency_key)?;
    let written = write::delete(&app, &caller, &call, &ids, None).await.map_err(ApiError::of_write(Place::Ids))?;
    Ok(TodosWritten::of(&app, &written))
}

/// Refuses none and more than 40.
fn counted(number: usize, path: &str) -> Result<(), ApiError> {
    match number {
        0 => Err(ApiError::invalid(path, "must name at least one todo")),
        1..=limits::TODOS_PER_CALL => Ok(()),
        _ => Err(ApiError::invalid(
            path,
            format!(
                "must be at most {} todos, but there are {number}; send the rest in further calls",
                limits::TODOS_PER_CALL
            ),
        )),
    }
}

/// The edits with the todos they name.
fn named(edits: Vec<TodoEdit>) -> Result<Vec<(Named, TodoEdit)>, ApiError> {
    let missing = |edit: &(usize, &TodoEdit)| edit.1.id.is_none();
    let errors: Vec<_> =
        edits.iter().enumerate().filter(missing).map(|(item, _)| format!("todos[{item}].id")).collect();
    if !errors.is_empty() {
        let missing = |path| FieldError::new(path, Invalid::new("is missing"));
        return Err(ApiError::Invalid(errors.into_iter().map(missing).collect()));
    }
    Ok(edits.into_iter().map(|edit| (Named::new(edit.id.as_deref().unwrap_or_default()), edit)).collect())
}

impl Ids {
    fn parse(text: String) -> Result<Self, Invalid> {
        let ids: Vec<&str> = text.split(',').map(str::trim).collect();
        if ids.contains(&"") {
            return Err(Invalid::new("must be ids separated by single commas, such as k7m2x9qa4t,p3n8w5rb6v"));
        }
        // Naming a todo twice deletes it once.
        let mut named: Vec<Named> = Vec::new();
        for id in ids.into_iter().map(Named::new) {
            if !named.iter().any(|other| *other == id || (id.id.is_some() && other.id == id.id)) {
                named.push(id);
            }
        }
        Ok(Self(named))
    }
}
