//! The answers to writes: the todos after the write, and the change that the write made.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

use super::series;
use crate::{
    api::answer::{
        change_view::{ChangeRef, ChangeSummary},
        error::ApiError,
        fitting::{fit, is_zero},
        settings::SettingsView,
        view::TodoView,
    },
    app::App,
    domain::{
        change::{Change, Image},
        difference::Difference,
        found::Found,
        limits,
        series::taken_back,
        settings::{Settings, SettingsImage},
        todo::Todo,
        values::cut,
    },
    store::{Fault, FaultKind, WriteResult},
};

/// The todos after the call.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct TodosWritten {
    // In the same order as in the call. Absent after a change of more than `MANY` todos.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<TodoView>, required = false)]
    pub todos: Option<Vec<TodoView>>,
    /// After a change of many todos, in place of todos.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = FoundTodos, required = false)]
    pub found: Option<FoundTodos>,
    /// Next todos of completed repeating todos.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub next: Vec<TodoView>,
    // The field `settings` is present if the request changed the settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = SettingsView, required = false)]
    pub settings: Option<SettingsView>,
    /// Open todos with the same title and list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub possible_duplicates: Vec<String>,
    // Lists that are new.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub new_lists: Vec<String>,
    // Changes that were undone, newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub undid: Vec<ChangeSummary>,
    /// Newer, by somebody else, not undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ChangeSummary, required = false)]
    pub newer_by_others: Option<ChangeSummary>,
    // Says, for example, that a list or a tag does not exist, and which name is similar. Or says what happened to the
    // series of a todo.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub hints: Vec<String>,
    /// Empty values that changed nothing, and how to clear.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub ignored: Vec<String>,
    #[serde(flatten)]
    #[schema(inline)]
    pub made: ChangeMade,
}

/// If a change alters more todos than this, its answer has only numbers and a few titles. The caller has named the todos,
/// or has described them with filters, so the caller does not need them again.
const MANY: usize = 10;

/// The todos that a change of many todos is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundTodos {
    #[schema(value_type = i64)]
    pub total: usize,
    /// Changed ones that were open before.
    #[schema(value_type = i64)]
    pub open: usize,
    #[schema(value_type = i64)]
    pub completed: usize,
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(value_type = i64, required = false)]
    pub deleted: usize,
    /// Were as asked before.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(value_type = i64, required = false)]
    pub already: usize,
    // Added as next ones of repeating todos.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(value_type = i64, required = false)]
    pub next: usize,
    /// The first three, with new due dates.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub titles: Vec<String>,
}

/// The todo after the call.
#[derive(Debug, Serialize)]
pub struct TodoWritten {
    pub todo: TodoView,
    /// The next todo, added after a repeating todo was completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<TodoView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub new_lists: Vec<String>,
    /// Says what happened to the series of the todo.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// Says which empty values changed nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<String>,
    #[serde(flatten)]
    pub made: ChangeMade,
}

/// The common part of all answers to writes: the change that the write made.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ChangeMade {
    // Absent if nothing changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub change: Option<ChangeRef>,
    /// Done by an earlier, identical request.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub replayed: bool,
    // The request changed nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub unchanged: bool,
}

/// The changes that an undo undid.
pub struct Undid {
    /// The newest change comes first.
    pub changes: Vec<Change>,
    /// The newest change of another credential that is newer than these changes, and that is not undone.
    pub newer_by_others: Option<Change>,
}

impl TodosWritten {
    /// The answer of an operation that changes todos. If the operation completes repeating todos, `next` contains the
    /// new todos with the next due dates. `zone` is the person's time zone.
    pub fn changed(app: &App, zone: &TimeZone, result: &WriteResult) -> Json<Self> {
        let (next, asked): (Vec<_>, Vec<_>) =
            series::without_taken_back(result).partition(|image| image.before.is_none());
        if asked.len() > MANY {
            let altered = asked.iter().filter(|image| is_altered(&image.after, &result.differences)).count();
            return Json(Self::by_filter(zone, result, asked.len() - altered));
        }
        Json(Self { hints: series::hints(result), ..Self::answer(app, zone, result, &asked, &next) })
    }

    /// The answer of an operation that adds todos, with possible duplicates.
    pub fn added(app: &App, zone: &TimeZone, result: &WriteResult, possible_duplicates: Vec<String>) -> Self {
        let added: Vec<_> = result.images.iter().collect();
        Self { possible_duplicates, ..Self::answer(app, zone, result, &added, &[]) }
    }

    /// The answer of an undo. `settings` are the owner's settings.
    pub fn undone(app: &App, result: &WriteResult, undid: &Undid, settings: &Settings) -> Json<Self> {
        let zone = settings.zone(&app.config.time_zone);
        let summary = |change: &Change| ChangeSummary::of(change, &zone, &result.lists);
        let (next, asked): (Vec<_>, Vec<_>) = result.images.iter().partition(|image| image.before.is_none());
        let is_many = result.images.len() > MANY;
        let answer = Self::answer(app, &zone, result, &asked, &next);
        let answer = if is_many { Self { todos: None, next: Vec::new(), ..answer } } else { answer };
        let lost_zone = |image: &SettingsImage| image.before.time_zone.is_some() && image.after.time_zone.is_none();
        let lost_zone = result.change.settings.as_ref().is_some_and(lost_zone);
        let hint = "The time zone is not set any more. If the person did not mean that, set it with updateSettings.";
        Json(Self {
            hints: Vec::from_iter(lost_zone.then(|| hint.to_owned())),
            undid: undid.changes.iter().map(summary).collect(),
            newer_by_others: undid.newer_by_others.as_ref().map(summary),
            ..answer
        })
    }

