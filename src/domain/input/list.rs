//! Reads lists of values that models send.

use std::ops::ControlFlow;

use deserr::{
    DeserializeError, Deserr, ErrorKind, IntoValue, Sequence, Value, ValueKind, ValuePointerRef, take_cf_content,
};

/// The elements of a list, without the empty elements (`null` and `""`). If an element is wrong, the error names the
/// position of the element in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithoutEmpty<T>(pub Vec<T>);

impl<E: DeserializeError, T: Deserr<E>> Deserr<E> for WithoutEmpty<T> {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        let Value::Sequence(elements) = value else {
            let kind = ErrorKind::IncorrectValueKind { actual: value, accepted: &[ValueKind::Sequence] };
            return Err(take_cf_content(E::error(None, kind, location)));
        };
        let (mut listed, mut errors) = (Vec::new(), None);
        for (index, element) in elements.into_iter().enumerate() {
            let element = element.into_value();
            if matches!(&element, Value::Null) || matches!(&element, Value::String(text) if text.is_empty()) {
                continue;
            }
            match T::deserialize_from_value(element, location.push_index(index)) {
                Ok(element) => listed.push(element),
                Err(error) => match E::merge(errors.take(), error, location) {
                    ControlFlow::Continue(all) => errors = Some(all),
                    ControlFlow::Break(all) => return Err(all),
                },
            }
        }
        errors.map_or(Ok(Self(listed)), Err)
    }
}
