//! Makes small random changes to valid JSON. The same seed always makes the same changes, so a failed test fails again
//! when somebody repeats the test.

use fastrand::Rng;
use serde_json::{Value, json};

/// Characters that are special in JSON, in addresses or in headers, and characters outside ASCII.
const SPECIAL: [&str; 20] = [
    "\"", "\\", "{", "}", "[", ",", ":", "/", "%", "%zz", "?", "#", "&", "=", " ", "\r\n", "\u{0}", "é", "\u{202e}",
    "😀",
];

/// The number of mutations of each kind if `MUTATIONS` is not set. A debug build takes about 5 ms for each mutation.
const USUAL: usize = 2_000;

/// Returns how many mutations of each kind a test makes. `.ci/run` sets the variable `MUTATIONS` to 10000.
#[expect(clippy::disallowed_methods, reason = "a setting of the test run, not of the program")]
pub fn number() -> usize {
    std::env::var("MUTATIONS").map_or(USUAL, |number| number.parse().expect("MUTATIONS is a number"))
}

pub struct Mutator(Rng);

impl Mutator {
    pub fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// Returns true in about `percent` of 100 calls.
    pub fn chance(&mut self, percent: u8) -> bool {
        self.0.u8(..100) < percent
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.0.usize(..from.len())]
    }

    /// Changes one value in this JSON, at any depth. The change can be to the value itself or to the name of a member.
    pub fn value(&mut self, root: &mut Value) {
        let mut position = self.0.usize(..count(root));
        let value = nth(root, &mut position).expect("the position is smaller than the number of values");
        match self.0.u8(..30) {
            0 => *value = self.other(),
            1 => *value = json!([value]),
            2 => *value = json!({ "a": value }),
            3 => *value = json!(value.to_string()),
            4..=7 => self.rename(value),
            _ => self.tweak(value),
        }
    }

    /// Changes a text in one place.
    pub fn text(&mut self, text: &mut String) {
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let (at, to) = (self.0.usize(..ends.len()), self.0.usize(..ends.len()));
        let (start, end) = (ends[at.min(to)], ends[at.max(to)]);
        let next = ends.get(at + 1).map_or(ends[at], |next| *next);
        match self.0.u8(..7) {
            0 => text.truncate(end),
            1 => text.replace_range(start..end, ""),
            2 => *text = format!("{}{}", &text[..end], &text[start..]),
            3 => text.replace_range(ends[at]..next, ""),
            4 => text.replace_range(ends[at]..next, SPECIAL[self.0.usize(..SPECIAL.len())]),
            5 => *text = text.to_uppercase(),
            _ => text.insert_str(ends[at], SPECIAL[self.0.usize(..SPECIAL.len())]),
        }
    }

    fn other(&mut self) -> Value {
        let length = self.0.usize(..5_000);
        let others = [
            Value::Null,
            json!(true),
            json!(0),
            json!(-1),
            json!(u64::MAX),
            json!(1e300),
            json!(0.5),
            json!(""),
            json!("x".repeat(length)),
            json!("\u{202e}\u{0}"),
            json!([]),
            json!({}),
            (0..60).fold(json!([]), |inner, _| json!([inner])),
        ];
        self.pick(&others).clone()
    }

    /// Renames or removes a member, or removes or repeats an element.
    fn rename(&mut self, value: &mut Value) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                let name = self.0.usize(..members.len());
                let mut name = members.keys().nth(name).expect("a member").clone();
                let value = members.remove(&name).expect("a member");
                if self.chance(50) {
                    self.text(&mut name);
                    members.insert(name, value);
                }
            }
            Value::Array(elements) if !elements.is_empty() => {
                let element = elements.remove(self.0.usize(..elements.len()));
                if self.chance(50) {
                    elements.extend([element.clone(), element]);
                }
            }
            other => self.tweak(other),
        }
    }

    fn tweak(&mut self, value: &mut Value) {
        match value {
            Value::Array(elements) if !elements.is_empty() => self.rename(value),
            Value::Object(members) if !members.is_empty() => self.rename(value),
            Value::Null | Value::Array(_) | Value::Object(_) => *value = self.other(),
            Value::Bool(truth) => *truth = !*truth,
            Value::Number(number) => {
                let number = number.as_i64().unwrap_or_default();
                *value = json!(self.pick(&[number.wrapping_add(1), -number, number.wrapping_mul(1_000)]));
            }
            Value::String(text) => self.text(text),
        }
    }
}

fn count(value: &Value) -> usize {
    let within = match value {
        Value::Object(members) => members.values().map(count).sum(),
        Value::Array(elements) => elements.iter().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    };
    1 + within
}

/// The value at this position. Every value at every depth has a position, and the root has position 0.
fn nth<'a>(value: &'a mut Value, position: &mut usize) -> Option<&'a mut Value> {
    if *position == 0 {
        return Some(value);
    }
    *position -= 1;
    match value {
        Value::Object(members) => members.values_mut().find_map(|value| nth(value, position)),
        Value::Array(elements) => elements.iter_mut().find_map(|value| nth(value, position)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
