//! Defines how the table stores todos, changes and settings: their keys, and their positions in the index. Other files
//! decide when the program reads or writes items.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    fault::{Fault, FaultKind},
    format::{FORMAT, FORMAT_OF_SERIES, check_format},
    view::todo_view,
};
use crate::domain::{
    change::days_after,
    id::{ChangeId, TodoId},
    limits,
    owner::Owner,
    todo::{Status, Todo},
};

/// The partition of an owner begins with this text. The name of the owner follows.
const PARTITION: &str = "user#";
pub const OWNER: &str = "owner";
pub const SK: &str = "sk";
/// The condition for writing a new item: no item with this key exists yet. `sk` and `expires_at` are not reserved words
/// of DynamoDB, so they need no substitute names:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html>
pub(super) const ABSENT: &str = "attribute_not_exists(sk)";
/// The condition for changing an item that must exist.
pub(super) const PRESENT: &str = "attribute_exists(sk)";
/// The condition for writing a change record: no such record exists, or it has expired, or it is an old draft
/// (`pending.rs`).
pub(super) const ABSENT_OR_EXPIRED: &str = "attribute_not_exists(sk) OR expires_at <= :now OR draft_until <= :now";
pub(super) const VIEW: &str = "view";
pub const EXPIRES_AT: &str = "expires_at";
/// The attribute with the version of a todo or of the settings. Each change of a todo or of the settings increases this
/// version.
pub(super) const VERSION: &str = "version";
/// The local secondary index on `owner` and `view`.
pub(super) const TIMELINE: &str = "timeline";
/// The attribute with the title of an open todo in lower case ([`Title::folded`](crate::domain::text::Title::folded)).
/// The program finds duplicates by this attribute.
pub(super) const TITLE_KEY: &str = "title_key";
/// The view of the settings item. The view is the position of the item in the index. In the index, the settings item is
/// directly before the first open todo. So if a listing begins with the first open todo, the same query also reads the
/// settings.
pub(super) const SETTINGS_VIEW: &str = "open#";

/// The sort key of a todo begins with this text. The id of the todo follows.
pub(super) const TODO_PREFIX: &str = "todo#";
/// The attribute of the head with the version of the lists. Absent if nobody has changed the lists.
pub(super) const LISTS_VERSION: &str = "lists_version";
/// The attributes of the head with the id of a pending change (`pending.rs`), and the time at which the change became
/// pending, in microseconds since 1970. Absent if no change is pending.
pub(super) const PENDING: &str = "pending_change";
pub(super) const PENDING_SINCE: &str = "pending_since";

/// The attributes that a listing of todos reads: all attributes of [`Todo`] and of
/// [`Settings`](crate::domain::settings::Settings), the view, the time of expiry, the format, the version of the lists,
/// the latest and the first change of the head, and the pending change.
pub(super) const TODO: &[&str] = &[
    VIEW,
    EXPIRES_AT,
    FORMAT,
    "id",
    "title",
    "status",
    "list",
    "priority",
    "due",
    "repeat",
    "anchor_day",
    "series_due",
    "handed_on",
    "notes",
    "tags",
    "steps",
    "place",
    "version",
    "created_at",
    "updated_at",
    "completed_at",
    "told_at",
    "deleted_at",
    "imported",
    LISTS_VERSION,
    "sequence",
    "began",
    PENDING,
    PENDING_SINCE,
    "time_zone",
    "week_start",
    "default_list",
];

/// The attributes that a listing of changes reads: all attributes of [`Change`](crate::domain::change::Change), the
/// view, the time of expiry, and the format.
pub(super) const CHANGE: &[&str] = &[
    VIEW,
    EXPIRES_AT,
    FORMAT,
    "id",
    "at",
    "operation",
    "todos",
    "settings",
    "list_changes",
    "new_lists",
    "lists",
    "undoes",
    "also_undoes",
    "undone_by",
    "undone_at",
    "by",
    "import",
    "request",
];

pub(super) type Item = HashMap<String, AttributeValue>;

pub(super) fn partition(owner: &Owner) -> String {
    format!("{PARTITION}{}", owner.as_str())
}

/// The name of the owner with this partition.
pub(super) fn owner_name(partition: &str) -> &str {
    partition.strip_prefix(PARTITION).unwrap_or(partition)
}

