//! The list of a todo: the id and the name of the list.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text::ListName;

/// The list of a todo, or the default list. The table stores only the id of the list. The id of a list is its first
/// name, so usually the id and the name are equal. The file `lists.rs` says when they differ.
///
/// Two values are equal if they have the same id, or if a request asked for both and they have the same name.
#[derive(Debug, Clone)]
pub struct ListRef {
    name: ListName,
    id: Id,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Id {
    /// A request has sent the name. The id is not known yet.
    Unknown,
    /// The id is equal to the name.
    Name,
    Other(ListName),
}

impl ListRef {
    /// The list that a request names. The store finds the id of this list, or creates the list.
    pub fn asked(name: ListName) -> Self {
        Self { name, id: Id::Unknown }
    }

    /// The list with this id and this name.
    pub fn stored(id: ListName, name: ListName) -> Self {
        let id = if id == name { Id::Name } else { Id::Other(id) };
        Self { name, id }
    }

    /// The list `Inbox`.
    pub fn inbox() -> Self {
        Self { name: ListName::inbox(), id: Id::Name }
    }

    /// The name of the list.
    pub fn name(&self) -> &ListName {
        &self.name
    }

    /// The name of the list as text.
    pub fn as_str(&self) -> &str {
        self.name.as_str()
    }

    /// The id of the list, as the table stores it. If the id is not known yet, the result is the name.
    pub fn id(&self) -> &ListName {
        match &self.id {
            Id::Other(id) => id,
            Id::Unknown | Id::Name => &self.name,
        }
    }

    /// Whether a request has sent the name, and the id is not known yet.
    pub fn is_asked(&self) -> bool {
        self.id == Id::Unknown
    }
}

impl PartialEq for ListRef {
    fn eq(&self, other: &Self) -> bool {
        self.is_asked() == other.is_asked() && self.id() == other.id()
    }
}

impl Eq for ListRef {}

impl Serialize for ListRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.id().serialize(serializer)
    }
}

/// Reads the id. The list has its first name until [`Lists::name_list`](super::lists::Lists::name_list) finds its name.
impl<'de> Deserialize<'de> for ListRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = ListName::deserialize(deserializer)?;
        let name = id.first_name();
        Ok(Self::stored(id, name))
    }
}
