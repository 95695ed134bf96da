//! Says which fields a caller has sent with an empty value, such as `null`, `""` or `[]`. An empty value counts as
//! absent, so it changes nothing. The answer also says how to empty the field.

use crate::domain::{change::Image, clear::Clearable, todo::Todo};

const FIELDS: [Clearable; 5] = [Clearable::Due, Clearable::Repeat, Clearable::Notes, Clearable::Tags, Clearable::Steps];

/// A sentence for each field that the caller has sent empty, if a todo still has a value in this field. `empty` are the
/// paths of the empty values: `todos[0].notes`, `set.notes`, or `notes` if the request concerns one todo. `images` are
/// the todos in the same order as in the request.
pub fn fields(empty: &[String], images: &[Image]) -> Vec<String> {
    let sentence = |field: &Clearable| {
        let stays = |path: &&String| todos(path, field.word(), images).iter().any(|image| has(*field, &image.after));
        let mut paths = empty.iter().filter(stays);
        let (first, others) = (paths.next()?, paths.count());
        let others = if others > 0 { format!(" and {others} more") } else { String::new() };
        let field = field.word();
        Some(format!(
            "{first}{others}: an empty value changes nothing. To empty the field, send \"clear\": [\"{field}\"]"
        ))
    };
    FIELDS.iter().filter_map(sentence).collect()
}

/// The todos to which a path refers, if the path ends with this field.
fn todos<'a>(path: &str, field: &str, images: &'a [Image]) -> &'a [Image] {
    let Some(place) = path.strip_suffix(field) else { return &[] };
    let index = || place.strip_prefix("todos[")?.strip_suffix("].")?.parse::<usize>().ok();
    match (place, index()) {
        ("" | "set.", _) => images,
        (_, Some(index)) => images.get(index..=index).unwrap_or_default(),
        _ => &[],
    }
}

fn has(field: Clearable, todo: &Todo) -> bool {
    match field {
        Clearable::Due => todo.due.is_some(),
        Clearable::Repeat => todo.repeat.is_some(),
        Clearable::Notes => todo.notes.is_some(),
        Clearable::Tags => todo.tags.iter().next().is_some(),
        Clearable::Steps => !todo.steps.is_empty(),
    }
}