pub(super) fn primary_key(partition: &str, sk: String) -> Item {
    HashMap::from([(OWNER.to_owned(), text(partition)), (SK.to_owned(), AttributeValue::S(sk))])
}

pub(super) fn todo_sk(id: &TodoId) -> String {
    format!("{TODO_PREFIX}{}", id.as_str())
}

pub(super) fn change_sk(id: &ChangeId) -> String {
    format!("change#{}", id.as_str())
}

/// The item of a todo. The parameter `order` is the sequence number of this write, written as a time. If the todo is
/// deleted, its item expires 30 days after this time. This time is later than the time of every earlier write, even if
/// somebody has set the clock back. If a person undoes the creation of a todo, this undo deletes the todo. The deleted
/// todo expires only after 30 days, because the undo itself can be undone for 30 days.
pub(super) fn todo_item(partition: &str, todo: &Todo, order: Timestamp) -> Result<Item, Fault> {
    let mut item = to_item(todo)?;
    item.extend(primary_key(partition, todo_sk(&todo.id)));
    item.insert(VIEW.to_owned(), AttributeValue::S(todo_view(todo)));
    if todo.status == Status::Open {
        item.insert(TITLE_KEY.to_owned(), AttributeValue::S(todo.title.folded()));
    }
    if todo.repeats_in_new_ways() {
        item.insert(FORMAT.to_owned(), number(FORMAT_OF_SERIES));
    }
    if todo.status == Status::Deleted {
        item.insert(EXPIRES_AT.to_owned(), number(days_after(order, limits::UNDO_DAYS).as_second()));
    }
    Ok(item)
}

/// Reads an item. Returns `None` if the item has expired. DynamoDB may keep an expired item for days.
pub(super) fn read_unexpired<T: DeserializeOwned>(item: Item, now: Timestamp) -> Result<Option<T>, Fault> {
    if expired(&item, now) { Ok(None) } else { from_item(item).map(Some) }
}

pub(super) fn is_settings(item: &Item) -> bool {
    item.get(VIEW).and_then(|view| view.as_s().ok()).is_some_and(|view| view == SETTINGS_VIEW)
}

pub(super) fn expired(item: &Item, now: Timestamp) -> bool {
    expires_at(item).is_some_and(|second| second <= now.as_second())
}

/// The time at which the item expires, in seconds since 1970. `None` if the item does not expire.
pub(super) fn expires_at(item: &Item) -> Option<i64> {
    item.get(EXPIRES_AT).and_then(|value| value.as_n().ok()).and_then(|seconds| seconds.parse().ok())
}

pub(super) fn to_item<T: Serialize>(value: &T) -> Result<Item, Fault> {
    serde_dynamo::to_item(value).map_err(|error| Fault::unreadable(&error))
}

pub(super) fn to_value<T: Serialize>(value: &T) -> Result<AttributeValue, Fault> {
    serde_dynamo::to_attribute_value(value).map_err(|error| Fault::unreadable(&error))
}

pub(super) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, Fault> {
    check_format(&item)?;
    serde_dynamo::from_item(item).map_err(|error| Fault::unreadable(&error))
}

/// The fault if the program has built an action of a transaction wrongly.
pub(super) fn broken(error: aws_sdk_dynamodb::error::BuildError) -> Fault {
    Fault::new(FaultKind::Broken, format!("TransactWriteItems: {error}"))
}

