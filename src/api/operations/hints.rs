//! Hints in the answer of a listing that found nothing. Perhaps the caller has misspelled the name of a list or of a
//! tag.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    filter::{TodosQuery, matching::TodoFilter},
    found::Found,
};
use crate::{
    api::answer::suggestion::{did_you_mean, short},
    domain::{
        by::By,
        search::Search,
        text::{ListName, Tag},
        todo::Status,
    },
    store::{Fault, OwnerStore, Range, Reading},
};

/// An answer has a hint for at most this number of new lists.
const NEW_LISTS: usize = 3;

/// The hints for a listing of todos without a result. If the query has a list, this function makes one call to
/// DynamoDB. If there is no hint yet, and the query selects open todos by words, list, tag or priority, another call
/// counts the completed todos that match.
pub async fn of_todos(
    store: &OwnerStore,
    query: &TodosQuery,
    found: Found,
    now: Timestamp,
) -> Result<Vec<String>, Fault> {
    let Found { mut filter, .. } = found;
    let mut hints = Vec::new();
    if let Some(list) = query.list() {
        hints.extend(of_list(store, list).await?);
    }
    hints.extend(of_tags(&filter));
    if let Some(day) = query.future_completion(&filter.moment) {
        hints.push(format!("completed_from is {day}, which is in the future."));
    }
    if hints.is_empty() && query.is_of_open() && query.has_words() {
        let reading = Reading { pages: 1, ..Reading::of(Range::todos(Status::Completed)) };
        let (_, mut todos) = store.todos(reading, now).await?;
        let mut completed = 0;
        while let Some(todo) = todos.next().await? {
            completed += usize::from(filter.matches(&todo));
        }
        if completed > 0 {
            hints
                .push(format!("No open todo matches. Completed todos that match: {completed}. Send status completed."));
        }
    }
    if hints.is_empty() {
        hints.extend(filter.q.as_ref().and_then(of_words));
    }
    Ok(hints)
}

/// The hint that no searched todo has all words of the caller. `None` if the caller sent only one word.
fn of_words(search: &Search) -> Option<String> {
    let (seen, others) = search.words_seen();
    if seen.len() + others.len() < 2 {
        return None;
    }
    let found = match seen[..] {
        [] => "None of the words was found.".to_owned(),
        _ => format!("Found in some: {}. Send fewer words as q.", seen.join(", ")),
    };
    Some(format!("No searched todo has all words of q. {found}"))
}

/// A hint for each new list with a name that is similar to the name of another list. If there are new lists, this
/// function makes one call to DynamoDB. The write is already done, so a failed call only means that there is no hint.
pub async fn of_new_lists(store: &OwnerStore, new: &[String]) -> Vec<String> {
    if new.is_empty() {
        return Vec::new();
    }
    let lists = store.lists().await.unwrap_or_default();
    let others = || lists.iter().map(ListName::as_str).filter(|name| !new.iter().any(|new| new == name));
    let hint = |name: &String| {
        let sentence = format!("The list \"{}\" is new.", name);
        let asked = did_you_mean(sentence.clone(), name, others());
        (asked != sentence).then(|| format!("{asked} If so, merge the new list with updateLists (merge_into)."))
    };
    new.iter().filter_map(hint).take(NEW_LISTS).collect()
}

/// A hint for each tag that no searched todo has.
pub fn of_tags(filter: &TodoFilter) -> Vec<String> {
    let hint = |tag: &Tag| {
        let nothing = format!("None of the searched todos has the tag \"{}\".", tag.as_str());
        if filter.one_tag.is_none() && tag.as_str().contains(',') {
            return format!("{nothing} A search takes one tag: make one call for each tag.");
        }
        did_you_mean(nothing, tag.as_str(), filter.tags_seen())
    };
    filter.unknown_tags().map(hint).collect()
}

/// The hint that no searched change was made by `by`. `makers` contains the names of the programs that made the
/// searched changes.
pub fn of_by(by: &By, makers: &BTreeSet<String>) -> Option<String> {
    let By::Named(name) = by else { return None };
    let makers: Vec<_> = makers.iter().take(20).map(String::as_str).collect();
    Some(format!(
        "No searched change was made by \"{}\". The searched changes were made by: {}.",
        short(name),
        makers.join(", ")
    ))
}

/// The hint that there is no list with this name. `None` if the list exists. This function makes one call to DynamoDB.
pub async fn of_list(store: &OwnerStore, list: &ListName) -> Result<Option<String>, Fault> {
    let lists = store.lists().await?;
    if lists.iter().any(|known| known.folded() == list.folded()) {
        return Ok(None);
    }
    let nothing = format!("There is no list \"{}\".", list.as_str());
    if let Some(name) = store.last_lists().later_name(list) {
        return Ok(Some(format!("{nothing} Its todos are in the list \"{}\" now.", name.as_str())));
    }
    Ok(Some(did_you_mean(nothing, list.as_str(), lists.iter().map(ListName::as_str))))
}
