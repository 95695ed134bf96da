//! The clients of a history. Each client has its own instance of the service, and sends random requests, one after
//! another.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use serde_json::Value;

use super::{
    calls::{Call, Edit, Filter, Op, OpId, PRIORITIES, Ret, Seen, Status},
    world::{Client, Done, State, World},
};
use crate::harness::{Answer, Api};

/// The number of requests of each client.
pub const REQUESTS: u32 = 4;
/// The number of threads for each client. The reads of a listing have threads of their own, from `OF_LISTING` on.
const THREADS: u32 = 1_000;
const OF_LISTING: u32 = 500;

/// One instance of the service, and the client that uses it.
pub struct Instance {
    pub api: Api,
    pub client: Client,
    /// The number of the present request.
    pub present: Arc<AtomicU32>,
    pub world: Arc<World>,
}

/// What the record says about a request.
pub enum Sent {
    Answered,
    /// Nobody knows whether the request has taken effect.
    Lost,
    /// A read without an answer. The record leaves it out, because it says nothing about the todos.
    NotRecorded,
}

impl Instance {
    /// Sends random requests until the record contains enough of them.
    pub async fn run(self) {
        let (mut thread, mut number, mut recorded) = (self.client * THREADS, 0, 0);
        while recorded < REQUESTS {
            self.world.turn(self.client, "begin").await;
            number += 1;
            let op = self.client * 100 + number;
            self.present.store(op, Ordering::SeqCst);
            let is_listing = self.world.lock().rng.u8(..100) < 8;
            if is_listing {
                recorded += u32::from(self.list("open", op).await);
                continue;
            }
            let call = Call { id: op, op: random_op(&mut self.world.lock()) };
            match self.send(call, thread).await {
                Sent::Answered => recorded += 1,
                Sent::Lost => {
                    recorded += 1;
                    // The checker allows only one request in flight for each thread.
                    thread += 1;
                }
                Sent::NotRecorded => {}
            }
        }
    }

    /// Sends a request, and records it.
    pub async fn send(&self, call: Call, thread: u32) -> Sent {
        let (began, (method, path, body)) = {
            let mut state = self.world.lock();
            if matches!(call.op, Op::Filter(_)) {
                state.make_key(call.id);
            }
            let request = call.request(|handle| state.todos[&handle].clone(), |change| state.changes[&change].clone());
            (state.event(), request)
        };
        let answer = self.api.send(method, &path, body, &[]).await;
        let mut state = self.world.lock();
        let is_read = matches!(call.op, Op::Read(_));
        let ret = ret_of(&mut state, &call.op, &answer);
        if is_read && ret.is_none() {
            return Sent::NotRecorded;
        }
        let answered = ret.map(|ret| (state.event(), ret));
        let sent = if answered.is_some() { Sent::Answered } else { Sent::Lost };
        state.done.push(Done { thread, began, answered, call });
        sent
    }

    /// Lists the todos with this status. The checker sees one read for each todo in the answer. Returns false if there
    /// are no todos.
    pub async fn list(&self, status: &str, op: OpId) -> bool {
        let began = self.world.lock().event();
        let answer = self.api.get(&format!("/todos?status={status}&limit=100")).await;
        let mut state = self.world.lock();
        if answer.status != 200 {
            return false;
        }
        let ended = state.event();
        let todos = seen(&mut state, &answer.body["todos"]);
        let has_todos = !todos.is_empty();
        for (number, seen) in todos.into_iter().enumerate() {
            let call = Call { id: op, op: Op::Read(seen.handle) };
            let thread = self.client * THREADS + OF_LISTING + u32::try_from(number).unwrap();
            state.done.push(Done { thread, began, answered: Some((ended, Ret::Todos(vec![seen]))), call });
        }
        has_todos
    }
}

/// The todos in an answer, sorted by number.
fn seen(state: &mut State, todos: &Value) -> Vec<Seen> {
    let mut seen: Vec<Seen> = todos.as_array().into_iter().flatten().map(|todo| seen_todo(state, todo)).collect();
    seen.sort_by_key(|seen| seen.handle);
    seen
}

