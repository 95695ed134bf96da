//! The calendar feeds of a person. At the secret address of a feed, a calendar reads the todos with a due date.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    api_key::KeyName, credential::CredentialId, owner::Owner, secret::SecretHash, text::ListName, words::words,
};

/// A person has at most this number of feeds.
pub const MOST_FEEDS: usize = 50;

words! {
    /// The components of a feed: events for calendars, or todos for programs with todos.
    FeedForm { Event = "event" | "events" | "vevent", Todo = "todo" | "todos" | "vtodo" }
}

/// How long the file of a feed stays the same if nobody changes the todos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lasts {
    Minute,
    Day,
    Month,
}

/// A feed. The table contains the hash of the secret, and not the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// Twelve hexadecimal digits. A person names the feed by this id. The id stays the same if the feed gets a new
    /// secret.
    pub id: String,
    pub hash: SecretHash,
    /// The person whose todos are in the feed. In the table, this field is not called `owner`, because the attribute
    /// `owner` contains the partition key.
    #[serde(rename = "person")]
    pub owner: Owner,
    /// The id of the list. `None` if the feed has the todos of all lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<ListName>,
    /// The name that the person gave to the feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<KeyName>,
    pub created_at: Timestamp,
    /// The credential that made the feed. `None` if the server needs no credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<CredentialId>,
    /// When a calendar last read the feed. A calendar may have read the feed again up to a day later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

impl Feed {
    /// A new feed. Nobody has used it yet.
    pub fn new(
        hash: SecretHash,
        owner: Owner,
        (list, name): (Option<ListName>, Option<KeyName>),
        by: Option<CredentialId>,
        created_at: Timestamp,
    ) -> Self {
        Self { id: hash.id().to_owned(), hash, owner, list, name, created_at, by, last_used_at: None }
    }

    /// The same feed with a new secret.
    pub fn renewed(&self, hash: SecretHash) -> Self {
        Self { hash, last_used_at: None, ..self.clone() }
    }
}
