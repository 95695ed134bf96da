//! The scopes of access tokens (RFC 6749, section 3.3). A scope says what a program may do with a person's todos.

use serde::{Deserialize, Serialize};

/// The scope of an access token, or the scope that an operation needs. In JSON, a scope is its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// The program may read.
    #[serde(rename = "todos:read")]
    Read,
    /// The program may read and change.
    #[serde(rename = "todos")]
    Full,
}

impl Scope {
    /// All scopes. The scope that allows less comes first.
    pub const ALL: [Self; 2] = [Self::Read, Self::Full];

    /// The text of the scope, as in the `scope` parameter of an OAuth request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "todos:read",
            Self::Full => "todos",
        }
    }

    /// Reads a list of scopes that are separated by spaces. Returns the scope in the list that allows most, or `None`
    /// if the list contains no scope of this service. The list may contain scopes of other services. Upper-case and
    /// lower-case letters are different letters (RFC 6749, section 3.3).
    pub fn parse(list: &str) -> Option<Self> {
        let is_in_list = |scope: &Self| list.split(' ').any(|word| word == scope.as_str());
        Self::ALL.into_iter().rev().find(is_in_list)
    }

    /// Whether a token with this scope may run an operation that needs the scope `needed`.
    pub fn allows(self, needed: Self) -> bool {
        self == Self::Full || needed == Self::Read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_means_the_scope_in_it_that_allows_most() {
        for (list, expected) in [
            ("todos:read", Some(Scope::Read)),
            ("todos", Some(Scope::Full)),
            ("todos:read todos", Some(Scope::Full)),
            ("todos todos:read", Some(Scope::Full)),
            ("openid  todos:read offline_access", Some(Scope::Read)),
            ("", None),
            ("openid", None),
            ("Todos", None),
            ("todos:write", None),
            ("todos:read:all", None),
            ("todos\u{a0}todos:read", None),
            ("todos,todos:read", None),
        ] {
            assert_eq!(Scope::parse(list), expected, "{list}");
        }
    }

    #[test]
    fn reading_alone_does_not_allow_changes() {
        use Scope::{Full, Read};
        let allowed = [(Full, Full), (Full, Read), (Read, Read), (Read, Full)].map(|(one, other)| one.allows(other));
        assert_eq!(allowed, [true, true, true, false]);
    }

    #[test]
    fn a_scope_is_stored_as_its_text() {
        for scope in Scope::ALL {
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
            assert_eq!(serde_json::from_value::<Scope>(scope.as_str().into()).unwrap(), scope);
        }
    }
}
