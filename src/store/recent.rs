//! Recognises repeated requests that have no idempotency key. If a request of certain operations has no idempotency
//! key, the program stores a small item for this request. The item expires after two minutes. The sort key of this item
//! is `recent#<digits>`. If the same request comes again before the item expires, the transaction of the second request
//! fails, because the item already exists. So the second request changes nothing. The file
//! docs/adr/0008-repetitions-without-a-key.md says why each request has its own item.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    OwnerStore,
    fault::{Fault, FaultKind},
    head::SETTINGS,
    item::{self, Item},
    lists::list_sk,
    write_request::{Recognition, Snapshot, WriteRequest},
    write_result::{WriteError, WriteResult, altered},
};
use crate::domain::{
    change::{Change, Image},
    difference::Difference,
    id::ChangeId,
    limits,
    list_change::ListsDifference,
    lists::Lists,
    plan::Plan,
    refusal::Refusal,
    todo::Todo,
};

/// The attribute with the id of the change that the request made.
pub(super) const CHANGE: &str = "change";

/// The condition for writing the item of a request: the table has no such item, or the item in the table is not recent.
/// If the item has expired, it is not recent. If the item expires later than `:latest`, it is not recent either: the
/// clock was ahead when an earlier request wrote the item.
///
/// A request may also overwrite the item of an earlier request if the effect of the earlier request is no longer
/// present.
pub(super) const ABSENT_OR_NOT_RECENT: &str =
    "attribute_not_exists(sk) OR expires_at <= :now OR expires_at > :latest OR #change = :outdated";
/// The clocks of two instances may differ by this number of seconds.
const CLOCKS: i64 = 60;

/// If a request wrote its item before `now`, the item expires at this time or earlier. The time is in seconds since
/// 1970.
pub(super) fn latest(now: Timestamp) -> i64 {
    now.as_second() + limits::REPETITION_SECONDS + CLOCKS
}

fn is_recent(item: &Item, now: Timestamp) -> bool {
    item::expires_at(item).is_some_and(|second| second > now.as_second() && second <= latest(now))
}

fn recent_sk(digits: &str) -> String {
    format!("recent#{digits}")
}

pub(super) fn recent_item(partition: &str, digits: &str, change: &Change) -> Item {
    let mut item = item::primary_key(partition, recent_sk(digits));
    item.insert(CHANGE.to_owned(), item::text(change.id.as_str()));
    let until = change.at.as_second() + limits::REPETITION_SECONDS;
    item.insert(item::EXPIRES_AT.to_owned(), item::number(until));
    item
}

impl OwnerStore {
    /// The answer to a request whose plan was refused. If the request repeats an earlier request, the earlier request
    /// may be the reason for the refusal: for example, the paragraph does not fit into the notes a second time. Then
    /// the answer is the result of the earlier request.
    pub(super) async fn refused(
        &self,
        request: &WriteRequest,
        refusal: Refusal,
        now: Timestamp,
    ) -> Result<WriteResult, WriteError> {
        Ok(self.earlier(request, now).await?.ok_or(refusal)?)
    }

    /// The answer to a request that has nothing to change. If the request repeats an earlier request, the earlier
    /// request may be the reason: for example, a change by filter has already completed all open todos. Then the answer
    /// is the result of the earlier request.
    pub(super) async fn without_effect(
        &self,
        request: &WriteRequest,
        change: Change,
        plan: Plan,
        snapshot: &Snapshot,
    ) -> Result<WriteResult, WriteError> {
        let earlier = self.earlier(request, snapshot.now).await?;
        Ok(earlier.unwrap_or_else(|| WriteResult::unchanged(change, plan.images, snapshot.lists.clone())))
    }

    /// The result of an earlier request without an idempotency key, if this request repeats it.
    async fn earlier(&self, request: &WriteRequest, now: Timestamp) -> Result<Option<WriteResult>, Fault> {
        let Recognition::ByIntent(intent) = &request.recognition else { return Ok(None) };
        let recent = self.item(recent_sk(&intent.digits())).await?;
        match recent.filter(|recent| is_recent(recent, now)) {
            Some(recent) => Ok(self.repetition(request, &recent, now).await?.ok()),
            None => Ok(None),
        }
    }

