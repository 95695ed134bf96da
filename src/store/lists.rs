//! The names of an owner's lists. The table has one small item for each list. The sort key of the item is
//! `list#<name>`, with the name in lower case. The name item of a list contains the list's name, with the spelling of
//! the request that created or renamed the list. If the table has no name item for a list, the program knows that this
//! list does not exist. The file docs/adr/0006-list-names.md says why each list has its own item.
//!
//! Another item, with the sort key `lists`, contains the exceptions and the order of the lists ([`Lists`]). An
//! exception is a list whose name differs from its id, or a list that was merged or deleted. The head contains the
//! version of this item, so each write can check that it knows the present lists.

use std::collections::HashMap;

use super::{
    OwnerStore,
    fault::Fault,
    item::{self, Item},
    items,
};
use crate::domain::{
    list_change::{ListsImage, live_name},
    list_ref::ListRef,
    lists::Lists,
    plan::Plan,
    text::ListName,
    todo::Status,
};

pub(super) const NAME: &str = "name";
/// The sort key of each name item begins with this text.
const PREFIX: &str = "list#";
/// The sort key of the item with the exceptions.
pub(super) const LISTS: &str = "lists";

/// What the program knows about an owner's lists, for one version of [`Lists`]. The key of the map is the list's name
/// in lower case, so that two spellings have the same key. The value is the name of the list, or `None` if the table
/// has no such list.
#[derive(Debug, Clone)]
pub(super) struct KnownLists(HashMap<String, Option<ListName>>);

/// What a transaction does with the name item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ListAction {
    /// The transaction fails if the list does not exist, or if the list's name has a different spelling in the table.
    Check(ListName),
    /// The list does not exist yet, so the transaction creates the list. The transaction fails if the list exists.
    Create(ListRef),
    /// The transaction gives an existing list this name. The transaction fails if another list has the name.
    Name(ListName),
    /// The transaction changes the spelling of the name. The transaction fails if no list has the name.
    Respell(ListName),
    /// The transaction deletes the name item, so that no list has this name any more. The transaction fails if no list
    /// has the name before.
    Remove(ListName),
}

/// The lists that a plan uses: the actions for their name items, and the new exceptions.
#[derive(Debug, Default)]
pub(super) struct Placed {
    pub actions: Vec<ListAction>,
    /// The exceptions after the write. `None` if the write does not change them.
    pub lists: Option<Lists>,
}

impl OwnerStore {
    /// The names of the owner's lists. The result contains the inbox, and lists without open todos too. Usually this
    /// function makes one call to DynamoDB. For more than 1 MB of lists, this function makes more calls.
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

    /// The list with this name. `None` if the list does not exist, or if the program knows nothing about the list.
    pub(super) fn get(&self, name: &ListName) -> Option<&ListName> {
        self.0.get(&name.folded())?.as_ref()
    }

    /// The parameter `asked` is the name of a list, and `found` is the name item of this list. This function reads the
    /// list's name from the item, and remembers the name. If `found` is `None`, the table has no name item for this
    /// list, and this function remembers that the list does not exist.
    pub(super) fn learn_item(&mut self, asked: &ListName, found: Option<Item>) -> Result<(), Fault> {
        // The inbox always exists, and usually has no name item.
        let name = found.map(name_of).transpose()?;
        let inbox = ListName::inbox();
        self.0.insert(asked.folded(), name.or_else(|| (asked.folded() == inbox.folded()).then_some(inbox)));
        Ok(())
    }

