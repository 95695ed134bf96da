//! Tests faults of AWS under load. 64 callers use the service, and a proxy between the service and DynamoDB injects
//! faults. After that, the test compares the table with everything that the answers said. Usually all faults happen
//! together, for five seconds. If the variable `FAULT_SECONDS` is set, one fault after another happens first, and all
//! faults together happen at the end.

mod caller;
mod proxy;

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::{Client, config::retry::RetryPartition};
use serde_json::Value;
use todo_action::store::{Connection, connect};

use self::{
    caller::{Caller, Said},
    proxy::{Fault, Proxy},
};
use super::harness::{self, Api};

const OWNERS: usize = 16;
const CALLERS_OF_ONE_OWNER: usize = 4;

const FAULTS: [(&str, Fault); 10] = [
    ("`ThrottlingException`", Fault::Refused("ThrottlingException")),
    ("`ProvisionedThroughputExceededException`", Fault::Refused("ProvisionedThroughputExceededException")),
    ("`RequestLimitExceeded`", Fault::Refused("RequestLimitExceeded")),
    ("`ExpiredTokenException`", Fault::Refused("ExpiredTokenException")),
    ("500 `InternalServerError`", Fault::Failed(500, "InternalServerError")),
    ("503 `ServiceUnavailable`", Fault::Failed(503, "ServiceUnavailable")),
    ("`TransactionConflict`", Fault::Conflict),
    ("no answer after the commit", Fault::Silent),
    ("half an answer", Fault::Cut),
    ("a slow answer", Fault::Slow),
];

/// The results of the requests.
#[derive(Default)]
struct Outcome {
    statuses: BTreeMap<u16, usize>,
    /// Descriptions of todos, paragraphs, deletions and changes that are missing.
    lost: Vec<String>,
    /// Descriptions of todos, paragraphs and changes that exist more than once.
    doubled: Vec<String>,
    /// Descriptions of wrong answers, and of todos and paragraphs that nobody has added.
    wrong: Vec<String>,
}

/// The faults of each phase of the test, and the duration of one phase.
#[expect(clippy::disallowed_methods, reason = "a setting of the test run, not of the program")]
fn phases() -> (Vec<(&'static str, Vec<Fault>)>, Duration) {
    let together = ("all of them", FAULTS.iter().map(|(_, fault)| *fault).collect());
    let Ok(seconds) = std::env::var("FAULT_SECONDS") else { return (vec![together], Duration::from_secs(5)) };
    let phases: Vec<_> = FAULTS.iter().map(|(name, fault)| (*name, vec![*fault])).chain([together]).collect();
    let time = Duration::from_secs(seconds.parse().unwrap()) / phases.len() as u32;
    (phases, time)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn under_faults_of_aws_sixty_four_callers_lose_nothing_and_double_nothing() {
    let dynamodb = harness::dynamodb();
    let upstream = dynamodb.endpoint.as_ref().unwrap().strip_prefix("http://").unwrap().parse().unwrap();
    let (address, proxy) = Proxy::before(upstream).await;
    let connection = Connection { endpoint: Some(format!("http://{address}")), ..dynamodb };
    let (phases, time) = phases();
    println!(
        "| fault | injected | 200, 201 | 503 | other | lost | doubled | wrong |\n|---|---|---|---|---|---|---|---|"
    );
    for (number, (name, faults)) in phases.into_iter().enumerate() {
        let client = client(connection.clone(), number);
        let apis: Vec<_> = (0..OWNERS).map(|_| Api::through(client.clone())).collect();
        proxy.inject(&faults);
        let callers = call(&apis, Instant::now() + time).await;
        let injected = proxy.stop().await;
        let outcome = compare(&apis, callers).await;
        outcome.print(name, injected);
        assert!(injected > 0 && outcome.with_status(&[200, 201]) > 0, "{name}");
        assert_eq!(outcome.lost, [""; 0], "{name}");
        assert_eq!(outcome.doubled, [""; 0], "{name}");
        assert_eq!(outcome.wrong, [""; 0], "{name}");
    }
}

/// A client like the client of the product. The retries of this client do not count against the retries of other
/// clients.
fn client(connection: Connection, number: usize) -> Client {
    let client = connect(connection);
    let alone = RetryPartition::new(format!("faults {number}"));
    Client::from_conf(client.config().to_builder().retry_partition(alone).build())
}

/// All callers send requests until the time is over. Returns the callers of each owner.
async fn call(apis: &[Api], until: Instant) -> Vec<Vec<Caller>> {
    let start = |api: &Api, number: usize| {
        let caller = Caller { name: format!("caller {number}"), ..Caller::default() };
        tokio::spawn(caller.run(api.clone(), until))
    };
    let tasks: Vec<Vec<_>> =
        apis.iter().map(|api| (0..CALLERS_OF_ONE_OWNER).map(|number| start(api, number)).collect()).collect();
    let mut callers = Vec::new();
    for tasks in tasks {
        let mut of_owner = Vec::new();
        for task in tasks {
            of_owner.push(task.await.unwrap());
        }
        callers.push(of_owner);
    }
    callers
}

async fn compare(apis: &[Api], callers: Vec<Vec<Caller>>) -> Outcome {
    let mut outcome = Outcome::default();
    for (api, callers) in apis.iter().zip(callers) {
        let (open, deleted) = (api.all("open").await, api.all("deleted").await);
        outcome.compare_todos(&callers, &open, &deleted);
        outcome.compare_changes(&callers, &history(api).await);
        for caller in callers {
            caller.statuses.iter().for_each(|(status, count)| *outcome.statuses.entry(*status).or_default() += count);
            outcome.wrong.extend(caller.wrong);
        }
    }
    outcome
}

/// The ids of all changes of the owner.
async fn history(api: &Api) -> Vec<String> {
    let (mut changes, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("/changes?limit=100&cursor={cursor}")).await;
        changes.extend(page.body["changes"].as_array().unwrap().iter().map(|change| text(change, "id").to_owned()));
        let Some(next) = page.body["next_cursor"].as_str() else { return changes };
        cursor = next.to_owned();
    }
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

/// How often each of the words occurs.
fn count<'a>(words: impl Iterator<Item = &'a str>) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    words.for_each(|word| *counts.entry(word).or_default() += 1);
    counts
}

