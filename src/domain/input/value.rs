//! Reading single values as models send them: a number as text, a word that is none.

use deserr::{DeserializeError, IntoValue, MergeWithError, Value, ValuePointerRef, take_cf_content};

use crate::domain::invalid::Invalid;

/// Reads a text with `parse`. A value of another kind goes through `parse` too, as it would be written, so that its refusal
/// names what is accepted.
pub fn text<T, E, V>(
    value: Value<V>,
    location: ValuePointerRef,
    parse: impl Fn(String) -> Result<T, Invalid>,
) -> Result<T, E>
where
    V: IntoValue,
    E: DeserializeError + MergeWithError<Invalid>,
{
    let written = match value {
        Value::String(text) => text,
        Value::Integer(number) => number.to_string(),
        Value::NegativeInteger(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Null => "null".to_owned(),
        Value::Sequence(_) => "[…]".to_owned(),
        Value::Map(_) => "{…}".to_owned(),
    };
    parse(written).map_err(|invalid| take_cf_content(E::merge(None, invalid, location)))
}

/// A whole number: an integer, 3.0 (an integer to JSON Schema), or either as text. `None` for anything else.
pub fn whole_number<V: IntoValue>(value: &Value<V>) -> Option<u64> {
    match value {
        Value::Integer(number) => Some(*number),
        // One that is too large for any number of ours becomes the largest.
        Value::Float(number) if number.fract() == 0.0 && *number >= 0.0 => Some(*number as u64),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
