//! Changes to many todos at once: the operations `updateTodos` and `deleteTodos`. A caller names the todos by their
//! ids, or by filters.

use axum::{Json as JsonAnswer, extract::State};
use deserr::Deserr;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    by_filter::{self, ByFilter},
    due_hints,
    filter::{
        selected::{ExceptIds, TodosWhere},
        several::Several,
        values::{Day, DueWithin},
    },
    ignored,
    todos::check_number,
    write::{self, WithoutKey},
    written::TodosWritten,
};
use crate::{
    api::{
        access::caller::Caller,
        answer::{
            error::{ApiError, ErrorPath},
            problem::FieldError,
        },
        request::extract::{Conditions, Json, NoBody, NoQuery, Query, RawQuery},
    },
    app::App,
    domain::{
        by_filter::{AnyStatus, EditOfAll, ForAll, KeptStatus},
        edit::TodoEdit,
        idempotency::IdempotencyKey,
        input::scalar::{Count, Truth},
        invalid::Invalid,
        plan::SentId,
        sent_edit::SentEdit,
        text::{Filter, ListName, Tag},
        todo::Priority,
    },
};

/// Changes to todos.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct UpdateTodos {
    /// Edits of single todos.
    #[deserr(default)]
    #[schema(value_type = Vec<TodoEdit>, required = false, min_items = 1, max_items = 1000)]
    todos: Option<Vec<SentEdit>>,
    /// Or, with set: all todos that match these filters, as in getTodos.
    #[deserr(default, rename = "where")]
    #[schema(rename = "where", value_type = TodosWhere, required = false)]
    filters: Option<TodosWhere>,
    /// Changes all of them; fields as in todos.
    #[deserr(default)]
    #[schema(value_type = EditOfAll, required = false)]
    set: Option<EditOfAll>,
    /// Changes nothing unless so many match.
    #[deserr(default)]
    #[schema(value_type = Count, inline, required = false)]
    expected_count: Option<Count>,
    /// true only says how many match.
    #[deserr(default)]
    #[schema(value_type = Truth, inline, required = false)]
    preview: Option<Truth>,
    #[deserr(default)]
    #[schema(value_type = IdempotencyKey, inline, required = false)]
    idempotency_key: Option<IdempotencyKey>,
}

/// The todos to delete.
#[derive(Debug, Deserr, IntoParams)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
#[into_params(parameter_in = Query)]
pub struct DeleteQuery {
    /// Ids of todos, separated by commas. Or filters:
    #[deserr(default)]
    #[param(value_type = String, required = false, example = "k7m2x9qa4t,p3n8w5rb6v")]
    ids: Option<Ids>,
    /// As in updateTodos.
    #[deserr(default)]
    #[param(value_type = KeptStatus, inline, required = false)]
    status: Option<Several<KeptStatus>>,
    // Names of lists, separated by commas.
    #[deserr(default)]
    #[param(value_type = String, required = false, example = "Trip,Work")]
    list: Option<Several<ListName>>,
    // Tags, separated by commas.
    #[deserr(default)]
    #[param(value_type = String, required = false, example = "tax,legal")]
    tag: Option<Several<Tag>>,
    // Priorities, separated by commas.
    #[deserr(default)]
    #[param(value_type = String, required = false, example = "low,normal")]
    priority: Option<Several<Priority>>,
    #[deserr(default)]
    #[param(value_type = Filter, inline, required = false)]
    q: Option<Filter>,
    /// As in getTodos.
    #[deserr(default)]
    #[param(value_type = String, required = false, example = "overdue,none")]
    due: Option<Several<DueWithin>>,
    #[deserr(default)]
    #[param(value_type = String, required = false)]
    due_from: Option<Day>,
    #[deserr(default)]
    #[param(value_type = String, required = false)]
    due_to: Option<Day>,
    #[deserr(default)]
    #[param(value_type = String, required = false)]
    completed_from: Option<Day>,
    #[deserr(default)]
    #[param(value_type = String, required = false)]
    completed_to: Option<Day>,
    // Ids of todos to keep, separated by commas.
    #[deserr(default)]
    #[param(value_type = String, required = false)]
    except_ids: Option<ExceptIds>,
    #[deserr(default)]
    #[param(value_type = Count, inline, required = false)]
    expected_count: Option<Count>,
    #[deserr(default)]
    #[param(value_type = Truth, inline, required = false)]
    preview: Option<Truth>,
    #[deserr(default)]
    #[param(value_type = IdempotencyKey, inline, required = false)]
    idempotency_key: Option<IdempotencyKey>,
}

