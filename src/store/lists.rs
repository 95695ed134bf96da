//! The names of an owner's lists. Each list has a small item, `list#<name without case>`. Because of this item, the
//! first spelling of a name stays, and the program notices a new name. docs/adr/0006-list-names.md says why each name
//! has its own item.

use std::collections::HashMap;

use super::{
    fault::Fault,
    item::{self, Item},
};
use crate::domain::{change::Image, text::ListName};

pub(super) const NAME: &str = "name";

/// The known lists of an owner. The key is the name without case. The value is the name, or `None` if the table has no
/// such list. A list is never deleted, so a known list needs no further check.
#[derive(Debug, Clone)]
pub(super) struct KnownLists(HashMap<String, Option<ListName>>);

/// The check of one list in the transaction that puts todos into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ListCheck {
    /// The list should exist, in this spelling.
    Exists(ListName),
    /// The list does not exist yet. The transaction makes it.
    Create(ListName),
}

impl Default for KnownLists {
    fn default() -> Self {
        let inbox = ListName::inbox();
        Self(HashMap::from([(inbox.folded(), Some(inbox))]))
    }
}

impl KnownLists {
    /// Remembers that the list exists, in this spelling.
    pub(super) fn learn(&mut self, name: ListName) {
        self.0.insert(name.folded(), Some(name));
    }

    /// Whether a list of this name is known to exist.
    pub(super) fn knows(&self, name: &ListName) -> bool {
        matches!(self.0.get(&name.folded()), Some(Some(_)))
    }

    /// Remembers the item of the list `asked`, or that the table has no such item.
    pub(super) fn learn_item(&mut self, asked: &ListName, found: Option<Item>) -> Result<(), Fault> {
        let name = found
            .map(|mut item| serde_dynamo::from_attribute_value(item.remove(NAME).unwrap_or(item::text(""))))
            .transpose();
        self.0.insert(asked.folded(), name.map_err(|error| Fault::unreadable(&error))?);
        Ok(())
    }

    /// Gives every todo the first spelling of its list. Returns the checks for the transaction, one for each list.
    pub(super) fn use_first_spellings(&self, images: &mut [Image]) -> Vec<ListCheck> {
        let mut checks: HashMap<String, ListCheck> = HashMap::new();
        let mut order = Vec::new();
        // The present lists of the todos of this write. These lists exist, so they need no check. For example, the next
        // todo of a repetition goes into the list of the completed todo.
        let present = images.iter().filter_map(|image| image.before.as_ref());
        let present: HashMap<String, ListName> = present.map(|todo| (todo.list.folded(), todo.list.clone())).collect();
        for image in images {
            let key = image.after.list.folded();
            if let Some(before) = image.before.as_ref().filter(|before| before.list.folded() == key) {
                image.after.list = before.list.clone();
                continue;
            }
            match (self.0.get(&key), present.get(&key)) {
                (Some(Some(name)), _) | (_, Some(name)) => image.after.list = name.clone(),
                (known, None) => {
                    // `known` is `Some(None)` if the table has no such list. It is `None` if nothing is known of the list.
                    let name = image.after.list.clone();
                    let check = checks.entry(key.clone()).or_insert_with(|| {
                        order.push(key);
                        if known.is_some() { ListCheck::Create(name) } else { ListCheck::Exists(name) }
                    });
                    image.after.list = check.name().clone();
                }
            }
        }
        order.iter().filter_map(|key| checks.remove(key)).collect()
    }
}

impl ListCheck {
    pub(super) fn name(&self) -> &ListName {
        match self {
            Self::Exists(name) | Self::Create(name) => name,
        }
    }
}

pub(super) fn list_sk(name: &ListName) -> String {
    format!("list#{}", name.folded())
}

pub(super) fn list_item(partition: &str, name: &ListName) -> Item {
    let mut item = item::primary_key(partition, list_sk(name));
    item.insert(NAME.to_owned(), item::text(name.as_str()));
    item
}
