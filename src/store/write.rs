//! Only this code changes an owner's todos, lists and settings, apart from an erasure. A write reads the present
//! states, plans the change, and commits the plan. If another request changes the same data before the commit, the
//! store plans the write again.

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;

use super::{
    OwnerStore, backoff,
    changes::{DRAFT_STAGE, UNDONE_BY, is_old_draft, stage},
    commit::Committed,
    fault::{Fault, FaultKind},
    head::SETTINGS,
    item::{self, Item},
    lists::{KnownLists, ListAction, Placed, list_sk},
    planned::{Planned, REPLANS_OF_ALL},
    remembered::OwnerMemory,
    settings::Head,
    transaction::Transaction,
    write_request::{Recognition, Snapshot, WriteRequest},
    write_result::{WriteError, WriteResult, altered},
};
use crate::domain::{change::Change, difference::Difference, plan::Plan, refusal::Refusal, text::ListName};

/// If a todo changes after the store has read the todo, the store plans the write again, at most this number of times.
const REPLANS: u32 = 3;
/// In one write, at most this number of transactions may fail because of wrong assumptions about lists or settings.
/// From DynamoDB's answer to a failed transaction, the store learns the present lists or settings.
const FAILED_ASSUMPTIONS: u32 = 10;

impl OwnerStore {
    /// Makes either all changes of the plan or no change. One change record contains all changes of the plan.
    ///
    /// The function `plan` gets the todos and the settings that the request needs. If a todo or the settings change
    /// before the commit, the store calls `plan` again with the new states. So `plan` must not have side effects. If
    /// the plan does not change a todo, the store does not write this todo, but the change record contains the todo's
    /// id. If the plan changes nothing and the request has no idempotency key, the store writes no change record
    /// ([`Change::has_no_effect`]).
    ///
    /// The store makes one call to DynamoDB to write the plan. If the plan needs data from the table, the store first
    /// makes one call to read this data. Usually the store can add todos without a call that reads lists or settings.
    /// But if a list is new, or if the name of the list has a different spelling in the table, the store needs one
    /// further call to add the todos. If the cached settings are out of date, the store also needs one further call to
    /// add the todos. Whenever another request changes a todo before the commit, the store makes two further calls: one
    /// call reads the todos again, and one call writes the new plan.
    pub async fn write(
        &self,
        request: &WriteRequest,
        clock: impl Fn() -> Timestamp,
        plan: impl Fn(&Snapshot) -> Result<Plan, Refusal>,
    ) -> Result<WriteResult, WriteError> {
        let mut snapshot = self.snapshot(clock());
        if let Some(record) = self.read(request, &mut snapshot).await? {
            return self.replay(request, record, snapshot.now).await;
        }
        snapshot.now = clock();
        let (mut replans, mut failed_assumptions, mut outdated) = (0, 0, None);
        loop {
            let mut plan = match self.planned(request, &mut snapshot, &clock, &plan).await? {
                Planned::Plan(plan) => plan,
                Planned::Refused(refusal) => return self.refused(request, refusal, snapshot.now).await,
                Planned::Exists(record) => return self.replay(request, record, snapshot.now).await,
            };
            let placed = snapshot.names.place(&mut plan, &snapshot.lists);
            let change = request.change(&plan, &placed, snapshot.now, self.usage.credential());
            if change.has_no_effect() && !request.has_key() {
                return self.without_effect(request, change, plan, &snapshot).await;
            }
            let transaction = Transaction::of(request, &change, &plan.images, &placed, &snapshot);
            let transaction = Transaction { outdated: outdated.clone(), ..transaction };
            match self.commit(&transaction).await? {
                Committed::Done => return Ok(self.done((transaction.differences, change), plan, placed, &snapshot)),
                Committed::Exists(record) => return self.exists(request, record, &transaction, snapshot.now).await,
                Committed::Repeated(recent) => match self.repeated(request, &plan, &recent, snapshot.now).await? {
                    Ok(result) => return Ok(result),
                    Err(change) if outdated.is_none() => outdated = Some(change),
                    Err(_) => return Err(snapshot.contended(&request.needs).into()),
                },
                Committed::Undone(record) => return Err(undone(record)?.into()),
                Committed::Refused(refusal) => return self.refused(request, refusal, snapshot.now).await,
                outcome @ (Committed::VersionChanged | Committed::OtherChange) => {
                    replans += 1;
                    let on_all = matches!(outcome, Committed::OtherChange) || !request.needs.selections().is_empty();
                    tokio::time::sleep(backoff::pause(replans, &request.change_id)).await;
                    if let Some(record) = self.read(request, &mut snapshot).await? {
                        return self.replay(request, record, snapshot.now).await;
                    }
                    snapshot.now = clock();
                    if replans > if on_all { REPLANS_OF_ALL } else { REPLANS } {
                        return Err(snapshot.contended(&request.needs).into());
                    }
                }
                Committed::OtherLists(found) => {
                    count_failed_assumption(&mut failed_assumptions)?;
                    found.into_iter().try_for_each(|(asked, item)| snapshot.names.learn_item(&asked, item))?;
                }
                Committed::OtherHead(item) => {
                    count_failed_assumption(&mut failed_assumptions)?;
                    self.learn_head(item, &mut snapshot).await?;
                    snapshot.name_lists();
                }
            }
        }
    }