/// Ids separated by commas.
#[derive(Debug, Deserr)]
#[deserr(try_from(String) = Ids::parse -> Invalid)]
struct Ids(Vec<SentId>);

/// Update todos
#[utoipa::path(
    patch, path = "/todos", operation_id = "updateTodos", request_body = UpdateTodos,
    summary = "Update todos",
    description = "Changes todos by id, or all todos that match filters, all or none: complete, reopen, skip, rename, reschedule, move, tag, tick steps. Fields that are left out stay. Completing a repeating todo adds the next one.",
    responses((status = 200, description = "Updated", body = TodosWritten), super::openapi::Errors),
)]
pub async fn update_todos(
    State(app): State<App>,
    caller: Caller,
    conditions: Conditions,
    _: Query<NoQuery>,
    Json { value: body, raw, empty }: Json<UpdateTodos>,
) -> Result<JsonAnswer<TodosWritten>, ApiError> {
    let key = body.idempotency_key.clone();
    let request = |without_key| write::request(&app, "updateTodos", "", &raw, &conditions, key, without_key);
    match body.todos_or_filters()? {
        TodosOrFilters::Todos(todos) => {
            check_number(todos.len(), "todos")?;
            let request = request(WithoutKey::of(todos.iter()))?;
            let edits = with_ids(todos)?;
            let result = write::update(&app, &caller, request, &edits).await;
            let result = result.map_err(ApiError::of_write(ErrorPath::Todos))?;
            let JsonAnswer(mut answer) = TodosWritten::changed(&app, &caller.zone(&app), &result);
            let inputs = edits.iter().map(|(_, edit)| edit.due.as_ref());
            answer.hints.extend(due_hints::hints(&app, &caller, inputs, &result));
            answer.ignored = ignored::fields(&empty, &result.images);
            Ok(JsonAnswer(answer))
        }
        TodosOrFilters::Filters(by) => {
            let by = ByFilter { empty, ..*by };
            let request = request(WithoutKey::Recognise)?;
            Ok(JsonAnswer(by_filter::change(&app, &caller, request, &by).await?))
        }
    }
}

/// Delete todos
#[utoipa::path(
    delete, path = "/todos", operation_id = "deleteTodos", params(DeleteQuery),
    summary = "Delete todos",
    description = "Deletes todos by id, or all todos that match filters, all or none. Commas separate several values of a filter. Deleted todos are kept for 30 days; undoChange restores them.",
    responses((status = 200, description = "Deleted", body = TodosWritten), super::openapi::Errors),
)]
pub async fn delete_todos(
    State(app): State<App>,
    caller: Caller,
    conditions: Conditions,
    Query(query): Query<DeleteQuery>,
    RawQuery(raw): RawQuery,
    _: NoBody,
) -> Result<JsonAnswer<TodosWritten>, ApiError> {
    let key = query.idempotency_key.clone();
    let request = |target: &str, raw: Value, without_key| {
        write::request(&app, "deleteTodos", target, &raw, &conditions, key, without_key)
    };
    match query.ids_or_filters()? {
        TodosOrFilters::Todos(ids) => {
            check_number(ids.len(), "ids")?;
            let target = ids.iter().map(|sent| sent.text.as_str()).collect::<Vec<_>>().join(",");
            let request = request(&target, Value::Null, WithoutKey::Execute)?;
            let result = write::delete(&app, &caller, request, &ids, None).await;
            let result = result.map_err(ApiError::of_write(ErrorPath::Ids))?;
            Ok(TodosWritten::changed(&app, &caller.zone(&app), &result))
        }
        TodosOrFilters::Filters(by) => {
            let request = request("", Value::Object(raw), WithoutKey::Recognise)?;
            Ok(JsonAnswer(by_filter::change(&app, &caller, request, &by).await?))
        }
    }
}

/// How a caller names todos.
enum TodosOrFilters<T> {
    Todos(T),
    Filters(Box<ByFilter>),
}

