//! A wish as data: what the person says, the todos before, the calls that an assistant makes at its first guess, and
//! the state that must follow.

use serde_json::{Value, json};

use super::state::State;

/// Changes the state before the wish into the state that must follow.
type Expectation = Box<dyn Fn(&mut State)>;
/// Checks an answer.
type Check = Box<dyn Fn(&Value)>;

pub struct Wish {
    pub number: usize,
    /// The person's words.
    pub says: &'static str,
    pub steps: Vec<Step>,
    pub outcome: Outcome,
}

/// What the table says about a wish whose scenario passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    Met,
    /// The service meets the wish, but the person should know this.
    MetBut(&'static str),
    /// The service does something else. The scenario shows what the service does.
    NotMet(&'static str),
    NotOffered(&'static str),
}

pub enum Step {
    /// Adds these todos before the wish.
    Seed(Vec<Value>),
    /// The clock shows this local time.
    At(&'static str),
    /// From now on, this assistant calls.
    By(&'static str),
    /// A call before the wish.
    Before(Call),
    /// A call for the wish. Only these calls count.
    Call(Call),
    /// A call after the wish. Its answer shows more about the result of the wish.
    After(Call),
    /// Says how the state before the wish must have changed.
    Then(Expectation),
    /// The instructions of the MCP server contain this text.
    Told(&'static str),
}

pub struct Call {
    pub operation: &'static str,
    /// `id(title)` stands for an id.
    pub arguments: Value,
    /// Whether the service must refuse the call.
    pub is_refused: bool,
    pub checks: Vec<Check>,
}

/// Stands for the id of the todo with this title. The assistant must have seen this id in an earlier answer.
pub fn id(title: &str) -> String {
    format!("<{title}>")
}

/// The name of the member in which `as_read` writes the title of the todo.
pub const AS_READ: &str = "<as read>";

/// Stands for the todo with this title, as an earlier answer showed it, with some fields changed.
pub fn as_read(title: &str, mut changed: Value) -> Value {
    changed[AS_READ] = json!(title);
    changed
}

/// A wish with this number and these words.
pub fn wish(number: usize, says: &'static str) -> Wish {
    Wish { number, says, steps: Vec::new(), outcome: Outcome::Met }
}

/// `count` todos of a list. `{}` in the title stands for a number with two digits.
pub fn many(count: usize, title: &str, list: &str) -> Vec<Value> {
    (0..count).map(|number| json!({"title": title.replace("{}", &format!("{number:02}")), "list": list})).collect()
}

impl Wish {
    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Before the wish, there are these todos. `todos` is an array of new todos.
    pub fn seed(self, todos: Value) -> Self {
        let Value::Array(todos) = todos else { panic!("todos are an array") };
        self.step(Step::Seed(todos))
    }

    /// Before the wish, there are the 120 open todos of usual.json.
    pub fn usual(self) -> Self {
        let usual: Value = serde_json::from_str(include_str!("usual.json")).unwrap();
        self.seed(usual["todos"].clone())
    }

    pub fn at(self, local: &'static str) -> Self {
        self.step(Step::At(local))
    }

    pub fn by(self, assistant: &'static str) -> Self {
        self.step(Step::By(assistant))
    }

    pub fn before(self, operation: &'static str, arguments: Value) -> Self {
        self.step(Step::Before(Call::new(operation, arguments)))
    }

    pub fn call(self, operation: &'static str, arguments: Value) -> Self {
        self.step(Step::Call(Call::new(operation, arguments)))
    }

    /// The service must refuse this call, which is the first guess. The answer says what helps, so the next call is
    /// right.
    pub fn refused(self, operation: &'static str, arguments: Value) -> Self {
        self.step(Step::Call(Call { is_refused: true, ..Call::new(operation, arguments) }))
    }

    pub fn after(self, operation: &'static str, arguments: Value) -> Self {
        self.step(Step::After(Call::new(operation, arguments)))
    }

    pub fn then(self, expectation: impl Fn(&mut State) + 'static) -> Self {
        self.step(Step::Then(Box::new(expectation)))
    }

    /// Nothing has changed.
    pub fn then_nothing_changed(self) -> Self {
        self.then(|_| {})
    }

    /// One undo takes back everything that the wish has changed.
    pub fn undone(self) -> Self {
        self.after("undoChange", json!({})).then_nothing_changed()
    }

    pub fn told(self, text: &'static str) -> Self {
        self.step(Step::Told(text))
    }

    pub fn outcome(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    /// Checks the answer of the last call.
    fn check(mut self, check: impl Fn(&Value) + 'static) -> Self {
        let Some(Step::Before(call) | Step::Call(call) | Step::After(call)) = self.steps.last_mut() else {
            panic!("a check follows a call")
        };
        call.checks.push(Box::new(check));
        self
    }

    /// The answer has this value at this JSON pointer. `null` means that there is no value.
    pub fn shows(self, pointer: &'static str, value: Value) -> Self {
        self.check(move |answer| {
            assert_eq!(answer.pointer(pointer).unwrap_or(&Value::Null), &value, "at {pointer} of {answer}");
        })
    }

    /// The answer contains this text.
    pub fn contains(self, text: &'static str) -> Self {
        self.check(move |answer| {
            // JSON escapes the quotes in texts.
            let said = answer.to_string().replace("\\\"", "\"");
            assert!(said.contains(text), "no {text} in {answer}");
        })
    }

    /// The answer has the todos with these titles, in this order.
    pub fn titles<const COUNT: usize>(self, titles: [&'static str; COUNT]) -> Self {
        self.check(move |answer| {
            let todos = answer["todos"].as_array().unwrap().iter();
            let found: Vec<_> = todos.map(|todo| todo["title"].as_str().unwrap()).collect();
            assert_eq!(found, titles);
        })
    }

    /// The answer has at most this number of characters.
    pub fn at_most(self, characters: usize) -> Self {
        self.check(move |answer| {
            let length = answer.to_string().chars().count();
            assert!(length <= characters, "{length} characters: {answer}");
        })
    }
}

impl Call {
    fn new(operation: &'static str, arguments: Value) -> Self {
        Self { operation, arguments, is_refused: false, checks: Vec::new() }
    }
}
