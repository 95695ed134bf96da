//! Counts the tokens that an answer costs a model.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;
use tiktoken_rs::CoreBPE;

static O200K: LazyLock<CoreBPE> = LazyLock::new(|| tiktoken_rs::o200k_base().unwrap());

/// The number of tokens of a text, as the models of OpenAI count them (`o200k_base`).
pub fn tokens(text: &str) -> usize {
    O200K.encode_ordinary(text).len()
}

/// The answer as text. The random texts, such as ids, are replaced by texts that look alike and are the same in each
/// run. So the text has the same number of tokens in each run.
pub fn same_in_each_run(answer: &Value, random: &BTreeSet<String>) -> String {
    let mut text = answer.to_string();
    let mut places: Vec<_> = random.iter().filter_map(|random| Some((text.find(random)?, random))).collect();
    places.sort();
    for (number, (_, random)) in places.into_iter().enumerate() {
        text = text.replace(random, &id_number(number, random.len()));
    }
    text
}

/// A text that looks like an id. Each number has its own text.
fn id_number(number: usize, length: usize) -> String {
    let mut digits = fastrand::Rng::with_seed(number as u64);
    let mut digit = || char::from(b"0123456789abcdefghjkmnpqrstvwxyz"[digits.usize(..32)]);
    (0..length).map(|_| digit()).collect()
}

/// The random part of the name of an assistant, such as `Claude (key 4d318ac7fe99)`.
fn key_in(by: &str) -> Option<&str> {
    by.split_once(" (key ")?.1.strip_suffix(')')
}

/// The random part of an address of an export, such as `https://…/downloads/td_…`.
fn secret_in(address: &Value) -> Option<String> {
    Some(address.as_str()?.split_once("/downloads/")?.1.to_owned())
}

/// Collects the random texts of an answer: ids, cursors, secrets, and parts of the names of assistants.
pub fn collect_random(answer: &Value, random: &mut BTreeSet<String>) {
    match answer {
        Value::Array(values) => values.iter().for_each(|value| collect_random(value, random)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if let Some(key) = value.as_str().filter(|_| name == "by").and_then(key_in) {
                    random.insert(key.to_owned());
                } else if matches!(&**name, "id" | "next_cursor" | "undone_by") {
                    random.extend(value.as_str().map(str::to_owned));
                } else if matches!(&**name, "undoes" | "possible_duplicates") {
                    let ids = value.as_array().into_iter().flatten();
                    random.extend(ids.filter_map(|id| id.as_str().map(str::to_owned)));
                } else if name == "addresses" {
                    random.extend(value.as_array().into_iter().flatten().filter_map(secret_in));
                } else {
                    collect_random(value, random);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
