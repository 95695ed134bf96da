//! Filters with several values. In a body, the values are an array. In a query, the values are one text with commas.

use std::ops::ControlFlow;

use deserr::{
    DeserializeError, Deserr, ErrorKind, IntoValue, Sequence, Value, ValueKind, ValuePointerRef, take_cf_content,
};

use crate::domain::limits;

/// The values of a filter. A todo matches the filter if it has one of these values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Several<T, const MOST: usize = { limits::FILTER_VALUES }> {
    pub values: Vec<T>,
    /// The whole text of the caller, if the text contains commas and could also be one value: names may contain commas.
    pub whole: Option<T>,
}

impl<T, const MOST: usize> Several<T, MOST> {
    /// The values, and the text that could be one value.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.whole.iter().chain(&self.values)
    }
}

impl<E: DeserializeError, T: Deserr<E>, const MOST: usize> Deserr<E> for Several<T, MOST> {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        let (texts, whole) = match value {
            Value::Sequence(elements) => (elements.into_iter().map(V::into_value).collect(), None),
            Value::String(text) => split::<V>(text),
            actual => {
                let kind = ErrorKind::IncorrectValueKind { actual, accepted: &[ValueKind::Sequence] };
                return Err(take_cf_content(E::error(None, kind, location)));
            }
        };
        let is_empty = |value: &Value<V>| match value {
            Value::String(text) => text.trim().is_empty(),
            value => matches!(value, Value::Null),
        };
        let (mut values, mut errors) = (Vec::new(), None);
        for (index, value) in texts.into_iter().enumerate().filter(|(_, value)| !is_empty(value)) {
            match T::deserialize_from_value(value, location.push_index(index)) {
                Ok(value) => values.push(value),
                Err(error) => match E::merge(errors.take(), error, location) {
                    ControlFlow::Continue(all) => errors = Some(all),
                    ControlFlow::Break(all) => return Err(all),
                },
            }
        }
        if let Some(errors) = errors {
            return Err(errors);
        }
        if !(1..=MOST).contains(&values.len()) {
            let msg = format!("must be 1 to {MOST} values, but there are {}", values.len());
            return Err(take_cf_content(E::error::<V>(None, ErrorKind::Unexpected { msg }, location)));
        }
        // If the text cannot be one value, for example because it is too long, it can only be several values.
        let whole = whole.and_then(|text| T::deserialize_from_value(Value::<V>::String(text), location).ok());
        Ok(Self { values, whole })
    }
}

/// The values in a text, and the whole text if it contains several values. Some clients send an array as JSON text.
fn split<V: IntoValue>(text: String) -> (Vec<Value<V>>, Option<String>) {
    let array: Option<Vec<String>> =
        text.trim_start().starts_with('[').then(|| serde_json::from_str(&text).ok()).flatten();
    if let Some(texts) = array {
        return (texts.into_iter().map(Value::String).collect(), None);
    }
    let values: Vec<_> = text.split(',').map(|part| Value::String(part.trim().to_owned())).collect();
    let whole = (values.len() > 1).then_some(text);
    (values, whole)
}