impl UpdateTodos {
    fn todos_or_filters(self) -> Result<TodosOrFilters<Vec<TodoEdit>>, ApiError> {
        let Self { todos, filters, set, expected_count, preview, .. } = self;
        let only_filters = [("expected_count", expected_count.is_some()), ("preview", preview.is_some())];
        match (todos, filters, set) {
            (Some(_), Some(_), _) => Err(ApiError::invalid(
                "where",
                "cannot be sent together with `todos`; send `todos` for single todos, or `where` with `set` for all todos that match",
            )),
            (Some(_), None, Some(_)) => Err(ApiError::invalid(
                "set",
                "cannot be sent together with `todos`; put the fields into each item of `todos`, or send `where` instead of `todos`",
            )),
            (Some(todos), None, None) => match only_filters.into_iter().find(|(_, is_sent)| *is_sent) {
                Some((name, _)) => Err(ApiError::invalid(name, "belongs to `where`; leave it out with `todos`")),
                None => Ok(TodosOrFilters::Todos(todos.into_iter().map(|SentEdit(edit)| edit).collect())),
            },
            (None, Some(_), None) => Err(ApiError::invalid(
                "set",
                "is missing: send the fields to change in all todos that match `where`, such as {\"status\": \"completed\"}",
            )),
            (None, None, Some(_)) => Err(ApiError::invalid(
                "where",
                "is missing: send filters that say which todos `set` changes, such as {\"list\": [\"Trip\"]}",
            )),
            (None, None, None) => Err(ApiError::invalid(
                "todos",
                "is missing: send `todos` with an id in each item, or `where` with `set`",
            )),
            (None, Some(filters), Some(set)) => Ok(TodosOrFilters::Filters(Box::new(ByFilter {
                filters,
                place: "where",
                change: ForAll::Edit(Box::new(set)),
                expected: expected_count.map(|Count(number)| number),
                preview: preview == Some(Truth(true)),
                empty: Vec::new(),
            }))),
        }
    }
}

impl DeleteQuery {
    fn ids_or_filters(self) -> Result<TodosOrFilters<Vec<SentId>>, ApiError> {
        let has_own = self.expected_count.is_some() || self.preview.is_some();
        let Self { ids, expected_count, preview, q, due, due_from, due_to, completed_from, completed_to, .. } = self;
        let status = self.status.map(|Several { values, whole }| Several {
            values: values.into_iter().map(AnyStatus::from).collect(),
            whole: whole.map(AnyStatus::from),
        });
        let (list, tag, priority, except_ids) = (self.list, self.tag, self.priority, self.except_ids);
        let filters = TodosWhere {
            status,
            list,
            tag,
            priority,
            q,
            due,
            due_from,
            due_to,
            completed_from,
            completed_to,
            except_ids,
        };
        match ids {
            Some(Ids(ids)) if filters.is_empty() && !has_own => Ok(TodosOrFilters::Todos(ids)),
            Some(_) => Err(ApiError::invalid(
                "ids",
                "cannot be sent together with filters, `expected_count` or `preview`; send only ids, or only filters",
            )),
            None if filters.is_empty() => Err(ApiError::invalid(
                "ids",
                "is missing: send the ids of the todos to delete, or filters such as list, tag or status",
            )),
            None => Ok(TodosOrFilters::Filters(Box::new(ByFilter {
                filters,
                place: "",
                change: ForAll::Delete,
                expected: expected_count.map(|Count(number)| number),
                preview: preview == Some(Truth(true)),
                empty: Vec::new(),
            }))),
        }
    }
}

/// Pairs each edit with the id of its todo. An edit without an id is an error.
fn with_ids(edits: Vec<TodoEdit>) -> Result<Vec<(SentId, TodoEdit)>, ApiError> {
    let missing = |edit: &(usize, &TodoEdit)| edit.1.id.is_none();
    let errors: Vec<_> =
        edits.iter().enumerate().filter(missing).map(|(item, _)| format!("todos[{item}].id")).collect();
    if !errors.is_empty() {
        let missing = |path| FieldError::new(path, Invalid::new("is missing"));
        return Err(ApiError::Invalid(errors.into_iter().map(missing).collect()));
    }
    Ok(edits.into_iter().map(|edit| (SentId::new(edit.id.as_deref().unwrap_or_default()), edit)).collect())
}

impl Ids {
    /// Reads ids that are separated by commas. Some clients send the ids as a JSON array instead.
    fn parse(text: String) -> Result<Self, Invalid> {
        let array: Option<Vec<String>> =
            text.trim_start().starts_with('[').then(|| serde_json::from_str(&text).ok()).flatten();
        let text = array.map_or(text, |ids| ids.join(","));
        let ids: Vec<&str> = text.split(',').map(str::trim).collect();
        if ids.contains(&"") {
            return Err(Invalid::new("must be ids separated by single commas, such as k7m2x9qa4t,p3n8w5rb6v"));
        }
        // If the request names a todo twice, the program deletes the todo once.
        let mut unique: Vec<SentId> = Vec::new();
        for id in ids.into_iter().map(SentId::new) {
            if !unique.iter().any(|other| *other == id || (id.id.is_some() && other.id == id.id)) {
                unique.push(id);
            }
        }
        Ok(Self(unique))
    }
}
