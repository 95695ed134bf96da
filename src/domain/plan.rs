//! The functions of this module compute the changes that a call makes. One plan contains all changes of the call. If an
//! item breaks a rule, the program refuses the whole write. A refusal has only one reason, for example unknown ids. The
//! refusal names all items to which this reason applies.

use std::collections::{HashMap, HashSet};

use jiff::ToSpan;

use super::{
    change::Image,
    edit::TodoEdit,
    id::TodoId,
    invalid::Violation,
    list_change::ListsImage,
    list_ref::ListRef,
    moment::Moment,
    moves::{self, Anchors, Places},
    refusal::{ItemViolation, Refusal},
    settings::SettingsImage,
    text::ListName,
    todo::{NewTodo, Status, Todo},
    unchanged,
};

pub use super::sent_id::SentId;

/// The present todos, by id.
pub type Todos = HashMap<TodoId, Todo>;

/// All changes of a write. A write is atomic: either all these changes happen, or no change happens.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Each todo before and after the write. This list also contains todos that the write does not change.
    pub images: Vec<Image>,
    pub settings: Option<SettingsImage>,
    pub lists: Option<ListsImage>,
    /// The names of further lists that the write creates, if they do not exist yet.
    pub new_lists: Vec<ListName>,
}

impl Plan {
    /// A plan that changes only todos.
    pub fn of_todos(images: Vec<Image>) -> Self {
        Self { images, ..Self::default() }
    }

    /// Whether the plan changes nothing.
    pub fn is_empty(&self) -> bool {
        self.settings.is_none()
            && self.lists.is_none()
            && self.new_lists.is_empty()
            && !self.images.iter().any(Image::is_change)
    }

    /// The lists that contain the changed todos before or after the write, and the lists that the write changes, each
    /// list once.
    pub fn touched_lists(&self) -> Vec<ListRef> {
        let images = self.images.iter().filter(|image| image.is_change());
        let todos = images.flat_map(|image| image.before.iter().chain([&image.after]));
        let changed = self.lists.iter().flat_map(|image| &image.difference.lists);
        let changed = changed.map(|list| ListRef::stored(list.id.clone(), list.id.clone()));
        let mut lists: Vec<ListRef> = Vec::new();
        for list in todos.map(|todo| todo.list.clone()).chain(changed) {
            if !lists.contains(&list) {
                lists.push(list);
            }
        }
        lists
    }
}

/// Plans new todos. The function `next_id` makes the id of each new todo. A todo without a list name goes into
/// `default_list`. This function does not know whether the default list exists, so the store creates the list if
/// necessary. Each todo is added one microsecond after the todo before it, so that the todos stay in the order of the
/// call.
pub fn add(
    news: &[NewTodo],
    mut next_id: impl FnMut() -> TodoId,
    default_list: &ListRef,
    anchors: Anchors<'_>,
    moment: &Moment,
) -> Result<Plan, Refusal> {
    let (mut images, mut violations) = (Vec::new(), Vec::new());
    let ids: Vec<TodoId> = news.iter().map(|_| next_id()).collect();
    let moves = moves::of(ids.iter().zip(news.iter().map(NewTodo::moves)));
    refuse_unless_empty(moves::unknown_anchors(&moves, anchors), Refusal::NotFound)?;
    let mut places = moves::places(&moves, anchors, moment.now).map_err(Refusal::Invalid)?;
    let default_list = &ListRef::asked(default_list.name().clone());
    let mut now = moment.now;
    for (item, (new, id)) in news.iter().zip(ids).enumerate() {
        let moment = Moment { now, ..moment.clone() };
        now = now.checked_add(1.microsecond()).unwrap_or(now);
        match Todo::add(new, id, default_list, &moment) {
            Ok(mut todo) => {
                todo.place = places.remove(&todo.id).or(todo.place);
                images.push(Image::added(todo));
            }
            Err(errors) => violations.extend(in_item(item, errors)),
        }
    }
    refuse_unless_empty(violations, Refusal::Invalid)?;
    Ok(Plan::of_todos(images))
}

/// Refuses two edits of the same todo, an edit without changes, and an edit that sets and clears the same field. These
/// checks do not need the stored todos.
pub fn check_edits(edits: &[(SentId, TodoEdit)]) -> Result<(), Refusal> {
    let mut violations = Vec::new();
    let mut first: HashMap<&TodoId, usize> = HashMap::new();
    for (item, (named, edit)) in edits.iter().enumerate() {
        if let Some(id) = &named.id
            && let Some(before) = first.insert(id, item)
        {
            violations.push(ItemViolation::new(
                item,
                "id",
                format!("is also the id of item {before}; send only one item for each todo"),
            ));
        }
        violations.extend(in_item(item, edit.faults()));
    }
    refuse_unless_empty(violations, Refusal::Invalid)
}

