//! Remembers what an import has written, so that a later import does not overwrite what somebody has changed.

use serde::{Deserialize, Serialize};

use super::id::hash;

const CHARACTERS: usize = 10;

/// A hash of the content that an import has given to a todo. If the content of the todo has another hash now, somebody
/// has changed the todo since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Imprint(String);

impl Imprint {
    /// The imprint of this content.
    pub fn of(content: &str) -> Self {
        Self(hash([content], CHARACTERS))
    }
}
