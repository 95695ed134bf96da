//! Makes an import step by step. Each request adds the next todos as one change, and stores how far the import has
//! come. The change has an id of its own, which comes from the import and the number of the step. So if a request is
//! sent again, or if the program ends after the change, the next request does nothing twice.

use std::collections::HashSet;

use serde_json::json;

use super::incoming::{self, Incoming, IncomingTodo};
use crate::{
    api::{
        access::caller::Caller,
        answer::error::{ApiError, ErrorPath},
    },
    app::App,
    domain::{
        change::OperationName,
        id::TodoId,
        idempotency::Intent,
        import::{self, Existing, Outcome},
        import_record::{ImportRecord, Progress},
        limits,
        list_change::{self, ListsImage},
        list_ref::ListRef,
        moment::Moment,
        plan::Plan,
        settings::{Settings, SettingsEdit, ZoneName},
        text::ListName,
        todo::Todo,
    },
    store::{Needs, Recognition, Snapshot, WriteError, WriteRequest, WriteResult},
};

/// The name of the operation in the changes of an import.
const OPERATION: &str = "importTodos";
/// One step has at most this number of todos, of lists and of bytes of texts. So a step stays below the limits of one
/// change, and takes about half of the time that a request has.
const TODOS: usize = 500;
const LISTS: usize = 60;
const TEXTS: usize = 1_000_000;

/// An import and the todos of its file.
pub struct Importing {
    pub record: ImportRecord,
    pub incoming: Incoming,
}

impl Importing {
    /// Reads the file of this import.
    pub async fn of(app: &App, caller: &Caller, record: ImportRecord) -> Result<Self, ApiError> {
        let file = caller.store.import_file(&record).await?.ok_or(ApiError::NoSuchImport)?;
        let settings = caller.store.settings(app.clock.now()).await?;
        let moment = Moment { now: record.at, ..settings.moment(record.at, &app.config.time_zone) };
        let read = incoming::read(&record.file_name, (file, record.is_compressed), &settings.default_list(), &moment);
        let mut incoming = read.map_err(|reason| ApiError::invalid("file", reason))?;
        if let Some(progress) = &record.progress {
            incoming.choose_lists(&progress.lists).map_err(|list| {
                let message =
                    format!("names \"{}\", which is no list of the file; use the lists of the preview", list.as_str());
                ApiError::invalid("lists", message)
            })?;
        }
        Ok(Self { record, incoming })
    }

    /// What the import would do now with each todo of the file.
    pub async fn outcomes(&self, app: &App, caller: &Caller, existing: Existing) -> Result<Vec<Outcome>, ApiError> {
        let mut outcomes = Vec::new();
        for some in self.incoming.todos.chunks(limits::TODOS_PER_CALL) {
            let ids = some.iter().map(|incoming| incoming.todo.id.clone()).collect();
            let here = caller.store.look(&self.request(Needs::todos(ids), 0), || app.clock.now()).await?.todos;
            let outcome = |incoming: &IncomingTodo| match here.get(&incoming.todo.id) {
                Some(here) => here.outcome(&incoming.todo, existing),
                None => Outcome::Added,
            };
            outcomes.extend(some.iter().map(outcome));
        }
        Ok(outcomes)
    }

    /// Makes the next step, and stores the progress after it.
    pub async fn step(&mut self, app: &App, caller: &Caller) -> Result<(), ApiError> {
        let Some(mut progress) = self.record.progress.clone().filter(|progress| !progress.is_finished) else {
            return Ok(());
        };
        let some = self.next(progress.done);
        let is_last = progress.done + some.len() == self.incoming.todos.len();
        let todos: Vec<Todo> = some.iter().map(|incoming| incoming.todo.clone()).collect();
        let (added, updated) = self.write(app, caller, &todos, (&progress, is_last)).await?;
        progress.added += added;
        progress.updated += updated;
        progress.left += todos.len() - added - updated;
        progress.done += todos.len();
        progress.changes += 1;
        progress.is_finished = is_last;
        if is_last {
            self.order_lists(app, caller, &mut progress).await?;
        }
        self.record.version += 1;
        self.record.progress = Some(progress);
        if !caller.store.update_import(&self.record).await? {
            // Another request has made the same step.
            let now = app.clock.now();
            self.record = caller.store.import(&self.record.id, now).await?.ok_or(ApiError::NoSuchImport)?;
        }
        if is_last && let Err(fault) = caller.store.forget_import_file(&self.record.id).await {
            tracing::warn!(request_id = caller.store.request_id(), cause = %fault, "the file of an import expires later");
        }
        Ok(())
    }

    /// The todos of the step that begins at this todo.
    fn next(&self, begin: usize) -> &[IncomingTodo] {
        let rest = &self.incoming.todos[begin.min(self.incoming.todos.len())..];
        let (mut lists, mut bytes) = (HashSet::new(), 0);
        let fits = |incoming: &&IncomingTodo| {
            let Todo { title, notes, list, .. } = &incoming.todo;
            lists.insert(list.name().folded());
            bytes += title.as_str().len() + notes.as_ref().map_or(0, |notes| notes.as_str().len());
            lists.len() <= LISTS && bytes <= TEXTS
        };
        let number = rest.iter().take(TODOS).take_while(fits).count();
        &rest[..number.max(1).min(rest.len())]
    }

