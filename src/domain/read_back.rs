//! The members of a todo that only answers have, such as `created_at`. An edit may contain these members if they have
//! the same values as in the todo.

use jiff::Timestamp;

use super::{
    due::Due,
    invalid::{Invalid, Violation},
    moment::to_the_second,
    todo::Todo,
};

/// These members. An edit may also contain `version`.
pub const MEMBERS: [&str; 6] = ["created_at", "updated_at", "deleted_at", "weekday", "series_due", "omitted"];

/// The sent members, with their values as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadBack(pub Vec<(&'static str, String)>);

impl ReadBack {
    /// Whether the caller has sent one of these members.
    pub fn is_sent(&self) -> bool {
        !self.0.is_empty()
    }

    /// An error for each member that is not as in the todo. `after` is the todo after the edit: the weekday may also be
    /// the weekday of the new due date.
    pub fn faults(&self, before: &Todo, after: &Todo) -> Vec<Violation> {
        let is_same = |(name, sent): &&(&str, String)| match *name {
            "created_at" => is_time(sent, Some(before.created_at)),
            "updated_at" => is_time(sent, Some(before.updated_at)),
            "deleted_at" => is_time(sent, before.deleted_at),
            "weekday" => [before.due, after.due].into_iter().flatten().any(|due| is_weekday(sent, due)),
            "series_due" => before.series_due.is_some_and(|due| due.to_string() == *sent),
            _ => true,
        };
        let fault = |(name, _): &(&'static str, String)| {
            let message = match (*name, after.due) {
                ("weekday", Some(due)) => format!("is {} for the due date {due}; send only due", due.weekday()),
                _ => "cannot be changed; leave it out".to_owned(),
            };
            Violation::new(name, Invalid::new(message))
        };
        self.0.iter().filter(|member| !is_same(member)).map(fault).collect()
    }
}

/// Whether the text is this time. Answers show times without fractions of a second.
fn is_time(sent: &str, time: Option<Timestamp>) -> bool {
    time.is_some() && sent.parse().ok() == time.map(to_the_second)
}

/// Whether the text is the weekday of the due date, such as `friday` or `Fri`.
fn is_weekday(sent: &str, due: Due) -> bool {
    sent.to_lowercase().starts_with(due.weekday())
}