    /// Finds the id and the spelling of each list that the plan uses. The spelling of a list's name comes from the
    /// request that creates or renames the list. If a list does not exist, the result contains an action that creates
    /// the list. `lists` contains the present exceptions.
    pub(super) fn place(&self, plan: &mut Plan, lists: &Lists) -> Placed {
        let after = plan.lists.as_ref().map_or(lists, |image| &image.after).clone();
        let mut placing = Placing { known: self, lists: after.clone(), present: HashMap::new(), actions: Vec::new() };
        if let Some(image) = &plan.lists {
            placing.actions = name_actions(image);
        }
        // Before the write, these lists already contain todos. So these lists exist, and the transaction does not have
        // to check these lists. For example, if a request completes a repeating todo, the next todo goes into the same
        // list.
        for before in plan.images.iter().filter_map(|image| image.before.as_ref()) {
            placing.learn(&before.list);
        }
        for image in &mut plan.images {
            if image.after.status == Status::Deleted {
                after.name_list(&mut image.after.list);
            } else {
                placing.place(&mut image.after.list, image.before.as_ref().map(|before| &before.list));
            }
        }
        for name in &plan.new_lists {
            placing.place(&mut ListRef::asked(name.clone()), None);
        }
        if let Some(image) = &mut plan.settings
            && let Some(list) = &mut image.after.default_list
        {
            placing.place(list, None);
        }
        let Placing { lists: created, actions, .. } = placing;
        let is_changed = created != *lists;
        let placed = is_changed.then(|| created.with_version_after(lists.version));
        Placed { actions, lists: placed }
    }
}

/// Finds the lists that a plan uses, one after another.
struct Placing<'a> {
    known: &'a KnownLists,
    /// The exceptions after the write, as far as this struct has already processed the plan.
    lists: Lists,
    /// The existing lists that this struct has already found, by their names in lower case.
    present: HashMap<String, ListRef>,
    actions: Vec<ListAction>,
}

impl Placing<'_> {
    /// Remembers a list that exists.
    fn learn(&mut self, list: &ListRef) {
        if !self.lists.is_deleted(list.id()) {
            self.present.entry(list.name().folded()).or_insert_with(|| list.clone());
        }
    }

    /// Finds the id and the spelling of the list `list`, and writes both into `list`. `before` is the list in which the
    /// todo was before the write.
    fn place(&mut self, list: &mut ListRef, before: Option<&ListRef>) {
        if !list.is_asked() && !self.lists.is_deleted(list.id()) {
            return self.lists.name_list(list);
        }
        let (name, key) = (list.name().clone(), list.name().folded());
        if let Some(before) = before.filter(|before| before.name().folded() == key)
            && !self.lists.is_deleted(before.id())
        {
            *list = before.clone();
            return;
        }
        *list = match (self.known.0.get(&key), self.present.get(&key)) {
            (_, Some(found)) => found.clone(),
            (Some(Some(found)), None) => self.lists.find(found),
            // `Some(None)` means that the table has no such list. `None` means that the program knows nothing about the
            // list.
            (None, None) if !self.lists.lacks(&name) => {
                self.actions.push(ListAction::Check(name.clone()));
                self.lists.find(&name)
            }
            (Some(None) | None, None) => {
                let created = self.lists.create(&name);
                self.actions.push(ListAction::Create(created.clone()));
                created
            }
        };
        self.present.insert(key, list.clone());
    }
}

/// The actions for the name items of renamed, merged and deleted lists.
fn name_actions(image: &ListsImage) -> Vec<ListAction> {
    let lists = &image.difference.lists;
    let after = lists.iter().filter_map(|list| live_name(&list.id, list.after.as_ref())).cloned();
    let before = image.difference.names_before();
    let is_before = |name: &ListName| before.iter().any(|other| other.folded() == name.folded());
    let removed = image.difference.freed_names().into_iter().map(ListAction::Remove);
    let named = after
        .filter(|name| !before.contains(name))
        .map(|name| if is_before(&name) { ListAction::Respell(name) } else { ListAction::Name(name) });
    removed.chain(named).collect()
}

impl ListAction {
    pub(super) fn name(&self) -> &ListName {
        match self {
            Self::Create(list) => list.name(),
            Self::Check(name) | Self::Name(name) | Self::Respell(name) | Self::Remove(name) => name,
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

/// The item with the exceptions.
pub(super) fn lists_item(partition: &str, lists: &Lists) -> Result<Item, Fault> {
    let mut item = item::to_item(lists)?;
    item.extend(item::primary_key(partition, LISTS.to_owned()));
    Ok(item)
}
