//! A mistake as data: the call that a model makes, what the answer must say, and the next try.

use serde_json::{Value, json};

use crate::play::over_mcp;
use crate::state::State;
use crate::wish::{Wish, wish};

/// A mistake that a model makes, and what happens then.
pub struct Mistake {
    /// What the model sends, for the table.
    pub sends: &'static str,
    /// The texts that the answers must contain, for the table.
    says: Vec<&'static str>,
    /// Whether the model needs another try.
    has_next_try: bool,
    /// Whether the service refuses a call.
    is_refused: bool,
    steps: Wish,
}

/// A mistake without calls. `sends` says what the model sends.
pub fn mistake(sends: &'static str) -> Mistake {
    Mistake { sends, says: Vec::new(), has_next_try: false, is_refused: false, steps: wish(0, sends) }
}

impl Mistake {
    fn with(self, step: impl FnOnce(Wish) -> Wish) -> Self {
        Self { steps: step(self.steps), ..self }
    }

    /// Before the mistake, there are these todos.
    pub fn seed(self, todos: Value) -> Self {
        self.with(|wish| wish.seed(todos))
    }

    pub fn by(self, assistant: &'static str) -> Self {
        self.with(|wish| wish.by(assistant))
    }

    /// A call before the mistake.
    pub fn before(self, operation: &'static str, arguments: Value) -> Self {
        self.with(|wish| wish.before(operation, arguments))
    }

    /// A right call that the model makes first. The model learns ids from the answer.
    pub fn reads(self, operation: &'static str, arguments: Value) -> Self {
        self.with(|wish| wish.call(operation, arguments))
    }

    /// The call with the mistake. The service must accept the call.
    pub fn sends(self, operation: &'static str, arguments: Value) -> Self {
        self.with(|wish| wish.call(operation, arguments))
    }

    /// The call with the mistake. The service must refuse the call.
    pub fn refused(self, operation: &'static str, arguments: Value) -> Self {
        Self { is_refused: true, ..self }.with(|wish| wish.refused(operation, arguments))
    }

    /// The answer to the last call must contain this text.
    pub fn told(mut self, text: &'static str) -> Self {
        self.says.push(text);
        self.with(|wish| wish.contains(text))
    }

    /// The answer to the last call must have this value at this JSON pointer.
    pub fn shows(self, pointer: &'static str, value: Value) -> Self {
        self.with(|wish| wish.shows(pointer, value))
    }

    /// The next call of a model that has read only the answer to the mistake. The call must be right.
    pub fn next(self, operation: &'static str, arguments: Value) -> Self {
        Self { has_next_try: true, ..self }.with(|wish| wish.call(operation, arguments))
    }

    pub fn then(self, expectation: impl Fn(&mut State) + 'static) -> Self {
        self.with(|wish| wish.then(expectation))
    }

    pub fn then_nothing_changed(self) -> Self {
        self.with(Wish::then_nothing_changed)
    }

    /// Plays the mistake. Panics if something is not as described.
    pub async fn play(&self) {
        over_mcp(&self.steps).await;
    }

    /// The row of the table, without its number.
    pub fn row(&self) -> String {
        let says = match self.says.join("; ") {
            says if says.is_empty() => "–".to_owned(),
            says => format!("`{}`", says.replace('`', "'")),
        };
        let result = match (self.has_next_try, self.is_refused) {
            (true, _) => "right at the next try",
            (false, true) => "nothing to do",
            (false, false) => "done as meant",
        };
        format!("{} | {says} | {result}", self.sends)
    }
}

/// One new todo, as the arguments of `addTodos`.
pub fn new_todo(todo: Value) -> Value {
    json!({ "todos": [todo] })
}
