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
    /// The changes of the credentials with this name, id or description, in lower case. An example of a description is
    /// `Ann's laptop (key 1a2b3c4d5e6f)`. A part of a name is not enough, because an undo must not undo the changes of a
    /// program with a similar name.
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
            Self::Named(text) => by.is_some_and(|by| {
                let name = by.name.as_ref().map(|name| without_case(name.as_str()));
                name.as_ref() == Some(text) || by.id == *text || without_case(&by.to_string()) == *text
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_meant_by_its_whole_name_its_id_or_both_in_any_case() {
        let key = |id: &str| CredentialId {
            kind: "key".to_owned(),
            id: id.to_owned(),
            name: crate::domain::api_key::KeyName::parse("Ann's laptop").ok(),
        };
        let (ann, other) = (key("1a2b3c4d5e6f"), key("ffffffffffff"));
        let means = |text: &str, by| By::parse(text.to_owned()).unwrap().means(by, Some(&ann));
        for text in [" ANN'S LAPTOP ", "1a2b3c4d5e6f", "Ann's laptop (key 1a2b3c4d5e6f)", "me", "any"] {
            assert!(means(text, Some(&ann)), "{text}");
        }
        assert!(means("ann's laptop", Some(&other)) && !means("me", Some(&other)));
        assert!(!means("1a2b3c4d5e6f", Some(&other)) && !means("ann", Some(&ann)) && !means("key", Some(&ann)));
        assert!(means("any", None) && !means("me", None) && !means("ann's laptop", None));
        assert!(By::Me.means(None, None), "without credentials, all changes are the caller's own");
        for refused in ["", "  ", &"x".repeat(201)] {
            assert!(By::parse(refused.to_owned()).unwrap_err().message.contains("getChanges"), "{refused}");
        }
    }
}
