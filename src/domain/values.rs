//! The old and the new values of changed fields, as short texts. The history shows these texts to people and models.

use std::fmt;

use serde_json::{Map, Value};

use super::{
    difference::{Difference, shown_as},
    list_change::{ListDifference, ListsDifference, live_name},
    lists::{ListState, Lists},
    moment::to_the_second,
    repeat::Repeat,
    settings::{Setting, Settings, SettingsImage},
    steps::Step,
    text::{ListName, Title},
};

/// A value as text has at most this number of characters.
const CUT: usize = 80;

/// The stored field with the time of completion.
const COMPLETED_AT: &str = "completed_at";

/// A changed field, and its old and new value. `old` is `None` if the field had no value, and `new` is `None` if the
/// field has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedField {
    pub name: &'static str,
    pub old: Option<String>,
    pub new: Option<String>,
}

impl ChangedField {
    /// This field, with both values cut to at most `most` characters.
    pub fn cut(self, most: usize) -> Self {
        let cut = |value: Option<String>| value.map(|text| cut_text(&text, most));
        Self { name: self.name, old: cut(self.old), new: cut(self.new) }
    }
}

/// Writes the field with its values, such as `due: none → 2026-11-27`.
impl fmt::Display for ChangedField {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        write!(formatter, "{}: {} → {}", self.name, shown(&self.old), shown(&self.new))
    }
}

impl Difference {
    /// The changed fields of the todo. Empty if the change added the todo. `lists` are the present lists.
    pub fn values(&self, lists: &Lists) -> Vec<ChangedField> {
        let Some((before, after)) = self.altered() else { return Vec::new() };
        let mut names: Vec<&str> = before.keys().chain(after.keys()).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
        // The fields that callers do not see, such as `completed_at`, belong to another field that they see.
        let seen = changed.map(|name| (name, shown_as(name))).filter(|(name, shown)| name == shown);
        // If the todo was completed before and after the change, the history also shows a new time of completion.
        let is_completed_before_and_after = [before, after].iter().all(|fields| fields.contains_key(COMPLETED_AT));
        let completed_at = is_completed_before_and_after.then_some((COMPLETED_AT, COMPLETED_AT));
        let beginning = if self.kept_notes() > 0 { "…" } else { "" };
        let value = |fields: &Map<String, Value>, name: &str| {
            let text = fields.get(name).and_then(|value| text(name, value, lists));
            let text = if name == "notes" { format!("{beginning}{}", text.unwrap_or_default()) } else { text? };
            Some(cut(&text)).filter(|text| !text.is_empty())
        };
        let field = |(_, name)| ChangedField { name, old: value(before, name), new: value(after, name) };
        // If the change moved a todo between two lists that are one list now, the values are equal, and the history
        // does not show the field.
        seen.chain(completed_at).map(field).filter(|field| field.name == "notes" || field.old != field.new).collect()
    }
}

impl SettingsImage {
    /// The changed settings. `lists` are the present lists.
    pub fn values(&self, lists: &Lists) -> Vec<ChangedField> {
        let value = |settings: &Settings, name: &str| {
            let zone = || settings.time_zone.as_ref().map(|zone| zone.as_str().to_owned());
            let day = || settings.week_start.map(|day| day.word().to_owned());
            let list = || settings.default_list.as_ref().map(|list| lists.name(list.id()).as_str().to_owned());
            match name {
                _ if name == Setting::TimeZone.word() => zone(),
                _ if name == Setting::WeekStart.word() => day(),
                _ => list(),
            }
        };
        let changed = self.fields().into_iter();
        changed
            .map(|name| ChangedField { name, old: value(&self.before, name), new: value(&self.after, name) })
            .collect()
    }
}

impl ListsDifference {
    /// The changed lists and the changed order, such as `list: Work → Office`. `lists` are the present lists.
    pub fn values(&self, lists: &Lists) -> Vec<ChangedField> {
        let state = |id: &ListName, state: Option<&ListState>| match (live_name(id, state), state) {
            (Some(name), _) => name.as_str().to_owned(),
            (None, Some(ListState { merged_into: Some(into), .. })) => {
                format!("merged into {}", lists.name(into).as_str())
            }
            (None, _) => "deleted".to_owned(),
        };
        let list = |ListDifference { id, before, after }: &ListDifference| ChangedField {
            name: "list",
            old: Some(cut(&state(id, before.as_ref()))),
            new: Some(cut(&state(id, after.as_ref()))),
        };
        let order = |ids: &[ListName]| {
            // If a list no longer exists, this is its last name.
            let name = |id: &ListName| lists.state(id).map_or_else(|| id.clone(), |state| state.name.clone());
            let names: Vec<_> = ids.iter().map(|id| name(id).as_str().to_owned()).collect();
            Some(cut(&names.join(", "))).filter(|names| !names.is_empty())
        };
        let ordered = self.order.iter().map(|(before, after)| ChangedField {
            name: "order",
            old: order(before),
            new: order(after),
        });
        self.lists.iter().map(list).chain(ordered).collect()
    }
}

/// The first characters of a text. If the text is longer, the result ends with `…`.
pub fn cut(text: &str) -> String {
    cut_text(text, CUT)
}

fn cut_text(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

/// The first characters of a title. If the title is longer, the result ends with `…`.
pub fn cut_to(title: &Title, most: usize) -> Title {
    match title.as_str().char_indices().nth(most) {
        Some((end, _)) => Title::parse(format!("{}…", &title.as_str()[..end])).unwrap_or_else(|_| title.clone()),
        None => title.clone(),
    }
}

/// The text of a stored value. `None` if the value is empty.
fn text(name: &str, value: &Value, lists: &Lists) -> Option<String> {
    let text = match name {
        "list" => value.as_str().map(|id| lists.name(&ListName::of_id(id.to_owned())).as_str().to_owned()),
        "repeat" => serde_json::from_value(value.clone()).ok().map(|repeat| described(&repeat)),
        "tags" => serde_json::from_value(value.clone()).ok().map(|tags: Vec<String>| tags.join(", ")),
        "steps" => serde_json::from_value(value.clone()).ok().map(|steps: Vec<Step>| {
            let step = |step: &Step| format!("[{}] {}", if step.done { "x" } else { " " }, step.title.as_str());
            steps.iter().map(step).collect::<Vec<_>>().join(", ")
        }),
        COMPLETED_AT => {
            value.as_str().map(|at| at.parse().map_or_else(|_| at.to_owned(), |at| to_the_second(at).to_string()))
        }
        _ => value.as_str().map(str::to_owned),
    };
    text.filter(|text| !text.is_empty())
}

/// A repetition as text, such as `every 2 weeks on mon, fri until 2026-12-31`.
fn described(repeat: &Repeat) -> String {
    let (every, unit) = (repeat.every, repeat.unit.word());
    let mut text = if every == 1 { format!("every {unit}") } else { format!("every {every} {unit}s") };
    if !repeat.weekdays.is_empty() {
        let days: Vec<_> = repeat.weekdays.iter().map(|day| day.word()).collect();
        text.push_str(&format!(" on {}", days.join(", ")));
    }
    if let Some(on) = repeat.on {
        text.push_str(&format!(" on {on}"));
    }
    if repeat.from == super::repeat::CountedFrom::Completion {
        text.push_str(" from completion");
    }
    if let Some(until) = repeat.until {
        text.push_str(&format!(" until {until}"));
    }
    if let Some(count) = repeat.count {
        text.push_str(&format!(", {count} left"));
    }
    text
}
