//! Reads single values. Models sometimes send a number as text, or a number where the API needs a word.

use deserr::{DeserializeError, IntoValue, MergeWithError, Value, ValuePointerRef, take_cf_content};

use crate::domain::invalid::Invalid;

/// Reads a text with the function `parse`. If the value is not a text, this function first converts the value to text.
/// So the error lists the accepted words even if the caller sends, for example, a number instead of a word.
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

/// Reads a whole number: an integer, a number such as 3.0, or an integer as text. In JSON Schema, 3.0 is also an
/// integer. Returns `None` for any other value.
pub fn whole_number<V: IntoValue>(value: &Value<V>) -> Option<u64> {
    match value {
        Value::Integer(number) => Some(*number),
        // If a number is too large for `u64`, the result is the largest `u64`.
        Value::Float(number) if number.fract() == 0.0 && *number >= 0.0 => Some(*number as u64),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
