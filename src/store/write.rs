//! The one way to change anything: read, plan, commit, and plan again when somebody else was faster.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use super::{
    OwnerStore,
    changes::UNDONE_BY,
    commit::{Outcome, Unit},
    fault::{Fault, Kind},
    item::{self, Item},
    lists::{KnownLists, ListCheck, list_sk},
};
use crate::domain::{
    change::{Change, Image, Operation},
    id::{ChangeId, TodoId},
    key::Fingerprint,
    refusal::Refusal,
    text::ListName,
    todo::Todo,
};

/// How often a plan is made again because a todo changed between reading and writing.
const REPLANS: u32 = 3;
/// How often the lists may turn out to be others than thought; each time more of them are known.
const LIST_ROUNDS: u32 = 4;

/// A write as the caller asked for it.
#[derive(Debug, Clone)]
pub struct Call {
    pub operation: Operation,
    /// Derived from the idempotency key when there is one, otherwise random.
    pub change_id: ChangeId,
    /// Present exactly when the caller sent an idempotency key.
    pub request: Option<Fingerprint>,
    /// The change this write undoes.
    pub undoes: Option<Change>,
}

/// What a plan needs to know.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// Todos that the plan looks up. Read before the first plan, unless `guess` has them all.
    pub todos: Vec<TodoId>,
    /// Lists that the plan moves todos to; read in the same call as the todos.
    pub lists: Vec<ListName>,
    /// States that the todos are probably in, which spares the first read. A wrong guess is found by its version.
    pub guess: Vec<Todo>,
}

/// The todos that a plan works on, as they were read: those of [`Needs::todos`] that exist.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub todos: HashMap<TodoId, Todo>,
    /// When they were read. What is planned on them happens at this moment, so that of two changes of one todo the
    /// later one has the later time.
    pub now: Timestamp,
    lists: KnownLists,
}

/// A write that happened, now or the first time the key was used.
#[derive(Debug, Clone)]
pub struct Written {
    pub change: Change,
    /// The todos before and after, in the order of the call; those that stayed as they were included.
    pub images: Vec<Image>,
    /// Whether this is the recorded result of an earlier request with the same key.
    pub replayed: bool,
}

/// Why a write did not happen.
#[derive(Debug)]
pub enum WriteError {
    Refused(Refusal),
    Failed(Fault),
}

impl From<Refusal> for WriteError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Fault> for WriteError {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

impl OwnerStore {
    /// Makes the images that `plan` wants, all or none, and records them as one change.
    ///
    /// `plan` sees the todos of `needs` and may be asked again, with newer states, when one of them has changed before the
    /// commit; it must not have effects. Images that change nothing are not written; when none is left and
    /// the call has no idempotency key, nothing is recorded either ([`Change::todos`] is then empty).
    ///
    /// Calls to DynamoDB: one to read, unless nothing needs to be read, and one to write. One more for a list that is
    /// new or spelled in another way, two more for each time another write came in between.
    pub async fn write(
        &self,
        call: &Call,
        needs: &Needs,
        clock: impl Fn() -> Timestamp,
        plan: impl Fn(&Snapshot) -> Result<Vec<Image>, Refusal>,
    ) -> Result<Written, WriteError> {
        let mut snapshot = Snapshot { todos: HashMap::new(), now: clock(), lists: KnownLists::default() };
        if needs.guess.is_empty() {
            if let Some(record) = self.read(call, needs, &mut snapshot).await? {
                return self.replay(call, record, snapshot.now).await;
            }
            snapshot.now = clock();
        } else {
            snapshot.guess(&needs.guess);
        }
        let undone_before = call.undoes.as_ref().and_then(|change| change.undone_by.as_ref());
        let (mut replans, mut list_rounds) = (0, 0);
        loop {
            let mut images = plan(&snapshot)?;
            let lists = snapshot.lists.settle(&mut images);
            let change = call.change(&images, &lists, snapshot.now);
            if change.todos.is_empty() && call.request.is_none() {
                return Ok(Written { change, images, replayed: false });
            }
            match self.commit(&Unit { change: &change, images: &images, lists: &lists, undone_before }).await? {
                Outcome::Done => return Ok(Written { change, images, replayed: false }),
                Outcome::Exists(record) => return self.replay(call, record, snapshot.now).await,
                Outcome::Undone(record) => return Err(undone(record)?.into()),
                Outcome::TooLarge => return Err(Refusal::TooLarge.into()),
                Outcome::Lists(found) if list_rounds < LIST_ROUNDS => {
                    list_rounds += 1;
                    for (asked, item) in found {
                        snapshot.lists.learn_item(&asked, item)?;
                    }
                }
                Outcome::Lists(_) => return Err(Fault::named(Kind::Unavailable, "the lists keep changing").into()),
                Outcome::Moved => {
                    replans += 1;
                    tokio::time::sleep(Duration::from_millis(10 << replans)).await;
                    if let Some(record) = self.read(call, needs, &mut snapshot).await? {
                        return self.replay(call, record, snapshot.now).await;
                    }
                    snapshot.now = clock();
                    if replans > REPLANS {
                        return Err(snapshot.contended(needs).into());
                    }
                }
            }
        }
    }

