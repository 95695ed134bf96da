//! What the three instances of one history share: the turns, the random numbers, the clock, the ids, and the record of
//! the history.

use std::collections::HashMap;
use std::sync::{
    Arc, Mutex, MutexGuard,
    atomic::{AtomicI64, AtomicU32, Ordering},
};
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;
use todo_action::{
    app::{Clock, Ids},
    domain::{
        id::{ChangeId, TodoId},
        idempotency::IdempotencyKey,
    },
};
use tokio::{sync::oneshot, time::Instant};

use super::calls::{Call, Handle, OpId, Ret, key};

/// The number of a client. The numbers of the threads of the checker begin with the number of the client.
pub type Client = u32;
/// DynamoDB executes some calls late. These calls wait for turns as if they were this client.
pub const LATE: Client = 9;

/// A request in the record of the history. The times are numbers of events.
#[derive(Debug, Clone)]
pub struct Done {
    pub thread: u32,
    pub began: usize,
    /// The time of the answer, and the answer. `None` if the answer is lost, so that nobody knows whether the request
    /// has taken effect.
    pub answered: Option<(usize, Ret)>,
    pub call: Call,
}

#[derive(Debug)]
pub struct World(Mutex<State>, pub AtomicI64, Instant);

#[derive(Debug)]
pub struct State {
    pub rng: Rng,
    /// While this is false, calls do not wait for a turn.
    pub has_turns: bool,
    waiting: Vec<(Client, &'static str, oneshot::Sender<()>)>,
    /// The turns so far: the client, and what it does.
    pub trace: Vec<(Client, &'static str)>,
    events: usize,
    pub done: Vec<Done>,
    pub todos: HashMap<Handle, String>,
    pub changes: HashMap<OpId, String>,
    /// The request for which the program made this id.
    pub made_for: HashMap<String, OpId>,
    /// The changes that the clients know.
    pub known_changes: Vec<OpId>,
    pub known_todos: Vec<Handle>,
    /// The number of calls that DynamoDB has not executed yet, although the client has got an error.
    pub late: usize,
}

impl World {
    pub fn new(seed: u64) -> Arc<Self> {
        let state = State {
            rng: Rng::with_seed(seed),
            has_turns: false,
            waiting: Vec::new(),
            trace: Vec::new(),
            events: 0,
            done: Vec::new(),
            todos: HashMap::new(),
            changes: HashMap::new(),
            made_for: HashMap::new(),
            known_changes: Vec::new(),
            known_todos: Vec::new(),
            late: 0,
        };
        Arc::new(Self(Mutex::new(state), AtomicI64::new(0), Instant::now()))
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Waits until it is the turn of this client. `what` says what the client does then.
    pub async fn turn(&self, client: Client, what: &'static str) {
        let (sender, receiver) = oneshot::channel();
        {
            let mut state = self.lock();
            if !state.has_turns {
                return;
            }
            state.waiting.push((client, what, sender));
        }
        receiver.await.expect("somebody gives the turns");
    }

    /// Waits until all clients wait for something, and then gives the next turn to a random client. Tokio's clock is
    /// paused, so the sleep ends only when no task can go on.
    pub async fn give_turn(&self) {
        let pause = self.lock().rng.u64(1..40);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let mut state = self.lock();
        if state.waiting.is_empty() {
            return;
        }
        let State { waiting, rng, trace, .. } = &mut *state;
        waiting.sort_by_key(|(client, ..)| *client);
        let (client, what, sender) = waiting.remove(rng.usize(..waiting.len()));
        trace.push((client, what));
        _ = sender.send(());
    }

    /// The clock of all instances. Each reading is later than the one before.
    pub fn clock(self: &Arc<Self>) -> Clock {
        let world = self.clone();
        let start: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        Clock::new(move || {
            let passed = i64::try_from(world.2.elapsed().as_millis()).unwrap() * 1_000;
            let now = start.as_microsecond() + passed + world.1.fetch_add(1, Ordering::SeqCst);
            Timestamp::from_microsecond(now).unwrap()
        })
    }

    /// The ids of one instance. `made_for` remembers for which request each id was made. `present` is the number of the
    /// present request of this instance.
    pub fn ids(self: &Arc<Self>, present: Arc<AtomicU32>) -> Ids {
        let world = self.clone();
        Ids::new(move || {
            let op = present.load(Ordering::SeqCst);
            let mut bytes = [0; 16];
            let mut state = world.lock();
            state.rng.fill(&mut bytes);
            state.made_for.insert(ChangeId::from_random(bytes).as_str().to_owned(), op);
            state.made_for.insert(TodoId::from_random(bytes).as_str().to_owned(), op);
            bytes
        })
    }
}

impl State {
    /// The number of a new event.
    pub fn event(&mut self) -> usize {
        self.events += 1;
        self.events
    }

    /// Remembers the idempotency key of this request.
    pub fn make_key(&mut self, op: OpId) {
        let id = ChangeId::from_key(&IdempotencyKey::parse(key(op)).unwrap());
        self.made_for.insert(id.as_str().to_owned(), op);
    }

    /// The request that has made this change or this todo.
    pub fn op_of(&self, id: &str) -> OpId {
        *self.made_for.get(id).unwrap_or_else(|| panic!("nobody has made the id {id}"))
    }

    /// The number of the todo with this id.
    pub fn handle(&mut self, id: &str) -> Handle {
        let known = self.todos.iter().find(|(_, known)| *known == id).map(|(handle, _)| *handle);
        known.unwrap_or_else(|| {
            let handle = self.op_of(id);
            self.todos.insert(handle, id.to_owned());
            self.known_todos.push(handle);
            handle
        })
    }

    /// Remembers a change for later undos.
    pub fn learn_change(&mut self, id: &str) {
        let op = self.op_of(id);
        if self.changes.insert(op, id.to_owned()).is_none() {
            self.known_changes.push(op);
        }
    }
}
