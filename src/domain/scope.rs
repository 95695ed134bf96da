//! What a program may do with the todos of a person (RFC 6749, section 3.3).

use serde::{Deserialize, Serialize};

/// The scope of an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// The program may read.
    #[serde(rename = "todos:read")]
    Read,
    /// The program may read and change.
    #[serde(rename = "todos")]
    Full,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 2] = [Self::Full, Self::Read];

    /// The scope that the text of a request asks for. The text is a list of scopes, separated by spaces. Other scopes
    /// in the list have no effect. `None` if the list contains no scope of this service.
    pub fn parse(text: &str) -> Option<Self> {
        let contains = |scope: &Self| text.split_whitespace().any(|word| word == scope.as_str());
        Self::ALL.into_iter().find(contains)
    }

    /// The name of the scope.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "todos:read",
            Self::Full => "todos",
        }
    }

    /// Whether a program with this scope may do what needs the scope `needed`.
    pub fn allows(self, needed: Self) -> bool {
        self == Self::Full || needed == Self::Read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_scopes_means_the_largest_scope_in_it() {
        for (text, scope) in [
            ("todos", Some(Scope::Full)),
            ("todos:read", Some(Scope::Read)),
            ("openid todos:read todos offline_access", Some(Scope::Full)),
            ("openid todos:read", Some(Scope::Read)),
            ("openid", None),
            ("Todos", None),
            ("", None),
        ] {
            assert_eq!(Scope::parse(text), scope, "{text}");
        }
    }

    #[test]
    fn the_scope_for_reading_does_not_allow_changes() {
        assert!(Scope::Full.allows(Scope::Full) && Scope::Full.allows(Scope::Read));
        assert!(Scope::Read.allows(Scope::Read) && !Scope::Read.allows(Scope::Full));
    }
}
