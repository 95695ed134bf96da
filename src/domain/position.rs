//! Where a caller puts a todo among the other todos.

use deserr::{DeserializeError, Deserr, IntoValue, MergeWithError, Value, ValuePointerRef};

use super::{id::TodoId, input::value, invalid::Invalid};

/// Where a caller puts a todo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    Top,
    Bottom,
    /// Directly after this todo.
    After(TodoId),
}

impl Position {
    /// The field of a todo or of an edit.
    pub const FIELD: &str = "position";

    /// Reads `top`, `bottom`, `after` with an id, or an id alone.
    pub fn parse(text: String) -> Result<Self, Invalid> {
        let words = text.to_lowercase().replace([':', '"', '\''], " ");
        let words: Vec<&str> = words.split_whitespace().collect();
        match words[..] {
            ["top" | "first" | "start" | "beginning"] => Ok(Self::Top),
            ["bottom" | "last" | "end"] => Ok(Self::Bottom),
            ["after", id] | ["after", "id", id] | [id] if TodoId::parse(id).is_some() => {
                TodoId::parse(id).map(Self::After).ok_or_else(|| refusal(&text))
            }
            _ => Err(refusal(&text)),
        }
    }

    /// The id of the todo directly before this position. `None` for the top and the bottom.
    pub fn anchor(&self) -> Option<&TodoId> {
        match self {
            Self::After(id) => Some(id),
            Self::Top | Self::Bottom => None,
        }
    }
}

fn refusal(text: &str) -> Invalid {
    let shown: String = text.chars().take(40).collect();
    Invalid::new(format!(
        "cannot be \"{shown}\"; send top, bottom, or after and the id of a todo, such as \"after k7m2x9qa4t\""
    ))
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for Position {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        value::text(value, location, Self::parse)
    }
}
