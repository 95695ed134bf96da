//! A caller of the service. The caller adds, changes, deletes and reads its own todos, and remembers what the answers
//! said. After a 503, the caller sends the same request again, as the answer says. After some attempts, the caller
//! gives up.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Answer, Api};

/// The number of attempts for a request.
const ATTEMPTS: usize = 4;
/// A todo gets at most this number of paragraphs, because notes have at most 4,000 characters.
const PARAGRAPHS: usize = 50;

/// What the answers said about a todo or about a paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// The write has succeeded.
    Done,
    /// Nothing was changed.
    Refused,
    /// The caller has given up.
    Nothing,
}

/// A todo of the caller, and its paragraphs.
pub struct Todo {
    pub title: String,
    pub id: String,
    pub added: Said,
    pub paragraphs: Vec<(String, Said)>,
    /// `None` if the caller has not tried to delete the todo.
    pub deleted: Option<Said>,
}

/// What a caller has done.
#[derive(Default)]
pub struct Caller {
    /// The titles of all todos of this caller begin with this name.
    pub name: String,
    pub todos: Vec<Todo>,
    /// The ids of the changes in the answers.
    pub changes: Vec<String>,
    /// The number of writes that have perhaps made a change whose id the caller does not know.
    pub unknown: usize,
    /// The number of answers with each status.
    pub statuses: BTreeMap<u16, usize>,
    /// Descriptions of wrong answers.
    pub wrong: Vec<String>,
}

impl Caller {
    /// Sends requests until the time is over.
    pub async fn run(mut self, api: Api, until: Instant) -> Self {
        for number in 0.. {
            if Instant::now() >= until {
                break;
            }
            let living = |(_, todo): &(usize, &Todo)| todo.added == Said::Done && todo.deleted.is_none();
            let todos: Vec<_> = self.todos.iter().enumerate().filter(living).map(|(at, _)| at).collect();
            match (fastrand::choice(todos), fastrand::u8(..10)) {
                (None, _) | (_, 0..4) => self.add(&api, number).await,
                (Some(at), 4..8) => self.append(&api, at, number).await,
                (Some(at), 8) => self.delete(&api, at).await,
                (Some(at), _) => self.read(&api, at).await,
            }
        }
        self
    }

    /// Sends the request until the answer is not 503. Returns `None` if the caller gives up.
    async fn send(&mut self, api: &Api, method: &str, path: &str, body: &Value) -> Option<Answer> {
        for _ in 0..ATTEMPTS {
            let answer = api.send(method, path, body.clone(), &[]).await;
            *self.statuses.entry(answer.status.as_u16()).or_default() += 1;
            if answer.status != 503 {
                return Some(answer);
            }
            let advice = answer.body["detail"].as_str().unwrap_or_default();
            if !advice.starts_with("Send the same request again") || answer.headers["retry-after"] != "2" {
                self.wrong.push(format!("{method} {path}: {}", answer.text));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        None
    }

    /// Sends a write. Remembers the change in the answer. If the answer is not 200 or 201, the answer is wrong, because
    /// no other caller changes these todos.
    async fn write(&mut self, api: &Api, method: &str, path: &str, body: &Value) -> (Said, Option<Answer>) {
        let answer = self.send(api, method, path, body).await;
        let said = match &answer {
            None => Said::Nothing,
            Some(answer) if answer.status.is_success() => Said::Done,
            Some(answer) => {
                self.wrong.push(format!("{method} {path} {body}: {}", answer.text));
                let unchanged = answer.body["detail"].as_str().is_some_and(|text| text.starts_with("Nothing was"));
                if unchanged { Said::Refused } else { Said::Nothing }
            }
        };
        match answer.as_ref().and_then(|answer| answer.body["change"]["id"].as_str()) {
            Some(change) if said == Said::Done => self.changes.push(change.to_owned()),
            _ => self.unknown += usize::from(said != Said::Refused),
        }
        (said, answer)
    }

    async fn add(&mut self, api: &Api, number: usize) {
        let title = format!("{} {number}", self.name);
        let mut body = json!({"todos": [{ "title": title }]});
        if fastrand::bool() {
            body["idempotency_key"] = json!(title);
        }
        let (added, answer) = self.write(api, "POST", "/todos", &body).await;
        let id = answer.filter(|_| added == Said::Done).map(|answer| answer.ids().remove(0)).unwrap_or_default();
        if added == Said::Done
            && let Some(again) = self.send(api, "POST", "/todos", &body).await
        {
            // The second request is a repetition, with or without an idempotency key.
            let same = json!([again.status.as_u16(), again.body["replayed"], again.body["todos"][0]["id"]]);
            let change = again.body["change"]["id"].as_str();
            if same != json!([200, true, id]) || change != self.changes.last().map(String::as_str) {
                self.wrong.push(format!("the repetition of {body}: {}", again.text));
            }
        }
        self.todos.push(Todo { title, id, added, paragraphs: Vec::new(), deleted: None });
    }

    async fn append(&mut self, api: &Api, at: usize, number: usize) {
        if self.todos[at].paragraphs.len() >= PARAGRAPHS {
            return self.read(api, at).await;
        }
        let paragraph = format!("paragraph {number}");
        let path = format!("/todos/{}", self.todos[at].id);
        let (said, _) = self.write(api, "PATCH", &path, &json!({ "append_notes": paragraph })).await;
        self.todos[at].paragraphs.push((paragraph, said));
    }

    async fn delete(&mut self, api: &Api, at: usize) {
        let path = format!("/todos/{}", self.todos[at].id);
        let (said, _) = self.write(api, "DELETE", &path, &Value::Null).await;
        self.todos[at].deleted = Some(said);
    }

    async fn read(&mut self, api: &Api, at: usize) {
        let path = format!("/todos/{}", self.todos[at].id);
        let Some(answer) = self.send(api, "GET", &path, &Value::Null).await else { return };
        let notes: Vec<_> = answer.body["todo"]["notes"].as_str().unwrap_or_default().split("\n\n").collect();
        let mut done = self.todos[at].paragraphs.iter().filter(|(_, said)| *said == Said::Done);
        if answer.status != 200 || !done.all(|(paragraph, _)| notes.contains(&paragraph.as_str())) {
            self.wrong.push(format!("GET {path}: {}", answer.text));
        }
    }
}
