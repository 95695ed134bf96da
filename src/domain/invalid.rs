//! A value that breaks a rule.

use std::fmt;

/// The reason why the program refuses a value, as a text for a language model. The reason does not say where the value
/// is in the request. The code that reads the request adds this place to the error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The error message. The message begins with a verb, for example "must be at most 500 characters, but has 731".
    pub message: String,
    /// The accepted values. The list is empty if the program cannot list the accepted values.
    pub allowed: &'static [&'static str],
}

/// A field with a value that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub field: &'static str,
    pub invalid: Invalid,
}

impl Violation {
    /// `field` is the field with the wrong value, and `invalid` is the reason why this value is wrong.
    pub fn new(field: &'static str, invalid: Invalid) -> Self {
        Self { field, invalid }
    }
}

impl Invalid {
    /// An error without a list of accepted values.
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
