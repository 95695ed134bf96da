//! Finds the changes that a request wants to undo.

use std::collections::HashSet;

use jiff::Timestamp;

use super::UndoChange;
use crate::{
    api::{
        access::caller::Caller,
        answer::error::{ApiError, ErrorPath},
    },
    app::App,
    domain::{
        by::By,
        change::Change,
        id::ChangeId,
        input::since::CLOCKS,
        limits,
        list_change::{ListConflict, ListsDifference},
        list_ref::ListRef,
        refusal::{Refusal, Subject, UndoConflict},
        text::ListName,
        undo::{Affected, Undo},
    },
    store::{Fault, Position, Range, Reading, Snapshot, WriteError},
};

/// The search for a change reads at most this number of pages, with this number of changes on each page.
const PAGES: usize = 50;
const CHANGES_ON_A_PAGE: usize = 20;
/// An undo reads the records of at most this number of changes. One call to DynamoDB reads at most 100 records.
const AFFECTED: usize = 90;

/// The changes that a request wants to undo.
pub struct Found {
    pub undo: Undo,
    /// The newest change of another credential, if it is newer than all changes in `undo` and not undone.
    pub newer_by_others: Option<Change>,
    /// The newest change of the history when this search began. `None` if the caller has named the change to undo.
    pub newest: Option<Position>,
}

/// What a search in the history has found.
struct Search {
    /// The changes to undo, the newest first.
    wanted: Vec<ChangeId>,
    newer_by_others: Option<Change>,
    newest: Option<Position>,
}

impl Found {
    /// Whether another change was committed after the search, so that the search may find other changes now.
    pub fn is_overtaken(&self, snapshot: &Snapshot) -> bool {
        self.newest.as_ref().is_some_and(|newest| snapshot.is_later_than(newest))
    }

    /// Whether both searches have found the same changes in the same state. If another request has made a change or
    /// undone one of the changes, the searches can differ.
    pub fn is_equal(&self, other: &Self) -> bool {
        self.newest == other.newest && self.undo.marks == other.undo.marks
    }
}

/// Finds the changes that the request wants to undo. `cancel` is an argument of [`all_since`].
pub async fn find(
    app: &App,
    caller: &Caller,
    body: &UndoChange,
    now: Timestamp,
    cancel: bool,
) -> Result<Found, ApiError> {
    let failed = || ApiError::of_write(ErrorPath::Change);
    let by = body.by.clone().unwrap_or(By::Me);
    let Search { wanted, newer_by_others, newest } = match (&body.change_id, &body.since) {
        (Some(text), _) => {
            let id = ChangeId::parse(text).ok_or(WriteError::Refused(Refusal::NoSuchChange)).map_err(failed())?;
            Search { wanted: vec![id], newer_by_others: None, newest: None }
        }
        (None, Some(since)) => {
            let moment = caller.store.settings(now).await?.moment(now, &app.config.time_zone);
            let since = since.resolve(&moment).map_err(|invalid| ApiError::invalid("since", invalid.message))?;
            all_since(caller, &by, since, now, cancel).await.map_err(failed())?
        }
        (None, None) => {
            if let (Some(latest), newest) = caller.store.latest_change(now).await?
                && is_wanted(&latest.0, &by, caller)
            {
                return Ok(Found { undo: Undo::of(vec![latest]), newer_by_others: None, newest });
            }
            newest_wanted(caller, &by, now).await?
        }
    };
    let undo = read(caller, &wanted, newer_by_others.as_ref(), now).await.map_err(failed())?;
    if body.change_id.is_some() {
        refuse_undone(caller, &undo.changes[0].0, now).await.map_err(failed())?;
    }
    Ok(Found { undo, newer_by_others, newest })
}

/// Reads the changes with these ids, and computes their marks.
async fn read(
    caller: &Caller,
    ids: &[ChangeId],
    newer_by_others: Option<&Change>,
    now: Timestamp,
) -> Result<Undo, WriteError> {
    let changes = match ids {
        [] => return Err(Refusal::NothingToUndo { newest: newer_by_others.cloned().map(Box::new) }.into()),
        [id] => caller.store.change(id, now).await?.into_iter().collect(),
        ids if ids.len() > limits::UNDO_SINCE => return Err(Refusal::TooMany.into()),
        ids => caller.store.changes_with_differences(ids, now).await?,
    };
    if changes.len() < ids.len() {
        return Err(Refusal::NoSuchChange.into());
    }
    let mut undo = Undo::of(changes);
    mark(caller, &mut undo, now).await?;
    Ok(undo)
}