fn seen_todo(state: &mut State, todo: &Value) -> Seen {
    let text = |name: &str| todo[name].as_str().unwrap();
    let priority = todo.get("priority").map_or("normal", |word| word.as_str().unwrap());
    let priority = PRIORITIES.iter().position(|word| *word == priority).unwrap();
    Seen {
        handle: state.handle(text("id")),
        version: todo.get("version").map(|version| version.as_u64().unwrap()),
        title: text("title")[1..].parse().unwrap(),
        priority: u8::try_from(priority).unwrap(),
        status: Status::parse(todo.get("status").map_or("open", |word| word.as_str().unwrap())),
    }
}

/// What the answer says. `None` if the answer says that nobody knows whether the request has taken effect.
fn ret_of(state: &mut State, op: &Op, answer: &Answer) -> Option<Ret> {
    let body = &answer.body;
    match (answer.status.as_u16(), op) {
        (503, _) => return None,
        (409, _) if body["title"].as_str().unwrap().starts_with("Other requests") => return Some(Ret::Contended),
        (409, _) if body["code"] == "conflict" => return Some(Ret::Conflict(seen(state, &body["current"]))),
        (404 | 409, _) => return Some(Ret::Refused(body["code"].as_str().unwrap().to_owned())),
        (200, Op::History) => {
            let changes = body["changes"].as_array().unwrap().iter().rev();
            let change = |change: &Value| {
                let op = state.op_of(change["id"].as_str().unwrap());
                (op, !change["undone_by"].is_null())
            };
            return Some(Ret::History(changes.map(change).collect()));
        }
        (200 | 201, _) => {}
        (status, _) => panic!("{op:?}: {status} {}", answer.text),
    }
    if let Some(id) = body["change"]["id"].as_str() {
        state.learn_change(id);
    }
    if let Some(found) = body["found"].as_object() {
        let number = |name: &str| found.get(name).map_or(0, |number| number.as_u64().unwrap() as usize);
        let (altered, already) = (number("total") - number("already"), number("already"));
        // The answer to a repetition does not say how many todos already were as the caller asked.
        let is_repeated = body["replayed"] == true;
        return Some(if is_repeated { Ret::Repeated { altered } } else { Ret::Found { altered, already } });
    }
    let todo = match body.get("todo") {
        Some(todo) => vec![seen_todo(state, todo)],
        None => seen(state, &body["todos"]),
    };
    Some(match body.get("undid") {
        Some(undid) => {
            let undid = undid.as_array().unwrap().iter();
            let undid = undid.map(|change| state.op_of(change["id"].as_str().unwrap())).collect();
            Ret::Undone { todos: todo, undid }
        }
        None => Ret::Todos(todo),
    })
}

/// A random request about the todos and changes that the clients know.
fn random_op(state: &mut State) -> Op {
    let (todos, changes) = (state.known_todos.clone(), state.known_changes.clone());
    let rng = &mut state.rng;
    let one = todos[rng.usize(..todos.len())];
    let mut several = todos;
    rng.shuffle(&mut several);
    several.truncate(rng.usize(2..4));
    match rng.u8(..100) {
        0..4 => Op::Add { priority: rng.u8(..3) },
        4..20 => Op::Edit(vec![(one, random_edit(rng))]),
        20..40 => Op::Edit(several.into_iter().map(|todo| (todo, random_edit(rng))).collect()),
        40..46 => Op::Delete(vec![one]),
        46..52 => Op::Delete(several),
        52..63 => Op::Filter(Filter::ALL[rng.usize(..Filter::ALL.len())]),
        63..75 if !changes.is_empty() => {
            // Mostly chooses one of the latest changes, because the service can seldom undo an old change.
            let at = changes.len() - 1 - rng.usize(..changes.len()).min(rng.usize(..changes.len()));
            Op::Undo(changes[at])
        }
        63..84 => Op::UndoLatest,
        84..88 => Op::UndoAll,
        _ => Op::Read(one),
    }
}

fn random_edit(rng: &mut fastrand::Rng) -> Edit {
    match rng.u8(..12) {
        0..4 => Edit { title: true, ..Edit::default() },
        4..7 => Edit { priority: Some(rng.u8(..3)), ..Edit::default() },
        7 => Edit { status: Some(Status::Completed), ..Edit::default() },
        8..10 => Edit { status: Some(Status::Open), ..Edit::default() },
        10 => Edit { title: true, version: Some(rng.u64(1..5)), ..Edit::default() },
        _ => Edit { priority: Some(rng.u8(..3)), status: Some(Status::Open), ..Edit::default() },
    }
}
