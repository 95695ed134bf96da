//! Numbers and booleans. In a query every value is text, and models also send numbers and booleans as text in a body.

use deserr::{DeserializeError, Deserr, ErrorKind, IntoValue, Value, ValuePointerRef, take_cf_content};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use super::value;

/// A number of things. The number may be 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count(pub usize);

/// `true` or `false`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truth(pub bool);

impl<E: DeserializeError> Deserr<E> for Count {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        value::whole_number(&value).and_then(|number| usize::try_from(number).ok()).map(Self).ok_or_else(|| {
            let msg = "must be a whole number such as 12".to_owned();
            take_cf_content(E::error::<V>(None, ErrorKind::Unexpected { msg }, location))
        })
    }
}

impl<E: DeserializeError> Deserr<E> for Truth {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        let truth = match &value {
            Value::Boolean(truth) => Some(*truth),
            Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        };
        truth.map(Self).ok_or_else(|| {
            let msg = "must be true or false".to_owned();
            take_cf_content(E::error::<V>(None, ErrorKind::Unexpected { msg }, location))
        })
    }
}

impl PartialSchema for Count {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Integer).into()
    }
}

impl ToSchema for Count {}

impl PartialSchema for Truth {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Boolean).into()
    }
}

impl ToSchema for Truth {}
