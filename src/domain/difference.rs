//! What a change did to one todo. A change record contains only the fields that the change altered, and not the whole
//! todo.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{
    change::Image,
    id::TodoId,
    text::ListName,
    todo::{Status, Todo},
};

/// Some fields of a todo. The names of the fields are the names that the table uses.
pub type Fields = Map<String, Value>;

/// The fields of a group belong together, so an undo restores all fields of a group or none of these fields. For
/// example, only a todo with a due date may repeat. So if a change alters one field of a group, the difference contains
/// the whole group.
const GROUPS: [&[&str]; 2] =
    [&["status", "completed_at", "told_at", "deleted_at"], &["due", "repeat", "anchor_day", "series_due", "handed_on"]];
/// These fields do not belong to the content of a todo. The id never changes, and every write sets the version.
const NOT_CONTENT: [&str; 2] = ["id", "version"];
const NOTES: &str = "notes";
const UPDATED_AT: &str = "updated_at";

/// The fields that a change altered in one todo, with their values before and after the change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    pub id: TodoId,
    /// The altered fields before the change. A field without a value is absent. `None` if the change added the todo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Fields>,
    /// The altered fields after the change. If the change added the todo, these are all fields of the todo.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    after: Fields,
    /// The change kept this number of bytes at the beginning of the notes. `before` and `after` contain only the rest
    /// of the notes. So if a change appends a paragraph to long notes, the record contains only this paragraph.
    #[serde(default, skip_serializing_if = "is_zero")]
    notes_kept: usize,
    /// The hash of the beginning of the notes. With this hash, the program notices if a later change altered the
    /// beginning.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    notes_kept_hash: String,
    /// The version of the todo after the change. Present only in a change that is too large for one transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// The whole todo before the change, if the change deletes or restores the todo. Present only in a change that is
    /// too large for one transaction. A deleted todo expires, so DynamoDB may remove the todo before somebody finishes
    /// the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expiring: Option<Todo>,
}

impl Difference {
    /// Compares the todo before the change with the todo after the change.
    pub fn of(image: &Image) -> Self {
        let id = image.after.id.clone();
        let mut after = fields(&image.after);
        let Some(before) = &image.before else {
            let notes_kept_hash = String::new();
            return Self { id, before: None, after, notes_kept: 0, notes_kept_hash, version: None, expiring: None };
        };
        let mut before = fields(before);
        let altered = |name: &str| before.get(name) != after.get(name);
        let mut names: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
        names.retain(|name| altered(name) || group(name).iter().any(|name| altered(name)));
        before.retain(|name, _| names.contains(name));
        after.retain(|name, _| names.contains(name));
        let (notes_kept, notes_kept_hash) = leave_out_common_beginning(&mut before, &mut after);
        Self { id, before: Some(before), after, notes_kept, notes_kept_hash, version: None, expiring: None }
    }

    /// The same difference, together with the data that [`redo`](Self::redo) needs. `image` is the image of the same
    /// todo.
    pub fn with_image(self, image: &Image) -> Self {
        let is_deleted = |todo: &Todo| todo.status == Status::Deleted;
        let expires = |before: &&Todo| is_deleted(before) || is_deleted(&image.after);
        let expiring = image.before.as_ref().filter(expires).cloned();
        Self { version: Some(image.after.version), expiring, ..self }
    }

    /// Whether the change added the todo.
    pub fn is_new(&self) -> bool {
        self.before.is_none()
    }

    /// The altered fields before and after the change, as the table stores them. `None` if the change added the todo. A
    /// group of fields that belong together is complete, so some of these fields may be equal.
    pub fn altered(&self) -> Option<(&Fields, &Fields)> {
        self.before.as_ref().map(|before| (before, &self.after))
    }

    /// The altered fields after the change. If the change added the todo, these are all fields of the todo.
    pub fn after(&self) -> &Fields {
        &self.after
    }

    /// The change kept this number of bytes at the beginning of the notes. [`altered`](Self::altered) and
    /// [`after`](Self::after) contain only the rest of the notes.
    pub fn kept_notes(&self) -> usize {
        self.notes_kept
    }

    /// The status before the change. `None` if the change added the todo, or did not alter its status.
    pub fn status_before(&self) -> Option<Status> {
        self.before.as_ref().and_then(|before| Status::parse(before.get("status")?.as_str()?.to_owned()).ok())
    }

    /// The ids of the lists before and after the change. Empty if the change did not alter the list of the todo.
    pub fn lists(&self) -> impl Iterator<Item = ListName> {
        let lists = self.before.iter().chain([&self.after]).filter_map(|fields| fields.get("list")?.as_str());
        lists.map(|id| ListName::of_id(id.to_owned()))
    }