    /// Adds and updates these todos. Returns how many were added or brought back, and how many were updated. If the
    /// file is our own JSON, the last step also takes those settings of the file that the person has not set, and
    /// creates the empty lists of the file.
    async fn write(
        &self,
        app: &App,
        caller: &Caller,
        todos: &[Todo],
        (progress, is_last): (&Progress, bool),
    ) -> Result<(usize, usize), ApiError> {
        let ids: Vec<TodoId> = todos.iter().map(|todo| todo.id.clone()).collect();
        let mut lists: Vec<ListName> = Vec::new();
        let empty = if is_last { self.incoming.empty_lists(LISTS) } else { Vec::new() };
        for list in todos.iter().map(|todo| todo.list.name()).chain(&empty) {
            if !lists.iter().any(|known| known.folded() == list.folded()) {
                lists.push(list.clone());
            }
        }
        let needs = Needs::Read { todos: ids, lists };
        let request = self.request(needs, progress.changes);
        let plan = |snapshot: &Snapshot| {
            let moment = snapshot.settings.moment(snapshot.now, &app.config.time_zone);
            let (images, _) = import::plan(todos, progress.existing, &snapshot.todos, &moment);
            let settings = self.settings(&snapshot.settings).filter(|_| is_last);
            let settings = settings.and_then(|settings| snapshot.settings.changed_to(&settings));
            // Only an import of our own JSON creates lists without todos.
            let is_new = |list: &&ListName| snapshot.list(list).is_none();
            let is_own = is_last && self.incoming.is_own;
            let new_lists = empty.iter().filter(is_new).filter(|_| is_own).cloned().collect();
            Ok(Plan { settings, new_lists, ..Plan::of_todos(images) })
        };
        // Without this check, a step that changes nothing would be in the history.
        let before = caller.store.look(&request, || app.clock.now()).await?;
        let is_empty = plan(&before).is_ok_and(|plan: Plan| plan.is_empty());
        if is_empty && caller.store.recorded(&request, app.clock.now()).await.map_err(failed())?.is_none() {
            return Ok((0, 0));
        }
        let result: WriteResult = caller.store.write(&request, || app.clock.now(), plan).await.map_err(failed())?;
        let restored = |todo: &&TodoId| before.todos.get(todo).is_none_or(|before| before.deleted_at.is_some());
        let changed: Vec<&TodoId> = result.differences.iter().map(|difference| &difference.id).collect();
        let is_new = result.differences.iter().filter(|difference| difference.is_new()).count();
        let added = if result.replayed { is_new } else { changed.iter().copied().filter(restored).count() };
        Ok((added, changed.len() - added))
    }

    /// The person's settings. If the person has not set a setting, the function takes it from the file.
    fn settings(&self, present: &Settings) -> Option<Settings> {
        let sent = self.incoming.settings.as_ref()?;
        let zone = sent.time_zone_is_set.then(|| ZoneName::parse(sent.time_zone.clone()).ok()).flatten();
        let text = |name: &str| sent.chosen.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        let edit = SettingsEdit {
            time_zone: zone.filter(|_| present.time_zone.is_none()),
            week_start: text("week_start")
                .and_then(|day| crate::domain::moment::Weekday::parse(day).ok())
                .filter(|_| present.week_start.is_none()),
            default_list: text("default_list")
                .and_then(|list| ListName::parse(list).ok())
                .filter(|_| present.default_list.is_none()),
            ..SettingsEdit::default()
        };
        Some(edit.apply(present))
    }

    /// Puts the lists of our own JSON into their order, if the person has not ordered the lists.
    async fn order_lists(&self, app: &App, caller: &Caller, progress: &mut Progress) -> Result<(), ApiError> {
        if !self.incoming.is_own || self.incoming.lists.len() < 2 {
            return Ok(());
        }
        let names = self.incoming.lists.clone();
        let request = self.request(
            Needs::ReadLists { todos: Vec::new(), lists: names.clone(), all_of: Vec::new() },
            progress.changes,
        );
        let plan = |snapshot: &Snapshot| {
            let first: Vec<ListRef> = names.iter().filter_map(|name| snapshot.list(name)).collect();
            let after = list_change::reorder(&snapshot.lists, &first);
            let lists = snapshot.lists.order().is_empty().then(|| ListsImage::of(&snapshot.lists, after)).flatten();
            Ok(Plan { lists, ..Plan::default() })
        };
        let before = caller.store.look(&request, || app.clock.now()).await?;
        if !plan(&before).is_ok_and(|plan: Plan| plan.is_empty()) {
            caller.store.write(&request, || app.clock.now(), plan).await.map_err(failed())?;
            progress.changes += 1;
        }
        Ok(())
    }

    fn request(&self, needs: Needs, number: usize) -> WriteRequest {
        let step = json!({ "import": self.record.id, "step": number });
        let change_id = self.record.change_id(number);
        WriteRequest {
            operation: OperationName::of(OPERATION),
            change_id,
            recognition: Recognition::ByKey(Intent::new(OPERATION, "", None, &step)),
            needs,
            anchors: Vec::new(),
            reopens: false,
            undo: crate::domain::undo::Undo::default(),
            newest: None,
            import: Some(self.record.id.clone()),
        }
    }
}

fn failed() -> impl FnOnce(WriteError) -> ApiError {
    ApiError::of_write(ErrorPath::Todos)
}
