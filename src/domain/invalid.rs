//! A value that breaks a rule.

use std::fmt;

/// The reason why a value is refused, as a text for a language model. It does not contain the path of the value,
/// because the code that reads the value knows the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The message without a subject, such as "must be at most 500 characters, but has 731".
    pub message: String,
    /// The accepted values, if the program can list them; otherwise empty.
    pub allowed: &'static [&'static str],
}

/// A field with a value that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub field: &'static str,
    pub invalid: Invalid,
}

impl Violation {
    /// A field and the rule that its value breaks.
    pub fn new(field: &'static str, invalid: Invalid) -> Self {
        Self { field, invalid }
    }
}

impl Invalid {
    /// A broken rule without a list of accepted values.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), allowed: &[] }
    }

    /// The error for a word that is not in `allowed`.
    pub fn word(found: &str, allowed: &'static [&'static str]) -> Self {
        let found: String = found.chars().take(40).collect();
        Self { message: format!("must be one of {}, not \"{found}\"", allowed.join(", ")), allowed }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Invalid {}