    fn done(
        &self,
        (differences, change): (Vec<Difference>, Change),
        Plan { images, settings, .. }: Plan,
        placed: Placed,
        snapshot: &Snapshot,
    ) -> WriteResult {
        let lists = placed.lists.map_or_else(|| snapshot.lists.clone(), Arc::new);
        self.remembered.update(&self.partition, |owner| {
            // In the meantime, another request of this instance may have stored newer lists here.
            if owner.lists.version == snapshot.lists.version {
                owner.learn_lists(&lists);
            }
            if owner.lists.version == lists.version {
                let used = placed.actions.iter().filter(|action| !matches!(action, ListAction::Remove(_)));
                used.map(ListAction::name).for_each(|name| owner.learn_name(name));
            }
            if owner.lists.version == snapshot.lists.version {
                snapshot.names.existing().for_each(|name| owner.learn_name(name));
            }
            if let Some(image) = settings {
                owner.settings = image.after;
            }
        });
        WriteResult { change, images, differences: altered(differences), lists, replayed: false }
    }

    fn snapshot(&self, now: Timestamp) -> Snapshot {
        let OwnerMemory { settings, lists, names, sequence: known, .. } = self.remembered.of(&self.partition);
        let names = KnownLists::of(names);
        let (todos, nexts, followers) = (HashMap::new(), HashMap::new(), HashMap::new());
        Snapshot { todos, nexts, followers, now, settings, lists, settings_read: false, names, known, latest: None }
    }

    /// Puts the settings and the lists of this head into the snapshot. If the lists have changed, this function removes
    /// the names of lists from the snapshot, because they may be wrong.
    async fn learn_head(&self, head: Option<Item>, snapshot: &mut Snapshot) -> Result<(), Fault> {
        // Without a head, the owner has no lists except the inbox.
        if head.is_none() {
            snapshot.forget();
        }
        let head = match self.read_head(head, snapshot.now).await? {
            Some(head) => head,
            None => self.head(snapshot.now).await?,
        };
        self.put_head(head, snapshot);
        Ok(())
    }

    fn put_head(&self, Head { settings, lists, sequence, began }: Head, snapshot: &mut Snapshot) {
        if lists.version != snapshot.lists.version || began > snapshot.known {
            snapshot.forget();
        }
        (snapshot.settings, snapshot.lists, snapshot.latest) = (settings, lists, Some(sequence));
        snapshot.known = snapshot.known.max(sequence);
    }

    /// Reads the data that the plan needs. If the request has an idempotency key, this function also reads the record
    /// of an earlier request with the same key. One call to DynamoDB reads all this data.
    pub(super) async fn read(&self, request: &WriteRequest, snapshot: &mut Snapshot) -> Result<Option<Item>, Fault> {
        if !request.needs.reads() {
            return Ok(None);
        }
        let todos = request.needs.ids();
        let mut keys: Vec<String> = todos.iter().copied().map(item::todo_sk).collect();
        keys.push(SETTINGS.to_owned());
        // The lists in the snapshot may be out of date. Usually the transaction checks the lists that it uses. But if
        // the plan may refuse the request because of a list, the store must read the list.
        let is_needed = |list: &&ListName| request.needs.is_about_lists() || snapshot.names.get(list).is_none();
        let lists: Vec<_> = request.needs.lists().iter().filter(is_needed).collect();
        keys.extend(lists.iter().copied().map(list_sk));
        let record = item::change_sk(&request.change_id);
        if request.has_key() {
            keys.push(record.clone());
        }
        keys.sort();
        keys.dedup();
        let mut items = loop {
            let mut items = self.items(keys.clone()).await?;
            if let Some(head) = self.read_head(items.remove(SETTINGS), snapshot.now).await? {
                self.put_head(head, snapshot);
                break items;
            }
        };
        snapshot.settings_read = true;
        snapshot.todos.clear();
        for id in todos {
            if let Some(item) = items.remove(&item::todo_sk(id))
                && let Some(todo) = item::read_unexpired(item, snapshot.now)?
            {
                snapshot.todos.insert(id.clone(), todo);
            }
        }
        snapshot.name_lists();
        for list in lists {
            // Two spellings of a list's name have the same sort key, so the item stays in the map for the other
            // spelling.
            snapshot.names.learn_item(list, items.get(&list_sk(list)).cloned())?;
        }
        for selection in request.needs.selections() {
            self.read_selected(&selection, snapshot).await?;
        }
        self.read_nexts(request, snapshot).await?;
        self.read_followers(request, snapshot).await?;
        let is_change = |record: &Item| !item::expired(record, snapshot.now) && !is_old_draft(record, snapshot.now);
        Ok(items.remove(&record).filter(is_change))
    }