/// Computes the changes that these edits make. The plan begins with the edited todos, in the same order as the edits.
/// When an edit completes a repeating todo, the plan also adds a new todo with the next due date. When an edit reopens
/// such a todo, the plan also deletes the next todo, if nobody has changed it since. These next todos are at the end of
/// the plan. `nexts` contains the next todos of the todos that may be reopened. `anchors` also contains the edited
/// todos.
pub fn update(
    edits: &[(SentId, TodoEdit)],
    anchors: Anchors<'_>,
    nexts: &Todos,
    next_id: impl FnMut() -> TodoId,
    moment: &Moment,
) -> Result<Plan, Refusal> {
    let found = find_all(edits.iter().map(|(named, _)| named), anchors.todos)?;
    let moves = moves::of(found.iter().map(|todo| &todo.id).zip(edits.iter().map(|(_, edit)| edit.position.as_ref())));
    refuse_unless_empty(moves::unknown_anchors(&moves, anchors), Refusal::NotFound)?;
    let pairs = || edits.iter().zip(&found).enumerate();
    let expected = pairs()
        .filter_map(|(item, ((_, edit), todo))| stale(item, edit.expected_version.map(|version| version.0), todo));
    let deleted = pairs().filter_map(|(item, ((_, edit), todo))| {
        let stays = todo.status == Status::Deleted && !edit.restores();
        stays.then(|| {
            ItemViolation::new(item, "status", "the todo is deleted; to restore the todo, set `status` to open")
        })
    });
    refuse_conflicts(expected.chain(deleted).collect(), &found)?;
    let places = moves::places(&moves, anchors, moment.now).map_err(Refusal::Invalid)?;
    let edits: Vec<_> = edits.iter().map(|(_, edit)| edit).zip(found.iter().copied()).collect();
    apply(&edits, &places, nexts, next_id, moment)
}

/// Computes the changes of todos that exist. Each item of `edits` is an edit and its todo. `places` are the new places
/// of the moved todos. For `nexts`, see [`update`].
pub fn apply(
    edits: &[(&TodoEdit, &Todo)],
    places: &Places,
    nexts: &Todos,
    mut next_id: impl FnMut() -> TodoId,
    moment: &Moment,
) -> Result<Plan, Refusal> {
    let (mut images, mut others, mut violations, mut taken) = (Vec::new(), Vec::new(), Vec::new(), HashSet::new());
    for (item, (edit, todo)) in edits.iter().enumerate() {
        let next = taken_back(edit, todo, nexts, edits, moment);
        let reopened = next.map(|_| todo.with_repetition_back());
        match unchanged::apply(edit, reopened.as_ref().unwrap_or(todo), moment) {
            Ok(mut after) => {
                if let Some(place) = places.get(&todo.id) {
                    (after.place, after.updated_at) = (Some(place.clone()), moment.now);
                }
                let completes = todo.status == Status::Open && after.status == Status::Completed;
                let added = completes.then(|| after.hand_on(&mut next_id, moment)).flatten();
                others.extend(added.map(Image::added));
                if let Some(next) = next {
                    others.push(Image::changed(next, next.with_status(Status::Deleted, moment.now)));
                    taken.insert(next.id.clone());
                }
                images.push(Image::changed(todo, after));
            }
            Err(errors) => violations.extend(in_item(item, errors)),
        }
    }
    refuse_unless_empty(violations, Refusal::Invalid)?;
    // A call may also edit a next todo that the plan deletes, but then this edit changes nothing. So the plan contains
    // only the deletion.
    images.retain(|image| taken.is_empty() || image.is_change() || !taken.contains(&image.after.id));
    images.append(&mut others);
    Ok(Plan::of_todos(images))
}

/// The next todo that must be deleted again, because this edit reopens the completed todo before it. A next todo stays
/// if somebody has changed it, or if another edit of the same call changes it.
fn taken_back<'a>(
    edit: &TodoEdit,
    todo: &Todo,
    nexts: &'a Todos,
    edits: &[(&TodoEdit, &Todo)],
    moment: &Moment,
) -> Option<&'a Todo> {
    let next = todo.untouched_next(nexts).filter(|_| edit.restores() && todo.status != Status::Open)?;
    let own = edits.iter().find(|(_, other)| other.id == next.id);
    let stays = own
        .is_some_and(|(edit, next)| unchanged::apply(edit, next, moment).is_ok_and(|after| !after.same_content(next)));
    (!stays).then_some(next)
}

/// Computes the changes that delete these todos, in the same order as in the call. A todo that is already deleted does
/// not change.
pub fn delete(
    named: &[SentId],
    expected_version: Option<u64>,
    todos: &Todos,
    moment: &Moment,
) -> Result<Plan, Refusal> {
    let found = find_all(named.iter(), todos)?;
    let expected = found.iter().enumerate().filter_map(|(item, todo)| stale(item, expected_version, todo));
    refuse_conflicts(expected.collect(), &found)?;
    let deleted = |todo: &&Todo| Image::changed(todo, todo.with_status(Status::Deleted, moment.now));
    Ok(Plan::of_todos(found.iter().map(deleted).collect()))
}

fn find_all<'a, 'n>(named: impl Iterator<Item = &'n SentId>, todos: &'a Todos) -> Result<Vec<&'a Todo>, Refusal> {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for (item, named) in named.enumerate() {
        match named.find(item, todos) {
            Ok(todo) => found.push(todo),
            Err(violation) => missing.push(violation),
        }
    }
    refuse_unless_empty(missing, Refusal::NotFound)?;
    Ok(found)
}

