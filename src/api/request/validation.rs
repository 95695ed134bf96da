//! Collects the errors in the values of a request. Each error contains the path of the value, and a message that helps
//! a model to correct the value.

use std::ops::ControlFlow;

use deserr::{DeserializeError, ErrorKind, IntoValue, MergeWithError, ValueKind, ValuePointerRef};

use crate::{
    api::answer::{
        problem::FieldError,
        suggestion::{short, unknown},
    },
    domain::invalid::Invalid,
};

/// The errors for all invalid values of a request.
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
    /// The list of all errors.
    pub fn errors(self) -> Vec<FieldError> {
        self.0
    }

    fn and(mut self, error: FieldError) -> ControlFlow<Self, Self> {
        self.0.push(error);
        ControlFlow::Continue(self)
    }
}

/// The path of a value, such as `todos[2].due`.
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
