//! Why the values of a request could not be taken: each broken rule with its path, in words a model can act on.

use std::ops::ControlFlow;

use deserr::{DeserializeError, ErrorKind, IntoValue, MergeWithError, ValueKind, ValuePointerRef};

use crate::{api::answer::problem::FieldError, domain::invalid::Invalid};

/// The values of a request that break a rule.
#[derive(Debug, Default)]
pub struct Broken(Vec<FieldError>);

impl DeserializeError for Broken {
    fn error<V: IntoValue>(
        broken: Option<Self>,
        error: ErrorKind<V>,
        location: ValuePointerRef,
    ) -> ControlFlow<Self, Self> {
        let (path, invalid) = match error {
            ErrorKind::IncorrectValueKind { actual, accepted } => (path(location), wrong_kind(actual.kind(), accepted)),
            ErrorKind::MissingField { field } => (path(location.push_key(field)), Invalid::new("is missing")),
            ErrorKind::UnknownKey { key, accepted } => (path(location.push_key(&short(key))), unknown(key, accepted)),
            ErrorKind::UnknownValue { accepted, .. } => {
                (path(location), Invalid::new(format!("must be one of {}", accepted.join(", "))))
            }
            ErrorKind::BadSequenceLen { expected, .. } => {
                (path(location), Invalid::new(format!("must have {expected} elements")))
            }
            ErrorKind::Unexpected { msg } => (path(location), Invalid::new(msg)),
        };
        broken.unwrap_or_default().and(FieldError::new(path, invalid))
    }
}

impl MergeWithError<Self> for Broken {
    fn merge(broken: Option<Self>, other: Self, _: ValuePointerRef) -> ControlFlow<Self, Self> {
        let mut all = broken.unwrap_or_default();
        all.0.extend(other.0);
        ControlFlow::Continue(all)
    }
}

impl MergeWithError<Invalid> for Broken {
    fn merge(broken: Option<Self>, invalid: Invalid, location: ValuePointerRef) -> ControlFlow<Self, Self> {
        broken.unwrap_or_default().and(FieldError::new(path(location), invalid))
    }
}

impl Broken {
    /// All of them.
    pub fn errors(self) -> Vec<FieldError> {
        self.0
    }

    fn and(mut self, error: FieldError) -> ControlFlow<Self, Self> {
        self.0.push(error);
        ControlFlow::Continue(self)
    }
}

/// `todos[2].due`
fn path(location: ValuePointerRef) -> String {
    match location {
        ValuePointerRef::Origin => String::new(),
        ValuePointerRef::Key { key, prev } => {
            let before = path(*prev);
            if before.is_empty() { key.to_owned() } else { format!("{before}.{key}") }
        }
        ValuePointerRef::Index { index, prev } => format!("{}[{index}]", path(*prev)),
    }
}

fn wrong_kind(actual: ValueKind, accepted: &[ValueKind]) -> Invalid {
    let accepted: Vec<_> = accepted.iter().map(|kind| in_words(*kind)).collect();
    Invalid::new(format!("must be {}, not {}", accepted.join(" or "), in_words(actual)))
}

fn in_words(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Null => "null",
        ValueKind::Boolean => "true or false",
        ValueKind::Integer | ValueKind::NegativeInteger => "a whole number",
        ValueKind::Float => "a number",
        ValueKind::String => "a string",
        ValueKind::Sequence => "an array",
        ValueKind::Map => "an object",
    }
}

/// What is wrong with a field that nobody knows.
pub fn unknown(key: &str, accepted: &[&str]) -> Invalid {
    Invalid::new(match meant(&key.to_lowercase(), accepted) {
        Some(name) => format!("is not a field here; did you mean {name}?"),
        None if accepted.is_empty() => "is not a field here; there are none".to_owned(),
        None => format!("is not a field here; the fields are {}", accepted.join(", ")),
    })
}

/// The field that was probably meant: one that begins alike ("prio", "due_date"), one that is a slip away ("titel"), or
/// one that others call so.
fn meant<'a>(key: &str, accepted: &[&'a str]) -> Option<&'a str> {
    const SYNONYMS: [(&str, &str); 24] = [
        ("name", "title"),
        ("task", "title"),
        ("text", "title"),
        ("content", "title"),
        ("summary", "title"),
        ("description", "notes"),
        ("body", "notes"),
        ("details", "notes"),
        ("labels", "tags"),
        ("label", "tags"),
        ("deadline", "due"),
        ("date", "due"),
        ("project", "list"),
        ("importance", "priority"),
        ("subtasks", "steps"),
        ("completed", "status"),
        ("version", "expected_version"),
        ("recurrence", "repeat"),
        ("interval", "every"),
        ("frequency", "unit"),
        ("freq", "unit"),
        ("days", "weekdays"),
        ("end", "until"),
        ("query", "q"),
    ];
    // One that edits must not become one that replaces.
    let edits = ["add", "append", "remove"].iter().any(|word| key.contains(word));
    let alike = |name: &str| (key.len() > 2 && name.starts_with(key)) || (name.len() > 2 && key.starts_with(name));
    let slips = |name: &str| strsim::damerau_levenshtein(key, name);
    let near = || {
        accepted.iter().copied().filter(|name| slips(name) <= (name.len() / 4).max(1)).min_by_key(|name| slips(name))
    };
    let synonym = || SYNONYMS.iter().find(|(word, _)| *word == key).map(|(_, name)| *name);
    let mut begin = accepted.iter().copied().filter(|name| !edits && alike(name));
    let begins = begin.next().filter(|_| begin.next().is_none());
    begins.or_else(near).or_else(|| accepted.iter().copied().find(|name| synonym() == Some(*name)))
}

/// A name that a caller made up may be of any length.
pub fn short(name: &str) -> String {
    name.chars().take(60).collect()
}