    /// Reads the data that the plan of this request would get now. This function changes nothing.
    pub async fn look(&self, request: &WriteRequest, clock: impl Fn() -> Timestamp) -> Result<Snapshot, Fault> {
        let mut snapshot = self.snapshot(clock());
        self.read(request, &mut snapshot).await?;
        snapshot.now = clock();
        Ok(snapshot)
    }

    /// The result of an earlier request with the same idempotency key. `None` if the request has no key, or if no
    /// earlier request had this key. One call to DynamoDB reads the change record. If the earlier request concerned
    /// todos, another call reads the present states of these todos. If the earlier request made a large change, further
    /// calls read the parts of the change record.
    pub async fn recorded(&self, request: &WriteRequest, now: Timestamp) -> Result<Option<WriteResult>, WriteError> {
        if !request.has_key() {
            return Ok(None);
        }
        let sk = item::change_sk(&request.change_id);
        let is_change = |record: &Item| !item::expired(record, now) && !is_old_draft(record, now);
        match self.items(vec![sk.clone()]).await?.remove(&sk).filter(is_change) {
            Some(record) => self.replay(request, record, now).await.map(Some),
            None => Ok(None),
        }
    }

    /// The result if the change record of the transaction already exists. If this request itself wrote the record, and
    /// DynamoDB's answer was lost, the result shows the todos as this change left them, even if a later change has
    /// altered them.
    async fn exists(
        &self,
        request: &WriteRequest,
        record: Item,
        transaction: &Transaction<'_>,
        now: Timestamp,
    ) -> Result<WriteResult, WriteError> {
        let result = self.replay(request, record, now).await?;
        let is_own = !result.replayed && result.differences == altered(transaction.differences.clone());
        Ok(if is_own { WriteResult { images: transaction.images.to_vec(), ..result } } else { result })
    }

    /// If `request` repeats an earlier request, this function returns the result of the earlier request. If `request`
    /// has the idempotency key of an earlier request but different content, this function refuses `request`.
    async fn replay(&self, request: &WriteRequest, record: Item, now: Timestamp) -> Result<WriteResult, WriteError> {
        if stage(&record) == Some(DRAFT_STAGE) {
            return Err(Fault::new(FaultKind::Busy, "another request with the same key is not finished yet").into());
        }
        let Some((change, differences)) = self.with_differences(record, now).await? else {
            return Err(
                Fault::new(FaultKind::Unavailable, "a change record was deleted while the program read it").into()
            );
        };
        let (images, lists) = self.present(&differences, now).await?;
        let differences = altered(differences);
        match &request.recognition {
            Recognition::ByKey(intent) if change.request.as_ref().is_some_and(|stored| intent.is(stored)) => {
                self.usage.replayed();
                Ok(WriteResult { change, images, differences, lists, replayed: true })
            }
            Recognition::ByKey(_) => Err(Refusal::KeyReused.into()),
            // The request has no idempotency key. So its change has a random id of 80 bits, and no other request uses
            // this id. So if a record with this id already exists, this request itself wrote the record in an earlier
            // attempt. DynamoDB's answer to the earlier attempt was lost.
            Recognition::ByIntent(_) | Recognition::Never => {
                Ok(WriteResult { change, images, differences, lists, replayed: false })
            }
        }
    }
}

/// Counts a transaction that failed because of wrong assumptions about lists or settings. Returns an error if more than
/// `FAILED_ASSUMPTIONS` transactions have failed.
fn count_failed_assumption(failed: &mut u32) -> Result<(), Fault> {
    *failed += 1;
    let keeps =
        || Fault::new(FaultKind::Unavailable, "other requests changed the lists or the settings too many times");
    (*failed <= FAILED_ASSUMPTIONS).then_some(()).ok_or_else(keeps)
}

/// The refusal for an undo that is not possible. Either another request has already undone the change, or the change
/// record has expired.
fn undone(record: Item) -> Result<Refusal, Fault> {
    if !record.contains_key(UNDONE_BY) {
        return Ok(Refusal::NoSuchChange);
    }
    let change: Change = item::from_item(record)?;
    Ok(change.undone_by.map_or(Refusal::NoSuchChange, |by| Refusal::AlreadyUndone { by }))
}
