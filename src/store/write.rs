//! The one way to change anything: read, plan, commit, and plan again when somebody else was faster.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use super::{
    OwnerStore,
    changes::UNDONE_BY,
    commit::Outcome,
    fault::{Fault, FaultKind},
    item::{self, Item},
    lists::{KnownLists, list_sk},
    settings::SETTINGS,
    transaction::Transaction,
    write_request::{Needs, Repetition, Snapshot, WriteRequest},
    write_result::{WriteError, WriteResult},
};
use crate::domain::{change::Change, plan::Plan, refusal::Refusal};

/// How often a plan is made again because a todo changed between reading and writing.
const REPLANS: u32 = 3;
/// How often the lists and settings may turn out to be others than thought; each time more of them are known.
const ROUNDS: u32 = 4;

impl OwnerStore {
    /// Does what `plan` wants, all or none, and records it as one change.
    ///
    /// `plan` sees the todos and settings that the request needs. It may be asked again, with newer states, when one of them
    /// has changed before the commit; it must not have effects. Images that change nothing are not written. When nothing is
    /// left and the request has no idempotency key, nothing is recorded either ([`Change::is_nothing`]).
    ///
    /// Calls to DynamoDB: one to read, unless nothing needs to be read, and one to write. One more for a list that is
    /// new or spelled in another way and for settings that are not those last seen, two more for each time another write
    /// came in between.
    pub async fn write(
        &self,
        request: &WriteRequest,
        clock: impl Fn() -> Timestamp,
        plan: impl Fn(&Snapshot) -> Result<Plan, Refusal>,
    ) -> Result<WriteResult, WriteError> {
        let mut snapshot = self.snapshot(clock());
        if let Needs::States { todos, settings } = &request.needs {
            snapshot.assume(todos, settings.as_ref());
        } else {
            if let Some(record) = self.read(request, &mut snapshot).await? {
                return self.replay(request, record, snapshot.now).await;
            }
            snapshot.now = clock();
        }
        let (mut replans, mut rounds) = (0, 0);
        loop {
            let mut plan = plan(&snapshot)?;
            let lists = snapshot.lists.settle(&mut plan.images);
            let change = request.change(&plan, &lists, snapshot.now);
            if change.is_nothing() && !request.has_key() {
                return Ok(WriteResult { change, images: plan.images, replayed: false });
            }
            let settings = snapshot.settings_version_to_check(&request.needs, &change);
            let transaction = Transaction::of(request, &change, &plan.images, &lists, settings);
            match self.commit(&transaction).await? {
                Outcome::Done => return Ok(self.written(change, plan)),
                Outcome::Exists(record) => return self.replay(request, record, snapshot.now).await,
                Outcome::Repeated(recent) => return Ok(self.repetition(&recent, snapshot.now).await?),
                Outcome::Undone(record) => return Err(undone(record)?.into()),
                Outcome::TooLarge => return Err(Refusal::TooLarge.into()),
                Outcome::TooMany => return Err(Refusal::TooMany.into()),
                Outcome::Moved => {
                    replans += 1;
                    tokio::time::sleep(Duration::from_millis(10 << replans)).await;
                    if let Some(record) = self.read(request, &mut snapshot).await? {
                        return self.replay(request, record, snapshot.now).await;
                    }
                    snapshot.now = clock();
                    if replans > REPLANS {
                        return Err(snapshot.contended(&request.needs).into());
                    }
                }
                Outcome::Lists(found) => {
                    count_round(&mut rounds)?;
                    for (asked, item) in found {
                        snapshot.lists.learn_item(&asked, item)?;
                    }
                }
                Outcome::Settings(item) => {
                    count_round(&mut rounds)?;
                    snapshot.settings = self.seen(item)?;
                }
            }
        }
    }

    fn written(&self, change: Change, Plan { images, settings }: Plan) -> WriteResult {
        if let Some(image) = settings {
            self.remember_settings(image.after);
        }
        WriteResult { change, images, replayed: false }
    }

