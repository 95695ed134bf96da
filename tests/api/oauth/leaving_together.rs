//! Tests a person who leaves while programs of this person and of others write, refresh their tokens, and ask for
//! addresses.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use todo_action::config::Auth;

use super::{
    super::{erase::LEAVE, harness::Api, whole_table::about},
    person::{Browser, Program, Tokens, ask},
    provider::Provider,
    somebody,
};

/// A program that sends requests again and again, until it has no access any more or until `stop` is set.
struct Busy {
    api: Api,
    program: Program,
    tokens: Tokens,
    /// The number of todos in each request.
    todos: usize,
    stop: Arc<AtomicBool>,
}

impl Busy {
    /// Returns the ids of all added todos.
    async fn work(self) -> Vec<String> {
        let Self { api, program, mut tokens, todos, stop } = self;
        let mut ids = Vec::new();
        while !stop.load(Ordering::SeqCst) {
            // A call to the embedded DynamoDB never waits. So without this pause, the other tasks would hardly run.
            tokio::time::sleep(Duration::from_millis(3)).await;
            let new: Vec<_> = (0..todos).map(|n| json!({"title": format!("todo {n}"), "list": "Home"})).collect();
            let body = json!({"todos": new, "allow_duplicate": true});
            let added = ask(&api, "POST", "/todos", body, &tokens.access).await;
            match added.status.as_u16() {
                201 => ids.extend(added.ids()),
                401 => break,
                503 => {}
                _ => panic!("{}", added.text),
            }
            let address = ask(&api, "GET", "/export/address", Value::Null, &tokens.access).await;
            assert!(matches!(address.status.as_u16(), 200 | 401 | 503), "{}", address.text);
            let refreshed = program.refresh(&api, &tokens.refresh).await;
            match refreshed.status.as_u16() {
                200 => tokens = Tokens::of(&refreshed),
                400 => assert_eq!(refreshed.body["error"], "invalid_grant"),
                503 => {}
                _ => panic!("{}", refreshed.text),
            }
        }
        ids
    }
}

/// Ada leaves with one program, while three other programs of hers and two other people write from several instances.
async fn leave_while_others_write(provider: &Provider, api: &Api, round: usize) {
    let program = Program::register(api, "Claude Code").await;
    let [ada, grace, linus] = ["ada", "grace", "linus"].map(|name| somebody(api, name));
    let stop = Arc::new(AtomicBool::new(false));
    let mut ready = Vec::new();
    for (person, todos, instance) in [
        (&ada, 1, api.clone()),
        (&ada, 3, api.elsewhere()),
        (&ada, 105, api.elsewhere()),
        (&grace, 2, api.clone()),
        (&linus, 104, api.elsewhere()),
    ] {
        let tokens = program.connect(api, provider, person).await;
        let busy = Busy { api: instance, program: program.clone(), tokens, todos, stop: stop.clone() };
        ready.push((*person == ada, busy));
    }
    let own = program.connect(api, provider, &ada).await;
    let code = Browser::default().allow(api, provider, &program, &ada).await;
    let (hers, others): (Vec<_>, Vec<_>) = ready.into_iter().partition(|(is_hers, _)| *is_hers);
    let start =
        |busy: Vec<(bool, Busy)>| busy.into_iter().map(|(_, busy)| tokio::spawn(busy.work())).collect::<Vec<_>>();
    let (hers, others) = (start(hers), start(others));
    tokio::time::sleep(Duration::from_millis(50 * round as u64)).await;
    let redeemed = tokio::spawn({
        let (program, api) = (program.clone(), api.elsewhere());
        async move { program.redeem(&api, &code).await.status.as_u16() }
    });
    let mut answer = ask(api, "DELETE", LEAVE, Value::Null, &own.access).await;
    for _ in 0..200 {
        if answer.status != 503 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        answer = ask(api, "DELETE", LEAVE, Value::Null, &own.access).await;
    }
    assert_eq!(answer.body["erased"], true, "{}", answer.text);
    assert!(matches!(redeemed.await.unwrap(), 200 | 400 | 503));
    for task in hers {
        task.await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.store(true, Ordering::SeqCst);
    let left = about(&api.scan().await, &ada);
    assert!(left.is_empty(), "{:?}", left.keys().collect::<Vec<_>>());
    let items = api.scan().await;
    for task in others {
        let ids = task.await.unwrap();
        assert!(!ids.is_empty());
        let is_there = |id: &String| items.keys().any(|(_, sk)| *sk == format!("todo#{id}"));
        // The program may have added its last todos after the scan.
        assert!(ids.iter().take(ids.len().saturating_sub(210)).all(is_there));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_left_of_a_person_who_leaves_while_programs_write() {
    let provider = Provider::start().await;
    let oauth = Auth::OAuth(Box::new(provider.agreed()));
    let api = Api::embedded_with(|config| config.auth = oauth).await;
    for round in 0..4 {
        leave_while_others_write(&provider, &api, round).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_left_of_a_person_who_leaves_with_two_programs_at_the_same_moment() {
    let provider = Provider::start().await;
    let oauth = Auth::OAuth(Box::new(provider.agreed()));
    let api = Api::embedded_with(|config| config.auth = oauth).await;
    let (program, ada) = (Program::register(&api, "Claude Code").await, somebody(&api, "ada"));
    for _ in 0..10 {
        let (one, other) = (program.connect(&api, &provider, &ada).await, program.connect(&api, &provider, &ada).await);
        let todos = json!({"todos": (0..30).map(|n| json!({"title": n.to_string()})).collect::<Vec<_>>()});
        assert_eq!(ask(&api, "POST", "/todos", todos, &one.access).await.status, 201);
        let elsewhere = api.elsewhere();
        let leave = |api: Api, access: String| {
            tokio::spawn(async move { ask(&api, "DELETE", LEAVE, Value::Null, &access).await })
        };
        for answer in [leave(api.clone(), one.access), leave(elsewhere, other.access)] {
            let answer = answer.await.unwrap();
            assert!(matches!(answer.status.as_u16(), 200 | 401), "{}", answer.text);
        }
        assert!(about(&api.scan().await, &ada).is_empty());
    }
}
