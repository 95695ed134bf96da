//! What a caller may do with lists: rename, merge, delete and order them. [`ListEdit::plan`] makes the plan for an
//! edit, or says why the edit is not possible.

use jiff::Timestamp;

use super::{
    change::Image,
    limits,
    list_change::{self, ListsImage},
    list_ref::ListRef,
    lists::Lists,
    plan::{Plan, Todos},
    refusal::Refusal,
    settings::Settings,
    text::ListName,
    todo::{Status, Todo},
};

/// A change to lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListEdit {
    Rename {
        list: ListName,
        to: ListName,
    },
    /// Puts all todos of a list into another list. Then the first list no longer exists.
    Merge {
        list: ListName,
        into: ListName,
    },
    /// Deletes a list with its open and completed todos.
    Delete {
        list: ListName,
    },
    /// Puts these lists first. The other lists follow in their present order.
    Order(Vec<ListName>),
}

/// The lists, todos and settings as they are now.
pub struct PresentLists<'a> {
    pub lists: &'a Lists,
    /// Finds a list by its name. The function knows at least the names in [`ListEdit::names`].
    pub find: &'a dyn Fn(&ListName) -> Option<ListRef>,
    /// All open and completed todos of the list that the edit deletes.
    pub todos: &'a Todos,
    pub settings: &'a Settings,
    pub now: Timestamp,
}

impl PresentLists<'_> {
    fn find(&self, name: &ListName) -> Result<ListRef, Refusal> {
        (self.find)(name).ok_or_else(|| Refusal::NoSuchList(name.clone()))
    }

    /// Finds a list that is not the inbox.
    fn find_own(&self, name: &ListName) -> Result<ListRef, Refusal> {
        let list = self.find(name)?;
        if list == ListRef::inbox() {
            let message = "is the list that always exists, so it cannot be renamed, merged or deleted; to move its todos to another list, use updateTodos";
            return Err(refused("list", message));
        }
        Ok(list)
    }
}

impl ListEdit {
    /// The names of the lists in this edit.
    pub fn names(&self) -> Vec<ListName> {
        match self {
            Self::Rename { list, to: other } | Self::Merge { list, into: other } => vec![list.clone(), other.clone()],
            Self::Delete { list } => vec![list.clone()],
            Self::Order(lists) => lists.clone(),
        }
    }

    /// The list that this edit deletes with all its todos.
    pub fn deleted(&self) -> Option<&ListName> {
        match self {
            Self::Delete { list } => Some(list),
            Self::Rename { .. } | Self::Merge { .. } | Self::Order(_) => None,
        }
    }

    /// Plans this edit.
    pub fn plan(&self, present: &PresentLists<'_>) -> Result<Plan, Refusal> {
        let lists = present.lists;
        let after = match self {
            Self::Rename { list, to } => {
                let list = present.find_own(list)?;
                if (present.find)(to).is_some_and(|other| other != list) {
                    let message = format!(
                        "is the name of another list; to put all todos of the list \"{}\" into the list \"{}\", send merge_into instead",
                        list.as_str(),
                        to.as_str()
                    );
                    return Err(refused("rename_to", message));
                }
                if list.name() == to { lists.clone() } else { list_change::rename(lists, &list, to) }
            }
            Self::Merge { list, into } => {
                let (list, into) = (present.find_own(list)?, present.find(into)?);
                if list == into {
                    return Err(refused("merge_into", "must be another list"));
                }
                list_change::merge(lists, &list, &into)
            }
            Self::Delete { list } => return delete(&present.find_own(list)?, present),
            Self::Order(names) => {
                let first: Vec<ListRef> = names.iter().map(|name| present.find(name)).collect::<Result<_, _>>()?;
                list_change::reorder(lists, &first)
            }
        };
        Ok(Plan { lists: ListsImage::of(lists, after), ..Plan::default() })
    }
}

/// Plans the deletion of a list and of its todos. If the list is the default list, the setting `default_list` gets its
/// default value again.
fn delete(list: &ListRef, present: &PresentLists<'_>) -> Result<Plan, Refusal> {
    let mut todos: Vec<&Todo> = present.todos.values().filter(|todo| todo.status != Status::Deleted).collect();
    if todos.len() > limits::TODOS_PER_CALL {
        return Err(Refusal::ListTooFull { list: list.name().clone(), todos: todos.len() });
    }
    todos.sort_by(|one, other| one.id.as_str().cmp(other.id.as_str()));
    let deleted = |todo: &Todo| Image::changed(todo, todo.with_status(Status::Deleted, present.now));
    let mut settings = present.settings.clone();
    settings.default_list = settings.default_list.filter(|default| present.lists.root(default.id()) != *list.id());
    Ok(Plan {
        images: todos.into_iter().map(deleted).collect(),
        settings: present.settings.changed_to(&settings),
        lists: ListsImage::of(present.lists, list_change::delete(present.lists, list)),
        ..Plan::default()
    })
}

fn refused(field: &'static str, message: impl Into<String>) -> Refusal {
    Refusal::ListRefused { field, message: message.into() }
}
