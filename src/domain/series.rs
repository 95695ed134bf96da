//! The series of a repeating todo: its first date, the next todo, a moved todo, a skipped todo, and a reopened todo
//! that takes the next one back.
//!
//! A series has its own dates. If somebody moves one todo of the series to another date, the series goes on from the
//! date that it had planned for this todo ([`Todo::series_due`]).

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::{
    difference::Difference,
    due::Due,
    id::TodoId,
    invalid::{Invalid, Violation},
    moment::Moment,
    repeat::{CountedFrom, Over, Repeat, SeriesDate},
    todo::{HandedOn, Status, Todo},
};

impl Todo {
    /// If the todo repeats but has no due date, this function sets the first due date. Returns an error if the
    /// repetition ends before the due date.
    pub fn begin_repeat(&mut self, moment: &Moment) -> Result<(), Vec<Violation>> {
        let Some(repeat) = &self.repeat else { return Ok(()) };
        let due = *self.due.get_or_insert_with(|| repeat.first(moment));
        match repeat.until {
            Some(until) if until < due.date() => {
                let message = format!("must not be before the due date ({})", due.date());
                Err(vec![Violation::new("repeat.until", Invalid::new(message))])
            }
            _ => Ok(()),
        }
    }

    /// Gives the todo a new due date, a new repetition, or both. `None` means that the caller has not sent the value.
    ///
    /// A new due date alone moves only this todo, and the series keeps its own dates. If the caller sends both, the
    /// series begins at the due date. There is one exception: if the due date and the rhythm are as before, the caller
    /// has sent back what it has read, and the series keeps its own dates. A repetition alone changes the rhythm from
    /// the series' own date on. A repetition `from: completion` has no dates of its own.
    pub fn reschedule(
        &mut self,
        due: Option<Due>,
        repeat: Option<&Repeat>,
        moment: &Moment,
    ) -> Result<(), Vec<Violation>> {
        let (old_due, old) = (self.due, self.repeat.clone());
        let own = self.series_due.or(old_due);
        self.due = due.or(old_due);
        self.repeat = repeat.cloned().or_else(|| old.clone());
        let day = |repeat: &Repeat| (repeat.unit, repeat.from, repeat.on);
        match (&old, &self.repeat) {
            (Some(old), Some(new)) if new.from == CountedFrom::Due => {
                let is_new = self.due != old_due || !new.has_rhythm_of(old);
                let begins = due.is_some() && repeat.is_some() && is_new;
                self.series_due = own.filter(|own| !begins && Some(*own) != self.due);
                self.anchor_day = self.anchor_day.filter(|_| !begins && day(old) == day(new));
            }
            _ => (self.series_due, self.anchor_day) = (None, None),
        }
        // If only `due` changes, the new due date may be later than the end date `until`. If `repeat` changes, the
        // program checks the end date.
        if self.repeat != old { self.begin_repeat(moment) } else { Ok(()) }
    }

    /// When somebody completes this todo at `moment`, this function makes the next todo of the series. The next todo is
    /// a copy of this todo, with the id `id` and the next due date. In the copy, no step is done. From now on, the next
    /// todo repeats, but this todo no longer repeats. So if somebody reopens this todo and completes it again, there is
    /// no second copy. Returns `None` and changes nothing if this todo does not repeat, or if the series has ended.
    pub fn hand_on(&mut self, id: impl FnOnce() -> TodoId, moment: &Moment) -> Option<Self> {
        let (repeat, due) = (self.repeat.as_ref()?, self.due?);
        let completed_on = moment.zone.to_datetime(self.completed_at.unwrap_or(moment.now)).date();
        let over = Over { due: due.date(), on: completed_on };
        let SeriesDate { due, anchor_day } = repeat.next(self.series_date()?, over, moment)?;
        let next = Self {
            id: id(),
            status: Status::Open,
            due: Some(due),
            repeat: Some(repeat.following()),
            anchor_day,
            series_due: None,
            handed_on: None,
            steps: self.steps.without_ticks(),
            version: 1,
            created_at: moment.now,
            updated_at: moment.now,
            completed_at: None,
            told_at: None,
            deleted_at: None,
            imported: None,
            ..self.clone()
        };
        let (anchor_day, series_due) = (self.anchor_day.take(), self.series_due.take());
        let handed_on = |repeat| HandedOn { next: next.id.clone(), repeat, anchor_day, series_due };
        self.handed_on = self.repeat.take().map(handed_on).map(Box::new);
        Some(next)
    }