impl Outcome {
    /// There are `found` todos, paragraphs or changes with the name `what`. Checks whether this number is consistent
    /// with the answer.
    fn count(&mut self, what: &str, found: usize, said: Said) {
        match (said, found) {
            (Said::Done, 1) | (Said::Nothing, 0 | 1) | (Said::Refused, 0) => {}
            (Said::Done, 0) => self.lost.push(what.to_owned()),
            (Said::Done | Said::Nothing, _) => self.doubled.push(what.to_owned()),
            (Said::Refused, _) => self.wrong.push(format!("{what} was refused, but exists")),
        }
    }

    fn compare_todos(&mut self, callers: &[Caller], open: &[Value], deleted: &[Value]) {
        let stored = || open.iter().chain(deleted);
        let titles = count(stored().map(|todo| text(todo, "title")));
        let mut known = 0;
        for todo in callers.iter().flat_map(|caller| &caller.todos) {
            let found = titles.get(todo.title.as_str()).copied().unwrap_or_default();
            known += found;
            self.count(&todo.title, found, todo.added);
            let Some(now) = stored().find(|stored| text(stored, "title") == todo.title) else { continue };
            let paragraphs = count(text(now, "notes").split("\n\n").filter(|paragraph| !paragraph.is_empty()));
            let mut known = 0;
            for (paragraph, said) in &todo.paragraphs {
                let found = paragraphs.get(paragraph.as_str()).copied().unwrap_or_default();
                known += found;
                self.count(&format!("{} {paragraph}", todo.title), found, *said);
            }
            if known != paragraphs.values().sum::<usize>() {
                self.wrong.push(format!("nobody has sent these notes: {now}"));
            }
            let is_deleted = text(now, "status") == "deleted";
            match todo.deleted {
                Some(Said::Done) if !is_deleted => self.lost.push(format!("the deletion of {}", todo.title)),
                None | Some(Said::Refused) if is_deleted => self.wrong.push(format!("nobody deleted {}", todo.title)),
                _ => {}
            }
        }
        if known != stored().count() {
            self.wrong.push(format!("{} todos, but {known} were added", stored().count()));
        }
    }

    fn compare_changes(&mut self, callers: &[Caller], history: &[String]) {
        let stored = count(history.iter().map(String::as_str));
        let answered = count(callers.iter().flat_map(|caller| &caller.changes).map(String::as_str));
        for (change, times) in &answered {
            self.count(&format!("change {change}"), stored.get(change).copied().unwrap_or_default(), Said::Done);
            if *times > 1 {
                self.wrong.push(format!("{times} writes were answered with change {change}"));
            }
        }
        let unknown: usize = callers.iter().map(|caller| caller.unknown).sum();
        if history.len() > answered.len() + unknown {
            self.doubled.push(format!("{} changes, but {} writes", history.len(), answered.len() + unknown));
        }
    }

    fn with_status(&self, statuses: &[u16]) -> usize {
        statuses.iter().filter_map(|status| self.statuses.get(status)).sum()
    }

    fn print(&self, name: &str, injected: usize) {
        let (done, again) = (self.with_status(&[200, 201]), self.with_status(&[503]));
        let other = self.statuses.values().sum::<usize>() - done - again;
        let (lost, doubled, wrong) = (self.lost.len(), self.doubled.len(), self.wrong.len());
        println!("| {name} | {injected} | {done} | {again} | {other} | {lost} | {doubled} | {wrong} |");
    }
}