/// Whether an undo without a change id may undo this change. This function does not check whether the change is already
/// undone.
fn is_wanted(change: &Change, by: &By, caller: &Caller) -> bool {
    change.undoes.is_none() && by.means(change.by.as_ref(), caller.store.credential())
}

/// Whether another credential made this change.
fn is_by_others(change: &Change, caller: &Caller) -> bool {
    !By::Me.means(change.by.as_ref(), caller.store.credential())
}

/// Finds the newest change that is not an undo and not undone.
///
/// Every undo of a change is newer than the change. So this function meets the undos first, and knows for each change
/// whether the change is undone.
async fn newest_wanted(caller: &Caller, by: &By, now: Timestamp) -> Result<Search, Fault> {
    let (mut undone, mut others) = (HashSet::new(), None);
    let mut changes = caller.store.changes(reading(), now).await?;
    let newest = changes.position_of_next();
    while let Some(change) = changes.next().await? {
        if undone.contains(&change.id) {
            continue;
        }
        undone.extend(change.undone_changes().cloned());
        if is_wanted(&change, by, caller) {
            return Ok(Search { wanted: vec![change.id], newer_by_others: others, newest });
        }
        if change.undoes.is_none() && others.is_none() && is_by_others(&change, caller) {
            others = Some(change);
        }
    }
    Ok(Search { wanted: Vec::new(), newer_by_others: others, newest })
}

/// Finds the changes since this time that the request must undo.
///
/// If `cancel` is true, and the period contains a change and also the undo of this change, this function leaves out
/// both. If the period contains only an undo, the request undoes this undo, so that the todos are as they were at the
/// beginning of the period.
///
/// If `cancel` is false, the request first undoes the earlier undo, and then the change itself. This is necessary if a
/// third change, made between the change and its undo, depends on the change, for example an edit of a restored todo.
async fn all_since(
    caller: &Caller,
    by: &By,
    since: Timestamp,
    now: Timestamp,
    cancel: bool,
) -> Result<Search, WriteError> {
    let mut period = Vec::new();
    let mut changes = caller.store.changes(reading(), now).await?;
    let newest = changes.position_of_next();
    let is_complete = loop {
        let Some(change) = changes.next().await? else { break changes.rest().is_none() };
        if change.at < since.checked_sub(CLOCKS).unwrap_or(Timestamp::MIN) {
            break true;
        }
        period.push(change);
    };
    if !is_complete {
        return Err(Refusal::TooMany.into());
    }
    let me = caller.store.credential();
    let is_own = |change: &&Change| change.at >= since && by.means(change.by.as_ref(), me);
    let own: HashSet<&ChangeId> = period.iter().filter(is_own).map(|change| &change.id).collect();
    let (mut undone, mut restored, mut wanted, mut others) = (HashSet::new(), HashSet::new(), Vec::new(), None);
    for change in &period {
        let takes_effect = !undone.contains(&change.id);
        if takes_effect {
            undone.extend(change.undone_changes());
        }
        let undoes_own = cancel && change.undoes.is_some() && change.undone_changes().all(|id| own.contains(id));
        if !own.contains(&change.id) {
            let is_newer = takes_effect && change.undoes.is_none() && change.at >= since && wanted.is_empty();
            others = others.or_else(|| (is_newer && is_by_others(change, caller)).then(|| change.clone()));
        } else if (takes_effect && !undoes_own) || restored.contains(&change.id) {
            restored.extend(change.undone_changes());
            wanted.push(change.id.clone());
        }
    }
    Ok(Search { wanted, newer_by_others: others, newest })
}

fn reading() -> Reading {
    Reading { at_most: Some(CHANGES_ON_A_PAGE), pages: PAGES, ..Reading::of(Range::changes()) }
}

