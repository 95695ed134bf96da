//! A value that breaks a rule.

use std::fmt;

/// Why a value was refused, in words a language model can act on. Says nothing of where the value stood:
/// whoever read it knows the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// One clause, such as "must be at most 500 characters, but has 731".
    pub message: String,
    /// The accepted values where they can be listed, otherwise empty.
    pub allowed: &'static [&'static str],
}

/// A field whose value breaks a rule.
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
    /// A broken rule whose accepted values cannot be listed.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), allowed: &[] }
    }

    /// A word that is none of `allowed`.
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