    /// This todo on the next date of its series, with no step done. If the series has no next date, the todo is deleted
    /// in the result. Returns an error if the todo does not repeat, or is not open.
    pub fn skipped(&self, moment: &Moment) -> Result<Self, Violation> {
        let refused = |message: &str| Violation::new("status", Invalid::new(message));
        if self.status != Status::Open {
            return Err(refused(
                "cannot be skipped, because the todo is not open; skip the open todo of the series instead",
            ));
        }
        let (Some(repeat), Some(due), Some(date)) = (&self.repeat, self.due, self.series_date()) else {
            return Err(refused(
                "cannot be skipped, because the todo does not repeat; send a new `due` to move it, or delete it with deleteTodos",
            ));
        };
        let over = Over { due: due.date(), on: due.date().max(moment.today()) };
        Ok(match repeat.next(date, over, moment) {
            Some(SeriesDate { due, anchor_day }) => Self {
                due: Some(due),
                repeat: Some(repeat.following()),
                anchor_day,
                series_due: None,
                steps: self.steps.without_ticks(),
                ..self.clone()
            },
            None => self.with_status(Status::Deleted, moment.now),
        })
    }

    /// The later dates of this todo's series in the days from `from` to `to`, at most `most` dates. The due date of
    /// this todo is not among them. The function assumes that the person completes each todo on time. Empty if the todo
    /// is not open or does not repeat, or if its dates depend on the days of completion.
    pub fn upcoming(&self, (from, to): (Date, Date), most: usize, moment: &Moment) -> Vec<Due> {
        let mut dates = Vec::new();
        let (Some(repeat), Some(due), Some(mut date)) = (&self.repeat, self.due, self.series_date()) else {
            return dates;
        };
        if self.status != Status::Open || repeat.from == CountedFrom::Completion || due.date() >= to {
            return dates;
        }
        let (mut repeat, mut due) = (repeat.clone(), due.date());
        // Without a `count`, this function can skip the dates before the period.
        if repeat.count.is_none() {
            due = due.max(from.yesterday().unwrap_or(from));
        }
        while let Some(next) = repeat.next(date, Over { due, on: due }, moment).filter(|next| next.due.date() <= to) {
            due = next.due.date();
            if due >= from {
                dates.push(next.due);
            }
            if dates.len() == most {
                break;
            }
            (date, repeat) = (next, repeat.following());
        }
        dates
    }

    /// The next todo of the series, if this todo has handed its repetition on and nobody has changed the next todo
    /// since. `nexts` contains next todos as they are now.
    pub fn untouched_next<'a>(&self, nexts: &'a HashMap<TodoId, Self>) -> Option<&'a Self> {
        let handed_on = self.handed_on.as_ref().filter(|_| self.repeat.is_none())?;
        nexts.get(&handed_on.next).filter(|next| next.status == Status::Open && next.version == 1)
    }

    /// This todo with the repetition that it has handed on.
    pub fn with_repetition_back(&self) -> Self {
        let mut todo = self.clone();
        if let Some(handed_on) = todo.handed_on.take() {
            let HandedOn { repeat, anchor_day, series_due, .. } = *handed_on;
            (todo.repeat, todo.anchor_day, todo.series_due) = (Some(repeat), anchor_day, series_due);
        }
        todo
    }

    /// The date that the series gives to this todo.
    fn series_date(&self) -> Option<SeriesDate> {
        Some(SeriesDate { due: self.series_due.or(self.due)?, anchor_day: self.anchor_day })
    }
}

/// The ids of the next todos that a change has deleted, because it has reopened the todos before them. `differences`
/// are the differences of this change. This function does not work for an undo.
pub fn taken_back(differences: &[Difference]) -> HashSet<&str> {
    const HANDED_ON: &str = "handed_on";
    let next = |difference: &'_ Difference| {
        let (before, after) = difference.altered()?;
        before.get(HANDED_ON).filter(|_| !after.contains_key(HANDED_ON))?.get("next")?.as_str().map(str::to_owned)
    };
    let nexts: HashSet<String> = differences.iter().filter_map(next).collect();
    let is_next = |difference: &&Difference| !nexts.is_empty() && nexts.contains(difference.id.as_str());
    differences.iter().filter(is_next).filter(|next| next.deletes()).map(|next| next.id.as_str()).collect()
}
