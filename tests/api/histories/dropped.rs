//! Drops one precondition of all transactions, to show that the checker notices this.

use serde_json::{Value, json};

/// A precondition of the store.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Dropped {
    /// A written todo has the version that the store has read.
    Version,
    /// A todo that the write checks but does not change has the version that the store has read.
    Stays,
    /// If a change depends on all earlier changes, nobody has committed another change since the store read them.
    Newest,
}

impl Dropped {
    pub const ALL: [Self; 3] = [Self::Version, Self::Stays, Self::Newest];

    /// The same call without the precondition.
    pub fn without(self, mut call: Value) -> Value {
        for action in call["TransactItems"].as_array_mut().into_iter().flatten() {
            let (kind, action) = action.as_object_mut().unwrap().iter_mut().next().unwrap();
            let sk = action["Key"]["sk"]["S"].as_str().unwrap_or_default().to_owned();
            match (self, &**kind) {
                (Self::Version, "Update") if sk.starts_with("todo#") => {
                    replace(action, "attribute_exists(sk)", ":before")
                }
                (Self::Stays, "ConditionCheck") if sk.starts_with("todo#") => {
                    replace(action, "attribute_exists(sk)", ":version");
                    action.as_object_mut().unwrap().remove("ExpressionAttributeNames");
                }
                (Self::Newest, "Update") if sk == "settings" => {
                    let without = action["ConditionExpression"]
                        .as_str()
                        .unwrap()
                        .replace("#sequence = :latest", "#sequence < :sequence");
                    replace(action, &without, ":latest");
                }
                _ => {}
            }
        }
        call
    }
}

/// Replaces the condition, and removes a value that only the old condition uses.
fn replace(action: &mut Value, condition: &str, value: &str) {
    action["ConditionExpression"] = json!(condition);
    if let Some(values) = action.get_mut("ExpressionAttributeValues").and_then(Value::as_object_mut) {
        values.remove(value);
        if values.is_empty() {
            action.as_object_mut().unwrap().remove("ExpressionAttributeValues");
        }
    }
}