    fn answer(app: &App, zone: &TimeZone, result: &WriteResult, asked: &[&Image], next: &[&Image]) -> Self {
        let form = if asked.len() == 1 { TodoView::whole } else { TodoView::short };
        let views = asked.iter().chain(next).map(|image| form(after(image), zone));
        let mut todos = fit(views.collect());
        let next = todos.split_off(asked.len());
        let settings = result.change.settings.as_ref();
        let settings = settings.map(|image| SettingsView::of(&image.after, &app.config.time_zone));
        let (new_lists, made) = (new_lists(result), ChangeMade::of(result, zone));
        Self { todos: Some(todos), next, settings, new_lists, made, ..Self::default() }
    }

    /// The answer of a change by filter. The answer has only numbers and a few titles, because a caller who has not
    /// named the todos does not need all of them.
    ///
    /// `already` is the number of found todos that already were as the caller asked.
    pub fn by_filter(zone: &TimeZone, result: &WriteResult, already: usize) -> Self {
        let already = if result.replayed { 0 } else { already };
        let found = FoundTodos::of(&result.images, &result.differences, already);
        let (new_lists, made) = (new_lists(result), ChangeMade::of(result, zone));
        Self { found: Some(found), new_lists, made, hints: series::hints(result), ..Self::default() }
    }

    /// What a change by filter would do. `images` are the altered todos before and after this change.
    pub fn preview(images: &[Image], already: usize) -> Self {
        let differences: Vec<_> = images.iter().map(Difference::of).filter(Difference::is_change).collect();
        let found = FoundTodos::of(images, &differences, already);
        let number = images.len();
        let hint = format!(
            "{number} todos would change, but one call can change at most {}. Narrow the filters.",
            limits::TODOS_PER_CALL
        );
        let hints = Vec::from_iter((number > limits::TODOS_PER_CALL).then_some(hint));
        Self { found: Some(found), hints, ..Self::default() }
    }
}

impl FoundTodos {
    /// An answer shows at most this number of titles.
    const TITLES: usize = 3;

    /// `images` are the altered and the added todos, and `differences` says what the change does to them.
    fn of(images: &[Image], differences: &[Difference], already: usize) -> Self {
        let found = Found { already, ..Found::of(images, differences) };
        let taken_back = taken_back(differences);
        let is_named = |todo: &Todo| !taken_back.contains(todo.id.as_str()) && is_altered(todo, differences);
        let altered = images.iter().filter(|image| image.before.is_some() && is_named(after(image)));
        let titles = altered.take(Self::TITLES).map(title).collect();
        let Found { open, completed, deleted, already, next } = found;
        Self { total: found.total(), open, completed, deleted, already, next, titles }
    }
}

/// The title of a changed todo. If the change moved the due date, the text ends with the new due date, such as
/// `Pay rent: 2026-11-27 (fri)`.
fn title(image: &Image) -> String {
    let (todo, title) = (after(image), cut(image.after.title.as_str()));
    let moved = todo.due.filter(|due| image.before.as_ref().is_some_and(|before| before.due != Some(*due)));
    moved.map_or(title.clone(), |due| format!("{title}: {}", due.with_weekday()))
}

fn is_altered(todo: &Todo, differences: &[Difference]) -> bool {
    differences.iter().any(|difference| difference.id == todo.id)
}

impl TodoWritten {
    /// The answer of an operation that changes one todo, with the `ETag` of the todo. `zone` is the person's time zone.
    pub fn of(result: &WriteResult, zone: &TimeZone, ignored: Vec<String>) -> Result<Response, ApiError> {
        let view = |added: bool| result.images.iter().find(|image| image.before.is_none() == added).map(after);
        let missing = || Fault { kind: FaultKind::Broken, cause: "a write to one todo returned no todo".to_owned() };
        let todo = view(false).ok_or_else(missing)?;
        let next = view(true).map(|todo| TodoView::whole(todo, zone));
        let (new_lists, hints, made) = (new_lists(result), series::hints(result), ChangeMade::of(result, zone));
        Ok(with_etag(todo, Json(Self { todo: TodoView::whole(todo, zone), next, new_lists, hints, ignored, made })))
    }
}

/// Adds the header `ETag` to an answer about one todo. The `ETag` is the version of the todo in quotes.
pub fn with_etag(todo: &Todo, answer: impl IntoResponse) -> Response {
    let tag = HeaderValue::from_str(&format!("\"{}\"", todo.version));
    (StatusCode::OK, tag.map(|tag| [(header::ETAG, tag)]).ok(), answer).into_response()
}

/// The names of the lists that the write created.
pub fn new_lists(result: &WriteResult) -> Vec<String> {
    // If a repeated request has no idempotency key, the answer shows the todos as they are now. The first request has
    // already created the new lists, so `new_lists` is empty in the answer to the repeated request.
    if result.replayed && result.change.request.is_none() {
        return Vec::new();
    }
    result.change.new_lists.iter().map(|list| list.as_str().to_owned()).collect()
}

/// The todo after the write. If the write did not change the todo, the todo keeps its version.
fn after(image: &Image) -> &Todo {
    match &image.before {
        Some(before) if !image.is_change() => before,
        _ => &image.after,
    }
}

impl ChangeMade {
    /// Makes the part of the answer that describes the change. `zone` is the person's time zone.
    pub fn of(result: &WriteResult, zone: &TimeZone) -> Self {
        let change = &result.change;
        let unchanged = change.has_no_effect();
        Self { change: (!unchanged).then(|| ChangeRef::of(change, zone)), replayed: result.replayed, unchanged }
    }
}
