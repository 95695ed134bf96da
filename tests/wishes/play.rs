//! Plays a wish, over MCP and over REST.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::assistant::{Assistant, Way, assistants_by};
use super::state::State;
use super::tokens::{collect_random, same_in_each_run};
use super::wish::{AS_READ, Call, Outcome, Step, Wish};

const ASSISTANTS: [&str; 3] = ["Claude", "Codex", "ChatGPT"];

/// The answers to the calls for a wish. Random texts in the answers are replaced.
#[derive(Default)]
pub struct Played {
    pub answers: Vec<String>,
}

impl Played {
    /// The number of characters of all answers.
    pub fn characters(&self) -> usize {
        self.answers.iter().map(|answer| answer.chars().count()).sum()
    }
}

struct Play {
    assistants: [Assistant; ASSISTANTS.len()],
    /// The position of the assistant that calls.
    current: usize,
    /// The ids that the assistant has seen in answers, by title. Before the wish, it has seen none.
    seen: BTreeMap<String, String>,
    /// The todos of the answers, by title. Each todo is as the last answer showed it.
    todos: BTreeMap<String, Value>,
    /// The state before the wish.
    before: Option<State>,
    played: Played,
    /// Random texts in all answers.
    random: BTreeSet<String>,
}

/// Plays the wish over MCP and over REST. Both must have answers of the same size. Returns the answers.
pub async fn both(wish: fn() -> Wish) -> Played {
    let over_mcp = play(&wish(), Way::Mcp).await;
    let over_rest = play(&wish(), Way::Rest).await;
    let Wish { says, outcome, .. } = wish();
    assert_eq!(over_mcp.characters(), over_rest.characters(), "MCP and REST answer the same: {says}");
    let calls = over_mcp.answers.len();
    let may_take_more = matches!(outcome, Outcome::NotMet(_));
    assert!(calls <= 2 || may_take_more, "{says}: the assistant needed {calls} calls");
    over_mcp
}

/// Plays the wish over MCP, without a limit for the number of calls. Returns the answers.
pub async fn over_mcp(wish: &Wish) -> Played {
    play(wish, Way::Mcp).await
}

async fn play(wish: &Wish, way: Way) -> Played {
    let assistants = assistants_by(way, ASSISTANTS).await;
    let mut play = Play {
        assistants,
        current: 0,
        seen: BTreeMap::new(),
        todos: BTreeMap::new(),
        before: None,
        played: Played::default(),
        random: BTreeSet::new(),
    };
    for step in &wish.steps {
        play.step(wish, step).await;
    }
    play.played
}

impl Play {
    async fn step(&mut self, wish: &Wish, step: &Step) {
        match step {
            Step::Seed(todos) => {
                let todos = json!({"todos": todos, "allow_duplicate": true});
                let (added, answer) = self.assistants[self.current].answer("addTodos", todos).await;
                assert!(added, "{answer}");
                self.sees(&answer);
            }
            Step::At(local) => self.assistants[0].set_clock(local),
            Step::By(name) => {
                self.current = ASSISTANTS.iter().position(|assistant| assistant == name).unwrap();
            }
            Step::Before(call) | Step::After(call) => drop(self.call(wish, call).await),
            Step::Call(call) => {
                self.begin().await;
                let answer = self.call(wish, call).await;
                self.played.answers.push(same_in_each_run(&answer, &self.random));
            }
            Step::Then(expectation) => {
                self.begin().await;
                let mut expected = self.before.clone().unwrap();
                expectation(&mut expected);
                State::read(&self.assistants[0]).await.assert_is(&expected, wish.says);
            }
            Step::Told(text) => {
                let client = json!({"name": "test", "version": "1"});
                let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client});
                let told = self.assistants[0].mcp("initialize", hello).await;
                assert!(told["instructions"].as_str().unwrap().contains(text), "no {text:?} in {told}");
            }
        }
    }

    /// Before the first call of the wish, reads the state, and forgets the ids that the assistant has seen.
    async fn begin(&mut self) {
        if self.before.is_none() {
            self.seen.clear();
            let before = State::read(&self.assistants[0]).await;
            self.random.extend(before.ids());
            self.before = Some(before);
        }
    }

    async fn call(&mut self, wish: &Wish, call: &Call) -> Value {
        let arguments = self.with_ids(&call.arguments);
        let (succeeded, answer) = self.assistants[self.current].answer(call.operation, arguments.clone()).await;
        let Call { operation, is_refused, checks, .. } = call;
        assert_eq!(succeeded, !is_refused, "{}: {operation} {arguments}: {answer}", wish.says);
        assert_eq!(answer.get("unreadable"), None, "{}: {operation} {arguments}", wish.says);
        for check in checks {
            check(&answer);
        }
        self.sees(&answer);
        answer
    }

    /// The arguments, with each placeholder of `id` replaced by the id.
    fn with_ids(&self, arguments: &Value) -> Value {
        match arguments {
            Value::String(text) => match text.split_once('<').zip(text.split_once('>')) {
                Some(((before, rest), (_, after))) => {
                    let title = rest.strip_suffix(after).and_then(|title| title.strip_suffix('>')).unwrap();
                    let id = self.seen.get(title).unwrap_or_else(|| panic!("no id of {title:?} was seen"));
                    json!(format!("{before}{id}{after}"))
                }
                None => arguments.clone(),
            },
            Value::Array(values) => values.iter().map(|value| self.with_ids(value)).collect(),
            Value::Object(fields) if fields.contains_key(AS_READ) => {
                let mut todo = self.todos[fields[AS_READ].as_str().unwrap()].as_object().unwrap().clone();
                todo.extend(fields.iter().filter(|(name, _)| *name != AS_READ).map(|(k, v)| (k.clone(), v.clone())));
                Value::Object(todo)
            }
            Value::Object(fields) => {
                Value::Object(fields.iter().map(|(name, value)| (name.clone(), self.with_ids(value))).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => arguments.clone(),
        }
    }

    /// Remembers the ids of an answer. The id of its change has the title `change`.
    fn sees(&mut self, answer: &Value) {
        collect_random(answer, &mut self.random);
        self.remember(answer);
    }

    fn remember(&mut self, answer: &Value) {
        match answer {
            Value::Array(values) => values.iter().for_each(|value| self.remember(value)),
            Value::Object(fields) => {
                if let (Some(Value::String(title)), Some(Value::String(id))) = (fields.get("title"), fields.get("id")) {
                    self.seen.insert(title.clone(), id.clone());
                    self.todos.insert(title.clone(), answer.clone());
                }
                if let Some(Value::String(id)) = fields.get("change").and_then(|change| change.get("id")) {
                    self.seen.insert("change".to_owned(), id.clone());
                }
                fields.values().for_each(|value| self.remember(value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}
