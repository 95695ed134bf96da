//! Reads JSON that a client has sent. If an object has the same member twice, this module refuses the JSON, because the
//! client and the program could use different values (RFC 8259, section 4).

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value, error::Category};

use crate::api::answer::suggestion::short;

/// Reads one JSON value. Ignores a byte order mark before the value.
pub fn read(text: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(without_bom(text)).map(|Unique(value)| value)
}

/// Says what is wrong with the JSON that [`read`] has refused. The result is the rest of a sentence, such as "is not
/// valid JSON at line 1, column 7".
pub fn fault(error: &serde_json::Error) -> String {
    match error.classify() {
        // Only the type `Unique` causes errors of this category. The text of such an error ends with the position in
        // the JSON.
        Category::Data => error.to_string(),
        Category::Syntax | Category::Eof | Category::Io => {
            format!("is not valid JSON at line {}, column {}", error.line(), error.column())
        }
    }
}

/// The JSON without the byte order mark that some programs put before JSON. A JSON parser may ignore a byte order mark
/// (RFC 8259, section 8.1).
pub fn without_bom(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// A JSON value in which no object has a member twice.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(Unique(element)) = sequence.next_element()? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if members.contains_key(&name) {
                return Err(A::Error::custom(format_args!("has the member \"{}\" twice in one object", short(&name))));
            }
            let Unique(value) = map.next_value()?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_member_given_twice_is_named_with_its_place() {
        for (text, says) in [
            (r#"{"a":1,"a":1}"#, "has the member \"a\" twice in one object at line 1 column 10"),
            ("[{\"a\":{\"b\":[],\n\"b\":0}}]", "has the member \"b\" twice in one object at line 2 column 3"),
            (r#"{"caf\u00e9":1,"café":2}"#, "has the member \"café\" twice"),
            ("{\"a\":1,}", "is not valid JSON at line 1, column 8"),
            ("{\"a\":1", "is not valid JSON at line 1, column 6"),
            ("{} {}", "is not valid JSON at line 1, column 4"),
            ("1e999", "is not valid JSON at line 1, column 5"),
        ] {
            let said = fault(&read(text.as_bytes()).unwrap_err());
            assert!(said.contains(says), "{text}: {said}");
        }
        assert_eq!(read("\u{feff}{\"a\":{\"a\":[{\"a\":1}]}}".as_bytes()).unwrap(), json!({"a": {"a": [{"a": 1}]}}));
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert!(fault(&read(deep.as_bytes()).unwrap_err()).starts_with("is not valid JSON"));
    }

    proptest! {
        #[test]
        fn what_has_no_member_twice_is_read_as_by_serde_json(text in r#"(\[|\]|\{|\}|,|:|"a"|"b"|"\\u00e9"|-?[0-9]{1,20}|-?[0-9]\.[0-9]e-?[0-9]|true|null| ){1,9}"#) {
            match (read(text.as_bytes()), serde_json::from_str::<Value>(&text)) {
                (Ok(read), Ok(value)) => prop_assert_eq!(read, value),
                (Err(error), Ok(_)) => prop_assert!(fault(&error).contains("twice"), "{}", text),
                (read, value) => prop_assert!(read.is_err() && value.is_err(), "{}", text),
            }
        }
    }
}
