//! The code that several writing operations share. This code makes the request to the store, updates todos, and deletes
//! todos.

use serde_json::Value;

use crate::{
    api::{access::caller::Caller, answer::error::ApiError, request::extract::Conditions},
    app::App,
    domain::{
        change::OperationName,
        due_input::DueInput,
        edit::TodoEdit,
        id::{ChangeId, TodoId},
        idempotency::{IdempotencyKey, Intent},
        moment::Moment,
        plan::{self, Plan, SentId},
        position::Position,
        refusal::Refusal,
        undo::Undo,
    },
    store::{Needs, Recognition, Snapshot, WriteError, WriteRequest, WriteResult},
};

/// The time of the write, in the owner's time zone.
pub fn moment(app: &App, snapshot: &Snapshot) -> Moment {
    snapshot.settings.moment(snapshot.now, &app.config.time_zone)
}

/// What the store does if a request without an idempotency key comes twice within two minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutKey {
    /// The store recognises the second request, which then changes nothing.
    Recognise,
    /// The store executes the second request.
    Execute,
}

impl WithoutKey {
    /// If the store executed an edit with `append_notes` twice, the notes would contain the paragraph twice. If the
    /// store skipped a repeating todo twice, it would skip two dates, and a due date with `shift` would move twice. If
    /// the store removed the second step twice, it would remove two steps. The second time, a time of completion such
    /// as `1 hour ago` would be another moment. An edit with `status` and `repeat` can complete a repeating todo. The
    /// completion moves the repetition to the next todo. If the store executed this edit twice, the completed todo
    /// would get the repetition back. If the store executed any other edit twice, the second execution would change
    /// nothing more.
    pub fn of<'a>(mut edits: impl Iterator<Item = &'a TodoEdit>) -> Self {
        let does_harm = |edit: &TodoEdit| {
            let adds_up = edit.append_notes.is_some() || edit.shift.is_some() || edit.skips();
            let drifts = edit.completed_at.as_ref().is_some_and(DueInput::is_relative);
            adds_up || drifts || edit.step_edit().adds_up() || (edit.status.is_some() && edit.repeat.is_some())
        };
        if edits.any(does_harm) { Self::Recognise } else { Self::Execute }
    }
}

/// Makes the `WriteRequest` for the store. This function leaves the field `needs` empty, and the caller of this
/// function sets the field later. The argument `target` contains the ids from the path or the query. The argument `raw`
/// is the body. If a client sends an idempotency key in the header and also in the body or the query, the two keys must
/// be equal.
pub fn request(
    app: &App,
    operation: &'static str,
    target: &str,
    raw: &Value,
    conditions: &Conditions,
    body_key: Option<IdempotencyKey>,
    without_key: WithoutKey,
) -> Result<WriteRequest, ApiError> {
    let key = match (&conditions.idempotency_key, body_key) {
        (Some(header), Some(body)) if *header != body => {
            return Err(ApiError::invalid(
                "idempotency_key",
                "differs from the header Idempotency-Key; send only one of the two",
            ));
        }
        (header, body) => body.or_else(|| header.clone()),
    };
    let intent = || Intent::new(operation, target, conditions.if_match, raw);
    let recognition = match (&key, without_key) {
        (Some(_), _) => Recognition::ByKey(intent()),
        (None, WithoutKey::Recognise) => Recognition::ByIntent(intent()),
        (None, WithoutKey::Execute) => Recognition::Never,
    };
    Ok(WriteRequest {
        operation: OperationName::of(operation),
        change_id: key.as_ref().map_or_else(|| app.ids.change(), ChangeId::from_key),
        recognition,
        needs: Needs::Nothing,
        anchors: Vec::new(),
        reopens: false,
        undo: Undo::default(),
        newest: None,
        import: None,
    })
}

/// The ids of the todos that these positions name (the position is after this todo). The result contains each id once.
pub fn anchors<'a>(positions: impl Iterator<Item = &'a Position>) -> Vec<TodoId> {
    let mut anchors: Vec<TodoId> = positions.filter_map(Position::anchor).cloned().collect();
    anchors.sort();
    anchors.dedup();
    anchors
}

/// Makes the write. The time of the write comes from the program's clock.
pub async fn perform(
    app: &App,
    caller: &Caller,
    request: &WriteRequest,
    plan: impl Fn(&Snapshot) -> Result<Plan, Refusal>,
) -> Result<WriteResult, WriteError> {
    caller.store.write(request, || app.clock.now(), plan).await
}

/// Applies edits to one or more todos.
pub async fn update(
    app: &App,
    caller: &Caller,
    request: WriteRequest,
    edits: &[(SentId, TodoEdit)],
) -> Result<WriteResult, WriteError> {
    plan::check_edits(edits)?;
    let anchors = anchors(edits.iter().filter_map(|(_, edit)| edit.position.as_ref()));
    let needs = Needs::Read {
        todos: edits.iter().filter_map(|(sent, _)| sent.id.clone()).chain(anchors.clone()).collect(),
        lists: edits.iter().filter_map(|(_, edit)| edit.list.clone()).collect(),
    };
    let plan = |snapshot: &Snapshot| {
        plan::update(edits, snapshot.anchors(), &snapshot.nexts, || app.ids.todo(), &moment(app, snapshot))
    };
    let reopens = edits.iter().any(|(_, edit)| edit.restores());
    perform(app, caller, &WriteRequest { needs, anchors, reopens, ..request }, plan).await
}

/// Deletes one or more todos.
pub async fn delete(
    app: &App,
    caller: &Caller,
    request: WriteRequest,
    sent: &[SentId],
    expected_version: Option<u64>,
) -> Result<WriteResult, WriteError> {
    let needs = Needs::todos(sent.iter().filter_map(|sent| sent.id.clone()).collect());
    let plan = |snapshot: &Snapshot| plan::delete(sent, expected_version, &snapshot.todos, &moment(app, snapshot));
    perform(app, caller, &WriteRequest { needs, ..request }, plan).await
}
