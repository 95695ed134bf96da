//! An edit as callers send it. A model may read a todo, change a field, and send the whole todo back.

use deserr::{DeserializeError, Deserr, IntoValue, Map, MergeWithError, Value, ValuePointerRef, take_cf_content};

use super::{
    edit::TodoEdit,
    input::value,
    invalid::Invalid,
    read_back::{MEMBERS, ReadBack},
    version::Version,
};

/// An edit of one todo. It may contain the members that only answers have, and its member `version` means
/// `expected_version`.
#[derive(Debug)]
pub struct SentEdit(pub TodoEdit);

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for SentEdit {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        let Value::Map(mut members) = value else {
            return TodoEdit::deserialize_from_value(value, location).map(Self);
        };
        let mut read = Vec::new();
        for name in MEMBERS {
            if let Some(member) = members.remove(name) {
                let text = value::text::<_, E, V>(member.into_value(), location.push_key(name), Ok)?;
                read.push((name, text));
            }
        }
        let version = members.remove("version").map(|version| {
            let version = version.into_value();
            Version::deserialize_from_value(version, location.push_key("version"))
        });
        let version: Option<Version> = version.transpose()?;
        let mut edit = TodoEdit::deserialize_from_value(Value::<V>::Map(members), location)?;
        if version.is_some() && edit.expected_version.is_some_and(|expected| Some(expected) != version) {
            let invalid = Invalid::new("differs from `expected_version`; send only one of the two");
            return Err(take_cf_content(E::merge(None, invalid, location.push_key("version"))));
        }
        edit.expected_version = edit.expected_version.or(version);
        edit.read_back = ReadBack(read);
        Ok(Self(edit))
    }
}
