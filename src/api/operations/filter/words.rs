//! Writes the filters of `getTodos` as text. A cursor contains a hash of the text of the filters
//! (docs/adr/0017-forms-that-outlive-a-version.md).

use std::borrow::Cow;

use super::{
    TodosQuery,
    sort::Sort,
    values::{Day, DueWithin},
};
use crate::domain::{
    by_filter::AnyStatus,
    text::{Filter, ListName, Tag},
    todo::Priority,
};

impl TodosQuery {
    /// The filters as text. A cursor contains a hash of this text, so a cursor works only with the same filters. The
    /// text begins with the number 2, because this is the second version of the text format.
    pub fn words(&self) -> String {
        let day = |day: &'_ Option<Day>| day.as_ref().map(|Day(day)| Cow::Owned(day.text().to_owned()));
        let word = |word: Option<&'static str>| word.map(Cow::Borrowed);
        let filters = [
            ("status", word(self.status.map(AnyStatus::word))),
            ("list", self.list.as_ref().map(|list| list.as_str().into())),
            ("tag", self.tag.as_ref().map(|tag| tag.as_str().into())),
            ("priority", word(self.priority.map(Priority::word))),
            ("q", self.q.as_ref().map(|text| text.as_str().into())),
            ("due", word(self.due.map(DueWithin::word))),
            ("due_from", day(&self.due_from)),
            ("due_to", day(&self.due_to)),
            ("completed_from", day(&self.completed_from)),
            ("completed_to", day(&self.completed_to)),
            ("sort", word(self.sort.map(Sort::word))),
        ];
        let mut words = "2 getTodos".to_owned();
        for (name, value) in filters.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            // The text contains the length of each value before the value itself. Without the length, a value could
            // contain text that looks like another filter.
            words.push_str(&format!(" {name}={}:{value}", value.len()));
        }
        words
    }

    /// The filters as text in the old format. In the old format, values look like the output of Rust's `{:?}`.
    pub fn words_of_form_1(&self) -> String {
        let some = |value: Option<String>| value.map_or_else(|| "None".to_owned(), |value| format!("Some({value})"));
        let text = |kind: &str, text: Option<&str>| some(text.map(|text| format!("{kind}({text:?})")));
        let day = |day: &Option<Day>| some(day.as_ref().map(|Day(day)| format!("Day({})", day.text())));
        let status = |status: AnyStatus| match status {
            AnyStatus::Any => "Any",
            AnyStatus::Open => "Open",
            AnyStatus::Completed => "Completed",
            AnyStatus::Deleted => "Deleted",
        };
        let priority = |priority: Priority| match priority {
            Priority::Low => "Low",
            Priority::Normal => "Normal",
            Priority::High => "High",
            Priority::Urgent => "Urgent",
        };
        let filters = [
            some(self.status.map(|own| status(own).to_owned())),
            text("ListName", self.list.as_ref().map(ListName::as_str)),
            text("Tag", self.tag.as_ref().map(Tag::as_str)),
            some(self.priority.map(|own| priority(own).to_owned())),
            text("Filter", self.q.as_ref().map(Filter::as_str)),
            some(self.due.map(|due| format!("{:?}", due.word()))),
            day(&self.due_from),
            day(&self.due_to),
            day(&self.completed_from),
            day(&self.completed_to),
        ];
        format!("getTodos {}", filters.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(filters: serde_json::Value) -> TodosQuery {
        deserr::deserialize::<_, _, deserr::errors::JsonError>(filters).unwrap()
    }

    /// Conversations with assistants contain cursors of both formats. Each cursor contains a hash of the text that
    /// describes its filters. So in each format, the text for the same filters must never change.
    #[test]
    fn the_words_of_filters_are_those_in_cursors() {
        let all = query(json!({
            "status": "completed", "list": "Ünder", "tag": "a b", "priority": "low", "q": "say \"hi\"", "due": "today",
            "due_from": "2026-11-01", "due_to": "2026-11-02", "completed_from": "2026-11-03", "completed_to": "2026-11-04",
        }));
        assert_eq!(
            all.words(),
            "2 getTodos status=9:completed list=6:Ünder tag=3:a b priority=3:low q=8:say \"hi\" due=5:today \
             due_from=10:2026-11-01 due_to=10:2026-11-02 completed_from=10:2026-11-03 completed_to=10:2026-11-04"
        );
        assert_eq!(
            all.words_of_form_1(),
            "getTodos Some(Completed) Some(ListName(\"Ünder\")) Some(Tag(\"a b\")) Some(Low) Some(Filter(\"say \\\"hi\\\"\")) \
             Some(\"today\") Some(Day(2026-11-01)) Some(Day(2026-11-02)) Some(Day(2026-11-03)) Some(Day(2026-11-04))"
        );
        let none = query(json!({}));
        assert_eq!(none.words(), "2 getTodos");
        assert_eq!(none.words_of_form_1(), "getTodos None None None None None None None None None None");
        for (status, word) in [("open", "Open"), ("deleted", "Deleted")] {
            assert!(query(json!({"status": status})).words_of_form_1().starts_with(&format!("getTodos Some({word})")));
        }
        for (priority, word) in [("normal", "Normal"), ("high", "High"), ("urgent", "Urgent")] {
            assert!(query(json!({"priority": priority})).words_of_form_1().contains(&format!("Some({word})")));
        }
    }
}