/// Adds the marks for the records of the undone changes, and of the changes that these undid. If the undo undoes an
/// earlier undo, the changes of the earlier undo take effect again.
pub async fn mark(caller: &Caller, undo: &mut Undo, now: Timestamp) -> Result<(), WriteError> {
    let targets = undo.changes.iter().map(|(change, _)| (change.id.clone(), change.clone()));
    let mut affected = Affected { changes: targets.collect() };
    loop {
        let missing = affected.missing();
        if affected.changes.len() + missing.len() > AFFECTED {
            return Err(Refusal::TooMany.into());
        }
        let found = caller.store.change_records(&missing, now).await?;
        if found.is_empty() {
            break;
        }
        affected.changes.extend(found.into_iter().map(|change| (change.id.clone(), change)));
    }
    let targets: Vec<&ChangeId> = undo.changes.iter().map(|(change, _)| &change.id).collect();
    undo.marks = affected.marks(&targets);
    Ok(())
}

/// Refuses a change that is already undone. The record of a change names its latest undo. Version 0.1.0 did not remove
/// this name when the undo was undone. So this function also looks at the undo of the undo, and so on.
async fn refuse_undone(caller: &Caller, change: &Change, now: Timestamp) -> Result<(), WriteError> {
    let (mut above, mut takes_effect) = (change.undone_by.clone(), true);
    for _ in 0..AFFECTED {
        let Some(by) = above else { break };
        takes_effect = !takes_effect;
        above = caller.store.change_records(&[by], now).await?.pop().and_then(|undo| undo.undone_by);
    }
    match &change.undone_by {
        Some(by) if !takes_effect => Err(Refusal::AlreadyUndone { by: by.clone() }.into()),
        _ => Ok(()),
    }
}

/// If later changes are the reason why an undo was refused, this function finds these changes for the error message.
pub async fn name_later_changes(
    caller: &Caller,
    found: &Found,
    refusal: Refusal,
    now: Timestamp,
) -> Result<Refusal, Fault> {
    let Refusal::ChangedSince { mut conflicts, current } = refusal else { return Ok(refusal) };
    let oldest = found.undo.changes.last().map(|(change, _)| &change.id);
    let mut changes = caller.store.changes(reading(), now).await?;
    while let Some(change) = changes.next().await? {
        if Some(&change.id) == oldest {
            break;
        }
        let is_found = found.undo.changes.iter().any(|(found, _)| found.id == change.id);
        for conflict in conflicts.iter_mut().filter(|conflict| conflict.later.is_none() && !is_found) {
            if alters(&change, conflict) {
                conflict.later = Some(Box::new(change.clone()));
            }
        }
    }
    Ok(Refusal::ChangedSince { conflicts, current })
}

/// The ids of the lists that were created after the oldest of the found changes.
pub async fn lists_created_since(caller: &Caller, found: &Found, now: Timestamp) -> Result<Vec<ListName>, Fault> {
    let oldest = found.undo.changes.last().map(|(change, _)| &change.id);
    let mut created = Vec::new();
    let mut changes = caller.store.changes(reading(), now).await?;
    while let Some(change) = changes.next().await?.filter(|change| Some(&change.id) != oldest) {
        created.extend(change.new_lists.iter().map(|list| list.id().clone()));
    }
    Ok(created)
}

/// Whether this change altered what the conflict is about.
fn alters(change: &Change, conflict: &UndoConflict) -> bool {
    match &conflict.subject {
        Subject::Todo(todo) => {
            let changed = change.todos.iter().find(|changed| changed.id == *todo);
            let alters = |field: &&str| changed.is_some_and(|changed| changed.fields.iter().any(|own| own == field));
            conflict.fields.iter().any(alters)
        }
        Subject::Settings => {
            let changed = change.settings.as_ref().map(|image| image.fields()).unwrap_or_default();
            conflict.fields.iter().any(|field| changed.contains(field))
        }
        Subject::Lists(ListConflict::Ordered, _) => {
            change.list_changes.as_ref().is_some_and(|difference| difference.order.is_some())
        }
        Subject::Lists(ListConflict::NameTaken(name), _) => {
            let named = change.list_changes.iter().flat_map(ListsDifference::names_after);
            let created = change.new_lists.iter().map(ListRef::id);
            named.chain(created.cloned()).any(|other| other.folded() == name.folded())
        }
        Subject::Lists(_, ids) => {
            let changed = change.list_changes.iter().flat_map(|difference| &difference.lists);
            changed.map(|list| &list.id).any(|id| ids.contains(id))
        }
    }
}
