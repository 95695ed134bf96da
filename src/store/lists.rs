//! The names of an owner's lists, one small item each (`list#<key>`), so that the first spelling of a name stays and a
//! new name is noticed. docs/adr/0006-list-names.md says why they are items of their own.

use std::collections::HashMap;

use super::{
    fault::Fault,
    item::{self, Item},
};
use crate::domain::{change::Image, text::ListName};

pub(super) const NAME: &str = "name";

/// What is known of an owner's lists: by key, the name, or that there is no such list. A list, once made, stays, so
/// what is known to exist needs no further check.
#[derive(Debug, Clone)]
pub(super) struct KnownLists(HashMap<String, Option<ListName>>);

/// What a transaction checks about a list that its todos go into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ListCheck {
    /// It is thought to exist, spelled like this.
    Exists(ListName),
    /// It does not exist yet and is made.
    Create(ListName),
}

impl Default for KnownLists {
    fn default() -> Self {
        let inbox = ListName::inbox();
        Self(HashMap::from([(inbox.folded(), Some(inbox))]))
    }
}

impl KnownLists {
    /// Takes in that the list exists under this name.
    pub(super) fn learn(&mut self, name: ListName) {
        self.0.insert(name.folded(), Some(name));
    }

    /// Whether a list of this name is known to exist.
    pub(super) fn knows(&self, name: &ListName) -> bool {
        matches!(self.0.get(&name.folded()), Some(Some(_)))
    }

    /// Takes in what the table holds, or does not hold, for the list that `asked` names.
    pub(super) fn learn_item(&mut self, asked: &ListName, found: Option<Item>) -> Result<(), Fault> {
        let name = found
            .map(|mut item| serde_dynamo::from_attribute_value(item.remove(NAME).unwrap_or(item::text(""))))
            .transpose();
        self.0.insert(asked.folded(), name.map_err(|error| Fault::unreadable(&error))?);
        Ok(())
    }

    /// Gives every todo its list's first spelling, and returns what the transaction has to check, each list once.
    pub(super) fn settle(&self, images: &mut [Image]) -> Vec<ListCheck> {
        let mut checks: HashMap<String, ListCheck> = HashMap::new();
        let mut order = Vec::new();
        // A todo that follows another stays in its list.
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
    let mut item = item::key(partition, list_sk(name));
    item.insert(NAME.to_owned(), item::text(name.as_str()));
    item
}
