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

    /// Whether a token with this scope may run an operation that needs the scope `needed`.
    pub fn allows(self, needed: Self) -> bool {
        self == Self::Full || needed == Self::Read
    }
}

/// The scopes of OpenID Connect (OpenID Connect Core 1.0, sections 5.4 and 11). Many programs always ask for some of
/// these scopes. The scopes of OpenID Connect say nothing about todos, so this service ignores them.
const OF_OPENID_CONNECT: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

/// A request asks only for scopes that this service does not know.
#[derive(Debug, PartialEq, Eq)]
pub struct Unknown;

/// The scope that a request asks for. The parameter `scope` of the request is a list of scopes with spaces between
/// them. If the list contains several scopes of this service, the result is the scope that allows the most. `None` if
/// the request asks for no particular scope. The list may contain scopes of other services. Upper-case and lower-case
/// letters are different letters (RFC 6749, section 3.3).
pub fn asked(list: Option<&str>) -> Result<Option<Scope>, Unknown> {
    let words = || list.unwrap_or_default().split(' ').filter(|word| !word.is_empty());
    let found = Scope::ALL.into_iter().rev().find(|scope| words().any(|word| word == scope.as_str()));
    match found {
        None if words().any(|word| !OF_OPENID_CONNECT.contains(&word)) => Err(Unknown),
        found => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_means_the_scope_in_it_that_allows_most() {
        for (list, expected) in [
            ("todos:read", Ok(Some(Scope::Read))),
            ("todos", Ok(Some(Scope::Full))),
            ("todos:read todos", Ok(Some(Scope::Full))),
            ("todos todos:read", Ok(Some(Scope::Full))),
            ("openid  todos:read offline_access", Ok(Some(Scope::Read))),
            ("todos:read admin", Ok(Some(Scope::Read))),
            ("", Ok(None)),
            ("openid", Ok(None)),
            ("openid profile  offline_access", Ok(None)),
            ("openid admin", Err(Unknown)),
            ("Todos", Err(Unknown)),
            ("todos:write", Err(Unknown)),
            ("todos:read:all", Err(Unknown)),
            ("todos\u{a0}todos:read", Err(Unknown)),
            ("todos,todos:read", Err(Unknown)),
        ] {
            assert_eq!(asked(Some(list)), expected, "{list}");
        }
        assert_eq!(asked(None), Ok(None));
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
