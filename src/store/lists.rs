//! The names of an owner's lists. The table has one small item for each list. The sort key of the item is
//! `list#<name>`, with the name in lower case. The name item of a list contains the list's name, with the spelling of
//! the request that created the list. If the table has no name item for a list, the program knows that this list does
//! not exist yet. The file docs/adr/0006-list-names.md says why each list has its own item.

use std::collections::HashMap;

use super::{
    OwnerStore,
    fault::Fault,
    item::{self, Item},
    items,
};
use crate::domain::{change::Image, text::ListName};

pub(super) const NAME: &str = "name";
/// The sort key of each name item begins with this text.
const PREFIX: &str = "list#";

/// What the program knows about an owner's lists. The key of the map is the list's name in lower case, so that two
/// spellings have the same key. The value is the name of the list, or `None` if the table has no such list. Nobody can
/// delete a list, so the program does not have to check a known list again.
#[derive(Debug, Clone)]
pub(super) struct KnownLists(HashMap<String, Option<ListName>>);

/// If a transaction puts todos into a list, the transaction can contain a check for this list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ListCheck {
    /// The transaction fails if the list does not exist, or if the list's name has a different spelling in the table.
    Exists(ListName),
    /// The list does not exist yet, so the transaction creates the list.
    Create(ListName),
}

impl OwnerStore {
    /// The names of the owner's lists, in the alphabetical order of their names in lower case. The result contains the
    /// inbox, and lists without open todos too. Usually this function makes one call to DynamoDB. For more than 1 MB of
    /// lists, this function makes more calls.
    pub async fn lists(&self) -> Result<Vec<ListName>, Fault> {
        let found = items::items(&self.client, &self.table, (&self.partition, PREFIX), &self.usage).await?;
        let mut lists: HashMap<String, ListName> = HashMap::from([(ListName::inbox().folded(), ListName::inbox())]);
        for item in found {
            let name = name_of(item)?;
            lists.insert(name.folded(), name);
        }
        let mut lists: Vec<(String, ListName)> = lists.into_iter().collect();
        lists.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(lists.into_iter().map(|(_, name)| name).collect())
    }
}

impl KnownLists {
    /// The known lists: the inbox and all lists in `lists`.
    pub(super) fn of(lists: Vec<ListName>) -> Self {
        Self(lists.into_iter().chain([ListName::inbox()]).map(|name| (name.folded(), Some(name))).collect())
    }

    /// The lists that exist.
    pub(super) fn existing(&self) -> impl Iterator<Item = &ListName> {
        self.0.values().flatten()
    }

    /// Whether the program knows that a list with this name exists.
    pub(super) fn knows(&self, name: &ListName) -> bool {
        matches!(self.0.get(&name.folded()), Some(Some(_)))
    }

    /// The parameter `asked` is the name of a list, and `found` is the name item of this list. This function reads the
    /// list's name from the item, and remembers the name. If `found` is `None`, the table has no name item for this
    /// list, and this function remembers that the list does not exist.
    pub(super) fn learn_item(&mut self, asked: &ListName, found: Option<Item>) -> Result<(), Fault> {
        self.0.insert(asked.folded(), found.map(name_of).transpose()?);
        Ok(())
    }

    /// The spelling of a list's name comes from the request that creates the list. If a later request uses another
    /// spelling, this function writes the first spelling into the todos. Returns the checks for the transaction, with
    /// at most one check for each list.
    pub(super) fn use_first_spellings(&self, images: &mut [Image]) -> Vec<ListCheck> {
        let mut checks: HashMap<String, ListCheck> = HashMap::new();
        let mut order = Vec::new();
        // Before the write, these lists already contain todos. So these lists exist, and the transaction does not have
        // to check these lists. For example, if a request completes a repeating todo, the next todo goes into the same
        // list.
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
                    // `known` is `Some(None)` if the table has no such list. `known` is `None` if the program knows
                    // nothing about the list.
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

/// The name in the name item of a list.
fn name_of(mut item: Item) -> Result<ListName, Fault> {
    let name = item.remove(NAME).unwrap_or(item::text(""));
    serde_dynamo::from_attribute_value(name).map_err(|error| Fault::unreadable(&error))
}

pub(super) fn list_sk(name: &ListName) -> String {
    format!("{PREFIX}{}", name.folded())
}

pub(super) fn list_item(partition: &str, name: &ListName) -> Item {
    let mut item = item::primary_key(partition, list_sk(name));
    item.insert(NAME.to_owned(), item::text(name.as_str()));
    item
}