fn stale(item: usize, expected: Option<u64>, todo: &Todo) -> Option<ItemViolation> {
    let expected = expected.filter(|version| *version != todo.version)?;
    let message = format!("version {expected} was expected, but the todo has version {}", todo.version);
    Some(ItemViolation::new(item, "expected_version", message))
}

fn refuse_conflicts(violations: Vec<ItemViolation>, found: &[&Todo]) -> Result<(), Refusal> {
    refuse_unless_empty(violations, |violations| {
        let current =
            found.iter().enumerate().filter(|(item, _)| violations.iter().any(|violation| violation.item == *item));
        Refusal::Conflict { current: current.map(|(_, todo)| (*todo).clone()).collect(), violations }
    })
}

fn refuse_unless_empty(
    violations: Vec<ItemViolation>,
    refusal: impl FnOnce(Vec<ItemViolation>) -> Refusal,
) -> Result<(), Refusal> {
    if violations.is_empty() { Ok(()) } else { Err(refusal(violations)) }
}

fn in_item(item: usize, errors: Vec<Violation>) -> impl Iterator<Item = ItemViolation> {
    errors.into_iter().map(move |error| ItemViolation::new(item, error.field, error.invalid.message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::moment::Weekday;
    use jiff::tz::TimeZone;
    use serde_json::{Value, json};

    fn moment() -> Moment {
        Moment { now: "2026-11-22T10:00:00Z".parse().unwrap(), zone: TimeZone::UTC, week_start: Weekday::Mon }
    }

    fn no_id() -> TodoId {
        panic!("nothing here repeats")
    }

    fn read<T: deserr::Deserr<deserr::errors::JsonError>>(value: Value) -> T {
        deserr::deserialize(value).unwrap()
    }

    /// Two new todos with the ids `0000000000` and `1111111111`.
    fn todos() -> Todos {
        let mut ids = ["0000000000", "1111111111"].into_iter().map(|id| TodoId::parse(id).unwrap());
        let news = [read(json!({"title": "a"})), read(json!({"title": "b", "due": "2026-11-27"}))];
        let (todos, followers) = (Todos::new(), Places::new());
        let anchors = Anchors { todos: &todos, followers: &followers };
        let plan = add(&news, || ids.next().unwrap(), &ListRef::inbox(), anchors, &moment()).unwrap();
        plan.images.into_iter().map(|image| (image.after.id.clone(), image.after)).collect()
    }

    fn edits(edits: Value) -> Vec<(SentId, TodoEdit)> {
        let edits: Vec<TodoEdit> = read(edits);
        edits.into_iter().map(|edit| (SentId::new(edit.id.as_deref().unwrap()), edit)).collect()
    }

    fn updated(edits: &[(SentId, TodoEdit)]) -> Result<Plan, Refusal> {
        let anchors = Anchors { todos: &todos(), followers: &Places::new() };
        update(edits, anchors, &Todos::new(), no_id, &moment())
    }

    #[test]
    fn an_update_is_an_image_of_each_todo_in_the_order_of_the_call() {
        let edits = edits(json!([{"id": "1111111111", "clear": ["due"]}, {"id": "0000000000", "title": "a"}]));
        let images = updated(&edits).unwrap().images;
        assert_eq!(images[0].summary().fields, ["due"]);
        assert_eq!((images[0].after.version, images[0].is_change(), images[1].is_change()), (2, true, false));
    }

    #[test]
    fn every_item_that_breaks_a_rule_is_named_and_the_first_kind_of_violation_wins() {
        let violations = |refusal| match refusal {
            Refusal::NotFound(violations) | Refusal::Invalid(violations) | Refusal::Conflict { violations, .. } => {
                violations.iter().map(|violation| (violation.item, violation.field)).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        let unknown = edits(
            json!([{"id": "x", "title": "c"}, {"id": "0000000000", "expected_version": 9, "title": "c"}, {"id": "2222222222", "title": "c"}]),
        );
        assert_eq!(violations(updated(&unknown).unwrap_err()), [(0, "id"), (2, "id")]);
        let stale = edits(
            json!([{"id": "1111111111", "title": "c"}, {"id": "0000000000", "expected_version": 9, "title": "c"}]),
        );
        assert_eq!(violations(updated(&stale).unwrap_err()), [(1, "expected_version")]);
        let odd = edits(json!([{"id": "0000000000"}, {"id": "0000000000", "due": "2026-11-27", "clear": ["due"]}]));
        assert_eq!(violations(check_edits(&odd).unwrap_err()), [(0, ""), (1, "id"), (1, "due")]);
    }

    #[test]
    fn deleting_what_is_deleted_changes_nothing() {
        let named = [SentId::new("0000000000")];
        let mut todos = todos();
        let image = delete(&named, None, &todos, &moment()).unwrap().images.remove(0);
        assert_eq!(image.after.deleted_at, Some(moment().now));
        todos.insert(image.after.id.clone(), image.after);
        assert!(!delete(&named, None, &todos, &moment()).unwrap().images[0].is_change());
    }
}