    /// Reads what the plan needs and, when the call has a key, the record of an earlier call with that key, all in one call.
    async fn read(&self, call: &Call, needs: &Needs, snapshot: &mut Snapshot) -> Result<Option<Item>, Fault> {
        if needs.todos.is_empty() {
            return Ok(None);
        }
        let mut keys: Vec<String> = needs.todos.iter().map(item::todo_sk).collect();
        let lists: Vec<_> = needs.lists.iter().filter(|list| !snapshot.lists.knows(list)).collect();
        keys.extend(lists.iter().copied().map(list_sk));
        let record = item::change_sk(&call.change_id);
        if call.request.is_some() {
            keys.push(record.clone());
        }
        keys.sort();
        keys.dedup();
        let mut items = self.items(keys).await?;
        snapshot.todos.clear();
        for id in &needs.todos {
            if let Some(item) = items.remove(&item::todo_sk(id))
                && let Some(todo) = item::read_todo(item, snapshot.now)?
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
        Ok(items.remove(&record).filter(|record| !item::expired(record, snapshot.now)))
    }

    /// The result of an earlier call with the same key, in one call to DynamoDB; none without a key.
    pub async fn recorded(&self, call: &Call, now: Timestamp) -> Result<Option<Written>, WriteError> {
        if call.request.is_none() {
            return Ok(None);
        }
        let sk = item::change_sk(&call.change_id);
        match self.items(vec![sk.clone()]).await?.remove(&sk).filter(|record| !item::expired(record, now)) {
            Some(record) => self.replay(call, record, now).await.map(Some),
            None => Ok(None),
        }
    }

    /// The first result again, if this is the same request.
    async fn replay(&self, call: &Call, record: Item, now: Timestamp) -> Result<Written, WriteError> {
        let Some((change, images)) = self.whole(record, now).await? else {
            return Err(Fault::named(Kind::Unavailable, "a change record vanished while it was read").into());
        };
        match &call.request {
            Some(request) if change.request.as_ref() == Some(request) => {
                self.usage.replayed();
                Ok(Written { change, images, replayed: true })
            }
            Some(_) => Err(Refusal::KeyReused.into()),
            // Without a key the id is 80 random bits: not this program's doing, and not worth more than another try.
            None => Err(Fault::named(Kind::Unavailable, "the id of a change was taken").into()),
        }
    }
}

impl Call {
    fn change(&self, images: &[Image], lists: &[ListCheck], at: Timestamp) -> Change {
        let new = |check: &ListCheck| match check {
            ListCheck::Create(name) => Some(name.clone()),
            ListCheck::Exists(_) => None,
        };
        Change {
            id: self.change_id.clone(),
            at,
            operation: self.operation,
            todos: images.iter().filter(|image| image.is_change()).map(Image::summary).collect(),
            new_lists: lists.iter().filter_map(new).collect(),
            undoes: self.undoes.as_ref().map(|change| change.id.clone()),
            undone_by: None,
            request: self.request.clone(),
        }
    }
}

impl Snapshot {
    /// Others kept changing the same todos.
    fn contended(&self, needs: &Needs) -> Refusal {
        Refusal::Contended { current: needs.todos.iter().filter_map(|id| self.todos.get(id)).cloned().collect() }
    }

    fn guess(&mut self, todos: &[Todo]) {
        for todo in todos {
            self.lists.learn(todo.list.clone());
            self.todos.insert(todo.id.clone(), todo.clone());
        }
    }
}

/// The answer to an undo that came second.
fn undone(record: Item) -> Result<Refusal, Fault> {
    if !record.contains_key(UNDONE_BY) {
        return Ok(Refusal::NoSuchChange);
    }
    let change: Change = item::from_item(record)?;
    Ok(change.undone_by.map_or(Refusal::NoSuchChange, |by| Refusal::AlreadyUndone { by }))
}
