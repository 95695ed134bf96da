//! Computes which limit is reached first, and how many people reach it.

use super::{
    data::{DAYS, Habit, Model, SIGN_IN},
    day::Amounts,
};

/// What comes in the busiest second.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    pub requests: f64,
    pub reads: f64,
    pub writes: f64,
    /// The concurrency that Lambda needs. Lambda lets each instance of the concurrency quota answer ten requests a
    /// second, however short they are.
    pub instances: f64,
    pub sign_ins: f64,
    pub refreshes: f64,
}

/// A limit, and what counts towards it.
pub struct Limit {
    pub what: &'static str,
    pub value: f64,
    pub unit: &'static str,
    pub load: fn(&Model, Load) -> f64,
}

impl Model {
    pub fn load(&self, habit: &Habit, people: f64) -> Load {
        let day: Amounts = self.day(habit, people);
        let requests = self.peak(day.requests, people);
        let busy = self.instances(day, people);
        let times = |times: Option<&f64>| times.copied().unwrap_or_default();
        Load {
            requests,
            reads: self.peak(day.reads, people),
            writes: self.peak(day.writes, people),
            instances: busy.max((requests / self.quota("requests_an_instance")).ceil()),
            sign_ins: self.peak(times(habit.a_month.get(SIGN_IN)) / DAYS, people),
            refreshes: self.peak(times(habit.a_day.get("a program refreshes its tokens")), people),
        }
    }

    /// The largest number of people whose load stays within the limit.
    pub fn most_people(&self, habit: &Habit, limit: &Limit) -> f64 {
        let fits = |people: f64| (limit.load)(self, self.load(habit, people)) <= limit.value;
        let (mut least, mut most) = (0_u64, 1_u64 << 40);
        while most - least > 1 {
            let middle = least + (most - least) / 2;
            if fits(middle as f64) { least = middle } else { most = middle }
        }
        least as f64
    }

    pub fn limits(&self) -> Vec<Limit> {
        let own = |what, name, unit, load| Limit { what, value: self.parameter(name), unit, load };
        let quota = |what, name, unit, load| Limit { what, value: self.quota(name), unit, load };
        let requests: fn(&Self, Load) -> f64 = |_, load| load.requests;
        let reads: fn(&Self, Load) -> f64 = |_, load| load.reads;
        let writes: fn(&Self, Load) -> f64 = |_, load| load.writes;
        let instances: fn(&Self, Load) -> f64 = |_, load| load.instances;
        vec![
            own("`RequestsPerSecond`", "RequestsPerSecond", "requests", requests),
            own("`WriteUnitsPerSecond`", "WriteUnitsPerSecond", "write units", writes),
            own("`ReadUnitsPerSecond`", "ReadUnitsPerSecond", "read units", reads),
            quota("Lambda, some new accounts", "concurrency_of_new_accounts", "instances", instances),
            quota("Lambda, concurrency quota", "concurrency", "instances", instances),
            quota("API Gateway, quota of the account", "api_requests", "requests", requests),
            quota("DynamoDB, a new table", "new_table_write_units", "write units", writes),
            quota("DynamoDB, a new table", "new_table_read_units", "read units", reads),
            quota("DynamoDB, quota of a table", "table_write_units", "write units", writes),
            quota("DynamoDB, quota of a table", "table_read_units", "read units", reads),
            quota("Cognito, `UserAuthentication`", "sign_ins", "requests", |model, load| {
                load.sign_ins * model.habits.presumed.sign_in_requests_at_the_provider
            }),
            quota("the partition `people`: refreshes of tokens", "partition_read_units", "read units", |_, load| {
                load.refreshes
            }),
            quota("the partition `keys`, only with API keys", "partition_read_units", "read units", requests),
            quota("CloudWatch Logs, if each request makes a call", "log_calls", "calls", requests),
        ]
    }

    /// The number of times in a second that one owner can do this.
    pub fn of_one_owner(&self, name: &str) -> f64 {
        let taken = self.named(name);
        let within = |quota: f64, taken: f64| if taken > 0.0 { quota / taken } else { f64::INFINITY };
        within(self.quota("partition_write_units"), taken.writes)
            .min(within(self.quota("partition_read_units"), taken.reads))
    }
}
