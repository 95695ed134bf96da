//! Checks the rules of a todo. A todo of a file comes from outside, but serde does not check its texts, because serde
//! usually reads todos of the table. So this module checks each rule that the program relies on.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, value::RawValue};

use crate::{
    api::request::validation,
    domain::{
        id::TodoId,
        input::list::WithoutEmpty,
        invalid::Invalid,
        list_ref::ListRef,
        place::Place,
        repeat::Repeat,
        steps::{Step, Steps},
        text::{ListName, Notes, StepTitle, Tag, Title},
        todo::{HandedOn, Status, Tags, Todo},
    },
};

/// A sentence that says what is wrong with a todo.
#[derive(Debug)]
pub struct Faulty(pub String);

/// The highest version, because more changes of one todo are not plausible. The program adds 1 to a version, so a
/// version must not be the largest `u64`.
const HIGHEST_VERSION: u64 = 1 << 40;
/// The clocks of two computers can differ. So a time in a file may be at most this much later than the present time.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// Reads a todo and checks it. `now` is the present time.
pub fn checked(element: &RawValue, now: Timestamp) -> Result<Todo, Faulty> {
    let mut members: Map<String, Value> =
        serde_json::from_str(element.get()).map_err(|_| Faulty("The todo is not a JSON object.".to_owned()))?;
    let repeat = members.remove("repeat").map(|value| repeat("repeat", value)).transpose()?;
    let handed_on = members.remove("handed_on").map(handed_on).transpose()?;
    let todo: Todo = serde_json::from_value(Value::Object(members)).map_err(|error| {
        // The message of serde names the member and the value that it must have.
        Faulty(format!("The todo cannot be read: {}.", error.to_string().chars().take(200).collect::<String>()))
    })?;
    let mut todo = with_parsed_texts(todo)?;
    (todo.repeat, todo.handed_on) = (repeat, handed_on.map(Box::new));
    check_times(&mut todo, now)?;
    check_series(&todo)?;
    if todo.place.as_ref().is_some_and(|place| Place::parse(place.as_str()).is_none()) {
        return Err(broken("place", "is not a place"));
    }
    if !(1..=HIGHEST_VERSION).contains(&todo.version) {
        return Err(broken("version", "is not a version that is possible"));
    }
    Ok(todo)
}

fn broken(field: &str, message: &str) -> Faulty {
    Faulty(format!("In the todo, `{field}` {message}."))
}

fn invalid(field: &'static str) -> impl Fn(Invalid) -> Faulty {
    move |invalid| broken(field, &invalid.message)
}

/// The todo with texts in the form of the domain. An error if a text breaks a rule, for example a limit.
fn with_parsed_texts(todo: Todo) -> Result<Todo, Faulty> {
    let text = |text: &str| text.to_owned();
    let tags: Result<Vec<Tag>, _> = todo.tags.iter().map(|tag| Tag::parse(text(tag.as_str()))).collect();
    let step = |step: &Step| StepTitle::parse(text(step.title.as_str())).map(|title| Step { title, done: step.done });
    let steps: Result<Vec<Step>, _> = todo.steps.iter().map(step).collect();
    let tags = tags.and_then(|tags| Tags::parse(WithoutEmpty(tags))).map_err(invalid("tags"))?;
    let steps = steps.and_then(|steps| Steps::parse(WithoutEmpty(steps))).map_err(invalid("steps"))?;
    let notes = todo.notes.as_ref().map(|notes| Notes::parse(text(notes.as_str()))).transpose();
    Ok(Todo {
        id: id("id", &todo.id)?,
        title: Title::parse(text(todo.title.as_str())).map_err(invalid("title"))?,
        list: ListRef::asked(ListName::parse(text(todo.list.as_str())).map_err(invalid("list"))?),
        notes: notes.map_err(invalid("notes"))?,
        tags,
        steps,
        ..todo
    })
}

fn id(field: &str, id: &TodoId) -> Result<TodoId, Faulty> {
    TodoId::parse(id.as_str()).ok_or_else(|| broken(field, "is not the id of a todo"))
}

/// Reads a repetition. The rules are the rules for requests.
fn repeat(field: &str, value: Value) -> Result<Repeat, Faulty> {
    deserr::deserialize::<Repeat, Value, validation::Broken>(value).map_err(|errors| {
        let first = errors.errors().into_iter().next();
        broken(field, &first.map(|error| error.message).unwrap_or_default())
    })
}

fn handed_on(value: Value) -> Result<HandedOn, Faulty> {
    const FIELD: &str = "handed_on";
    let Value::Object(mut members) = value else { return Err(broken(FIELD, "must be an object")) };
    let own = repeat(FIELD, members.get("repeat").cloned().unwrap_or_default())?;
    members.insert("repeat".to_owned(), serde_json::to_value(&own).unwrap_or_default());
    let mut handed_on: HandedOn =
        serde_json::from_value(Value::Object(members)).map_err(|_| broken(FIELD, "cannot be read"))?;
    handed_on.next = id(FIELD, &handed_on.next)?;
    check_anchor(FIELD, handed_on.anchor_day)?;
    Ok(handed_on)
}

fn check_anchor(field: &str, day: Option<i8>) -> Result<(), Faulty> {
    match day {
        Some(day) if !(1..=31).contains(&day) => Err(broken(field, "must be a day of a month")),
        Some(_) | None => Ok(()),
    }
}

/// Checks the times, and reduces them to microseconds.
fn check_times(todo: &mut Todo, now: Timestamp) -> Result<(), Faulty> {
    let latest = now.saturating_add(AHEAD).unwrap_or(now);
    let check = |field: &str, at: &mut Timestamp| {
        if *at < Timestamp::UNIX_EPOCH || *at > latest {
            return Err(broken(field, "is not a time that is possible"));
        }
        *at = Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(*at);
        Ok(())
    };
    check("created_at", &mut todo.created_at)?;
    check("updated_at", &mut todo.updated_at)?;
    let others = [
        ("completed_at", &mut todo.completed_at),
        ("told_at", &mut todo.told_at),
        ("deleted_at", &mut todo.deleted_at),
    ];
    for (field, at) in others {
        at.as_mut().map_or(Ok(()), |at| check(field, at))?;
    }
    let is = |status| todo.status == status;
    for (field, present, expected) in [
        ("completed_at", todo.completed_at.is_some(), is(Status::Completed)),
        ("deleted_at", todo.deleted_at.is_some(), is(Status::Deleted)),
    ] {
        if present != expected {
            return Err(broken(field, &format!("does not fit the status \"{}\"", todo.status.word())));
        }
    }
    if todo.told_at.is_some() && !is(Status::Completed) {
        return Err(broken("told_at", "is only possible in a completed todo"));
    }
    Ok(())
}

fn check_series(todo: &Todo) -> Result<(), Faulty> {
    check_anchor("anchor_day", todo.anchor_day)?;
    if todo.repeat.is_some() && todo.due.is_none() {
        return Err(broken("repeat", "is only possible with a due date"));
    }
    if todo.repeat.is_none() && (todo.anchor_day.is_some() || todo.series_due.is_some()) {
        return Err(broken("anchor_day or series_due", "is only possible with a repetition"));
    }
    if todo.handed_on.is_some() && todo.status == Status::Open {
        return Err(broken("handed_on", "is not possible in an open todo"));
    }
    Ok(())
}
