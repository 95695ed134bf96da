//! The version of a todo, as a caller sends it.

use deserr::{DeserializeError, Deserr, ErrorKind, IntoValue, Value, ValuePointerRef, take_cf_content};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use super::input::value;

/// The version that the caller expects. The program also accepts a number as text, because models sometimes send
/// numbers as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(pub u64);

impl PartialSchema for Version {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).into()
    }
}

impl ToSchema for Version {}

impl<E: DeserializeError> Deserr<E> for Version {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        value::whole_number(&value).filter(|version| *version > 0).map(Self).ok_or_else(|| {
            let msg = "must be the version of the todo, a whole number such as 3".to_owned();
            take_cf_content(E::error::<V>(None, ErrorKind::Unexpected { msg }, location))
        })
    }
}