pub(super) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(super) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        change::{Change, OperationName},
        credential::CredentialId,
        id::ImportId,
        idempotency::Intent,
        imprint::Imprint,
        list_change::ListsDifference,
        list_ref::ListRef,
        moment::Weekday,
        settings::{Settings, SettingsImage, ZoneName},
        todo::{HandedOn, NewTodo},
    };
    use jiff::tz::TimeZone;
    use serde_json::json;

    fn todo(due: Option<&str>) -> Todo {
        let new: NewTodo =
            deserr::deserialize::<_, _, deserr::errors::JsonError>(json!({"title": "x", "due": due, "tags": ["a"]}))
                .unwrap();
        let now = "2026-11-22T10:00:00.000001Z".parse().unwrap();
        let moment = Settings::default().moment(now, &TimeZone::UTC);
        Todo::add(&new, TodoId::from_random([0; 16]), &ListRef::inbox(), &moment).unwrap()
    }

    #[test]
    fn an_item_reads_back_as_the_todo_it_was() {
        let todo = todo(Some("2026-11-27T09:30"));
        let item = todo_item("user#me", &todo, Timestamp::UNIX_EPOCH).unwrap();
        assert!(!item.contains_key(EXPIRES_AT));
        assert_eq!(read_unexpired(item, Timestamp::MAX).unwrap(), Some(todo));
    }

    #[test]
    fn a_listing_asks_for_every_attribute_of_a_todo_that_it_lists() {
        let new = json!({
            "title": "x", "due": "2026-01-31", "repeat": {"every": 1, "unit": "month"}, "notes": "n", "tags": ["a"],
            "steps": [{"title": "s"}],
        });
        let new = deserr::deserialize::<NewTodo, _, deserr::errors::JsonError>(new).unwrap();
        let moment = Settings::default().moment(Timestamp::UNIX_EPOCH, &TimeZone::UTC);
        let todo = Todo::add(&new, TodoId::from_random([0; 16]), &ListRef::inbox(), &moment).unwrap();
        let at = Some(Timestamp::UNIX_EPOCH);
        let todo = Todo { anchor_day: Some(31), series_due: todo.due, completed_at: at, told_at: at, ..todo };
        let todo = Todo { deleted_at: at, place: Some(todo.place()), ..todo };
        let repeat = todo.repeat.clone().unwrap();
        let handed_on = HandedOn { next: todo.id.clone(), repeat, anchor_day: None, series_due: None };
        let todo = Todo { handed_on: Some(Box::new(handed_on)), imported: Some(Imprint::of("x")), ..todo };
        // If you add a field to `Todo`, the compiler reports an error here. Then add the field to the constant `TODO`,
        // and also to the todo in this test.
        let Todo {
            id: _,
            title: _,
            status: _,
            list: _,
            priority: _,
            due: _,
            repeat: _,
            anchor_day: _,
            series_due: _,
            handed_on: _,
            notes: _,
            tags: _,
            steps: _,
            place: _,
            version: _,
            created_at: _,
            updated_at: _,
            completed_at: _,
            told_at: _,
            deleted_at: _,
            imported: _,
        } = &todo;
        let settings = Settings {
            time_zone: Some(ZoneName::parse("Europe/Berlin".to_owned()).unwrap()),
            week_start: Some(Weekday::Sun),
            default_list: Some(ListRef::inbox()),
            version: 1,
        };
        assert_eq!(to_item(&todo).unwrap().len(), 21, "each of them is present");
        for item in [to_item(&todo).unwrap(), to_item(&settings).unwrap()] {
            for attribute in item.keys() {
                assert!(TODO.contains(&attribute.as_str()), "{attribute}");
            }
        }
    }

    #[test]
    fn a_listing_asks_for_every_attribute_of_a_change_that_it_lists() {
        let (inbox, settings) = (vec![ListRef::inbox()], Settings::default());
        let change = Change {
            id: ChangeId::from_random([0; 16]),
            at: Timestamp::UNIX_EPOCH,
            operation: OperationName::of("addTodos"),
            todos: Vec::new(),
            settings: Some(SettingsImage { before: settings.clone(), after: settings }),
            list_changes: Some(ListsDifference::default()),
            new_lists: inbox.clone(),
            lists: inbox,
            undoes: Some(ChangeId::from_random([0; 16])),
            also_undoes: vec![ChangeId::from_random([0; 16])],
            undone_by: Some(ChangeId::from_random([0; 16])),
            undone_at: Some(Timestamp::UNIX_EPOCH),
            import: Some(ImportId::from_random([0; 16])),
            by: Some(CredentialId { kind: "key".to_owned(), id: "1a2b3c4d5e6f".to_owned(), name: None }),
            request: Some(Intent::new("addTodos", "", None, &json!({})).fingerprint()),
        };
        for attribute in to_item(&change).unwrap().keys() {
            assert!(CHANGE.contains(&attribute.as_str()), "{attribute}");
        }
    }

    #[test]
    fn a_deleted_todo_expires_thirty_days_later() {
        let at: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let item = todo_item("user#me", &todo(None).with_status(Status::Deleted, at), at).unwrap();
        assert!(read_unexpired::<Todo>(item.clone(), "2026-12-22T09:59:59Z".parse().unwrap()).unwrap().is_some());
        assert!(read_unexpired::<Todo>(item, "2026-12-22T10:00:00Z".parse().unwrap()).unwrap().is_none());
    }
}
