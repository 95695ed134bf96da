//! What the readers of JSON have in common.

use serde_json::{Map, Value, value::RawValue};

use crate::api::import::source::{At, Broken};

/// Whether the text begins like a JSON object or array.
pub fn begins(text: &str) -> bool {
    without_mark(text).starts_with(['{', '['])
}

/// The text without a byte order mark and spaces at its beginning.
pub fn without_mark(text: &str) -> &str {
    text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
}

/// Whether some object has the member `name`, and the text of its value begins with `value`. This function only
/// searches for these texts, so it also works if the file is cut off. Within a JSON string, a quotation mark has a `\`
/// in front. So this function never confuses a text of a person with a member.
pub fn has_member(text: &str, name: &str, value: &str) -> bool {
    let name = format!("\"{name}\"");
    text.match_indices(&name).any(|(at, _)| {
        let rest = text[at + name.len()..].trim_start();
        !text[..at].ends_with('\\') && rest.strip_prefix(':').is_some_and(|rest| rest.trim_start().starts_with(value))
    })
}

/// Reads JSON. The error is a sentence that names the line.
pub fn read<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, Broken> {
    serde_json::from_str(without_mark(text)).map_err(|error| {
        let before = text.len() - without_mark(text).len();
        let line = text[..before].matches('\n').count() + error.line();
        let what = if error.is_data() { "has another form than expected" } else { "is not valid JSON" };
        let reason = format!("The file {what} at line {line}, column {}.", error.column());
        Broken { at: At::line(line), reason }
    })
}

/// The members of one object in an array.
pub fn object(element: &RawValue) -> Option<Map<String, Value>> {
    serde_json::from_str(element.get()).ok()
}

/// The text of a member. A number is a text too, because some programs write ids as numbers. Other values and missing
/// members are `None`.
pub fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Option<std::borrow::Cow<'a, str>> {
    match members.get(name)? {
        Value::String(text) => Some(text.into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The text of a member, without spaces around it. `None` if this text is empty.
pub fn words(members: &Map<String, Value>, name: &str) -> Option<String> {
    text(members, name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Whether a member is `true`.
pub fn is_true(members: &Map<String, Value>, name: &str) -> bool {
    members.get(name) == Some(&Value::Bool(true))
}

/// The objects of a member that is an array.
pub fn objects<'a>(members: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a Map<String, Value>> {
    members.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}