    /// The result for a request that may repeat a recent request. `recent` is the item of the recent request, and
    /// `plan` is the plan of the new request. If the new request is not a repetition, the result is the id of the
    /// change that the recent request made.
    pub(super) async fn repeated(
        &self,
        request: &WriteRequest,
        plan: &Plan,
        recent: &Item,
        now: Timestamp,
    ) -> Result<Result<WriteResult, ChangeId>, Fault> {
        let first = self.repetition(request, recent, now).await?;
        Ok(first.and_then(|first| if request.finds_more(plan, &first) { Err(first.change.id) } else { Ok(first) }))
    }

    /// The result for a repeated request. The result contains the change that the first request made, and the present
    /// states of the todos in this change.
    ///
    /// The second request is a new request, and not a repetition, if the effect of the first request is no longer
    /// present. For `addTodos`, this means that somebody has changed, completed or deleted one of the added todos. For
    /// edits of todos by id, this means that somebody has changed one of the altered fields again. For a change by
    /// filter, this means that somebody has undone the change. For a change to lists, this means that somebody has
    /// changed one of these lists, or has created another list with the old name of one of these lists. For a new
    /// request, the result is the id of the first change.
    async fn repetition(
        &self,
        request: &WriteRequest,
        recent: &Item,
        now: Timestamp,
    ) -> Result<Result<WriteResult, ChangeId>, Fault> {
        let vanished = || Fault::new(FaultKind::Unavailable, "a change record was deleted while the program read it");
        let id = recent.get(CHANGE).and_then(|id| id.as_s().ok()).and_then(|id| ChangeId::parse(id));
        let (change, differences) = self.change(&id.ok_or_else(vanished)?, now).await?.ok_or_else(vanished)?;
        let by_id = change.list_changes.is_none() && request.needs.selections().is_empty();
        let (images, lists) = self.present(&differences, now).await?;
        let is_present = |difference: &Difference| {
            images.iter().any(|image| image.after.id == difference.id && difference.is_present_in(&image.after))
        };
        let has_lists = change.list_changes.as_ref().is_none_or(|difference| difference.is_present_in(&lists));
        let freed = change.list_changes.iter().flat_map(ListsDifference::freed_names);
        let has_lists = has_lists && self.items(freed.map(|name| list_sk(&name)).collect()).await?.is_empty();
        let may_be_outdated = by_id || change.undone_by.is_some();
        if !has_lists || (may_be_outdated && !differences.iter().all(is_present)) {
            return Ok(Err(change.id));
        }
        Ok(Ok(WriteResult { images, change, differences: altered(differences), lists, replayed: true }))
    }

    /// The present states of the todos of an earlier change, in the order of the change. The second value contains the
    /// present lists. This function leaves out todos that no longer exist.
    pub(super) async fn present(
        &self,
        differences: &[Difference],
        now: Timestamp,
    ) -> Result<(Vec<Image>, Arc<Lists>), Fault> {
        let (mut items, lists) = loop {
            let todos = differences.iter().map(|difference| item::todo_sk(&difference.id));
            let mut items = self.items(todos.chain([SETTINGS.to_owned()]).collect()).await?;
            if let Some(head) = self.read_head(items.remove(SETTINGS), now).await? {
                break (items, head.lists);
            }
        };
        let mut images = Vec::new();
        for difference in differences {
            let item = items.remove(&item::todo_sk(&difference.id));
            if let Some(mut todo) = item.map(|item| item::read_unexpired::<Todo>(item, now)).transpose()?.flatten() {
                lists.name_list(&mut todo.list);
                let before = (!difference.is_new()).then(|| todo.clone());
                images.push(Image { before, after: todo });
            }
        }
        Ok((images, lists))
    }
}
