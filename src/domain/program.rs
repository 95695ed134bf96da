//! The programs that ask for access to the todos of a person. OAuth calls such a program a client.

use serde::{Deserialize, Serialize};

use super::{secret::SecretHash, unicode::one_line};

/// The maximum length of a program's name, in characters.
const NAME: usize = 100;

/// A program that asks for access, as far as people and later requests must know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The hash of the `client_id`. A `client_id` can be 1.5 KB long, so the table contains only its hash.
    pub client: SecretHash,
    /// The name that the program, its operator or its metadata document gave to it.
    pub name: String,
    pub place: Place,
}

/// Where the access goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// An https host. This service knows the program by its metadata document, or the operator has made the client. So
    /// the name of the program is true.
    Known(String),
    /// An https host. The program has registered itself, so its name is only a claim.
    Claimed(String),
    /// A program on the person's own computer. Every program on the computer can receive the answer, so the name of the
    /// program is only a claim.
    ThisComputer,
}

/// The name of a program, without control characters and without characters that change the direction of the text. The
/// result has at most 100 characters.
pub fn clean_name(name: &str) -> String {
    one_line(name).chars().take(NAME).collect()
}

impl Program {
    /// A program with a [cleaned](clean_name) name. If the name is empty, the name says that the program has no name.
    pub fn new(client_id: &str, name: &str, place: Place) -> Self {
        let name = clean_name(name);
        let name = if name.is_empty() { "a program without a name".to_owned() } else { name };
        Self { client: SecretHash::of(client_id), name, place }
    }
}

impl Place {
    /// The words for people: a host, or `this computer`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(host) | Self::Claimed(host) => host,
            Self::ThisComputer => "this computer",
        }
    }
}
