//! The repetitions of Microsoft To Do (Microsoft Graph: patternedRecurrence).

use serde_json::{Map, Value};

use crate::{
    api::import::{
        formats::json,
        source::{Lost, SourceTodo},
    },
    domain::{
        due::{self, Due},
        moment::Weekday,
        repeat::{
            CountedFrom, Repeat, Unit,
            month_day::{MonthDay, Ordinal},
        },
    },
};

const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];

/// Adds the repetition of the task to the todo, which already has its due date. A repetition that this service does not
/// have becomes a text in the notes.
pub fn add(todo: &mut SourceTodo, task: &Map<String, Value>) {
    let Some(recurrence) = task.get("recurrence").and_then(Value::as_object) else { return };
    match repeat(recurrence, todo.due) {
        Some(repeat) => todo.repeat = Some(repeat),
        None => todo.keep_as_text(Lost::RepeatAsText, "Repeats", &in_words(recurrence)),
    }
}

fn repeat(recurrence: &Map<String, Value>, due: Option<Due>) -> Option<Repeat> {
    let pattern = recurrence.get("pattern")?.as_object()?;
    let every = number(pattern, "interval").unwrap_or(1);
    let every = u16::try_from(every).ok().filter(|every| (1..=Repeat::MAX_EVERY).contains(every))?;
    let day = || i8::try_from(number(pattern, "dayOfMonth")?).ok().filter(|day| (1..=31).contains(day));
    // In this service, a yearly repetition always stays in the month of the due date.
    let in_month = |due: Option<Due>| {
        let month = number(pattern, "month").and_then(|month| i8::try_from(month).ok());
        due.is_some_and(|due| Some(due.date().month()) == month)
    };
    let on_day = |day: i8| (due.map(|due| due.date().day()) != Some(day)).then_some(MonthDay::Number(day));
    let (unit, weekdays, on) = match json::text(pattern, "type")?.as_ref() {
        "daily" => (Unit::Day, Vec::new(), None),
        "weekly" => (Unit::Week, weekdays(pattern)?, None),
        "absoluteMonthly" => (Unit::Month, Vec::new(), on_day(day()?)),
        "relativeMonthly" => (Unit::Month, Vec::new(), Some(relative(pattern)?)),
        "absoluteYearly" if in_month(due) => (Unit::Year, Vec::new(), on_day(day()?)),
        "relativeYearly" if in_month(due) => (Unit::Year, Vec::new(), Some(relative(pattern)?)),
        _ => return None,
    };
    let mut repeat = Repeat { every, unit, weekdays, on, from: CountedFrom::Due, until: None, count: None };
    if let Some(range) = recurrence.get("range").and_then(Value::as_object) {
        let date = |name| json::text(range, name).and_then(|text| due::day(text.get(..10)?));
        match json::text(range, "type").as_deref() {
            Some("endDate") => repeat.until = Some(date("endDate")?),
            // The file gives the number of dates from the first date on. If the task is due on a later date, the number
            // of the remaining dates is unknown.
            Some("numbered") if date("startDate").map(Due::On) == due => {
                let count = u16::try_from(number(range, "numberOfOccurrences")?).ok();
                repeat.count = Some(count.filter(|count| (1..=Repeat::MAX_COUNT).contains(count))?);
            }
            Some("numbered") => return None,
            _ => {}
        }
    }
    Some(repeat)
}

fn number(members: &Map<String, Value>, name: &str) -> Option<u64> {
    members.get(name)?.as_u64()
}

/// The days of the week, from Monday on. `None` if the program does not know one of the names.
fn weekdays(pattern: &Map<String, Value>) -> Option<Vec<Weekday>> {
    let Some(days) = pattern.get("daysOfWeek").and_then(Value::as_array) else { return Some(Vec::new()) };
    let days: Option<Vec<_>> = days.iter().map(|day| Weekday::parse(day.as_str()?.to_owned()).ok()).collect();
    let mut days = days?;
    days.sort_by_key(|day| day.days_after(Weekday::Mon));
    days.dedup();
    Some(days)
}

/// A day such as the second Tuesday, or the last workday (Monday to Friday).
fn relative(pattern: &Map<String, Value>) -> Option<MonthDay> {
    let index = json::text(pattern, "index").map_or_else(|| "first".to_owned(), |index| index.into_owned());
    let ordinal = Ordinal::parse(index).ok()?;
    let days = weekdays(pattern)?;
    match (days.as_slice(), ordinal) {
        ([day], ordinal) => Some(MonthDay::Weekday(ordinal, *day)),
        (days, Ordinal::First) if days == WORKDAYS => Some(MonthDay::FirstWorkday),
        (days, Ordinal::Last) if days == WORKDAYS => Some(MonthDay::LastWorkday),
        (days, Ordinal::Last) if days.len() == 7 => Some(MonthDay::LastDay),
        (days, ordinal) if days.len() == 7 => Some(MonthDay::Number(ordinal as i8 + 1)),
        _ => None,
    }
}

/// The recurrence as a text for people: the name and the value of each member.
fn in_words(recurrence: &Map<String, Value>) -> String {
    let parts = ["pattern", "range"].into_iter().filter_map(|part| recurrence.get(part)?.as_object()).flatten();
    let words = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    };
    parts.map(|(name, value)| format!("{name} {}", words(value))).collect::<Vec<_>>().join(", ")
}
