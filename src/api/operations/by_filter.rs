//! Changes all todos that match filters, without their ids.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use super::{
    due_hints,
    filter::{matching::TodoFilter, selected::TodosWhere, several::Several},
    hints, ignored,
    write::{self, moment},
    written::{ChangeMade, TodosWritten},
};
use crate::{
    api::{
        access::caller::Caller,
        answer::{
            error::{ApiError, ErrorPath},
            problem::FieldError,
        },
    },
    app::App,
    domain::{
        by_filter::{AnyStatus, ForAll, check_number},
        change::Image,
        invalid::Violation,
        moment::Moment,
        plan::Plan,
        refusal::{ItemViolation, Refusal},
        todo::{Status, Todo},
    },
    store::{Accepts, Needs, Recognition, Selection, Snapshot, WriteError, WriteRequest},
};

/// A change by filter that a caller requests.
#[derive(Debug)]
pub struct ByFilter {
    pub filters: TodosWhere,
    /// The path of the filters in the request: `where` in a body, and empty in a query.
    pub place: &'static str,
    pub change: ForAll,
    /// The number of todos that the caller expects.
    pub expected: Option<usize>,
    /// Whether the caller only wants to know what the change would do.
    pub preview: bool,
    /// The paths of the empty values in the request.
    pub empty: Vec<String>,
}

/// What the last plan has found. If another request changes a found todo, the store reads and plans the change again.
#[derive(Debug, Default)]
struct Search {
    filter: Mutex<Option<TodoFilter>>,
    /// The number of todos that the change alters.
    altered: AtomicUsize,
    /// The number of todos that already are as the caller asked.
    already: AtomicUsize,
}

/// Makes the change, or says what the change would do.
pub async fn change(
    app: &App,
    caller: &Caller,
    request: WriteRequest,
    by: &ByFilter,
) -> Result<TodosWritten, ApiError> {
    by.check(&caller.store.last_settings().moment(app.clock.now(), &app.config.time_zone))?;
    let of_open = by.of_open();
    let by = of_open.as_ref().unwrap_or(by);
    let search = Arc::new(Search::default());
    let request = WriteRequest { needs: by.needs(app, &search), reopens: by.change.restores(), ..request };
    let plan = |snapshot: &Snapshot| by.plan(app, snapshot, &search);
    let done = if by.preview {
        let request = WriteRequest { recognition: Recognition::Never, ..request };
        let snapshot = caller.store.look(&request, || app.clock.now()).await?;
        let planned = plan(&snapshot).map_err(WriteError::Refused);
        planned.map(|plan| TodosWritten::preview(&plan.images, search.already()))
    } else {
        let result = write::perform(app, caller, &request, plan).await;
        result.map(|result| {
            let mut answer = TodosWritten::by_filter(&caller.zone(app), &result, search.already());
            answer.hints.extend(due_hints::hints(app, caller, std::iter::repeat(by.change.due()), &result));
            answer.ignored = ignored::fields(&by.empty, &result.images);
            answer
        })
    };
    match done {
        Ok(answer) if answer.made.replayed => Ok(answer),
        Ok(mut answer) => {
            answer.hints.extend(search.hints());
            answer.hints.extend(hints::of_new_lists(&caller.store, &answer.new_lists).await);
            Ok(answer)
        }
        Err(WriteError::Refused(Refusal::NoSuchList(name))) => {
            let hint = hints::of_list(&caller.store, &name).await?;
            let is_one_of_several = by.filters.lists().count() > 1 && !by.preview;
            let nothing = if is_one_of_several { "Nothing was changed in any list. " } else { "" };
            let hints = hint.map(|hint| format!("{nothing}{hint}")).into_iter().collect();
            let made = ChangeMade { unchanged: !by.preview, ..ChangeMade::default() };
            Ok(TodosWritten { hints, made, ..TodosWritten::preview(&[], 0) })
        }
        Err(error) => Err(ApiError::of_write(ErrorPath::Filter(by.place))(match error {
            WriteError::Refused(Refusal::TooMany) => Refusal::TooManyFound { number: search.altered() }.into(),
            WriteError::Refused(Refusal::TooLarge) => Refusal::TooLargeFound { number: search.altered() }.into(),
            error => error,
        })),
    }
}

impl ByFilter {
    fn check(&self, moment: &Moment) -> Result<(), ApiError> {
        let faults = self.change.faults();
        if !faults.is_empty() {
            let error = |Violation { field, invalid }: Violation| {
                FieldError::new(if field.is_empty() { "set".to_owned() } else { format!("set.{field}") }, invalid)
            };
            return Err(ApiError::Invalid(faults.into_iter().map(error).collect()));
        }
        // The plan also checks the due date, but only for each todo that matches. If no todo matches, only this check
        // finds an invalid due date.
        if let Some(Err(invalid)) = self.change.due().map(|due| due.due(moment, None)) {
            return Err(ApiError::invalid("set.due", invalid.message));
        }
        self.filters.check(self.place, self.change.restores(), moment)
    }

