//! Runs one history, and checks it.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use aws_sdk_dynamodb::{Client as DynamoDb, config::retry::RetryConfig};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::{Timestamp, tz::TimeZone};
use stateright::semantics::{ConsistencyTester, LinearizabilityTester};
use todo_action::{
    app::{App, Ids},
    config::{Auth, Config, Confirm, Operator},
    domain::owner::Owner,
    local,
    store::{Connection, Store, connect},
};

use super::{
    calls::{Call, FIRST, Op, Ret},
    clients::Instance,
    dropped::Dropped,
    model::Model,
    wire::Wire,
    world::{Client, Done, World},
};
use crate::harness::Api;

const INSTANCES: Client = 3;
/// The client that makes the first todos, and reads everything at the end.
const OBSERVER: Client = 0;
const TABLE: &str = "todos";
const HOUR: i64 = 3_600_000_000;

/// A complete history.
pub struct History {
    pub seed: u64,
    pub done: Vec<Done>,
    pub trace: Vec<(Client, &'static str)>,
}

/// An embedded DynamoDB. Each history has its own owner, so many histories can use the same database.
pub fn database() -> Connection {
    let connection = local::in_process(local::open(None, Timestamp::UNIX_EPOCH).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(local::create_table(&connect(connection.clone()), TABLE)).unwrap();
    connection
}

/// Runs the history with this seed. The same seed always gives the same history.
pub fn history(seed: u64, connection: &Connection, dropped: Option<Dropped>) -> History {
    // The SDK takes the pauses between its attempts from the random numbers of this thread.
    fastrand::seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let world = World::new(seed);
        let retries = world.lock().rng.bool();
        let owner = format!("owner-{}", Ids::random().change().as_str());
        let owner = Owner::parse(&owner).unwrap();
        let instance = |client| instance(client, connection, &world, (&owner, dropped), retries);
        let observer = instance(OBSERVER);
        for (handle, priority) in FIRST {
            observer.present.store(handle, Ordering::SeqCst);
            observer.send(Call { id: handle, op: Op::Add { priority } }, OBSERVER).await;
        }
        {
            let mut state = world.lock();
            state.done.clear();
            state.known_changes.clear();
            state.has_turns = true;
        }
        // `UndoAll` undoes the changes of the last 30 minutes. So after this hour, it does not undo the additions of
        // the first todos.
        world.1.fetch_add(HOUR, Ordering::SeqCst);
        let clients: Vec<_> = (1..=INSTANCES).map(|client| tokio::spawn(instance(client).run())).collect();
        while !clients.iter().all(|client| client.is_finished()) || world.lock().late > 0 {
            world.give_turn().await;
        }
        for client in clients {
            client.await.unwrap();
        }
        world.lock().has_turns = false;
        for status in ["open", "completed", "deleted"] {
            observer.list(status, 0).await;
        }
        observer.send(Call { id: 0, op: Op::History }, OBSERVER).await;
        let mut state = world.lock();
        let (done, trace) = (std::mem::take(&mut state.done), std::mem::take(&mut state.trace));
        History { seed, done, trace }
    })
}

fn instance(
    client: Client,
    connection: &Connection,
    world: &Arc<World>,
    (owner, dropped): (&Owner, Option<Dropped>),
    retries: bool,
) -> Instance {
    let inner = connection.transport.clone().unwrap();
    let wire = Wire { inner, world: world.clone(), client, dropped };
    let transport = Some(SharedHttpClient::new(wire));
    let mut dynamodb = connect(Connection { transport, ..connection.clone() });
    if !retries {
        let config = dynamodb.config().to_builder().retry_config(RetryConfig::disabled());
        dynamodb = DynamoDb::from_conf(config.build());
    }
    let config = Config {
        public_url: Some("https://todo.test".to_owned()),
        auth: Auth::None(owner.clone()),
        time_zone: TimeZone::UTC,
        confirm: Confirm::None,
        operator: Operator::default(),
        log_retention_days: None,
        function: None,
    };
    let present = Arc::new(AtomicU32::new(0));
    let store = Store::new(dynamodb.clone(), TABLE);
    let app = App::new(config, store, world.clock(), world.ids(present.clone()));
    Instance { api: Api::of(app, dynamodb, TABLE), client, present, world: world.clone() }
}

impl History {
    /// Whether the requests could have been made one after another, with the same answers. If the answer to a request
    /// arrived before another request began, this request must come before the other one.
    pub fn is_linearizable(&self) -> bool {
        let order = self.done.iter().find_map(|done| match &done.answered {
            Some((_, Ret::History(changes))) => Some(changes.iter().map(|(op, _)| *op).collect()),
            _ => None,
        });
        let mut tester = LinearizabilityTester::new(Model::new(order.expect("the history is read")));
        let mut events: Vec<(usize, bool, &Done)> = Vec::new();
        for done in &self.done {
            events.push((done.began, false, done));
            events.extend(done.answered.iter().map(|(ended, _)| (*ended, true, done)));
        }
        events.sort_by_key(|(at, ..)| *at);
        for (_, is_answer, done) in events {
            match &done.answered {
                Some((_, ret)) if is_answer => tester.on_return(done.thread, ret.clone()).unwrap(),
                _ => tester.on_invoke(done.thread, done.call.clone()).unwrap(),
            };
        }
        tester.is_consistent()
    }

    /// The requests of the clients.
    pub fn requests(&self) -> impl Iterator<Item = &Done> {
        self.done.iter().filter(|done| done.call.id > 0)
    }

    /// The number of requests that overlap with a request of another client.
    pub fn overlapping(&self) -> usize {
        let end = |done: &Done| done.answered.as_ref().map_or(usize::MAX, |(ended, _)| *ended);
        let client = |done: &Done| done.call.id / 100;
        let overlap =
            |one: &Done, other: &Done| client(one) != client(other) && one.began < end(other) && other.began < end(one);
        let overlaps = |one: &&Done| self.requests().any(|other| overlap(one, other));
        self.requests().filter(overlaps).map(|done| done.call.id).collect::<HashSet<_>>().len()
    }

    /// The number of requests.
    pub fn number(&self) -> usize {
        self.requests().map(|done| done.call.id).collect::<HashSet<_>>().len()
    }

    /// A number for the order in which the instances called DynamoDB.
    pub fn interleaving(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.trace.hash(&mut hasher);
        hasher.finish()
    }

    /// The requests and answers in the order of their beginnings.
    pub fn show(&self) -> String {
        let mut done: Vec<_> = self.done.iter().collect();
        done.sort_by_key(|done| done.began);
        let line = |done: &&Done| {
            let Done { thread, began, answered, call } = done;
            match answered {
                Some((ended, ret)) => {
                    format!("{began:3}–{ended:3} thread {thread}: {} {:?} → {ret:?}\n", call.id, call.op)
                }
                None => format!("{began:3}–    thread {thread}: {} {:?} → lost\n", call.id, call.op),
            }
        };
        format!("seed {}\n{}", self.seed, done.iter().map(line).collect::<String>())
    }
}
