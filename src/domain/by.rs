//! Whose changes a request means: the caller's own changes, everybody's changes, or the changes of another program.

use super::{credential::CredentialId, invalid::Invalid, limits, unicode::without_case};

/// Whose changes a request means.
#[derive(Debug, Clone, PartialEq, Eq, deserr::Deserr)]
#[deserr(try_from(String) = By::parse -> Invalid)]
pub enum By {
    /// The changes that were made with the credential of the request. A caller writes `me`.
    Me,
    /// All changes of the owner. A caller writes `any`.
    Any,
    /// The changes that were made with certain credentials. The description of such a credential contains this text, in
    /// lower case. Answers show the description as `by`, such as `Ann's laptop (key 1a2b3c4d5e6f)`.
    Named(String),
}

impl By {
    /// Reads `me`, `any`, or the name or id of a key or a program. The text has at most 200 characters.
    pub fn parse(text: String) -> Result<Self, Invalid> {
        let text = without_case(text.trim());
        match text.as_str() {
            "me" | "self" | "mine" => Ok(Self::Me),
            "any" | "all" | "anyone" | "anybody" | "everyone" | "everybody" => Ok(Self::Any),
            _ if text.is_empty() || text.chars().count() > limits::FILTER => Err(Invalid::new(format!(
                "must be me, any, or the name of a program as `by` in getChanges shows it, with at most {} characters",
                limits::FILTER
            ))),
            _ => Ok(Self::Named(text)),
        }
    }

    /// The text that the caller sent, in lower case.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Me => "me",
            Self::Any => "any",
            Self::Named(name) => name,
        }
    }

    /// Whether this means a change that was made with the credential `by`. `me` is the credential of the request.
    /// `None` stands for a server that needs no credential.
    pub fn means(&self, by: Option<&CredentialId>, me: Option<&CredentialId>) -> bool {
        match self {
            Self::Any => true,
            Self::Me => match (by, me) {
                (Some(by), Some(me)) => by.is_same(me),
                (None, None) => true,
                _ => false,
            },
            Self::Named(name) => by.is_some_and(|by| without_case(&by.to_string()).contains(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_every_credential_whose_description_contains_it_in_any_case() {
        let key = |id: &str| CredentialId {
            kind: "key".to_owned(),
            id: id.to_owned(),
            name: crate::domain::api_key::KeyName::parse("Ann's laptop").ok(),
        };
        let (ann, other) = (key("1a2b3c4d5e6f"), key("ffffffffffff"));
        let means = |text: &str, by| By::parse(text.to_owned()).unwrap().means(by, Some(&ann));
        for text in ["ann", " ANN'S LAPTOP ", "1a2b3c4d5e6f", "Ann's laptop (key 1a2b3c4d5e6f)", "me", "any"] {
            assert!(means(text, Some(&ann)), "{text}");
        }
        assert!(means("ann", Some(&other)) && !means("me", Some(&other)) && !means("1a2b3c4d5e6f", Some(&other)));
        assert!(means("any", None) && !means("me", None) && !means("ann", None));
        assert!(By::Me.means(None, None), "without credentials, all changes are the caller's own");
        for refused in ["", "  ", &"x".repeat(201)] {
            assert!(By::parse(refused.to_owned()).unwrap_err().message.contains("getChanges"), "{refused}");
        }
    }
}
