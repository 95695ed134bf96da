//! What one person takes in a day.

use std::ops::{Add, Mul};

use super::data::{DAYS, Habit, Model};

/// What some requests take.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Amounts {
    pub requests: f64,
    /// Read units of DynamoDB.
    pub reads: f64,
    /// Write units of DynamoDB.
    pub writes: f64,
    /// The bytes of the answers, with their headers.
    pub bytes: f64,
    /// The time for which the function runs.
    pub milliseconds: f64,
    /// The number of change records.
    pub changes: f64,
}

impl Add for Amounts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            reads: self.reads + other.reads,
            writes: self.writes + other.writes,
            bytes: self.bytes + other.bytes,
            milliseconds: self.milliseconds + other.milliseconds,
            changes: self.changes + other.changes,
        }
    }
}

impl Mul<f64> for Amounts {
    type Output = Self;

    fn mul(self, times: f64) -> Self {
        Self {
            requests: self.requests * times,
            reads: self.reads * times,
            writes: self.writes * times,
            bytes: self.bytes * times,
            milliseconds: self.milliseconds * times,
            changes: self.changes * times,
        }
    }
}

impl Model {
    /// What these actions take together. Each action has a name, and the number of times that it happens.
    pub fn sum<'a>(&self, times: impl IntoIterator<Item = (&'a str, f64)>) -> Result<Amounts, String> {
        times.into_iter().try_fold(Amounts::default(), |sum, (name, times)| Ok(sum + self.units(name)? * times))
    }

    /// What the person does in a day, if each instance knows every access already.
    pub fn actions(&self, habit: &Habit) -> Amounts {
        let looks = habit.page_minutes * 60.0 / self.page_pause;
        let a_day = habit.a_day.iter().map(|(name, times)| (name.as_str(), *times));
        let a_month = habit.a_month.iter().map(|(name, times)| (name.as_str(), times / DAYS));
        let looks = [("the page looks, nothing is new", looks)];
        self.sum(a_day.chain(a_month).chain(looks)).unwrap_or_else(|error| panic!("{error}"))
    }

    /// What one person takes in a day, if this number of people have this habit. With many instances, an instance
    /// seldom knows the access of a person already. So each request looks up the access, and each instance looks once a
    /// day for the note that somebody has used it. If there are more people than an instance remembers, each request
    /// may look for the note. The first instance of a day writes the note. So the figures are upper limits, apart from
    /// two instances that write the same note at the same moment.
    pub fn day(&self, habit: &Habit, people: f64) -> Amounts {
        let actions = self.actions(habit);
        let known = actions + self.named("an instance looks up an access") * actions.requests;
        let instances = if people > self.remembered { f64::INFINITY } else { self.instances(known, people) };
        let notes = self.habits.presumed.accesses_a_day.min(actions.requests);
        let looks = (notes * instances).min(actions.requests);
        known
            + self.named("an instance looks for the note of a use") * looks
            + self.named("an instance notes the use of an access") * notes
    }

    /// The number of instances that are busy in the busiest second, if each person takes this in a day.
    pub fn instances(&self, day: Amounts, people: f64) -> f64 {
        (self.peak(day.milliseconds, people) / 1_000.0).ceil()
    }

    /// The amount in the busiest second, if each person takes `a_day` in a day.
    pub fn peak(&self, a_day: f64, people: f64) -> f64 {
        a_day * people / 86_400.0 * self.habits.presumed.peak
    }

    /// Like `units`, for a name that the model itself uses.
    pub fn named(&self, name: &str) -> Amounts {
        self.units(name).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The bytes that a person has in the table and its index. DynamoDB adds 100 bytes to each item and to each entry
    /// of an index, and the index contains a copy of each item.
    pub fn stored(&self, habit: &Habit) -> f64 {
        let bytes = |name: &str| 2.0 * (self.measured.stored_bytes[name] + 100.0);
        let changes = self.actions(habit).changes * DAYS;
        habit.todos * bytes("a todo") + changes * bytes("a change of one todo")
    }
}