    /// Whether the values before or after the change contain a repetition that code of format 4 and earlier would lose
    /// ([`Todo::repeats_in_new_ways`]).
    pub fn has_new_ways_to_repeat(&self) -> bool {
        let is_new = |repeat: &Value| repeat.get("on").is_some() || repeat.get("count").is_some();
        let has = |fields: &Fields| fields.contains_key("series_due") || fields.get("repeat").is_some_and(is_new);
        self.before.iter().any(has) || has(&self.after) || self.expiring.as_ref().is_some_and(Todo::repeats_in_new_ways)
    }

    /// Whether the change deleted the todo.
    pub fn deletes(&self) -> bool {
        self.before.is_some() && self.after.get("status").is_some_and(|status| status == Status::Deleted.word())
    }

    /// Whether the change deleted the todo, and the todo still has this version.
    pub fn has_deleted(&self, present: Option<&Todo>) -> bool {
        present.is_some_and(|todo| todo.status == Status::Deleted && Some(todo.version) == self.version)
    }

    /// Whether the change added the todo or altered a field of the todo.
    pub fn is_change(&self) -> bool {
        self.is_new() || self.names().next().is_some()
    }

    /// The names of the altered fields. A name may occur twice.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let altered = self.before.iter().flatten().chain(&self.after).map(|(name, _)| name.as_str());
        altered.flat_map(|name| group(name).iter().copied().chain([name]))
    }

    /// Whether the altered fields of the todo still have the values that the change gave them. All other fields of the
    /// todo may have any value. This function does not compare `updated_at`.
    pub fn is_present_in(&self, todo: &Todo) -> bool {
        self.agrees(&self.after, &fields(todo))
    }

    /// The todo without this change: the altered fields get the values from before the change, and all other fields
    /// keep their present values. If the change added the todo, the result is the deleted todo. If the altered values
    /// are no longer [present](Self::is_present_in) in the todo, or if the status of the todo forbids the undo, the
    /// error contains the names of the fields that prevent the undo, as callers know these fields.
    pub fn undo(&self, todo: &Todo, now: Timestamp) -> Result<Todo, Vec<&'static str>> {
        let mut present = fields(todo);
        let altered_again = self.disagreeing(&self.after, &present);
        if !altered_again.is_empty() {
            return Err(altered_again);
        }
        if !self.may_alter(todo) {
            return Err(vec!["status"]);
        }
        let Some(before) = &self.before else { return Ok(todo.with_status(Status::Deleted, now)) };
        let beginning = text(&present, NOTES).get(..self.notes_kept).unwrap_or_default().to_owned();
        let altered_since = self.after.get(UPDATED_AT).is_some_and(|at| present.get(UPDATED_AT) != Some(at));
        for name in self.names() {
            present.remove(name);
        }
        present.extend(before.clone());
        if self.names().any(|name| name == NOTES) {
            match beginning + text(before, NOTES) {
                notes if notes.is_empty() => present.remove(NOTES),
                notes => present.insert(NOTES.to_owned(), notes.into()),
            };
        }
        if altered_since {
            present.insert(UPDATED_AT.to_owned(), now.to_string().into());
        }
        present.insert("id".to_owned(), todo.id.as_str().into());
        present.insert("version".to_owned(), todo.version.into());
        serde_json::from_value(Value::Object(present)).map_err(|_| self.names().map(shown_as).collect())
    }

    /// The todo after this change. `present` is the todo now, and `version` is the version of the todo after the
    /// change. `None` if the change was already made, or if the todo has changed since the change was planned.
    pub fn redo(&self, present: Option<&Todo>, version: u64) -> Option<Todo> {
        let mut todo = match (present.or(self.expiring.as_ref()), &self.before) {
            (None, None) => Fields::new(),
            (Some(todo), Some(_)) if todo.version + 1 == version => fields(todo),
            _ => return None,
        };
        let beginning = text(&todo, NOTES).get(..self.notes_kept)?.to_owned();
        self.names().for_each(|name| _ = todo.remove(name));
        todo.extend(self.after.clone());
        if let Some(rest) = self.after.get(NOTES).and_then(Value::as_str) {
            todo.insert(NOTES.to_owned(), (beginning + rest).into());
        }
        todo.insert("id".to_owned(), self.id.as_str().into());
        todo.insert("version".to_owned(), version.into());
        serde_json::from_value(Value::Object(todo)).ok()
    }

    /// Whether an undo of this change may alter the todo in its present status. A write may alter a deleted todo only
    /// if the write changes the status. If somebody has completed the todo after this change, the undo must not restore
    /// the repetition. For example, this change removes the repetition, and somebody completes the todo later. This
    /// completion makes no next todo, so the completed todo must not repeat.
    fn may_alter(&self, todo: &Todo) -> bool {
        let alters = |field: &str| self.names().any(|name| name == field);
        let repeats = self.before.as_ref().is_some_and(|before| before.contains_key("repeat"));
        match todo.status {
            _ if self.is_new() || alters("status") => true,
            Status::Open => true,
            Status::Completed => !(alters("repeat") && repeats) || self.came_after(todo),
            Status::Deleted => false,
        }
    }

    /// Whether the todo was already completed when this change was made.
    fn came_after(&self, todo: &Todo) -> bool {
        // A `told_at` is never before the `completed_at` of the same completion. But code of format 5 and earlier does
        // not remove the `told_at` of an earlier completion. So the later of the two times is right in every case.
        let completed_at = todo.completed_at.max(todo.told_at);
        let made_at = self.after.get(UPDATED_AT).and_then(Value::as_str).and_then(|at| at.parse::<Timestamp>().ok());
        completed_at.zip(made_at).is_some_and(|(completed_at, made_at)| completed_at <= made_at)
    }

    /// Whether `present` has the values of `expected` in the altered fields.
    fn agrees(&self, expected: &Fields, present: &Fields) -> bool {
        self.disagreeing(expected, present).is_empty()
    }

    /// The fields in which `present` does not have the values of `expected`, as callers know these fields. This
    /// function compares only the altered fields. If the change added the todo, this function compares all fields.
    fn disagreeing(&self, expected: &Fields, present: &Fields) -> Vec<&'static str> {
        let agrees = |name: &str| match name {
            UPDATED_AT => true,
            NOTES => {
                let (present, rest) = (text(present, NOTES), text(expected, NOTES));
                let beginning = present.strip_suffix(rest).filter(|beginning| beginning.len() == self.notes_kept);
                beginning.is_some_and(|beginning| hash(beginning) == self.notes_kept_hash)
            }
            name => expected.get(name) == present.get(name),
        };
        let others = present.keys().map(String::as_str).filter(|_| self.is_new());
        let mut names: Vec<_> = self.names().chain(others).filter(|name| !agrees(name)).map(shown_as).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The name that callers know for the stored field `name`.
