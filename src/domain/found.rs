//! How many todos a change by filter concerns.

use super::{change::Image, difference::Difference, series::taken_back, todo::Status};

/// How many todos the filters have found. The first three numbers count the todos that the change alters, by their
/// status before the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Found {
    pub open: usize,
    pub completed: usize,
    pub deleted: usize,
    /// The found todos that do not change, because they already are as the caller wants them.
    pub already: usize,
    /// The next todos of completed repeating todos. The filters have not found these todos: the change adds them.
    pub next: usize,
}

impl Found {
    /// Counts the todos of a change. `images` are the found todos, the added todos, and the next todos that reopened
    /// todos have taken back. `differences` says what the change did to them.
    pub fn of(images: &[Image], differences: &[Difference]) -> Self {
        let mut found = Self::default();
        let taken_back = taken_back(differences);
        let is_found = |image: &&Image| image.before.is_some() && !taken_back.contains(image.after.id.as_str());
        for image in images.iter().filter(is_found) {
            let difference = differences.iter().find(|difference| difference.id == image.after.id);
            let status = difference.map(|difference| difference.status_before().unwrap_or(image.after.status));
            *match status {
                Some(Status::Open) => &mut found.open,
                Some(Status::Completed) => &mut found.completed,
                Some(Status::Deleted) => &mut found.deleted,
                None => &mut found.already,
            } += 1;
        }
        found.next = differences.iter().filter(|difference| difference.is_new()).count();
        found
    }

    /// The number of todos that the change alters. The added todos do not count.
    pub fn altered(&self) -> usize {
        self.open + self.completed + self.deleted
    }

    /// The number of todos that match the filters.
    pub fn total(&self) -> usize {
        self.altered() + self.already
    }
}
