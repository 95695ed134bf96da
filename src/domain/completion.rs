//! The time at which somebody completed a todo, if a caller says it: "I did that on Sunday".

use super::{
    due_input::DueInput,
    invalid::{Invalid, Violation},
    moment::{Moment, to_the_second},
    todo::{Status, Todo},
};

/// The field of an edit.
const FIELD: &str = "completed_at";

impl Todo {
    /// Sets the time of completion. `before` is the todo before the edit, and this todo has the status after the edit.
    /// Returns an error if the todo is not completed after the edit, or if the time is in the future. If the caller has
    /// sent back the time that it has read, nothing changes.
    pub fn complete_at(&mut self, sent: &DueInput, before: &Self, moment: &Moment) -> Result<(), Violation> {
        let at = sent.done(moment).map_err(|invalid| Violation::new(FIELD, invalid))?;
        if before.completed_at.map(to_the_second) == Some(at) {
            return Ok(());
        }
        if self.status != Status::Completed {
            let message = match before.status {
                Status::Completed => "says when the todo was done, but this edit reopens it; leave one of the two out",
                _ => "says when the todo was done, but the todo is open; also send `status` completed",
            };
            return Err(Violation::new(FIELD, Invalid::new(message)));
        }
        let told_at = self.told_at.or(self.completed_at);
        self.told_at = told_at.filter(|told_at| *told_at > at);
        self.completed_at = Some(at);
        Ok(())
    }
}