    fn snapshot(&self, now: Timestamp) -> Snapshot {
        Snapshot {
            todos: HashMap::new(),
            now,
            settings: self.probable_settings(),
            settings_read: false,
            lists: KnownLists::default(),
        }
    }

    /// Reads what the plan needs and, when the request has a key, the record of an earlier request with that key, all in one
    /// call.
    async fn read(&self, request: &WriteRequest, snapshot: &mut Snapshot) -> Result<Option<Item>, Fault> {
        let (todos, settings) = (request.needs.ids(), request.needs.reads_settings());
        if todos.is_empty() && !settings {
            return Ok(None);
        }
        let mut keys: Vec<String> = todos.iter().copied().map(item::todo_sk).collect();
        keys.extend(settings.then(|| SETTINGS.to_owned()));
        let lists: Vec<_> = request.needs.lists().iter().filter(|list| !snapshot.lists.knows(list)).collect();
        keys.extend(lists.iter().copied().map(list_sk));
        let record = item::change_sk(&request.change_id);
        if request.has_key() {
            keys.push(record.clone());
        }
        keys.sort();
        keys.dedup();
        let mut items = self.items(keys).await?;
        snapshot.todos.clear();
        for id in todos {
            if let Some(item) = items.remove(&item::todo_sk(id))
                && let Some(todo) = item::read_unexpired(item, snapshot.now)?
            {
                snapshot.todos.insert(id.clone(), todo);
            }
        }
        for list in lists {
            // Two spellings of one list are one key; the second finds it known.
            if !snapshot.lists.knows(list) {
                snapshot.lists.learn_item(list, items.remove(&list_sk(list)))?;
            }
        }
        if settings {
            snapshot.settings = self.seen(items.remove(SETTINGS))?;
            snapshot.settings_read = true;
        }
        Ok(items.remove(&record).filter(|record| !item::expired(record, snapshot.now)))
    }

    /// The result of an earlier request with the same key, in one call to DynamoDB; none without a key.
    pub async fn recorded(&self, request: &WriteRequest, now: Timestamp) -> Result<Option<WriteResult>, WriteError> {
        if !request.has_key() {
            return Ok(None);
        }
        let sk = item::change_sk(&request.change_id);
        match self.items(vec![sk.clone()]).await?.remove(&sk).filter(|record| !item::expired(record, now)) {
            Some(record) => self.replay(request, record, now).await.map(Some),
            None => Ok(None),
        }
    }

    /// The first result again, if this is the same request.
    async fn replay(&self, request: &WriteRequest, record: Item, now: Timestamp) -> Result<WriteResult, WriteError> {
        let Some((change, images)) = self.whole(record, now).await? else {
            return Err(Fault::named(FaultKind::Unavailable, "a change record vanished while it was read").into());
        };
        match &request.repetition {
            Repetition::ByKey(intent) if change.request.as_ref().is_some_and(|stored| intent.is(stored)) => {
                self.usage.replayed();
                Ok(WriteResult { change, images, replayed: true })
            }
            Repetition::ByKey(_) => Err(Refusal::KeyReused.into()),
            // Without a key the id is 80 random bits of this request: the transaction did go through, and DynamoDB's answer
            // was lost.
            Repetition::ByIntent(_) | Repetition::Unrecognised => Ok(WriteResult { change, images, replayed: false }),
        }
    }
}

/// Counts the rounds in which a transaction failed because a list or the settings were not as assumed. Fails after `ROUNDS`.
fn count_round(rounds: &mut u32) -> Result<(), Fault> {
    *rounds += 1;
    let keeps = || Fault::named(FaultKind::Unavailable, "the lists or the settings keep changing");
    (*rounds <= ROUNDS).then_some(()).ok_or_else(keeps)
}

/// The answer to an undo that came second.
fn undone(record: Item) -> Result<Refusal, Fault> {
    if !record.contains_key(UNDONE_BY) {
        return Ok(Refusal::NoSuchChange);
    }
    let change: Change = item::from_item(record)?;
    Ok(change.undone_by.map_or(Refusal::NoSuchChange, |by| Refusal::AlreadyUndone { by }))
}
