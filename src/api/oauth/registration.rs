//! The registration of a program (RFC 7591). This service stores nothing about the program. Instead, the `client_id` is
//! the registration itself. The registration has no signature: anybody may register any name, so a signature would
//! prove nothing. The redirect policy (`redirect.rs`) applies at each sign-in.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// Every `client_id` of a registered program begins with this text. The number is the version of the format.
const PREFIX: &str = "reg1.";
/// The maximum length of a `client_id`, in bytes.
pub const CLIENT_ID: usize = 1_536;

/// What a program has registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    #[serde(rename = "n", default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(rename = "r")]
    pub redirect_uris: Vec<String>,
}

impl Registration {
    /// The `client_id` of the program. `None` if the `client_id` would be too long.
    pub fn client_id(&self) -> Option<String> {
        let json = serde_json::to_vec(self).ok()?;
        Some(format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(json))).filter(|id| id.len() <= CLIENT_ID)
    }

    /// Reads a `client_id`. `None` if the text is not the `client_id` of a registration.
    pub fn parse(client_id: &str) -> Option<Self> {
        let encoded = client_id.strip_prefix(PREFIX).filter(|_| client_id.len() <= CLIENT_ID)?;
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_registration_is_read_back_from_its_client_id(name in ".{0,40}", uris in proptest::collection::vec("[a-z:/.?=&é]{1,60}", 1..5)) {
            let registration = Registration { name, redirect_uris: uris };
            let id = registration.client_id().unwrap();
            prop_assert_eq!(Registration::parse(&id), Some(registration));
        }

        #[test]
        fn no_client_id_makes_it_panic(id in "reg1\\.[A-Za-z0-9_-]{0,80}|.{0,80}") {
            let _ = Registration::parse(&id);
        }
    }

    #[test]
    fn a_client_id_is_short_enough_for_every_request() {
        let registration = Registration { name: String::new(), redirect_uris: vec!["x".repeat(1_200)] };
        assert_eq!(registration.client_id(), None);
        assert_eq!(Registration::parse(&format!("reg1.{}", "e30".repeat(600))), None);
    }
}