pub fn shown_as(name: &str) -> &'static str {
    const SHOWN: [&str; 9] = ["title", "status", "list", "priority", "due", "repeat", "notes", "tags", "steps"];
    match name {
        "completed_at" | "told_at" | "deleted_at" => "status",
        "anchor_day" | "series_due" => "due",
        "handed_on" => "repeat",
        "place" => "position",
        name => SHOWN.into_iter().find(|shown| *shown == name).unwrap_or("todo"),
    }
}

/// The group that contains this field. Empty if the field does not belong to a group.
fn group(name: &str) -> &'static [&'static str] {
    GROUPS.into_iter().find(|group| group.contains(&name)).unwrap_or_default()
}

fn text<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The content of the todo as fields.
fn fields(todo: &Todo) -> Fields {
    // A todo can always be written as a JSON object.
    let Ok(Value::Object(mut fields)) = serde_json::to_value(todo) else { return Fields::new() };
    fields.retain(|name, _| !NOT_CONTENT.contains(&name.as_str()));
    fields
}

/// Removes the beginning that both notes have in common. Returns the length of this beginning, in bytes, and its hash.
fn leave_out_common_beginning(before: &mut Fields, after: &mut Fields) -> (usize, String) {
    let (old, new) = (text(before, NOTES), text(after, NOTES));
    let same = old.chars().zip(new.chars()).take_while(|(old, new)| old == new);
    let kept = same.map(|(same, _)| same.len_utf8()).sum();
    let hash = hash(&old[..kept]);
    if kept > 0 {
        let (old, new) = (old[kept..].to_owned(), new[kept..].to_owned());
        before.insert(NOTES.to_owned(), old.into());
        after.insert(NOTES.to_owned(), new.into());
    }
    (kept, hash)
}

/// The first 128 bits of the text's SHA-256 hash, in hexadecimal digits. Empty if the text is empty.
fn hash(text: &str) -> String {
    if text.is_empty() { String::new() } else { hex::encode(&Sha256::digest(text.as_bytes())[..16]) }
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}
