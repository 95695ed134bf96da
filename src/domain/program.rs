//! The programs that ask for access to the todos of a person. OAuth calls such a program a client.

use serde::{Deserialize, Serialize};

use super::{secret::SecretHash, unicode::one_line};

/// The maximum length of a program's name, in characters.
const NAME: usize = 100;

/// A program that asks for access. This type contains what people and later requests need to know about the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The hash of the `client_id`. A `client_id` can be 1.5 KB long, so the table contains only its hash.
    pub client: SecretHash,
    /// The name in the program's registration, in the operator's client, or in the metadata document.
    pub name: String,
    pub place: Place,
}

/// The place to which the redirect URI leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// An https host. The name of the program is verified, because `assistants.json` contains the program's metadata
    /// document, or because the operator has made the client.
    Known(String),
    /// An https host. Nobody has verified the name of the program, because the name comes from the program's
    /// registration or from a fetched metadata document.
    Claimed(String),
    /// A program on the person's own computer. Nobody has verified the name of the program, because every program on
    /// this computer could receive the answer.
    ThisComputer,
    /// The page of this service, in the browser of a person. This page is the only program without a redirect URI of
    /// its own.
    Page,
}

/// The name of a program, without control characters and without characters that change the direction of the text. The
/// result has at most 100 characters.
pub fn clean_name(name: &str) -> String {
    one_line(name).chars().take(NAME).collect()
}

impl Program {
    /// A program with a [cleaned](clean_name) name. If the cleaned name is empty, the name becomes "a program without a
    /// name".
    pub fn new(client_id: &str, name: &str, place: Place) -> Self {
        let name = clean_name(name);
        let name = if name.is_empty() { "a program without a name".to_owned() } else { name };
        Self { client: SecretHash::of(client_id), name, place }
    }
}

impl Program {
    /// The page of this service. No registered program has this `client_id`.
    pub fn page() -> Self {
        Self::new("page", "Web page", Place::Page)
    }
}

impl Place {
    /// The place as a text for people: a host, or `this computer`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(host) | Self::Claimed(host) => host,
            Self::ThisComputer => "this computer",
            Self::Page => "a browser",
        }
    }
}
