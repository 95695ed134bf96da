//! Records histories of three instances that change the todos of one owner at the same moment, and checks that the
//! histories are linearizable: the requests could have been made one after another, with the same answers.
//!
//! Each call to DynamoDB waits for its turn, and a seed decides whose turn it is. So the same seed always gives the
//! same history.

mod calls;
mod clients;
mod dropped;
mod model;
mod model_undo;
mod run;
mod wire;
mod world;

use std::collections::{BTreeMap, HashSet};
use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};
use std::thread;
use std::time::Instant;

use calls::Ret;
use dropped::Dropped;
use run::{History, database, history};

/// The number of histories if `HISTORIES` is not set.
const USUAL: u64 = 300;

/// The number of histories. `.ci/run` sets the variable `HISTORIES` to 10000.
#[expect(clippy::disallowed_methods, reason = "a setting of the test run, not of the program")]
fn number() -> u64 {
    std::env::var("HISTORIES").map_or(USUAL, |number| number.parse().expect("HISTORIES is a number"))
}

/// After this number of histories, a thread opens a new database, so that the old one does not use too much memory.
const OF_DATABASE: usize = 200;
/// If a precondition is missing, the checker must notice this within this number of histories.
const UNTIL_NOTICED: u64 = 1_500;

/// What the histories contained.
#[derive(Debug, Default)]
struct Summary {
    interleavings: HashSet<u64>,
    requests: usize,
    overlapping: usize,
    /// The smallest number of requests in a history.
    fewest: usize,
    /// The number of histories in which at least half of the requests overlap.
    half_overlap: u64,
    halves: usize,
    answers: BTreeMap<String, usize>,
    /// The seeds of the histories that are not linearizable.
    wrong: Vec<u64>,
}

impl Summary {
    fn add(&mut self, history: &History) {
        self.interleavings.insert(history.interleaving());
        let (requests, overlapping) = (history.number(), history.overlapping());
        self.fewest = if self.requests == 0 { requests } else { self.fewest.min(requests) };
        self.requests += requests;
        self.overlapping += overlapping;
        self.half_overlap += u64::from(overlapping * 2 >= requests);
        self.halves += history.trace.iter().filter(|(_, what)| *what == "second half").count();
        for done in history.requests() {
            let answer = match &done.answered {
                None => "lost".to_owned(),
                Some((_, Ret::Refused(code))) => code.clone(),
                Some((_, ret)) => format!("{ret:?}").split([' ', '(']).next().unwrap().to_lowercase(),
            };
            *self.answers.entry(answer).or_default() += 1;
        }
    }
}

/// Runs these histories in as many threads as the machine has cores.
fn run_all(seeds: std::ops::RangeInclusive<u64>, dropped: Option<Dropped>, each: impl Fn(History) -> bool + Sync) {
    let (next, last) = (AtomicU64::new(*seeds.start()), *seeds.end());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let mut left = 0;
                let mut connection = database();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > last || !each(history(seed, &connection, dropped)) {
                        return next.store(last + 1, Ordering::Relaxed);
                    }
                    left += 1;
                    if left % OF_DATABASE == 0 {
                        connection = database();
                    }
                }
            });
        }
    });
}

#[test]
fn histories_of_three_instances_are_linearizable() {
    let (number, begun, all) = (number(), Instant::now(), Mutex::new(Summary::default()));
    run_all(1..=number, None, |history| {
        let is_linearizable = history.is_linearizable();
        let mut all = all.lock().unwrap();
        all.add(&history);
        if !is_linearizable {
            println!("not linearizable: {}", history.show());
            all.wrong.push(history.seed);
        }
        true
    });
    let all = all.into_inner().unwrap();
    println!(
        "{number} histories with the seeds 1 to {number}, {} distinct interleavings, {} not linearizable, {} s",
        all.interleavings.len(),
        all.wrong.len(),
        begun.elapsed().as_secs()
    );
    let share = 100 * all.overlapping / all.requests;
    println!("{} requests, at least {} in each history; {share} % overlap", all.requests, all.fewest);
    println!("at least half overlap in {} histories; {} reads in two halves", all.half_overlap, all.halves);
    println!("answers: {:?}", all.answers);
    assert!(all.wrong.is_empty(), "the histories with the seeds {:?} are not linearizable", all.wrong);
    assert!(all.fewest >= 12 && share >= 50, "{all:?}");
    assert!(all.interleavings.len() as u64 * 100 >= number * 99, "{} interleavings", all.interleavings.len());
}

#[test]
fn the_same_seed_gives_the_same_history() {
    let (first, second) = (database(), database());
    for seed in 1..=10 {
        let (one, other) = (history(seed, &first, None), history(seed, &second, None));
        assert_eq!(one.trace, other.trace, "seed {seed}");
        assert_eq!(one.show(), other.show());
    }
}

#[test]
fn the_checker_notices_a_store_without_one_precondition() {
    for dropped in Dropped::ALL {
        let (tried, noticed) = (AtomicU64::new(0), Mutex::new(None));
        run_all(1..=UNTIL_NOTICED, Some(dropped), |history| {
            tried.fetch_add(1, Ordering::Relaxed);
            let is_linearizable = history.is_linearizable();
            if !is_linearizable {
                *noticed.lock().unwrap() = Some(history.seed);
            }
            is_linearizable
        });
        let (tried, noticed) = (tried.into_inner(), noticed.into_inner().unwrap());
        println!("without {dropped:?}: seed {noticed:?} is not linearizable, after {tried} histories");
        assert!(noticed.is_some(), "the checker did not notice {tried} histories without {dropped:?}");
    }
}
