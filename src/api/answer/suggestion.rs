//! Makes the error for an unknown field. The error suggests the field that the caller probably meant.

use crate::domain::{invalid::Invalid, unicode::without_case_and_accents};

/// The error for an unknown field.
pub fn unknown(key: &str, accepted: &[&str]) -> Invalid {
    let key = &key.to_lowercase()[..];
    if let Some(place) = misplaced(key, accepted) {
        return Invalid::new(format!("is not a field here; {place}"));
    }
    Invalid::new(match probable_field(key, accepted) {
        // Models send `"done": true`, so the name `status` alone does not help them.
        Some("status") if key != "state" => {
            "is not a field here; did you mean status? It is \"completed\" for done, and \"open\" for not done"
                .to_owned()
        }
        Some(name) => format!("is not a field here; did you mean {name}?"),
        None if accepted.is_empty() => "is not a field here; this operation has no fields".to_owned(),
        None => format!("is not a field here; the fields are {}", accepted.join(", ")),
    })
}

/// What to send instead of a field that belongs to another place or operation. `None` if this function knows no other
/// place for the field.
fn misplaced(key: &str, accepted: &[&str]) -> Option<&'static str> {
    const OF_A_TODO: [&str; 10] =
        ["title", "status", "due", "list", "priority", "tags", "notes", "steps", "repeat", "shift"];
    let has = |name: &str| accepted.contains(&name);
    let is_id = ["id", "ids", "todo_id", "todo_ids"].contains(&key);
    match key {
        _ if key.starts_with("remind") || key.starts_with("notif") => {
            Some("the service reminds nobody: `due` is only shown, so tell the person")
        }
        _ if is_id && has("todos") && has("set") => Some("send the id in each item of `todos`"),
        _ if OF_A_TODO.contains(&key) && has("todos") && has("set") => {
            Some("send it in each item of `todos`, or in `set` together with `where`")
        }
        _ if is_id && has("except_ids") && !has("ids") => {
            Some("to name todos by their ids, send `todos` instead of `where`")
        }
        _ if is_id && has("cursor") && has("q") => Some("to read one todo, call getTodo"),
        "where" | "filter" | "filters" if has("q") => Some("send the filters themselves, such as list or due_to"),
        "todos" if has("ids") => Some("send `ids`"),
        _ => None,
    }
}

/// Names that other services and models use, each with the name of the field in this service.
const SYNONYMS: [(&str, &str); 73] = [
    ("name", "title"),
    ("task", "title"),
    ("text", "title"),
    ("content", "title"),
    ("summary", "title"),
    ("description", "notes"),
    ("desc", "notes"),
    ("body", "notes"),
    ("details", "notes"),
    ("comment", "notes"),
    ("memo", "notes"),
    ("labels", "tags"),
    ("label", "tags"),
    ("categories", "tags"),
    ("category", "tags"),
    ("deadline", "due"),
    ("date", "due"),
    ("when", "due"),
    ("scheduled", "due"),
    ("start_date", "due"),
    ("project", "list"),
    ("folder", "list"),
    ("section", "list"),
    ("importance", "priority"),
    ("urgency", "priority"),
    ("subtasks", "steps"),
    ("sub_tasks", "steps"),
    ("checklist", "steps"),
    ("completed", "status"),
    ("complete", "status"),
    ("is_completed", "status"),
    ("done", "status"),
    ("is_done", "status"),
    ("checked", "status"),
    ("state", "status"),
    ("rrule", "repeat"),
    ("recurring", "repeat"),
    ("postpone", "shift"),
    ("due_before", "due_to"),
    ("due_by", "due_to"),
    ("due_until", "due_to"),
    ("due_after", "due_from"),
    ("due_since", "due_from"),
    ("before", "due_to"),
    ("after", "due_from"),
    ("completed_before", "completed_to"),
    ("completed_after", "completed_from"),
    ("completed_since", "completed_from"),
    ("done_at", "completed_at"),
    ("search", "q"),
    ("text", "q"),
    ("time", "due"),
    ("filter", "where"),
    ("filters", "where"),
    ("update", "set"),
    ("updates", "set"),
    ("changes", "set"),
    ("dry_run", "preview"),
    ("order_by", "sort"),
    ("new_name", "rename_to"),
    ("version", "expected_version"),
    ("recurrence", "repeat"),
    ("interval", "every"),
    ("frequency", "unit"),
    ("freq", "unit"),
    ("days", "weekdays"),
    ("end", "until"),
    ("skip", "status"),
    ("skipped", "status"),
    ("times", "count"),
    ("occurrences", "count"),
    ("bymonthday", "on"),
    ("query", "q"),
];

/// The field that the caller probably meant. The function recognises three kinds of names: a name that begins like a
/// field ("prio", "due_date"), a name with a typing error ("titel"), and a common synonym ("task" for "title").
fn probable_field<'a>(key: &str, accepted: &[&'a str]) -> Option<&'a str> {
    // If a caller sends "tags_add", the caller wants to add tags. The suggestion must not be the field "tags", because
    // this field replaces all tags.
    let edits = ["add", "append", "remove"].iter().any(|word| key.contains(word));
    let alike = |name: &str| (key.len() > 2 && name.starts_with(key)) || (name.len() > 2 && key.starts_with(name));
    let slips = |name: &str| strsim::damerau_levenshtein(key, name);
    let near = || {
        accepted.iter().copied().filter(|name| slips(name) <= (name.len() / 4).max(1)).min_by_key(|name| slips(name))
    };
    let plain = |word: &str| word.replace(['_', '-'], "");
    let key_plain = plain(key);
    let synonyms = || SYNONYMS.iter().filter(|(word, _)| plain(word) == key_plain).map(|(_, name)| *name);
    let mut begin = accepted.iter().copied().filter(|name| !edits && alike(name));
    let begins = begin.next().filter(|_| begin.next().is_none());
    let other_name = accepted.iter().copied().find(|name| synonyms().any(|synonym| synonym == *name));
    other_name.or(begins).or_else(near)
}

/// Adds a question to a sentence that says that nothing has the name `sent`. The question contains the most similar
/// known name. Without a similar name, the sentence stays as it is.
pub fn did_you_mean<'a>(sentence: String, sent: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(sent, known) {
        Some(nearest) => format!("{sentence} Did you mean \"{nearest}\"?"),
        None => sentence,
    }
}

/// The known name that is most similar to the name that the caller sent. `None` if no known name is similar. The
/// comparison ignores upper and lower case, and accents. A name is similar if it contains the other name, or if few
/// letters differ.
fn nearest<'a>(sent: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let sent = without_case_and_accents(sent);
    let distance = |name: &str| {
        let name = without_case_and_accents(name);
        let (letters, others) = (sent.chars().count(), name.chars().count());
        let contains = letters.min(others) > 2 && (name.contains(&sent) || sent.contains(&name));
        let slips = strsim::damerau_levenshtein(&sent, &name);
        // Two short names can have no common letter. Such names are not similar, although few letters differ.
        let is_near = slips <= (letters.max(others) / 3).max(1) && slips < letters.max(others);
        (contains || is_near).then_some(slips)
    };
    let similar = known.into_iter().filter_map(|name| Some((distance(name)?, name)));
    similar.min_by_key(|(slips, _)| *slips).map(|(_, name)| name)
}

/// The first 60 characters of a name. Callers can send very long names, but error messages must be short.
pub fn short(name: &str) -> String {
    name.chars().take(60).collect()
}