    /// The same change, but only of open todos. `None` if the change does not skip, move or repeat todos, or if the
    /// caller has sent a status or days of completion. The completed todos of a series often have the same title, and
    /// they cannot be skipped. Completed todos do not need new due dates.
    fn of_open(&self) -> Option<Self> {
        let says_nothing = self.filters.status.is_none() && !self.filters.has_completed();
        let of_open = (self.change.skips() || self.change.reschedules()) && says_nothing;
        let status = Some(Several { values: vec![AnyStatus::Open], whole: None });
        let filters = || TodosWhere { status, ..self.filters.clone() };
        of_open.then(|| Self { filters: filters(), change: self.change.clone(), empty: self.empty.clone(), ..*self })
    }

    fn needs(&self, app: &App, search: &Arc<Search>) -> Needs {
        let (app_of_filter, search, filters) = (app.clone(), search.clone(), self.filters.clone());
        let accepts = move |snapshot: &Snapshot| {
            let exists = |name: &_| snapshot.list(name).is_some();
            let filter = filters.filter(moment(&app_of_filter, snapshot), exists);
            let is_empty = filter.is_none();
            search.put(filter);
            let search = search.clone();
            let accepts: Accepts = Box::new(move |todo| search.with(|filter| filter.matches(todo)).unwrap_or(false));
            (!is_empty).then_some(accepts)
        };
        let mut lists: Vec<_> = self.filters.lists().chain(self.change.list()).cloned().collect();
        lists.sort_by_key(|list| list.folded());
        lists.dedup_by_key(|list| list.folded());
        Needs::ReadSelected {
            todos: self.filters.except_ids(),
            lists,
            selection: Selection { ranges: self.filters.ranges(app.clock.now()), accepts: Arc::new(accepts) },
        }
    }

    fn plan(&self, app: &App, snapshot: &Snapshot, search: &Search) -> Result<Plan, Refusal> {
        let found = self.found(snapshot, search)?;
        let mut plan = self.change.plan(&found, &snapshot.nexts, || app.ids.todo(), &moment(app, snapshot))?;
        // Reopened todos take back their next todos. These next todos do not count, because the filters have not found
        // them.
        let is_found = |image: &&Image| {
            let is_next = image.after.status == Status::Deleted && snapshot.nexts.contains_key(&image.after.id);
            image.before.is_some() && !is_next
        };
        let altered = plan.images.iter().filter(is_found).filter(|image| image.is_change()).count();
        search.altered.store(altered, Ordering::Relaxed);
        search.already.store(found.len() - altered, Ordering::Relaxed);
        if !self.preview {
            check_number(&plan, self.expected)?;
        }
        // The filters may match thousands of todos that already are as the caller asked. The record of the change needs
        // none of them.
        plan.images.retain(Image::is_change);
        Ok(plan)
    }

    /// The todos that the change concerns: first the open todos by due date, then the completed todos.
    fn found<'a>(&self, snapshot: &'a Snapshot, search: &Search) -> Result<Vec<&'a Todo>, Refusal> {
        if let Some(name) = self.filters.unknown_list(|name| snapshot.list(name).is_some()) {
            return Err(Refusal::NoSuchList(name.clone()));
        }
        let except = self.filters.except();
        let is_missing = |id: &Option<_>| id.as_ref().is_none_or(|id| !snapshot.todos.contains_key(id));
        let missing: Vec<_> = except
            .iter()
            .enumerate()
            .filter(|(_, sent)| is_missing(&sent.id))
            .map(|(item, sent)| ItemViolation::new(item, "id", format!("no todo has the id \"{}\"", sent.text)))
            .collect();
        if !missing.is_empty() {
            return Err(Refusal::NotFound(missing));
        }
        let is_excepted = |todo: &Todo| except.iter().any(|sent| sent.id.as_ref() == Some(&todo.id));
        let has_tag = |todo: &Todo| search.with(|filter| filter.has_wanted_tag(todo)).unwrap_or(false);
        let is_wanted = |todo: &Todo| has_tag(todo) && self.change.concerns(todo);
        let mut found: Vec<_> = snapshot.todos.values().filter(|todo| !is_excepted(todo) && is_wanted(todo)).collect();
        found.sort_by_cached_key(|todo| {
            let due = todo.due.map(|due| due.to_string());
            (todo.status != Status::Open, due.is_none(), due, todo.created_at, todo.id.as_str().to_owned())
        });
        Ok(found)
    }
}

impl Search {
    fn put(&self, filter: Option<TodoFilter>) {
        *self.filter.lock().unwrap_or_else(PoisonError::into_inner) = filter;
    }

    fn with<T>(&self, use_filter: impl FnOnce(&mut TodoFilter) -> T) -> Option<T> {
        self.filter.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(use_filter)
    }

    fn altered(&self) -> usize {
        self.altered.load(Ordering::Relaxed)
    }

    fn already(&self) -> usize {
        self.already.load(Ordering::Relaxed)
    }

    /// A hint for each wanted tag that no todo has.
    fn hints(&self) -> Vec<String> {
        self.with(|filter| hints::of_tags(filter)).unwrap_or_default()
    }
}
